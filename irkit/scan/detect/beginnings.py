"""What texts begin with that are not looked at as they stand: archives, wide characters, pointers to another store."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from irkit.native import native

ARCHIVES = (
    (b"PK\x03\x04", "zip"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"]\x00\x00\x80\x00", "lzma"),
)
UNKNOWN = (
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
)
"""Archives that are not looked into."""
KEY_STORES = (
    (b"\xfe\xed\xfe\xed", "JKS"),
    (b"\xce\xce\xce\xce", "JCEKS"),
    (b"0\x82", "PKCS#12"),
    (b"0\x80", "PKCS#12"),
)
"""How they begin; what else does, a certificate say, is no PKCS#12: that has a version, 3, and then a sequence."""
_VERSION_3 = b"\x02\x01\x030"
"""After a length in two bytes, or in BER without one (RFC 7292, 4)."""
WIDE = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
LFS = b"version https://git-lfs.github.com/spec/v1"
TAR = slice(257, 262)
"""Where a tar archive has its own sign."""
USTAR = b"ustar"
MARKS = tuple(mark for mark, _ in WIDE)
PACKED = tuple(magic for magic, _ in (*ARCHIVES, *UNKNOWN))
LONE_KEY = "rails_master_key"
"""The rule for a key that is all of a file; ``by_path`` says of which."""
_LONE_LEAST, _LONE_MOST = 32, 34
"""Bytes of such a key, with a line end or without."""
_SPECIAL = (*PACKED, *MARKS, LFS, *(magic for magic, _ in KEY_STORES))


def is_special(body: bytes) -> bool:
    """Whether a text begins like one of them."""
    return body.startswith(_SPECIAL) or body[TAR] == USTAR


def specials(texts: Sequence[tuple[bytes, object]]) -> list[int]:
    """The indexes of the texts that begin like one of them, or are as long as a key of Rails alone is."""
    return beginning(texts, _SPECIAL, TAR.start, USTAR, _LONE_LEAST, _LONE_MOST)


def key_store(body: bytes) -> str:
    """Which kind of key store a text is; "" when it is none."""
    kind = next((kind for magic, kind in KEY_STORES if body.startswith(magic)), "")
    is_other = kind == "PKCS#12" and _VERSION_3 not in {body[4:8], body[2:6]}
    return "" if is_other else kind


def is_lone_key(body: bytes) -> bool:
    """Whether a text is 16 bytes in hex and nothing else."""
    key = body.rstrip(b"\r\n") if _LONE_LEAST <= len(body) <= _LONE_MOST else b""
    return len(key) == _LONE_LEAST and not key.strip(b"0123456789abcdef")


def beginning(
    texts: Sequence[tuple[bytes, object]],
    beginnings: tuple[bytes, ...],
    place: int,
    sign: bytes,
    shortest: int,
    longest: int,
) -> list[int]:
    """The indexes of the texts that begin so, have a sign at a place, or are from the shortest to the longest long."""
    end = place + len(sign)
    return [
        index
        for index, (body, _) in enumerate(texts)
        if shortest <= len(body) <= longest or body.startswith(beginnings) or body[place:end] == sign
    ]


beginning = native("irkit.scan.detect._batch", beginning)
