"""Whether a token's characters look random, for rules whose pattern already says the length and the alphabet."""

from __future__ import annotations

import math
import re

from irkit.scan.detect.entropy import REGULAR, entropy

_UPPER, _LOWER, _DIGIT = re.compile(rb"[A-Z]"), re.compile(rb"[a-z]"), re.compile(rb"[0-9]")
_PREFIX = re.compile(rb"(?:[A-Za-z0-9]{1,12}[-_.:$]){1,3}")
_LEAST_REST = 10
_HEX = re.compile(rb"[0-9a-f]+|[0-9A-F]+")
_WORD = re.compile(rb"[A-Za-z]?[a-z]{2,}|[A-Z]{3,}")
_PATH_WORDS, _PATH_SLASHES = 3, 7
"""Random base64 of 40 characters has a slash or none."""
ONE_CLASS = "not random: a class of characters is missing"


def mixed(value: bytes) -> str:
    """Capitals, small letters and digits, in good disorder: what random base64 of 20 characters and more looks like."""
    rest = _rest(value)
    if not all(one.search(rest) for one in (_UPPER, _LOWER, _DIGIT)):
        return ONE_CLASS
    return "" if entropy(rest) >= min(4.0, 0.8 * math.log2(len(rest))) else REGULAR


def jumbled(value: bytes) -> str:
    """At least two classes of characters, disordered: a random token that may happen to lack one of the three."""
    rest = _rest(value)
    if sum(one.search(rest) is not None for one in (_UPPER, _LOWER, _DIGIT)) < 2:  # noqa: PLR2004
        return ONE_CLASS
    return "" if entropy(rest) >= min(3.0, 0.7 * math.log2(len(rest))) else REGULAR


def disordered(value: bytes) -> str:
    """Letters together with digits, disordered enough for a token of small letters or hex."""
    if not ((_UPPER.search(value) or _LOWER.search(value)) and _DIGIT.search(value)):
        return "not random: only letters or only digits"
    return "" if entropy(value) >= min(2.75, 0.65 * math.log2(len(value))) else REGULAR


def aws_secret(value: bytes) -> str:
    """40 characters of base64 that no hash in hex and no path is."""
    if _HEX.fullmatch(value):
        return "a hash in hex"
    words = [part for part in value.split(b"/") if _WORD.fullmatch(part)]
    if len(words) >= _PATH_WORDS or value.count(b"/") >= _PATH_SLASHES:
        return "a path"
    return mixed(value)


def _rest(value: bytes) -> bytes:
    """The value without its fixed beginning (``glpat-``), whose letters say nothing."""
    found = _PREFIX.match(value)
    return value[found.end() :] if found and len(value) - found.end() >= _LEAST_REST else value
