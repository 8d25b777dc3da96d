"""One value of a rule, compiled to a test of one value of a record."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address
from operator import ge, gt, le, lt, ne
from typing import TYPE_CHECKING

from irkit.cloudtrail.sigma.body import written
from irkit.errors import UsageError

if TYPE_CHECKING:
    from pydantic import JsonValue
    from sigma.types import SigmaCompareExpression, SigmaRegularExpression, SigmaString, SigmaType

Test = Callable[["JsonValue"], bool]
_COMPARED: dict[str, Callable[[float, float], bool]] = {"LT": lt, "LTE": le, "GT": gt, "GTE": ge, "NEQ": ne}


class Extent(StrEnum):
    """How much of a record's text a rule's text must be."""

    WHOLE = "whole"
    WITHIN = "within"
    """As keywords are looked for."""


def plain(value: SigmaType) -> str | None:
    """The text of a value that has no wildcard and is not looked for by its case; None for any other."""
    from sigma.types import SigmaCasedString, SigmaString

    if isinstance(value, SigmaCasedString) or not isinstance(value, SigmaString):
        return None
    return "".join(str(part) for part in value.s) if all(isinstance(part, str) for part in value.s) else None


def value_test(value: SigmaType, extent: Extent = Extent.WHOLE) -> Test:
    """Raises ``UsageError`` for a kind of value that is not understood here."""
    from sigma.types import (
        SigmaBool,
        SigmaCIDRExpression,
        SigmaCompareExpression,
        SigmaNumber,
        SigmaRegularExpression,
        SigmaString,
        SigmaTimestampPart,
    )

    match value:
        case SigmaString():
            return _text_test(value, extent)
        case SigmaBool():
            word = str(value.boolean).lower()
            return lambda found: written(found).lower() == word
        case SigmaTimestampPart():
            raise UsageError("parts of times are not understood")
        case SigmaNumber():
            number = float(value.number)
            return lambda found: _number(found) == number
        case SigmaRegularExpression():
            expression = _expression(value)
            return lambda found: found is not None and expression.search(written(found)) is not None
        case SigmaCIDRExpression():
            network = value.network
            return lambda found: _is_within(written(found), network)
        case SigmaCompareExpression():
            return _compared(value)
        case _:
            raise UsageError(f"a value of kind {type(value).__name__} is not understood")


def _text_test(value: SigmaString, extent: Extent) -> Test:
    from sigma.types import SigmaCasedString

    word = plain(value)
    if word is not None and extent is Extent.WHOLE:
        low = word.lower()
        return lambda found: found is not None and written(found).lower() == low
    flags = re.DOTALL if isinstance(value, SigmaCasedString) else re.DOTALL | re.IGNORECASE
    expression = re.compile(_pattern(value), flags)
    if extent is Extent.WITHIN:
        return lambda found: found is not None and expression.search(written(found)) is not None
    return lambda found: found is not None and expression.fullmatch(written(found)) is not None


def _pattern(value: SigmaString) -> str:
    from sigma.types import SpecialChars

    parts = []
    for part in value.s:
        if isinstance(part, str):
            parts.append(re.escape(part))
        elif part is SpecialChars.WILDCARD_MULTI:
            parts.append(".*")
        elif part is SpecialChars.WILDCARD_SINGLE:
            parts.append(".")
        else:
            raise UsageError("placeholders (%name%) are not filled in")
    return "".join(parts)


def _expression(value: SigmaRegularExpression) -> re.Pattern[str]:
    flags = re.RegexFlag(0)
    for each in value.flags:
        flags |= value.sigma_to_python_flags[each]
    text = value.regexp.original if hasattr(value.regexp, "original") else str(value.regexp)
    try:
        return re.compile(text, flags)
    except re.error as error:
        raise UsageError(f"the regular expression {text!r} is not understood: {error}") from error


def _compared(value: SigmaCompareExpression) -> Test:
    compare, bound = _COMPARED[value.op.name], float(value.number.number)
    return lambda found: (number := _number(found)) is not None and compare(number, bound)


def _number(found: JsonValue) -> float | None:
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        return float(found)
    except ValueError:
        return None


def _is_within(text: str, network: IPv4Network | IPv6Network) -> bool:
    try:
        return ip_address(text) in network
    except ValueError:
        return False
