from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from irkit.errors import UsageError
from irkit.scan.fingerprint_key import KEY_NAME, fingerprint_key


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "irkit"
    key = fingerprint_key(folder)
    assert len(key) == 32
    assert fingerprint_key(folder) == key
    assert (folder / KEY_NAME).stat().st_mode & 0o777 == 0o600
    assert [file.name for file in folder.iterdir()] == [KEY_NAME]


def test_many_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(fingerprint_key, [tmp_path] * 64))) == 1


def test_half_a_key_is_refused_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / KEY_NAME).write_bytes(b"short")
    with pytest.raises(UsageError) as refusal:
        fingerprint_key(tmp_path)
    assert "remove it" in refusal.value.hint
