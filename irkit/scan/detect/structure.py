"""Structural checks: what must hold of a value beyond its pattern. Each tells why it does not; "" when it does."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Callable, Mapping

from irkit.scan.detect.base64_text import unlike_base64_pair, unlike_base64_text
from irkit.scan.detect.shape import unlike_password, unlike_random

_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKSUM_LENGTH = 6


def entropy(value: bytes) -> float:
    """Shannon's entropy of the bytes, in bits a byte: 0.0 for nothing and for one byte repeated."""
    counts = [value.count(byte) for byte in set(value)]
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)


def github_checksum(token: bytes) -> str:
    """The last six characters are the CRC32 of those after the prefix, in base 62 (GitHub's classic tokens, npm's).

    Source: GitHub's blog, 'Behind GitHub's new authentication token formats' (2021-04-05).
    """
    body = token.partition(b"_")[2]
    number, digits = zlib.crc32(body[:-_CHECKSUM_LENGTH]), b""
    while number:
        number, rest = divmod(number, len(_BASE62))
        digits = _BASE62[rest : rest + 1] + digits
    return "" if digits.rjust(_CHECKSUM_LENGTH, b"0") == body[-_CHECKSUM_LENGTH:] else "wrong checksum"


def aws_key_id(value: bytes) -> str:
    """An AWS access key id that is not one letter over and over."""
    return "" if entropy(value) >= 2.5 else "too regular"  # noqa: PLR2004 - bits a byte


def aws_secret(value: bytes) -> str:
    """40 characters of base64 that no hash in hex, no path and no name is."""
    if re.fullmatch(rb"[0-9a-f]+|[0-9A-F]+", value):
        return "a hash in hex"
    return mixed(value)


def mixed(value: bytes) -> str:
    """Capitals, small letters and digits, in good disorder: what random base64 looks like."""
    if not all(re.search(one, value) for one in (rb"[A-Z]", rb"[a-z]", rb"[0-9]")):
        return "not random: one class of characters is missing"
    return "" if entropy(value) >= 4.0 else "too regular"  # noqa: PLR2004 - bits a byte


def disordered(value: bytes) -> str:
    """Letters together with digits, disordered enough for a token."""
    if not (re.search(rb"[A-Za-z]", value) and re.search(rb"[0-9]", value)):
        return "not random: only letters or only digits"
    return "" if entropy(value) >= 2.75 else "too regular"  # noqa: PLR2004


CHECKS: Mapping[str, Callable[[bytes], str]] = {
    "github_checksum": github_checksum,
    "aws_key_id": aws_key_id,
    "aws_secret": aws_secret,
    "mixed": mixed,
    "disordered": disordered,
    "random": unlike_random,
    "password": unlike_password,
    "base64_text": unlike_base64_text,
    "base64_pair": unlike_base64_pair,
}
