"""The hook's quick way to the folders says what the configuration says."""

from __future__ import annotations

from pathlib import Path

import platformdirs
import pytest

from irkit.config import load
from irkit.errors import ConfigInvalid
from irkit.scan.folders import cache_folder, data_folder

GIVEN: list[dict[str, str]] = [
    {},
    {"XDG_DATA_HOME": "{home}/elsewhere"},
    {"XDG_DATA_HOME": "  "},
    {"XDG_DATA_HOME": "relative"},
    {"IRKIT_DATA_FOLDER": "{home}/mine"},
    {"IRKIT_DATA_FOLDER": "~/mine"},
    {"IRKIT_DATA_FOLDER": "below/here"},
    {"IRKIT_DATA_FOLDER": ""},
    {"IRKIT_CONFIG": "{home}/own.toml"},
    {"IRKIT_CONFIG": "{home}/own.toml", "IRKIT_DATA_FOLDER": "{home}/stronger"},
    {"IRKIT_QUORUM": "3"},
    {"IRKIT_CONFIG": "{home}/absent.toml"},
    {"IRKIT_DATA_FOLDERS": "misspelt"},
    {"XDG_CONFIG_HOME": "{home}/settings"},
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("IRKIT_CONFIG", "IRKIT_DATA_FOLDER", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.toml").write_text('data_folder = "of-the-file"\n')
    (tmp_path / "settings" / "irkit").mkdir(parents=True)
    (tmp_path / "settings" / "irkit" / "config.toml").write_text('data_folder = "of-the-users-file"\n')
    return tmp_path


@pytest.mark.parametrize("given", GIVEN)
def test_the_data_folder_is_the_configurations(
    home: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    for name, text in given.items():
        monkeypatch.setenv(name, text.format(home=home))
    try:
        expected = str(load(None).data_folder)
    except ConfigInvalid as error:
        with pytest.raises(ConfigInvalid, match=error.message.split()[0]):
            data_folder()
    else:
        assert data_folder() == expected


@pytest.mark.parametrize("given", [{}, {"XDG_CACHE_HOME": "/elsewhere"}, {"XDG_CACHE_HOME": ""}])
def test_the_cache_folder_is_the_platforms(home: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    for name, text in given.items():
        monkeypatch.setenv(name, text)
    assert cache_folder() == platformdirs.user_cache_dir("irkit", appauthor=False)
