"""Why a value of a secret's shape is no secret, from the value and its line alone."""

from __future__ import annotations

import re

from irkit.scan.detect.base64_text import decoded, stands_for_nothing
from irkit.scan.detect.naming import harmless_name
from irkit.scan.detect.placeholder import placeholder, sequence, vague_placeholder
from irkit.scan.detect.published import is_published
from irkit.scan.detect.reference import checksum, converted, reference
from irkit.scan.detect.shape import A_WORD, is_wordy
from irkit.scan.detect.wordiness import wordiness
from irkit.scan.rule import Confidence, Rule

DOCUMENTED = "documented example"
TEST_VECTOR = "test vector"
_CALLED_EXAMPLE = re.compile(
    rb"(?i)\b(?:for example|e\.g\.|such as|looks? like|(?:an? |this )?example(?: of| is|:)|sample)\b"
)
_SAID_HARMLESS = re.compile(
    rb"(?i)\bnot[ -]?(?:an? )?(?:real )?secret\b|\bnosec\b|nolint:[ \w,]*gosec|noqa: ?S10\d|false[ -]positive"
)
_EXPECTED = re.compile(rb"\bassert\w*\s*[.(!]|\bassert\s|\bexpect\w*\(|\.should\b|\btoEqual\(|\btoBe\(")
_TEST_NAME = re.compile(
    rb"(?i)(?:\b|_)(?:fake|dummy|mock|stub|example|sample|test)\w{0,40}[\"'\]]{0,2}\s{0,4}[:=]+[>\s]{0,4}[\w.(]{0,20}[\"'`]{0,3}$"
)
_TEST_TABLE = re.compile(rb"(?i)\binsert\s+into\s+[`\"\[]?(?:\w+\.)?(?:test|dummy|fake|mock)_")
_TEST_VECTOR = re.compile(rb"(?i)\btest[ _-]?vectors?\b|\bknown[ _-]answer\b|\brfc[ -]?\d{4}\b|\bnist\b|\bfips\b")
_EXAMPLE_HOST = re.compile(rb"@(?:[\w.-]*\.)?(?:example(?:\.[a-z]{2,3})?|test|invalid|localhost)(?![\w-])")
_BASE64_END, _BASE64_START = re.compile(rb"[A-Za-z0-9+/]+$"), re.compile(rb"[A-Za-z0-9+/]+")
_LEAST_AROUND, _FEW_WORDS = 24, 0.25
_AROUND = 200
_LEAST_BASE64, _LEAST_SENTENCE = 12, 24


def dismissed(rule: Rule, value: bytes, line: bytes, at: int) -> str:
    """Why ``value``, which stands at byte ``at`` of ``line``, is no secret; "" when nothing speaks against it.

    A value whose structure proves its kind (a rule of high confidence) is dismissed only as a documented example or a
    plain placeholder. Others also for what their names and lines say.
    """
    if is_published(value):
        return DOCUMENTED
    reason = placeholder(value) or _as_part(value, line, at)
    if reason or rule.confidence is Confidence.HIGH:
        return reason or _as_key(rule, line[max(0, at - _AROUND) : at])
    return (
        converted(value)
        or checksum(value, line, at)
        or (reference(value) if rule.checks else "")
        or vague_placeholder(value)
        or (sequence(value) or _by_inner_text(value) if "random" in rule.checks else "")
        or harmless_name(line, at)
        or _by_line(line, at, at + len(value))
    )


def _as_part(value: bytes, line: bytes, at: int) -> str:
    """Chance makes short tokens within long base64 (certificates, pictures); a path's parts are words."""
    end = at + len(value)
    before, after = _BASE64_END.search(line, max(0, at - _AROUND), at), _BASE64_START.match(line, end, end + _AROUND)
    around = (before[0] if before else b"") + (after[0] if after else b"")
    is_inside = len(around) >= _LEAST_AROUND and wordiness(around) < _FEW_WORDS
    return "a part of a longer base64 text" if is_inside else ""


def _as_key(rule: Rule, before: bytes) -> str:
    """A private key may be anybody's, so the name it is assigned to counts."""
    return "named as a test value" if "pem" in rule.checks and _TEST_NAME.search(before) else ""


def _by_inner_text(value: bytes) -> str:
    """What it is base64 of, when that is a text."""
    text = decoded(value) if len(value) >= _LEAST_BASE64 else None
    if not text or not text.isascii():
        return ""
    text = text.strip()
    is_short = len(text) < _LEAST_SENTENCE and text.isascii() and text.decode().isprintable()
    return (
        converted(text)
        or stands_for_nothing(text)
        or (A_WORD if is_short and is_wordy(text.rpartition(b":")[2]) else "")
    )


def _by_line(line: bytes, start: int, end: int) -> str:
    before = line[max(0, start - _AROUND) : start]
    if before.endswith(b"://mailto:"):
        return "a mail address"
    if _TEST_VECTOR.search(before):
        return TEST_VECTOR
    if _SAID_HARMLESS.search(line, end, end + _AROUND):
        return "said to be no secret"
    if _TEST_TABLE.search(before):
        return "named as a test value"
    if _EXPECTED.search(before):
        return "what a test expects"
    if _EXAMPLE_HOST.match(line, end) or _CALLED_EXAMPLE.search(before):
        return DOCUMENTED
    return ""
