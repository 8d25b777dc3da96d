"""How a detector is made: from rules, or from what an earlier run kept, because reading and compiling take a second."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

import irkit
from irkit.errors import UsageError
from irkit.scan.detect.engine import Engine
from irkit.scan.detect.hyperscan_prefilter import DatabaseUnusable, HyperscanPrefilter, hyperscan_version
from irkit.scan.detect.kept import Kept, digest_of, keep, kept
from irkit.scan.detect.looking import Detector
from irkit.scan.detect.prefilter import Expression, ExpressionRefused, Prefilter
from irkit.scan.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path  # 4 ms

    from irkit.scan.rule import Rule

_DETECT = os.path.dirname(__file__)  # noqa: PTH120 - a hook's start is counted in milliseconds
_SCAN = os.path.dirname(_DETECT)  # noqa: PTH120
_RULES = f"{_SCAN}/rules"
_READERS = ("anchor.py", "expression.py", "rule.py", "ruleset.py")
"""What reads rules, beside this package; all that decides what is a finding is part of the hash."""


class EngineMissing(UsageError):
    """The engine asked for is not installed."""


def loaded(files: Sequence[Path], engine: Engine, cache: Path | None, prepare: Callable[[], None]) -> Detector:
    """See ``load_detector``. Raises ``RulesInvalid``, ``EngineMissing``."""
    version = "" if engine is Engine.RE2 else hyperscan_version()
    if engine is Engine.HYPERSCAN and not version:
        raise EngineMissing("hyperscan is not installed", hint="pip install hyperscan, or choose RE2.")
    machine = f"{version} {os.uname().machine} {sys.implementation.cache_tag}"
    key = digest_of(f"{_state(files)} {machine}".encode()).hex()[:32]
    file = f"{cache}/detector-{key}.bin" if cache else ""
    parts = kept(file) if file else None
    try:
        if parts:
            return Detector(parts, _prefilter(parts), parts.rules_hash, prepare)
    except DatabaseUnusable:
        pass  # of another machine with the same home; ours replaces it
    parts = _parts(files, version)._replace(rules_hash=_rules_hash(files))
    if file:
        keep(file, parts)
    return Detector(parts, _prefilter(parts), parts.rules_hash, prepare)


def detector(rules: Sequence[Rule], engine: Engine = Engine.BEST) -> Detector:
    """A detector with these rules alone. Raises the engine's own error for a rule that it cannot compile."""
    rules_hash = digest_of(f"{_rules_hash(())} {tuple(rules)!r}".encode()).hex()[:32]
    return Detector(*parts_of(rules, engine), rules_hash)


def parts_of(
    rules: Sequence[Rule], engine: Engine = Engine.BEST, keywords: Sequence[str] | None = None
) -> tuple[Kept, Prefilter]:
    """What a detector with these rules is made of. Raises like ``detector``.

    ``keywords`` tell that an encoded text may hold a secret without a fixed beginning; all of irkit's when None.
    """
    version = "" if engine is Engine.RE2 else hyperscan_version()
    parts = _made(rules, len(rules), version, keywords)
    return parts, _prefilter(parts, keywords)


def _deciding(files: Sequence[Path]) -> list[str]:
    """Everything that decides what is a finding."""
    readers = (f"{_SCAN}/{name}" for name in _READERS)
    return [*_listed(_DETECT, ".py"), *_listed(_RULES, ".toml"), *readers, *map(str, files)]


def _state(files: Sequence[Path]) -> str:
    """Which versions of these files lie there: to read them all would take a hook 2 ms."""
    states = [irkit.__version__]
    for file in _deciding(files):
        try:
            found = os.stat(file)  # noqa: PTH116 - the quick way
        except OSError:
            states.append(f"{file} is not there")  # so nothing kept fits, and whoever reads it as rules says so
        else:
            states.append(f"{file} {found.st_ino} {found.st_size} {found.st_mtime_ns} {found.st_ctime_ns}")
    return "\n".join(states)


