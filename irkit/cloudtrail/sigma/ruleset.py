"""Sigma rules of a folder, for CloudTrail's records: those that can be evaluated, and why the others cannot.

The rules stay their authors' (SigmaHQ's are under the Detection Rule License 1.1, which asks for attribution in the
output), so each hit names its rule's title, author and id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from irkit.cloudtrail.query import Query
from irkit.cloudtrail.sigma.condition import Condition, compiled
from irkit.cloudtrail.sigma.value import Test
from irkit.errors import UsageError

if TYPE_CHECKING:
    from sigma.rule import SigmaRule

MOST_BYTES = 1 << 20
"""No rule is longer."""
_SUFFIXES = frozenset({".yml", ".yaml"})
_RELATED = frozenset({"correlation", "filter"})
_PARTS = frozenset({"title", "logsource", "detection", *_RELATED})
"""What has none of them is no rule, but something else in YAML: rules lie among workflows and settings."""
_TECHNIQUE = re.compile(r"t\d{4}(?:\.\d{3})?")


@dataclass(frozen=True)
class Rule:
    """One rule. ``names`` are the calls it can be true of, in small letters; None: any."""

    title: str
    id: str
    level: str
    """``informational``, ``low``, ``medium``, ``high``, ``critical``; empty for none."""
    author: str
    tactics: tuple[str, ...]
    """ATT&CK's: ``credential-access``."""
    techniques: tuple[str, ...]
    """ATT&CK's: ``T1552.005``."""
    file: str
    test: Test
    names: frozenset[str] | None
    fields: frozenset[str]
    """Paths of a record's JSON that it looks at; ``*`` for all of it."""


class LeftOut(NamedTuple):
    """A rule that is not evaluated, and why."""

    file: str
    title: str
    why: str


@dataclass(frozen=True)
class Ruleset:
    """The rules of a folder. ``foreign`` counts those of other log sources, which say nothing of CloudTrail."""

    rules: tuple[Rule, ...]
    left_out: tuple[LeftOut, ...]
    foreign: int

    @property
    def notes(self) -> tuple[str, ...]:
        """What was evaluated and what not, in words, for a coverage."""
        others = f", {self.foreign} of other log sources" if self.foreign else ""
        counted = f"{len(self.rules)} Sigma rules evaluated, {len(self.left_out)} left out{others}"
        return (counted, *(f"RULE LEFT OUT: {one.title or one.file} ({one.why})" for one in self.left_out))

    def needs(self, query: Query) -> Query:
        """The query of all that the rules can be true of: their calls, where each names some."""
        named = [rule.names for rule in self.rules]
        if query.calls or any(names is None for names in named):
            return query
        return replace(query, calls=tuple(sorted(frozenset[str]().union(*(names or () for names in named)))))


def ruleset(folder: Path) -> Ruleset:
    """The rules of a folder, or of one file.

    Raises ``UsageError`` when pySigma is not installed, when there is no such folder, and when it has no rule for
    CloudTrail.
    """
    try:
        import sigma.collection  # noqa: F401 - whether it is there
    except ImportError as error:
        raise UsageError("Sigma rules are parsed by pySigma, which is not installed", hint=_INSTALL) from error
    if not folder.exists():
        raise UsageError(f"there is no folder {folder}", hint="name the folder that holds the rules (*.yml)")
    rules: list[Rule] = []
    left_out: list[LeftOut] = []
    foreign = 0
    for file in _files(folder):
        name = str(file.relative_to(folder)) if folder.is_dir() else file.name
        for one in _parsed(file, name):
            if isinstance(one, LeftOut):
                left_out.append(one)
            elif not _is_of_cloudtrail(one):
                foreign += 1
            else:
                made = _rule(one, name)
                (rules if isinstance(made, Rule) else left_out).append(made)  # type: ignore[arg-type]
    if not rules and not left_out:
        raise UsageError(f"there is no Sigma rule for aws / cloudtrail in {folder}", hint="rules are files *.yml")
    return Ruleset(tuple(rules), tuple(left_out), foreign)


_INSTALL = "pip install 'irkit[sigma]'"


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_file():
        yield folder
        return
    yield from sorted(each for each in folder.rglob("*") if each.suffix in _SUFFIXES and each.is_file())


def _parsed(file: Path, name: str) -> Iterator[SigmaRule | LeftOut]:
    from sigma.collection import SigmaCollection
    from sigma.exceptions import SigmaError
    from sigma.rule import SigmaRule
    from yaml import YAMLError, safe_load_all

    try:
        if file.stat().st_size > MOST_BYTES:
            yield LeftOut(name, "", f"the file is longer than {MOST_BYTES >> 20} MB")
            return
        texts = safe_load_all(file.read_text(encoding="utf-8"))
        several = [one for one in texts if one is not None and not _PARTS.isdisjoint(one.keys())]
        related = [one for one in several if _RELATED & one.keys()]
        found = SigmaCollection.from_dicts([one for one in several if one not in related], collect_errors=True)
    except (OSError, SigmaError, YAMLError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        yield LeftOut(name, "", f"cannot be read: {_line(error)}")
        return
    for other in related:
        yield LeftOut(name, str(other.get("title", "")), "correlations and filters of rules are not evaluated")
    for one in found.rules:
        if one.errors:
            yield LeftOut(name, str(one.title or ""), _line(one.errors[0]))
        elif isinstance(one, SigmaRule):
            yield one


def _is_of_cloudtrail(one: SigmaRule) -> bool:
    return one.logsource.product == "aws" and one.logsource.service in {None, "cloudtrail"}


def _rule(one: SigmaRule, file: str) -> Rule | LeftOut:
    from sigma.exceptions import SigmaError

    try:
        conditions = [compiled(each.parsed) for each in one.detection.parsed_condition]
    except UsageError as error:
        return LeftOut(file, one.title, error.message)
    except SigmaError as error:
        return LeftOut(file, one.title, _line(error))
    whole = _either(conditions)
    tags = [each.name for each in one.tags if each.namespace == "attack"]
    return Rule(
        title=one.title,
        id=str(one.id or ""),
        level=one.level.name.lower() if one.level else "",
        author=one.author or "",
        tactics=tuple(each.replace("_", "-") for each in tags if not re.match(r"[tsg]\d", each)),
        techniques=tuple(each.upper() for each in tags if _TECHNIQUE.fullmatch(each)),
        file=file,
        test=whole.test,
        names=whole.names,
        fields=whole.fields,
    )


def _either(conditions: list[Condition]) -> Condition:
    """A rule of several conditions holds when one does."""
    if len(conditions) == 1:
        return conditions[0]
    named = [each.names for each in conditions]
    return Condition(
        lambda body: any(each.test(body) for each in conditions),
        None if None in named else frozenset[str]().union(*(names or () for names in named)),
        frozenset(field for each in conditions for field in each.fields),
    )


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
