"""What the line around a value says of it: addresses, badges, references of a shell and of Jenkins."""

from __future__ import annotations

import random
import string

import pytest

from irkit.scan.detect.by_line import said_by_line

_VALUE = "".join(random.Random(5).choices(string.hexdigits[:16], k=32))


def _said(line: str, value: str = _VALUE) -> str:
    start = line.index("^")
    whole = line.replace("^", value).encode()
    return said_by_line(whole, start, start + len(value.encode()))


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('src="https://images.unsplash.^"', "com/photo-" + _VALUE),
        ("see codeclimate.^", "com/repos/" + _VALUE),
        ("https://host.tld:8080/boards/^", _VALUE),
        ("![x](https://codecov.io/gh/a/b/graph/badge.svg?token=^)", _VALUE[:10]),
        ("https://ci.host.tld/a/b.svg?style=flat&circle-token=^", _VALUE),
    ],
)
def test_a_part_of_an_address_is_no_key(line: str, value: str) -> None:
    assert _said(line, value) == "a part of an address"


@pytest.mark.parametrize(
    "line",
    ["https://host.tld/x?api_key=^", "https://host.tld/x#token=^", "https://^@git.host.tld/x", "service.key: ^", "a.^"],
)
def test_what_an_address_hands_over_may_be_one(line: str) -> None:
    assert _said(line) == ""


def test_what_a_shell_says_when_a_variable_is_missing_is_no_password() -> None:
    assert _said('PASSWORD: "${PASSWORD:^"', "?Please") == "a reference, not a value"
    assert _said('PASSWORD: "^"', "?Please1") == ""


@pytest.mark.parametrize(
    "line",
    [
        "[join](https://acme.zoom.us/j/91031737379?pwd=^)",
        '"url":"https://docs.google.com/spreadsheet/ccc?key=^"',
    ],
)
def test_an_invitation_holds_what_lets_one_in(line: str) -> None:
    assert _said(line) == "a part of an address"


def test_an_address_at_nobodys_host_is_an_example() -> None:
    assert _said('<a href="https://www.example.com/reset-password=^">') == "documented example"
    assert _said('<a href="https://www.example-shop.com/reset-password=^">') == ""


def test_what_a_test_of_spring_expects_is_no_secret() -> None:
    assert _said('.andExpect(model().attribute("owner", hasProperty("password", is("^"))))') == "what a test expects"


def test_a_jenkinsfile_names_credentials_by_their_ids() -> None:
    assert _said("sshagent (credentials: ['^']) {") == "a reference, not a value"
    assert _said("DOCKER_PASSWORD=credentials('^')") == "a reference, not a value"
    assert _said("login.credentials('^')") == ""
