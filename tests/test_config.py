from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.config import KEYS, AwsConfig, load
from irkit.errors import ConfigInvalid
from irkit.token_ref import TokenRef, TokenSource


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_any_setting_there_are_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    found = load(environment={})
    assert found.quorum == 2
    assert found.identity
    assert found.file is None
    assert found.aws == AwsConfig()


def test_the_file_is_weaker_than_the_environment_and_that_than_flags(tmp_path: Path) -> None:
    path = written(tmp_path, 'identity = "file"\nquorum = 3\n[aws]\nprofile = "file"\nregion = "eu-west-1"\n')
    found = load(path, {"IRKIT_IDENTITY": "environment", "IRKIT_AWS_PROFILE": "environment"}, {"aws.profile": "flag"})
    assert (found.quorum, found.identity, found.aws.profile) == (3, "environment", "flag")
    assert found.aws.region == "eu-west-1"
    assert found.file == path


def test_irkit_config_names_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "quorum = 4\n")
    assert load(environment={"IRKIT_CONFIG": str(path)}).quorum == 4


@pytest.mark.parametrize(
    ("text", "place", "near"),
    [
        ("quroum = 1\n", "config.toml:1", "'quorum'"),
        ('\n[aws]\nprofile = "x"\nregoin = "y"\n', "config.toml:4", "'aws.region'"),
        ('[gihtub]\ntoken = "env:X"\n', "config.toml:2", "'github.token'"),
    ],
)
def test_an_unknown_key_is_refused_with_its_place_and_the_nearest(
    tmp_path: Path, text: str, place: str, near: str
) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        load(written(tmp_path, text), {})
    assert place in refused.value.message
    assert near in refused.value.hint


def test_a_misspelt_variable_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        load(written(tmp_path, ""), {"IRKIT_QUROUM": "1"})
    assert "IRKIT_QUORUM" in refused.value.hint


def test_an_unknown_flag_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid):
        load(written(tmp_path, ""), {}, {"aws.profil": "x"})


@pytest.mark.parametrize(
    "text",
    ["quorum = 0", "quorum = true", 'quorum = "many"', "identity = 5", "[aws]\nregions = 5", "not toml", "x = ["],
)
def test_a_wrong_value_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigInvalid):
        load(written(tmp_path, text), {})


def test_a_named_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid):
        load(tmp_path / "nothing.toml", {})
    with pytest.raises(ConfigInvalid):
        load(environment={"IRKIT_CONFIG": str(tmp_path / "nothing.toml")})


def test_a_relative_path_is_relative_to_the_file(tmp_path: Path) -> None:
    found = load(written(tmp_path, 'data_folder = "data"\n[git]\ntoken = "file:token"\n'), {})
    assert found.data_folder == tmp_path / "data"
    assert found.git.token == TokenRef(TokenSource.FILE, str(tmp_path / "token"))


def test_a_list_may_be_a_text_with_commas(tmp_path: Path) -> None:
    path = written(tmp_path, 'protected_principals = ["root", "ops"]\n')
    found = load(path, {"IRKIT_AWS_REGIONS": "eu-west-1, eu-west-1,us-east-2"})
    assert found.protected_principals == ("root", "ops")
    assert found.aws.asked_regions == ("us-east-1", "eu-west-1", "us-east-2")


def test_the_region_of_global_services_is_always_asked() -> None:
    assert AwsConfig(region="eu-west-1").asked_regions == ("eu-west-1", "us-east-1")


def test_a_token_in_the_configuration_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        load(written(tmp_path, '[slack]\ntoken = "xoxb-1234-secret"\n'), {})
    assert "xoxb-1234-secret" not in refused.value.message + refused.value.hint


def test_a_token_is_read_from_a_file_the_environment_or_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("from-file\n", encoding="utf-8")
    monkeypatch.setenv("A_TOKEN", "from-environment")
    assert TokenRef(TokenSource.FILE, str(tmp_path / "token")).read().reveal() == "from-file"
    assert TokenRef(TokenSource.ENVIRONMENT, "A_TOKEN").read().reveal() == "from-environment"
    assert TokenRef(TokenSource.COMMAND, "printf from-command").read().reveal() == "from-command"


@pytest.mark.parametrize(
    "ref",
    [
        TokenRef(TokenSource.FILE, "/nowhere/token"),
        TokenRef(TokenSource.ENVIRONMENT, "NO_SUCH_VARIABLE"),
        TokenRef(TokenSource.COMMAND, "false"),
        TokenRef(TokenSource.COMMAND, "true"),
    ],
)
def test_a_token_that_is_not_to_be_had_is_an_error_with_a_hint(ref: TokenRef) -> None:
    assert "NO_SUCH_VARIABLE" not in os.environ
    with pytest.raises(ConfigInvalid) as refused:
        ref.read()
    assert refused.value.hint


@given(st.dictionaries(st.sampled_from(KEYS), st.text(max_size=20)))
def test_whatever_a_flag_says_it_is_taken_or_refused(flags: dict[str, str]) -> None:
    with suppress(ConfigInvalid):
        assert load(environment={}, flags=flags).quorum >= 1


def test_a_home_of_nobody_is_a_name_like_any_other(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('data_folder = "~nobody-of-that-name/x"')
    assert load(file, environment={}).data_folder == tmp_path / "~nobody-of-that-name" / "x"
