"""What a text must look like to be a secret of some kind: checksums, character classes, entropy."""

from __future__ import annotations

import math
import re
import zlib

_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKSUM_LENGTH = 6
_PLACEHOLDER = (
    rb"(?i)example|placeholder|change_?-?me|dummy|redacted|your[_-]|insert[_-]|x{6}|\*{4}|\.{4}|1234567890?abc|0{12}"
    rb"|^<.*>$|^\{.*\}$|^%.*%$|^\w*\[.*\]$|^enc\(.*\)$|^@\w+@$|^\$\w+$|\$\{|\{\{|%\(|\$\("
    rb"|^(?:env|file|vault|process|os|config|settings|secrets|var)[.:(]"
)
_NAME = rb"(?:[A-Za-z_]+[0-9]{0,2}[.:/-])+[A-Za-z_]*[0-9]{0,4}/?|[a-z]+(?:_[a-z0-9]+){2,}|https?://\S+"


def entropy(value: bytes) -> float:
    """Shannon's entropy of the bytes, in bits a byte: 0.0 for nothing and for one byte repeated."""
    counts = [value.count(byte) for byte in set(value)]
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)


def has_github_checksum(token: bytes) -> bool:
    """Whether the last six characters of a token are the CRC32 of those after its prefix, in base 62.

    GitHub's blog, 'Behind GitHub's new authentication token formats' (2021-04-05): classic tokens, ``ghp_`` and kin.
    """
    body = token.partition(b"_")[2]
    number, digits = zlib.crc32(body[:-_CHECKSUM_LENGTH]), b""
    while number:
        number, rest = divmod(number, len(_BASE62))
        digits = _BASE62[rest : rest + 1] + digits
    return digits.rjust(_CHECKSUM_LENGTH, b"0") == body[-_CHECKSUM_LENGTH:]


def is_placeholder(value: bytes) -> bool:
    """Whether the text stands for a secret (``AKIAIOSFODNN7EXAMPLE``, ``<token>``, ``${TOKEN}``) and is none."""
    return re.search(_PLACEHOLDER, value) is not None


def is_mixed(value: bytes) -> bool:
    """Capitals, small letters and digits, in good disorder: what random base64 looks like, and no hash in hex does."""
    classes = (rb"[A-Z]", rb"[a-z]", rb"[0-9]")
    return all(re.search(one, value) for one in classes) and entropy(value) >= 4.0  # noqa: PLR2004 - bits a byte


def is_key_id(value: bytes) -> bool:
    """An AWS access key id that is not one letter over and over."""
    return entropy(value) >= 2.5  # noqa: PLR2004 - bits a byte


def is_disordered(value: bytes) -> bool:
    """Letters together with digits, disordered enough for a password or a token, not a dotted name or a path."""
    letters_and_digits = re.search(rb"[A-Za-z]", value) and re.search(rb"[0-9]", value)
    return bool(letters_and_digits) and entropy(value) >= 2.75 and not re.fullmatch(_NAME, value)  # noqa: PLR2004


def has_key_body(value: bytes) -> bool:
    """Whether a PEM block holds key material and is not just named in code or in a program: base64 and little else."""
    body = re.sub(rb"\\[nr]|\s", b"", value.split(b"-----", 2)[-1])
    longest = max((len(run) for run in re.findall(rb"[A-Za-z0-9+/=]+", body)), default=0)
    return longest >= 64 and longest >= 0.6 * len(body) and entropy(body) >= 4.0  # noqa: PLR2004


def is_anything(value: bytes) -> bool:
    """The pattern says enough."""
    return bool(value)
