"""What base64 of a text looks like: a word of a Kubernetes Secret, user and password of HTTP or a registry."""

from __future__ import annotations

import binascii
import re

from irkit.scan.detect.placeholder import placeholder, sequence, vague_placeholder
from irkit.scan.detect.published import is_published
from irkit.scan.detect.reference import REFERENCE, converted, reference
from irkit.scan.detect.shape import A_WORD, unlike_password, unlike_random

_TEXT = re.compile(rb"[\x20-\x7e\r\n\t]+")
_ADDRESS = re.compile(rb"[A-Za-z][A-Za-z0-9+.\-]{1,20}://[^\s@?]+")
"""Without a user, and asking nothing."""
_NO_TEXT_OF = re.compile(rb"(?i)(?:value|data|key)[_-]?\d{0,2}|[a-z]{1,5}")
"""``value-1``, ``abc``."""
_PASS = b"pass"
_LETTERS = re.compile(rb"[A-Za-z_.\-]{1,24}")
_NO_TEXT = "no base64 of a text"
_KEY_SIZES = frozenset((16, 24, 32, 48, 64))
"""Bytes of keys, of which each value is as likely as any other."""
_LEAST_OPAQUE = 60
_LEAST_PASSWORD = 6
_LEAST_NESTED = 16
_LEAST_DOCUMENT = 48
"""A longer text is a configuration that may name an example and hold a secret all the same."""


def decoded(value: bytes) -> bytes | None:
    """The bytes that the value is base64 of, in either alphabet, padded or not; None when it is not base64."""
    ordinary = value.translate(bytes.maketrans(b"-_", b"+/")).rstrip(b"=")
    try:
        return binascii.a2b_base64(ordinary + b"=" * (-len(ordinary) % 4), strict_mode=True)
    except binascii.Error:
        return None


def unlike_base64_text(value: bytes) -> str:
    """Why it is no base64 of a printable text that could be a secret; "" when it is one."""
    text = decoded(value)
    if text is not None and len(text) in _KEY_SIZES and not _TEXT.fullmatch(text) and len(value) % 4 == 0:
        return unlike_random(value) or converted(value)
    if text is None or not _TEXT.fullmatch(text):
        return _NO_TEXT
    text = text.strip()
    password = text.partition(b":")[2] or text
    reason = converted(password)
    if reason or len(text) >= _LEAST_DOCUMENT:
        return reason
    if is_published(text) or placeholder(text):
        return placeholder(text) or "documented example"
    if _ADDRESS.fullmatch(text):
        return REFERENCE
    if _LETTERS.fullmatch(text):
        reason = "" if text.isalpha() else vague_placeholder(text)
        return reason or (A_WORD if _is_any_word(text.lower()) else "")
    reason = vague_placeholder(text) or reference(text) or reference(password)
    return reason or (A_WORD if _NO_TEXT_OF.fullmatch(text) else "")


def _is_any_word(text: bytes) -> bool:
    """Whether letters are a word that does not say it is somebody's password, as ``mydbpassword`` does."""
    return unlike_password(text) == A_WORD and (_PASS not in text or text == b"password")


def unlike_base64_pair(value: bytes) -> str:
    """Why it is no base64 of ``user:password`` and no opaque registry token either; "" when it is one.

    RFC 7617; a registry's ``auth`` is the same, or a long opaque token (docs.docker.com, 'docker login').
    """
    text = decoded(value)
    user, colon, password = (text or b"").partition(b":")
    if text is None or not _TEXT.fullmatch(text) or not (colon and user and password):
        return unlike_random(value) if len(value) >= _LEAST_OPAQUE else _NO_TEXT
    if len(password) < _LEAST_PASSWORD:
        return "too short"
    if len(password) >= _LEAST_OPAQUE:
        return _harmless(password.strip())
    return _harmless(password.strip()) or reference(password) or converted(password) or unlike_password(password)


def _harmless(text: bytes) -> str:
    if is_published(text):
        return "documented example"
    inner = decoded(text) if len(text) >= _LEAST_NESTED else None
    nested = stands_for_nothing(inner.strip()) if inner and _TEXT.fullmatch(inner) else ""
    return nested or placeholder(text) or vague_placeholder(text)


def stands_for_nothing(text: bytes) -> str:
    """Why a text is a published example or a placeholder, itself or what it is base64 of; "" when it is neither."""
    return _harmless(text) or sequence(text)
