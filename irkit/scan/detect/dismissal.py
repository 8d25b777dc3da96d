"""Why a value of a secret's shape is no secret, from the value and its line alone."""

from __future__ import annotations

import re

from irkit.scan.detect.naming import harmless_name
from irkit.scan.detect.placeholder import placeholder, vague_placeholder
from irkit.scan.detect.published import is_published
from irkit.scan.detect.reference import checksum, converted, reference
from irkit.scan.rule import Confidence, Rule

DOCUMENTED = "documented example"
TEST_VECTOR = "test vector"
_CALLED_EXAMPLE = re.compile(
    rb"(?i)\b(?:for example|e\.g\.|such as|looks? like|(?:an? |this )?example(?: of| is|:)|sample)\b"
)
_TEST_VECTOR = re.compile(rb"(?i)\btest[ _-]?vectors?\b|\bknown[ _-]answer\b|\brfc[ -]?\d{4}\b|\bnist\b|\bfips\b")
_EXAMPLE_HOST = re.compile(rb"@(?:[\w.-]*\.)?(?:example(?:\.[a-z]{2,3})?|test|invalid|localhost)(?![\w-])")
_AROUND = 200


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
        or reference(value)
        or vague_placeholder(value)
        or checksum(value, line, at)
        or harmless_name(line, at)
        or _by_line(line, at, at + len(value))
    )


def _by_line(line: bytes, start: int, end: int) -> str:
    before = line[max(0, start - _AROUND) : start]
    if before.endswith(b"://mailto:"):
        return "a mail address"
    if _TEST_VECTOR.search(before):
        return TEST_VECTOR
    if _EXAMPLE_HOST.match(line, end) or _CALLED_EXAMPLE.search(before):
        return DOCUMENTED
    return ""
