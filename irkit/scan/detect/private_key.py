"""Whether a block that calls itself a private key holds one: base64 of what such keys begin with."""

from __future__ import annotations

import binascii
import re

from irkit.scan.detect.entropy import entropy

NO_KEY = "no key material"
_HEAD = re.compile(rb"-{4,5}[ ]?BEGIN[ A-Z0-9_-]*?PRIVATE[ _]KEY(?: BLOCK)?[ ]?-{4,5}")
_TAIL = re.compile(rb"-{4,5}[ ]?END")
_ESCAPED_END = re.compile(rb"\\+[nr]|\\+u000a|&#(?:10|13|xA|xD);", re.IGNORECASE)
_JOINED = re.compile(rb"^\s*(?:[+.&]\s*)?[\"'`]|(?:\\+[nr])*[\"'`]\s*[-+.&,;()\\]*\s*$")
"""What a program puts around each line of a text: quotes, an escaped line end, a sign that joins the next."""
_FRAME = re.compile(rb"^[\s\"'`,;\\]*(?:(?:[#*>|]+|//|--)\s+)?|[\s\"'`,;\\]+$")
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]*: ?")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,3}")
_CHECKSUM = re.compile(rb"=[A-Za-z0-9+/]{4}")
_NOTHING = (b"", b"+", b"-")
_LEAST_BODY = 40
_LOGGED = 40
"""Characters of a key on each line but the last; 64 or 70 are usual."""
_RANDOM_BODY = 200
_RANDOM_BITS = 5.2
"""Of base64; random base64 of 200 characters has 5.7."""
_SEQUENCE, _INTEGER = 0x30, 0x02
_OPENSSH = b"openssh-key-v1\0"
_SSH2 = b"\x3f\x6f\xf9\xeb"
_PGP_SECRET = (0x94, 0x95, 0x96, 0x9C, 0x9D, 0x9E, 0xC5, 0xC7)
"""Secret-key packets and secret subkeys, in the old format and the new (RFC 9580, section 4.2)."""


def unlike_private_key(block: bytes) -> str:
    """Why a block from ``BEGIN`` on is no private key; "" when it is one.

    RFC 7468 (PKCS #8, PKCS #1, SEC 1: a DER sequence of a sensible length that begins with a version), OpenSSH's
    PROTOCOL.key, RFC 4716 (SSH2), RFC 9580 (OpenPGP). A key that was cut short is still one, so is an encrypted key,
    and a long body of random bytes under such a label.
    """
    body, is_encrypted = _body(block)
    if len(body) < _LEAST_BODY or not _BASE64.fullmatch(body):
        body = _logged(block)
        if len(body) < _LEAST_BODY:
            return NO_KEY
    trimmed = body.rstrip(b"=")
    content = binascii.a2b_base64(trimmed[: len(trimmed) - (len(trimmed) % 4 == 1)] + b"==")
    if content.startswith((_OPENSSH, _SSH2)) or (content[0] in _PGP_SECRET and b"PGP" in block[:40]):
        return ""
    if _is_der_key(content):
        return ""
    is_random = len(body) >= _RANDOM_BODY or (is_encrypted and len(body) >= 64)  # noqa: PLR2004
    return "" if is_random and entropy(body) >= min(_RANDOM_BITS, 4.8 if is_encrypted else 8) else NO_KEY


def _body(block: bytes) -> tuple[bytes, bool]:
    """The block's base64 in one piece, without headers, quotes, escapes and comment signs; whether it is encrypted."""
    head = _HEAD.search(block)
    inner = block[head.end() if head else 0 :]
    tail = _TAIL.search(inner)
    written = (inner[: tail.start()] if tail else inner).split(b"\n")
    is_encrypted = b"ENCRYPTED" in block[:400]
    kept = []
    for line in (part for one in written for part in _ESCAPED_END.split(_JOINED.sub(b"", one))):
        bare = _FRAME.sub(b"", line)
        if bare not in _NOTHING and not _HEADER.match(bare) and not _CHECKSUM.fullmatch(bare):
            kept.append(bare)
    if all(line.startswith(b"+") for line in kept) or all(line.startswith(b"-") for line in kept):  # a diff
        kept = [line[1:] for line in kept]
    return b"".join(kept).replace(b" ", b""), is_encrypted


def _logged(block: bytes) -> bytes:
    """The base64 of a block that a log printed: each line ends in a word of it, behind a time, a step or a source."""
    lines = [part.split() for one in block.split(b"\n")[1:-1] for part in _ESCAPED_END.split(one)]
    words = [line[-1] for line in lines if line]
    is_logged = all(_BASE64.fullmatch(word) for word in words) and all(len(word) >= _LOGGED for word in words[:-1])
    return b"".join(words) if is_logged else b""


def _is_der_key(content: bytes) -> bool:
    """A sequence of a sensible length that begins with a version (0 to 3), or with an algorithm when encrypted."""
    if content[0] != _SEQUENCE or len(content) < 8:  # noqa: PLR2004
        return False
    size, start = content[1], 2
    if size & 0x80:
        count = size & 0x7F
        if count not in (1, 2, 3):
            return False
        size, start = int.from_bytes(content[2 : 2 + count], "big"), 2 + count
    if not 32 <= size <= 1 << 20:  # noqa: PLR2004 - an Ed25519 key in PKCS #8 has 46
        return False
    inner = content[start : start + 3]
    return (inner[:2] == bytes((_INTEGER, 1)) and inner[2] <= 3) or inner[0] == _SEQUENCE  # noqa: PLR2004
