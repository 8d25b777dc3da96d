"""Examples of rules, made at run time from templates: no file of ours holds a text that looks like a live token.

``${base62:36}`` stands for 36 random characters of that alphabet; ``${github:30}`` for 30 and their checksum;
``${uuid}``, ``${jwt}``, ``${pem:RSA}`` and the other kinds of ``KINDS`` for themselves.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Mapping

_FIELD = re.compile(r"\$\{([a-z0-9_]+)(?::([A-Za-z0-9 .]+))?\}")
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BASE58 = "".join(letter for letter in _BASE62 if letter not in "0OIl")
_MIXED_FROM = 6
"""A text of so many characters or more holds one of each class that its alphabet has: random text of that length
nearly always does, and an example must not fail one time in a hundred."""
_MOST_LENGTH = 4096

ALPHABETS: Mapping[str, str] = {
    "alnum_lower": string.digits + string.ascii_lowercase,
    "alnum_upper": string.digits + string.ascii_uppercase,
    "base32": string.ascii_uppercase + "234567",
    "base32_lower": string.ascii_lowercase + "234567",
    "base58": _BASE58,
    "base62": _BASE62,
    "base64": _BASE62 + "+/",
    "base64url": _BASE62 + "-_",
    "bech32": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
    "consonants": "bcdfghjklmnpqrstvwxz",
    "digits": string.digits,
    "hex": string.digits + "abcdef",
    "hex_upper": string.digits + "ABCDEF",
    "letters": string.ascii_letters,
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
}
"""Kinds that are so many characters of an alphabet."""


class TemplateInvalid(ValueError):
    """A template names a kind that there is not, or a length that is none."""


def example(template: str, seed: int) -> str:
    """The template with random text in place of its fields; the same for the same seed. Raises ``TemplateInvalid``."""
    dice = random.Random(f"{seed} {template}")  # noqa: S311 - examples are no secrets
    return _FIELD.sub(lambda field: _made(dice, field[1], field[2] or ""), template)


def _made(dice: random.Random, kind: str, argument: str) -> str:
    if kind in ALPHABETS:
        return _some(dice, ALPHABETS[kind], _length(kind, argument))
    if kind not in KINDS:
        raise TemplateInvalid(f"${{{kind}}} is unknown; there are {', '.join(sorted({*ALPHABETS, *KINDS}))}")
    return KINDS[kind](dice, argument)


def _length(kind: str, argument: str) -> int:
    if not argument.isdigit() or not 0 < int(argument) <= _MOST_LENGTH:
        raise TemplateInvalid(f"${{{kind}:{argument}}}: a length from 1 to {_MOST_LENGTH} is wanted")
    return int(argument)


def _some(dice: random.Random, letters: str, count: int) -> str:
    """So many letters; where there are enough, one of each class, and none more than twice in a row."""
    classes = [
        one for one in (string.digits, string.ascii_uppercase, string.ascii_lowercase) if set(one) & set(letters)
    ]
    while True:
        text = "".join(dice.choice(letters) for _ in range(count))
        is_mixed = all(set(one) & set(text) for one in classes)
        if count < _MIXED_FROM or (is_mixed and not re.search(r"(.)\1\1", text)):
            return text


def _checksummed(dice: random.Random, argument: str) -> str:
    import zlib

    body = _some(dice, _BASE62, _length("github", argument or "30"))
    number, tail = zlib.crc32(body.encode()), ""
    while number:
        number, rest = divmod(number, 62)
        tail = _BASE62[rest] + tail
    return body + tail.rjust(6, "0")


def _aws_key_id(dice: random.Random, argument: str) -> str:
    """The prefix (``AKIA``) and 16 characters that hold an account number, as key ids since 2019 do."""
    import base64

    account = dice.randrange(10**11, 10**12)
    head = (1 << 47 | account << 7 | dice.getrandbits(7)).to_bytes(6, "big")
    return (argument or "AKIA") + base64.b32encode(head + dice.randbytes(4)).decode()


def _bytes(dice: random.Random, argument: str) -> str:
    import base64

    return base64.b64encode(dice.randbytes(_length("base64_of", argument))).decode()


def _pair(dice: random.Random, argument: str) -> str:
    """Base64 of a user, a colon and a password of so many characters."""
    import base64

    return base64.b64encode(b"svc:" + _some(dice, _BASE62, _length("pair", argument)).encode()).decode()


def _text(dice: random.Random, argument: str) -> str:
    """Base64 of a text of so many characters."""
    import base64

    return base64.b64encode(_some(dice, _BASE62, _length("base64_text", argument)).encode()).decode()


def _uuid(dice: random.Random, argument: str) -> str:
    import uuid

    del argument
    return str(uuid.UUID(bytes=dice.randbytes(16), version=4))


def _jwt(dice: random.Random, argument: str) -> str:
    import base64
    import json

    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).decode().rstrip("=")

    header = {"alg": argument or "HS256", "typ": "JWT"}
    payload = {"sub": str(dice.getrandbits(40)), "iat": 1700000000 + dice.getrandbits(20)}
    return ".".join((part(json.dumps(header).encode()), part(json.dumps(payload).encode()), part(dice.randbytes(32))))


def _pem(dice: random.Random, argument: str) -> str:
    """A private key of the right outer shape (``RSA``, ``EC``, ``PRIVATE``, ``ENCRYPTED``, ``OPENSSH``)."""
    import base64

    label = {"PRIVATE": "PRIVATE KEY"}.get(argument, f"{argument or 'RSA'} PRIVATE KEY")
    if argument == "OPENSSH":
        body = b"openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\x01" + dice.randbytes(300)
    else:
        version = b"" if argument == "ENCRYPTED" else b"\x02\x01" + (b"\x01" if argument == "EC" else b"\0")
        inner = version + (b"\x04\x20" if argument == "EC" else b"\x30\x0d" if not version else b"\x02\x82\x01\x01")
        inner += dice.randbytes(600)
        body = b"\x30\x82" + len(inner).to_bytes(2, "big") + inner
    return f"-----BEGIN {label}-----\n{base64.encodebytes(body).decode()}-----END {label}-----"


def _escaped_pem(dice: random.Random, argument: str) -> str:
    return _pem(dice, argument).replace("\n", "\\n")


def _nested_jwt(dice: random.Random, argument: str) -> str:
    import base64

    return base64.b64encode(_jwt(dice, argument).encode()).decode()


def _wireguard(dice: random.Random, argument: str) -> str:
    """A clamped Curve25519 key in base64."""
    import base64

    del argument
    key = bytearray(dice.randbytes(32))
    key[0], key[31] = key[0] & 248, key[31] & 127 | 64
    return base64.b64encode(bytes(key)).decode()


def _pypi(dice: random.Random, argument: str) -> str:
    import base64

    place = base64.b64decode({"": "cHlwaS5vcmc=", "test": "dGVzdC5weXBpLm9yZw=="}[argument])
    head = b"\x02\x01" + bytes([len(place)]) + place + b"\x02\x24" + _uuid(dice, "").encode() + b"\0\0\x06\x20"
    return "pypi-" + base64.urlsafe_b64encode(head + dice.randbytes(73)).decode().rstrip("=")


def _discord(dice: random.Random, argument: str) -> str:
    import base64

    snowflake = base64.b64encode(str(dice.randrange(10**17, 10**18)).encode()).decode().rstrip("=")
    base64url = ALPHABETS["base64url"]
    return f"{snowflake}.{_some(dice, base64url, 6)}.{_some(dice, base64url, int(argument or 38))}"


KINDS: Mapping[str, Callable[[random.Random, str], str]] = {
    "aws_key_id": _aws_key_id,
    "base64_of": _bytes,
    "base64_text": _text,
    "discord": _discord,
    "github": _checksummed,
    "jwt": _jwt,
    "jwt_base64": _nested_jwt,
    "pair": _pair,
    "pem": _pem,
    "pem_escaped": _escaped_pem,
    "pypi": _pypi,
    "uuid": _uuid,
    "wireguard": _wireguard,
}
"""Kinds with a structure: so many characters and their checksum, so many bytes in base64, whole tokens."""
