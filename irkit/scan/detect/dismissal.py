"""Why a value of a secret's shape is no secret, from the value and its line alone."""

from __future__ import annotations

import re

from irkit.scan.detect.base64_text import decoded, stands_for_nothing
from irkit.scan.detect.by_line import DOCUMENTED, TEST_VALUE, said_by_line
from irkit.scan.detect.naming import harmless_name, named_entry, named_itself, named_thing
from irkit.scan.detect.placeholder import placeholder, sequence, vague_placeholder
from irkit.scan.detect.published import is_published
from irkit.scan.detect.reference import checksum, converted, reference
from irkit.scan.detect.shape import A_WORD, is_wordy
from irkit.scan.detect.wordiness import wordiness
from irkit.scan.rule import Confidence, Rule

_TEST_NAME = re.compile(
    rb"(?i)(?:\b|_)(?:fake|dummy|mock|stub|example|sample|test)\w{0,40}[\"'\]]{0,2}\s{0,4}[:=]+[>\s]{0,4}[\w.({\[\]\s]{0,60}[\"'`]{0,3}\s{0,40}$"
)
_HASHES = "password_hash"
_BASE64_END, _BASE64_START = re.compile(rb"[A-Za-z0-9+/]+$"), re.compile(rb"[A-Za-z0-9+/]+")
_LEAST_AROUND, _FEW_WORDS = 24, 0.25
_ARMOURED = re.compile(rb"[ \t]?[A-Za-z0-9+/]{60,76}={0,2}[ \t\r]*")
"""A line of a PGP signature, as a commit's header has it, or of a certificate (RFC 4880, RFC 7468)."""
_AROUND = 200
_LETTERS = re.compile(rb"[A-Za-z_.\-]+")
_LEAST_BASE64, _LEAST_PADDED, _LEAST_SENTENCE = 12, 8, 24
_MOST_OF_A_PHRASE, _ALL_WORDS = 64, 0.75


def dismissed(rule: Rule, value: bytes, line: bytes, at: int) -> str:
    """Why ``value``, which stands at byte ``at`` of ``line``, is no secret; "" when nothing speaks against it.

    A value whose structure proves its kind (a rule of high confidence) is dismissed only as a documented example or a
    plain placeholder. Others also for what their names and lines say.
    """
    if is_published(value):
        return DOCUMENTED
    reason = placeholder(value) or _as_part(value, line, at)
    reason = reason or _as_key(rule, line[max(0, at - _AROUND) : at])
    if reason or rule.confidence is Confidence.HIGH:
        return reason
    return (
        converted(value)
        or checksum(value, line, at)
        or (reference(value) if rule.checks else "")
        or vague_placeholder(value)
        or (sequence(value) or _by_inner_text(value) if "random" in rule.checks else "")
        or (converted((decoded(value) or b"").strip()) if "base64_text" in rule.checks else "")
        or (_by_encoded(value) if "password" in rule.checks else "")
        or (A_WORD if _LETTERS.fullmatch(value) and is_wordy(value) else "")
        or harmless_name(line, at)
        or (named_thing(value, line, at) if rule.id.startswith("assigned_") else "")
        or (named_itself(value, line, at) if rule.id.startswith("assigned_") else "")
        or (named_entry(line, at) if "base64_text" in rule.checks else "")
        or said_by_line(line, at, at + len(value))
    )


def _is_phrase(text: bytes) -> bool:
    return len(text) < _MOST_OF_A_PHRASE and wordiness(text) >= _ALL_WORDS


def _as_part(value: bytes, line: bytes, at: int) -> str:
    """Chance makes short tokens within long base64 (certificates, pictures); a path's parts are words."""
    end = at + len(value)
    before, after = _BASE64_END.search(line, max(0, at - _AROUND), at), _BASE64_START.match(line, end, end + _AROUND)
    around = (before[0] if before else b"") + (after[0] if after else b"")
    is_inside = len(around) >= _LEAST_AROUND and wordiness(around) < _FEW_WORDS
    is_inside = is_inside or (len(around) > 0 and _ARMOURED.fullmatch(line) is not None)
    return "a part of a longer base64 text" if is_inside else ""


def _as_key(rule: Rule, before: bytes) -> str:
    """A private key and a hash may be anybody's, so the name it is assigned to counts."""
    is_judged = "pem" in rule.checks or rule.id == _HASHES
    return TEST_VALUE if is_judged and _TEST_NAME.search(before) else ""


def _by_encoded(value: bytes) -> str:
    """Of a password that is base64 of a text, why that is none."""
    text = decoded(value) if len(value) >= _LEAST_PADDED and len(value) % 4 == 0 else None
    if not text or not text.isascii() or not text.decode().isprintable():
        return ""
    return stands_for_nothing(text) or converted(text) or reference(text) or (A_WORD if text.isalpha() else "")


def _by_inner_text(value: bytes) -> str:
    """What it is base64 of, when that is a text."""
    text = decoded(value) if len(value) >= _LEAST_BASE64 else None
    if not text or not text.isascii():
        return ""
    text = text.strip()
    is_short = text.decode().isprintable() and (len(text) < _LEAST_SENTENCE or _is_phrase(text))
    return (
        converted(text)
        or converted(text.partition(b":")[2])
        or stands_for_nothing(text)
        or (A_WORD if is_short and is_wordy(text.rpartition(b":")[2]) else "")
        or _by_inner_text(text)
    )
