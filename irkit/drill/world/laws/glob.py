"""The wildcards of IAM policies: ``*`` for any text and ``?`` for any one character. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

_ARN_PARTS = 6


def glob(text: str, pattern: str) -> bool:
    """Whether the whole text fits the pattern; upper and lower case differ."""
    return _compiled(pattern).fullmatch(text) is not None


def arn_glob(arn: str, pattern: str) -> bool:
    """The same part by part: a wildcard between two colons does not reach beyond them (ArnLike, ArnEquals)."""
    left, right = arn.split(":", _ARN_PARTS - 1), pattern.split(":", _ARN_PARTS - 1)
    return len(left) == len(right) == _ARN_PARTS and all(map(glob, left, right))


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    written = "".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in pattern)
    return re.compile(written, re.DOTALL)
