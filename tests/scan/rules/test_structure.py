"""Structural checks: what holds of values made by the rules of their providers, and not of altered ones."""

from __future__ import annotations

import base64
import hmac
import json
import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.scan.detect.private_key import NO_KEY
from irkit.scan.detect.structure import CHECKS, aws_account
from irkit.scan.example import example
from tests.scan.planted_keys import Keys

_SEEDS = st.integers(0, 10**9)
HEAD, TAIL = "-----BEGIN RSA " + "PRIVATE KEY-----", "-----END RSA " + "PRIVATE KEY-----"


def reason(check: str, value: str | bytes) -> str:
    return CHECKS[check](value.encode() if isinstance(value, str) else value)


def part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@settings(deadline=None)
@given(_SEEDS, st.integers(4, 39), st.sampled_from(string.ascii_letters + string.digits))
def test_one_altered_character_breaks_the_checksum_of_a_token(seed: int, place: int, letter: str) -> None:
    token = example("ghp_${github:30}", seed)
    altered = token[:place] + letter + token[place + 1 :]
    assert not reason("github_checksum", token)
    assert altered == token or reason("github_checksum", altered) == "wrong checksum"


def test_key_ids_hold_only_letters_of_base32() -> None:
    key_id = example("${aws_key_id}", 1)
    assert not reason("aws_key_id", key_id)
    for letter in "0189":
        assert reason("aws_key_id", key_id[:10] + letter + key_id[11:])
    assert reason("aws_key_id", "AKIA" + "A" * 16)


def test_the_account_of_a_key_id_is_read_as_others_read_it() -> None:
    # The worked example of Tal Be'ery's article of 2023 on the encoding.
    assert aws_account(b"ASIAQNZGKIQY" + b"56JQ7WML") == "029608264753"


def test_ids_of_before_2019_hold_no_account() -> None:
    assert aws_account(b"AKIAI" + b"Q7FJ2ZB5MTNWXC3") == ""


@given(_SEEDS)
def test_a_secret_key_of_aws_is_no_hash_and_no_path(seed: int) -> None:
    assert not reason("aws_secret", example("${base64:40}", seed))
    assert reason("aws_secret", example("${hex:40}", seed))
    assert reason("aws_secret", example("/usr/share/${lower:6}/Lib64/${lower:7}/${lower:6}/X9", seed)[:40])


def test_a_storage_key_is_64_bytes() -> None:
    assert not reason("azure_storage_key", example("${base64_of:64}", 2))
    assert reason("azure_storage_key", example("${base64_of:63}", 2)) == "not 64 bytes"
    assert reason("azure_storage_key", "A" * 86 + "==")


@pytest.mark.parametrize("make", ["rsa", "pkcs8", "ed25519", "ec", "openssh"])
def test_private_keys_that_parse_are_private_keys(make: str) -> None:
    pem = getattr(Keys(random.Random(7)), make)()
    assert not reason("pem", pem)
    assert not reason("pem", pem.replace("\n", "\\n"))
    assert not reason("pem", pem.replace("\n", "\\\\n"))
    assert not reason("pem", pem.replace("\n", "\r\n    "))
    assert not reason("pem", "\n".join(f'"{line}\\n" +' for line in pem.splitlines()))
    assert not reason("pem", "\n".join(f" * {line}" for line in pem.splitlines()))
    assert not reason("pem", "\n".join(f"+{line}" for line in pem.splitlines()))
    assert not reason("pem", "\n".join(f"-{line}" for line in pem.splitlines()))


def test_a_key_that_was_cut_short_is_still_one() -> None:
    lines = Keys(random.Random(7)).rsa().splitlines()
    assert not reason("pem", "\n".join([*lines[:3], lines[-1]]))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "...",
        "anything",
        "the key goes here, between these two lines, in base64",
        "A" * 640,
        base64.b64encode(b"this is but a text that somebody wrapped in base64").decode(),
        base64.b64encode(b"\x30\x03\x02\x01\x05" + bytes(60)).decode(),
    ],
)
def test_a_block_without_key_material_is_no_key(body: str) -> None:
    assert reason("pem", f"{HEAD}\n{body}\n{TAIL}") == NO_KEY


def test_an_encrypted_key_is_a_key() -> None:
    body = base64.encodebytes(random.Random(3).randbytes(608)).decode()
    headers = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF0123456789ABCDEF\n\n"
    assert not reason("pem", f"{HEAD}\n{headers}{body}{TAIL}")


def test_a_secret_key_of_pgp_is_a_key_and_a_public_one_is_none() -> None:
    label = "PGP " + "PRIVATE KEY BLOCK-----"
    packet = random.Random(3).randbytes(90)
    secret = base64.encodebytes(b"\x95\x01\xd8\x04" + packet).decode()
    public = base64.encodebytes(b"\x99\x01\x0d\x04" + packet).decode()
    assert not reason("pem", f"-----BEGIN {label}\nVersion: GnuPG v2\n\n{secret}=aB3d\n-----END {label}")
    assert reason("pem", f"-----BEGIN {label}\n\n{public}=aB3d\n-----END {label}") == NO_KEY


