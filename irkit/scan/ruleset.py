"""The rules, read from TOML: those that irkit ships, and a user's own.

A file holds ``[[rule]]`` tables with the fields of ``Rule``. ``id``, ``title``, ``severity``, ``confidence`` and
``pattern`` must be given. ``${is}`` in a pattern stands for what comes between a name and its value. ``anchor``
follows from the pattern when it is left out; so do ``literals`` when the severity is high and the value begins with a
fixed text of 4 characters or more.
"""

from __future__ import annotations

import functools
import re
from difflib import get_close_matches
from pathlib import Path
from typing import cast

from irkit.errors import UsageError
from irkit.scan import anchor as anchors
from irkit.scan.check_names import CHECK_NAMES
from irkit.scan.expression import ExpressionInvalid, parsed
from irkit.scan.rule import Bounds, Confidence, Rule, Severity

SHIPPED = Path(__file__).with_name("rules")
_GENERIC = "generic"
IS = (
    r"""[ \t\w.\-]{0,30}(?:\[\d{0,3}\])?["'`\])}\\]{0,4}"""
    r"""(?:,?\s{0,24}["'\\]{0,2}(?i:value)["'\\]{0,2}\s{0,3}[:=]|\s{0,6}[=:>,(|?+.]{1,4}(?:[ \t]{0,2}[|>][-+]?)?"""
    r"""|(?i:key|token|secret|passw(?:or)?d|pass|auth|pat)["'`]?[ \t])"""
    r"""\s{0,12}[bru@$]{0,2}["'`\\]{0,4}(?:[\w.]{1,24}\(["'`]{0,2})?(?:(?i:bearer|basic|token|key)[ ]{1,3})?"""
)
"""What ``${is}`` stands for: the rest of a name, an assignment of any language, and an opening quote."""

_REQUIRED = ("id", "title", "severity", "confidence", "pattern")
_TEXTS = ("id", "title", "pattern", "anchor", "near", "liveness", "source")
_LISTS = ("checks", "literals", "also", "matches", "misses")
_CHOICES: dict[str, type[Severity | Confidence | Bounds]] = {
    "severity": Severity,
    "confidence": Confidence,
    "bounds": Bounds,
}
_LOOKED_FOR_ENCODED = (Severity.CRITICAL, Severity.HIGH)
_NUMBERS = ("reach", "min_entropy")
_ID = re.compile(r"[a-z][a-z0-9_]{2,63}")
_MOST_REACH = 32 << 10
_MOST_DOTS = 250
"""A key of n parts takes tomllib n * n steps."""
_MOST_BYTES = 1 << 20

Field = str | int | float | tuple[str, ...]


class RulesInvalid(UsageError):
    """A file of rules is refused; the message names the file, the rule and what is wrong with it."""


def shipped() -> tuple[Rule, ...]:
    """The rules that irkit brings, in the order of their files and of each file: what knows a kind comes first."""
    return _loaded(shipped_files())


@functools.cache
def _loaded(files: tuple[Path, ...]) -> tuple[Rule, ...]:
    """Half a second; the files are irkit's own and do not change while it runs."""
    return tuple(rule for file in files for rule in load(file))


def shipped_files() -> tuple[Path, ...]:
    """The files that hold them, by name; the one for secrets of no known kind is the last."""
    return tuple(sorted(SHIPPED.glob("*.toml"), key=lambda file: (file.stem == _GENERIC, file.stem)))