def _rules_hash(files: Sequence[Path]) -> str:
    """Of everything that decides what is a finding. Raises ``RulesInvalid`` when a user's file cannot be read."""
    contents = [irkit.__version__.encode()]
    for file in _deciding(files):
        try:
            with open(file, "rb", buffering=0) as opened:  # noqa: PTH123 - the quick way
                content = opened.read()
        except OSError:
            content = b""  # said by whoever reads it as rules
        contents.append(b"%d\n" % len(content) + content)
    return digest_of(b"".join(contents)).hex()[:32]


def _listed(folder: str, ending: str) -> list[str]:
    return sorted(entry.path for entry in os.scandir(folder) if entry.name.endswith(ending))


def _parts(files: Sequence[Path], version: str) -> Kept:
    """Read and compile. A user's rule with the id of one of ours takes its place. Raises ``RulesInvalid``."""
    from irkit.scan.ruleset import RulesInvalid, shipped

    theirs = _theirs(files, version)
    ours = [rule for rule in shipped() if rule.id not in theirs]
    rules = (*ours, *theirs.values())
    try:
        return _made(rules, len(ours), version)
    except ExpressionRefused as refused:
        raise RulesInvalid(f"rule {rules[refused.number].id}: {refused.reason}") from None


def _theirs(files: Sequence[Path], version: str) -> dict[str, Rule]:
    """The rules of a user's files, by id. Raises ``RulesInvalid``.

    They are checked before irkit's own are read and all are compiled together: the answer comes at once. Two different
    rules of one id are refused: one of them would find nothing, in silence.
    """
    from irkit.scan.ruleset import RulesInvalid, load

    theirs: dict[str, Rule] = {}
    first: dict[str, Path] = {}
    for file in files:
        for rule in load(file):
            if theirs.setdefault(rule.id, rule) != rule:
                raise RulesInvalid(f"{file}: rule {rule.id}: another rule of {first[rule.id]} has this id")
            first.setdefault(rule.id, file)
            reason = _refusal(rule, version)
            if reason:
                raise RulesInvalid(f"{file}: rule {rule.id}: {reason}")
    return theirs


def _refusal(rule: Rule, version: str) -> str:
    """Which field of a rule RE2, or Hyperscan where it is used, cannot run, and why; "" where they can."""
    from irkit.scan.detect.linear import invalid

    for key, text in (("pattern", rule.pattern), ("anchor", rule.anchor), ("near", rule.near)):
        reason = invalid(text)
        if reason:
            return f"{key}: {reason}"
    if version:
        from irkit.scan.detect.hyperscan_prefilter import compiled

        try:
            compiled([Expression(0, rule.anchor)])
        except ExpressionRefused as refused:
            return f"anchor: {refused.reason}"
    return ""


def _made(rules: Sequence[Rule], trusted: int, version: str, keywords: Sequence[str] | None = None) -> Kept:
    from irkit.scan.detect.expressions import KEYWORDS, expressions
    from irkit.scan.detect.first_bytes import look_ahead
    from irkit.scan.detect.hyperscan_prefilter import compiled
    from irkit.scan.detect.lines import spans_lines

    spanning = tuple(bool(rule.near) or spans_lines(rule.pattern) for rule in rules)
    databases = compiled(expressions(rules, KEYWORDS if keywords is None else keywords)) if version else ()
    first = tuple(look_ahead(rule.pattern) for rule in rules[:trusted])
    return Kept(tuple(rules), spanning, trusted, databases, first=first)


def _prefilter(parts: Kept, keywords: Sequence[str] | None = None) -> Prefilter:
    if parts.databases:
        return HyperscanPrefilter(parts.databases)
    from irkit.scan.detect.expressions import KEYWORDS, expressions
    from irkit.scan.detect.re2_prefilter import Re2Prefilter

    return Re2Prefilter(expressions(parts.rules, KEYWORDS if keywords is None else keywords))
