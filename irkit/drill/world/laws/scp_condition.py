"""The conditions of service control policies: which operators and keys there are, and whether a block holds. Pure.

What this does not know is named by ``unknown``, so that a policy with it is refused when it is written, instead of
never matching. Sources: IAM user guide, "IAM JSON policy elements: Condition operators", "Multivalued context keys",
"AWS global condition context keys".
"""

from __future__ import annotations

import ipaddress
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from irkit.drill.world.json_shape import Json, mapping
from irkit.drill.world.laws.glob import arn_glob, glob

Keys = Mapping[str, str | Sequence[str]]
"""The request's context: key in lower case to its value, or to its values; a key that is not there is absent."""

KNOWN_KEYS = frozenset(
    {
        "aws:currenttime",
        "aws:epochtime",
        "aws:multifactorauthpresent",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalisawsservice",
        "aws:principalorgid",
        "aws:principaltype",
        "aws:requestedregion",
        "aws:securetransport",
        "aws:sourceip",
        "aws:tokenissuetime",
        "aws:userid",
        "aws:username",
        "aws:viaawsservice",
        "kms:grantisforawsresource",
    }
)
_TAG = "aws:principaltag/"
_SETS = ("forallvalues:", "foranyvalue:")
_IF_EXISTS = "ifexists"

Test = Callable[[str, str], bool]


def unknown(block: Json) -> str:
    """The first operator or key in a ``Condition`` that the rehearsal does not know, in words; empty when none."""
    if not isinstance(block, dict):
        return "a Condition that is no object"
    for name, members in block.items():
        base = _parts(name)[1]
        if base != "null" and base not in _TESTS:
            return f"the condition operator {name}"
        if not isinstance(members, dict):
            return f"the operands of {name}"
        for key, told in members.items():
            if key.lower() not in KNOWN_KEYS and not key.lower().startswith(_TAG):
                return f"the condition key {key}"
            if any("${" in value for value in _values(told)):
                return f"a policy variable under {key}"
    return ""


def holds(block: Json, keys: Keys) -> bool:
    """Whether every operator and every key in the block is satisfied."""
    return all(
        _satisfied(name, keys.get(key.lower()), list(_values(told)))
        for name, members in mapping(block).items()
        for key, told in mapping(members).items()
    )


def _satisfied(name: str, actual: str | Sequence[str] | None, told: Sequence[str]) -> bool:
    over, base, if_exists = _parts(name)
    if base == "null":
        return (actual is None) == (told[0].lower() == "true" if told else True)
    is_negated, test = _TESTS[base]
    if actual is None:
        return if_exists or over == _SETS[0] or (over != _SETS[1] and is_negated)
    given = [actual] if isinstance(actual, str) else list(actual)

    def fits(value: str) -> bool:
        return any(test(value, wanted) for wanted in told) != is_negated

    return any(map(fits, given)) if over == _SETS[1] else all(map(fits, given))


def _parts(name: str) -> tuple[str, str, bool]:
    """An operator's set word, its bare name and whether it ends in ``IfExists``."""
    low = name.lower()
    over = next((word for word in _SETS if low.startswith(word)), "")
    low = low.removeprefix(over)
    return over, low.removesuffix(_IF_EXISTS), low.endswith(_IF_EXISTS)


def _values(told: Json) -> Iterator[str]:
    for value in told if isinstance(told, list) else [told]:
        yield str(value).lower() if isinstance(value, bool) else str(value)


def _moment(told: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(told), UTC)
    except ValueError:
        pass
    try:
        when = datetime.fromisoformat(told)
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _date(compare: Callable[[datetime, datetime], bool]) -> Test:
    def test(actual: str, told: str) -> bool:
        left, right = _moment(actual), _moment(told)
        return left is not None and right is not None and compare(left, right)

    return test


def _number(compare: Callable[[float, float], bool]) -> Test:
    def test(actual: str, told: str) -> bool:
        try:
            return compare(float(actual), float(told))
        except ValueError:
            return False

    return test


def _address(actual: str, told: str) -> bool:
    try:
        return ipaddress.ip_address(actual) in ipaddress.ip_network(told, strict=False)
    except ValueError:
        return False


def _same_whatever_case(actual: str, told: str) -> bool:
    return actual.lower() == told.lower()


_TESTS: Mapping[str, tuple[bool, Test]] = {
    "stringequals": (False, operator.eq),
    "stringnotequals": (True, operator.eq),
    "stringequalsignorecase": (False, _same_whatever_case),
    "stringnotequalsignorecase": (True, _same_whatever_case),
    "stringlike": (False, glob),
    "stringnotlike": (True, glob),
    "arnequals": (False, arn_glob),
    "arnlike": (False, arn_glob),
    "arnnotequals": (True, arn_glob),
    "arnnotlike": (True, arn_glob),
    "bool": (False, _same_whatever_case),
    "ipaddress": (False, _address),
    "notipaddress": (True, _address),
    "dateequals": (False, _date(operator.eq)),
    "datenotequals": (True, _date(operator.eq)),
    "datelessthan": (False, _date(operator.lt)),
    "datelessthanequals": (False, _date(operator.le)),
    "dategreaterthan": (False, _date(operator.gt)),
    "dategreaterthanequals": (False, _date(operator.ge)),
    "numericequals": (False, _number(operator.eq)),
    "numericnotequals": (True, _number(operator.eq)),
    "numericlessthan": (False, _number(operator.lt)),
    "numericlessthanequals": (False, _number(operator.le)),
    "numericgreaterthan": (False, _number(operator.gt)),
    "numericgreaterthanequals": (False, _number(operator.ge)),
}
"""An operator's bare name: whether it asks for the contrary, and the test of one value against one operand."""
