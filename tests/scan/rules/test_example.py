"""Examples made from templates."""

from __future__ import annotations

import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.scan.detect.structure import CHECKS, aws_account
from irkit.scan.example import ALPHABETS, KINDS, TemplateInvalid, example

_CHECKED = {
    "ghp_${github:30}": "github_checksum",
    "${aws_key_id}": "aws_key_id",
    "${jwt}": "jwt",
    "${jwt_base64}": "jwt_base64",
    "${pypi}": "pypi_macaroon",
    "${pypi:test}": "pypi_macaroon",
    "${discord}": "discord_token",
    "${pem:RSA}": "pem",
    "${pem:EC}": "pem",
    "${pem:PRIVATE}": "pem",
    "${pem:ENCRYPTED}": "pem",
    "${pem:OPENSSH}": "pem",
    "${pem_escaped:RSA}": "pem",
    "${base64_of:64}": "azure_storage_key",
    "${base64:40}": "aws_secret",
    "${pair:18}": "base64_pair",
}


@given(st.sampled_from(sorted(ALPHABETS)), st.integers(1, 200), st.integers())
def test_a_field_is_so_many_characters_of_its_alphabet(kind: str, length: int, seed: int) -> None:
    made = example(f"<${{{kind}:{length}}}>", seed)
    assert re.fullmatch(f"<[{re.escape(ALPHABETS[kind])}]{{{length}}}>", made)


@pytest.mark.parametrize("template", _CHECKED)
def test_what_has_a_structure_passes_its_check(template: str) -> None:
    check = CHECKS[_CHECKED[template]]
    assert [seed for seed in range(25) if check(example(template, seed).encode())] == []


def test_the_same_seed_makes_the_same() -> None:
    assert example("${base62:40} ${uuid}", 7) == example("${base62:40} ${uuid}", 7)
    assert example("${base62:40}", 7) != example("${base62:40}", 8)


def test_shell_variables_are_left_alone() -> None:
    assert example("$TOKEN ${TOKEN} ${Token:x}", 1) == "$TOKEN ${TOKEN} ${Token:x}"


def test_the_end_of_a_checksum_is_the_crc_of_the_rest() -> None:
    token = example("${github:30}", 3)
    number = sum(62**place * ALPHABETS["base62"].index(letter) for place, letter in enumerate(reversed(token[30:])))
    assert number == zlib.crc32(token[:30].encode())


def test_a_key_id_holds_an_account() -> None:
    assert re.fullmatch("[0-9]{12}", aws_account(example("${aws_key_id}", 5).encode()))


@pytest.mark.parametrize("template", ["${nothing}", "${base62}", "${base62:0}", "${hex:99999}", "${hex:ten}"])
def test_a_wrong_field_is_refused(template: str) -> None:
    with pytest.raises(TemplateInvalid):
        example(template, 1)


def test_every_kind_can_be_made_without_an_argument() -> None:
    needs_length = {"base64_of", "base64_text", "pair"}
    for kind in KINDS.keys() - needs_length:
        assert example(f"${{{kind}}}", 1)