def load(file: Path) -> tuple[Rule, ...]:
    """The rules of a file. Raises ``RulesInvalid``."""
    import tomllib  # 30 ms: a hook with a cached rule set does without

    try:
        if file.exists() and not file.is_file():
            raise RulesInvalid(f"{file}: not a file", hint="Rules are read more than once: a pipe will not do.")
        with file.open("rb") as opened:
            text = opened.read(_MOST_BYTES + 1)
        if len(text) > _MOST_BYTES:
            raise RulesInvalid(f"{file}: larger than {_MOST_BYTES >> 20} MiB")
        if any(line.count(b".") > _MOST_DOTS for line in text.splitlines()):
            raise RulesInvalid(f"{file}: a line of more than {_MOST_DOTS} dots: no key of rules has so many parts")
        document = tomllib.loads(text.decode())
    except OSError as error:
        raise RulesInvalid(f"{file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulesInvalid(f"{file}: no TOML: {error}") from None
    except RecursionError:
        raise RulesInvalid(f"{file}: no TOML that can be read: too many brackets within each other") from None
    return _rules(document, str(file))


def _rules(document: dict[str, object], file: str) -> tuple[Rule, ...]:
    for key in document:
        if key != "rule":
            raise RulesInvalid(f"{file}: unknown key {key!r}", hint="A file of rules holds [[rule]] tables alone.")
    tables = document.get("rule")
    if not isinstance(tables, list) or not tables:
        raise RulesInvalid(f"{file}: no [[rule]] table")
    found: dict[str, Rule] = {}
    for number, table in enumerate(tables, 1):
        if not isinstance(table, dict):
            raise RulesInvalid(f"{file}: rule {number} is no table")
        where = f"{file}: rule {id_ if _ID.fullmatch(id_ := str(table.get('id'))) else number}"
        rule = _rule(table, where)
        if rule.id in found:
            raise RulesInvalid(f"{where}: the id is there twice")
        found[rule.id] = rule
    return tuple(found.values())


def _rule(table: dict[str, object], where: str) -> Rule:
    for key in table:
        if key not in Rule._fields:
            near = get_close_matches(key, Rule._fields, 1)
            raise RulesInvalid(f"{where}: unknown key {key!r}", hint=f"Did you mean {near[0]!r}?" if near else "")
    for key in _REQUIRED:
        if key not in table:
            raise RulesInvalid(f"{where}: no {key!r}")
    fields = {key: _field(key, value, where) for key, value in table.items()}
    if not _ID.fullmatch(str(fields["id"])):
        raise RulesInvalid(f"{where}: id: 3 to 64 of a-z, 0-9 and _, a letter first")
    for name in cast("tuple[str, ...]", fields.get("checks", ())):
        if name not in CHECK_NAMES:
            raise RulesInvalid(
                f"{where}: checks: there is no {name!r}", hint=f"There are {', '.join(sorted(CHECK_NAMES))}."
            )
    fields |= _expressions(fields, where)
    return Rule(**fields)  # type: ignore[arg-type] # each field's type is checked above, by its name


def _field(key: str, value: object, where: str) -> Field:
    if key in _TEXTS:
        if isinstance(value, str):
            return value
        raise RulesInvalid(f"{where}: {key}: a text is wanted")
    if key in _LISTS:
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        raise RulesInvalid(f"{where}: {key}: a list of texts is wanted")
    if key in _NUMBERS:
        return _number(key, value, where)
    kinds = _CHOICES[key]
    try:
        return kinds(str(value))
    except ValueError:
        raise RulesInvalid(f"{where}: {key}: one of {', '.join(kinds)}, not {value!r}") from None


def _number(key: str, value: object, where: str) -> Field:
    most = _MOST_REACH if key == "reach" else 8
    if isinstance(value, bool) or not isinstance(value, int if key == "reach" else int | float):
        raise RulesInvalid(f"{where}: {key}: a number is wanted")
    if not 0 <= value <= most:
        raise RulesInvalid(f"{where}: {key}: from 0 to {most}")
    return value if key == "reach" else float(value)


def _expressions(fields: dict[str, Field], where: str) -> dict[str, Field]:
    """The rule's expressions, checked and made whole. Raises ``RulesInvalid``."""
    made: dict[str, Field] = {}
    key = "pattern"
    try:
        for key in ("pattern", "near", "anchor"):
            text = str(fields.get(key, "")).replace("${is}", IS)
            if text or key == "pattern":
                parsed(text)
                re.compile(text.encode())
                made[key] = text
        key = "pattern"
        pattern = str(made[key])
        anchors.check_value(pattern)
        anchors.check_before_value(pattern, Bounds(str(fields.get("bounds", Bounds.TOKEN))))
        key = "anchor"
        if "anchor" in made:
            anchors.check_anchor(str(made["anchor"]))
        else:
            made["anchor"] = anchors.anchor(pattern)
        anchors.check_size(str(made["anchor"]))
    except (ExpressionInvalid, re.error, RecursionError, OverflowError) as error:
        raise RulesInvalid(f"{where}: {key}: {error}") from None
    if "literals" not in fields and fields["severity"] in _LOOKED_FOR_ENCODED:
        made["literals"] = anchors.beginnings(pattern)
    return made
