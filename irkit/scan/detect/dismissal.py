"""Why a value of a secret's shape is no secret, from the value and its line alone."""

from __future__ import annotations

import re

from irkit.scan.detect.base64_text import decoded, stands_for_nothing
from irkit.scan.detect.naming import harmless_name
from irkit.scan.detect.placeholder import placeholder, sequence, vague_placeholder
from irkit.scan.detect.published import is_published
from irkit.scan.detect.reference import checksum, converted, reference
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
_TEST_TABLE = re.compile(rb"(?i)\binsert\s+into\s+[`\"\[]?(?:\w+\.)?(?:test|dummy|fake|mock)_")
_TEST_VECTOR = re.compile(rb"(?i)\btest[ _-]?vectors?\b|\bknown[ _-]answer\b|\brfc[ -]?\d{4}\b|\bnist\b|\bfips\b")
_EXAMPLE_HOST = re.compile(rb"@(?:[\w.-]*\.)?(?:example(?:\.[a-z]{2,3})?|test|invalid|localhost)(?![\w-])")
_AROUND = 200
_LEAST_BASE64 = 12


def dismissed(rule: Rule, value: bytes, line: bytes, at: int) -> str:
    """Why ``value``, which stands at byte ``at`` of ``line``, is no secret; "" when nothing speaks against it.

    A value whose structure proves its kind (a rule of high confidence) is dismissed only as a documented example or a
    plain placeholder. Others also for what their names and lines say.
    """
    if is_published(value):
        return DOCUMENTED
    reason = placeholder(value)
    if reason or rule.confidence is Confidence.HIGH:
        return reason
    return (
        converted(value)
        or checksum(value, line, at)
        or reference(value)
        or vague_placeholder(value)
        or (sequence(value) or _by_inner_text(value) if "random" in rule.checks else "")
        or harmless_name(line, at)
        or _by_line(line, at, at + len(value))
    )


def _by_inner_text(value: bytes) -> str:
    """What it is base64 of, when that is a text."""
    text = decoded(value) if len(value) >= _LEAST_BASE64 else None
    return stands_for_nothing(text.strip()) if text and text.isascii() else ""


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