@given(_SEEDS)
def test_a_jwt_has_a_header_and_claims(seed: int) -> None:
    token = example("${jwt}", seed)
    header, claims, signature = token.split(".")
    assert not reason("jwt", token)
    assert reason("jwt", f"{part({'typ': 'JWT'})}.{claims}.{signature}")
    assert reason("jwt", f"{part('alg')}.{claims}.{signature}")
    assert reason("jwt", f"{header}.{part([1])}.{signature}")
    assert reason("jwt", f"{header}.{claims[:-3]}!.{signature}")


def test_a_jwt_that_is_not_signed_or_lives_for_minutes_is_none() -> None:
    signature = example("${base64url:43}", 1)
    signed = part({"alg": "HS256"})
    assert "none" in reason("jwt", f"{part({'alg': 'none'})}.{part({'sub': 'a'})}.")
    assert "minutes" in reason("jwt", f"{signed}.{part({'sub': 'a', 'iat': 1000, 'exp': 1300})}.{signature}")
    assert not reason("jwt", f"{signed}.{part({'sub': 'a', 'iat': 1000, 'exp': 90000})}.{signature}")


def test_the_example_of_jwt_io_is_known() -> None:
    claims = part({"sub": "1234567890", "name": "John Doe", "iat": 1516239022})
    assert reason("jwt", f"{part({'alg': 'HS256'})}.{claims}.{example('${base64url:43}', 1)}") == "documented example"


def test_a_token_signed_with_the_key_of_the_examples_is_anybodys() -> None:
    signed = f"{part({'alg': 'HS384'})}.{part({'some': 'payload'})}"
    made = [hmac.digest(key, signed.encode(), "sha384") for key in (b"secret", example("${base62:48}", 1).encode())]
    known, unknown = (base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in made)
    assert "everybody" in reason("jwt", f"{signed}.{known}")
    assert not reason("jwt", f"{signed}.{unknown}")


def test_a_token_that_says_whose_it_is_counts_whatever_signed_it() -> None:
    signed = f"{part({'alg': 'HS256'})}.{part({'sub': 'svc'})}"
    known = base64.urlsafe_b64encode(hmac.digest(b"secret", signed.encode(), "sha256")).rstrip(b"=").decode()
    assert not reason("jwt", f"{signed}.{known}")


def test_an_encrypted_token_has_five_parts() -> None:
    parts = [part({"alg": "RSA-OAEP", "enc": "A256GCM"}), *(example("${base64url:40}", seed) for seed in range(4))]
    assert not reason("jwt", ".".join(parts))


def test_tokens_that_decode_name_their_service() -> None:
    assert not reason("discord_token", example("${discord}", 1))
    assert reason("discord_token", "N" + example("${base62:23}.${base62:6}.${base62:30}", 1))
    assert not reason("pypi_macaroon", example("${pypi}", 1))
    assert reason("pypi_macaroon", "pypi-AgEIcHlwaS5v" + example("${base62:80}", 1)[:3] + "!" * 80)


@pytest.mark.parametrize("value", ["$HOME", "${TOKEN}", "{{ token }}", "%TOKEN%", "{password}", "#{token}", "***"])
def test_a_variable_is_no_value(value: str) -> None:
    assert reason("no_variable", value) == "a variable"


@given(_SEEDS)
def test_random_tokens_are_jumbled_and_words_are_not(seed: int) -> None:
    assert not reason("jumbled", example("glpat-${base62:20}", seed))
    assert not reason("disordered", example("${hex:32}", seed))
    assert reason("jumbled", example("glpat-${lower:20}", seed))
    assert reason("disordered", example("${lower:32}", seed))
    assert reason("mixed", example("${hex:40}", seed))


def test_a_token_of_one_letter_is_too_regular() -> None:
    assert reason("jumbled", "glpat-" + "aA" * 10) == "too regular"
    assert reason("mixed", "aB3" * 14) == "too regular"


@settings(deadline=None)
@given(st.sampled_from(sorted(CHECKS)), st.binary(max_size=200))
def test_no_check_fails_on_any_bytes(name: str, value: bytes) -> None:
    assert isinstance(CHECKS[name](value), str)


def test_letters_that_make_words_or_rows_are_no_app_password() -> None:
    made = [example("${consonants:4} ${consonants:4} ${consonants:4} ${consonants:4}", seed) for seed in range(50)]
    assert not [one for one in made if reason("wordless", one)]
    assert not [one for one in made if reason("wordless", one.replace(" ", ""))]
    for one in (
        "your mail pass word",
        "yourmailpassword",
        "abcd efgh ijkl mnop",
        "xxxx xxxx xxxx xxxx",
        "aaaabbbbccccdddd",
    ):
        assert reason("wordless", one)
