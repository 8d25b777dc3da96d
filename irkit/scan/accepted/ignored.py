"""Ignore files: ``.gitleaksignore``, and ``.irkitignore``, which knows that and more, one thing a line.

::

    # a comment
    conf/dev.env:aws_access_key_id:12                     path, rule (irkit's id, or what gitleaks calls it), line
    3f2c…9d:conf/dev.env:aws-access-token:12              the same, in one commit
    github_token:fp_0123456789abcdef0123456789abcdef      .irkitignore: this very value, wherever it stands
    tests/vectors/**                                      .irkitignore: all below a folder

``**`` stands for any folders, ``*`` and ``?`` for characters of one name, as in ``.gitignore``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from irkit.errors import UsageError
from irkit.scan.accepted.glob_match import glob_match
from irkit.scan.finding import Finding, Place
from irkit.scan.quick import NamedTuple
from irkit.scan.rule import Rule

NAMES = (".gitleaksignore", ".irkitignore")
_ANY = "generic-api-key"
"""gitleaks' rule for whatever looks like a secret: irkit may know what it is."""
_FINGERPRINT = re.compile(r"([\w.-]+):(fp_[0-9a-f]{32})")
_PLACE = re.compile(r"(?:([0-9a-f]{7,64}):)?(.+):([\w./ -]+):(\d+)")


class IgnoreUnreadable(UsageError):
    """An ignore file that was named cannot be read."""


class Form(StrEnum):
    """What an ignore file's lines may be."""

    GITLEAKS = "gitleaks"
    IRKIT = "irkit"


class Line(NamedTuple):
    """One line that means something: a fingerprint, a glob, or a place."""

    file: str
    number: int
    text: str
    rule: str = ""
    fingerprint: str = ""
    glob: str = ""
    path: str = ""
    line: int = 0
    commit: str = ""

    @property
    def told(self) -> str:
        """``.irkitignore:3: tests/**``."""
        return f"{self.file}:{self.number}: {self.text}"


class Ignored(NamedTuple):
    """The lines of all ignore files, and what is wrong with those that mean nothing."""

    lines: tuple[Line, ...]
    malformed: tuple[str, ...]


def read(files: Sequence[Path]) -> Ignored:
    """The lines of these files. Raises ``IgnoreUnreadable``."""
    lines: list[Line] = []
    malformed: list[str] = []
    for file in files:
        try:
            text = file.read_text(encoding="utf-8-sig", errors="surrogateescape")
        except OSError as error:
            raise IgnoreUnreadable(f"{file}: {error.strerror}") from None
        form = Form.GITLEAKS if file.name.endswith("gitleaksignore") else Form.IRKIT
        for number, written in enumerate(text.split("\n"), 1):
            stripped = written.strip()
            if not stripped or stripped.startswith("#"):
                continue
            line = _line(file.name, number, stripped, form)
            if line is None:
                malformed.append(f"{file.name}:{number}: neither {_expected(form)}: {stripped}")
            else:
                lines.append(line)
    return Ignored(tuple(lines), tuple(malformed))


Texts = Callable[[Sequence[Line]], Mapping[Line, str]]
"""Gives the texts of lines that are named by commit (``ignored_texts``)."""


class Lookup:
    """Finds the line that covers a place, without a look at every line for every place."""

    def __init__(self, lines: Sequence[Line], rules: Mapping[str, Rule], texts: Texts) -> None:
        self._rules = rules
        self._globs = [line for line in lines if line.glob]
        self._by_commit = [line for line in lines if line.commit]
        self._ask = texts
        self._texts: Mapping[Line, str] | None = None
        self._named: dict[str, list[Line]] = {}
        for line in lines:
            if not line.glob:
                self._named.setdefault(line.fingerprint or line.path, []).append(line)

    def __call__(self, finding: Finding, place: Place) -> Line | None:
        """The first line that covers this place of the finding; None when none does."""
        named: list[Line] = [*self._named.get(finding.fingerprint, ()), *self._named.get(place.path, ())]
        names = _names(finding, self._rules) if named else frozenset()
        named = [line for line in named if line.rule in names or (line.rule == _ANY and not line.fingerprint)]
        for line in named:
            if line.fingerprint or _is_at(line, place):
                return line
        for line in self._globs:
            if _is_below(line, place):
                return line
        return self._by_text([line for line in named if line.commit], finding)

    def _by_text(self, named: Sequence[Line], finding: Finding) -> Line | None:
        """The line that held the value in its commit, wherever it stands by now."""
        if named and self._texts is None:
            self._texts = self._ask(self._by_commit)
        value = finding.secret.reveal().split("\n", 1)[0].rstrip("\r")
        for line in named:
            if value in (self._texts or {}).get(line, ""):
                return line
        return None


def _is_at(line: Line, place: Place) -> bool:
    commits = (each.id for each in (place.first, place.last) if each is not None)
    return line.line == place.line and (not line.commit or any(each.startswith(line.commit) for each in commits))


def _is_below(line: Line, place: Place) -> bool:
    return bool(place.path) and glob_match(line.glob, place.path)


def _names(finding: Finding, rules: Mapping[str, Rule]) -> frozenset[str]:
    also = rules[finding.rule].also if finding.rule in rules else ()
    return frozenset({finding.rule, *(name.partition(":")[2] for name in also)})


def _line(file: str, number: int, text: str, form: Form) -> Line | None:
    if form is Form.IRKIT:
        if named := _FINGERPRINT.fullmatch(text):
            return Line(file, number, text, rule=named[1], fingerprint=named[2])
        if ":" not in text:
            return Line(file, number, text, glob=text)
    if placed := _PLACE.fullmatch(text):
        commit, path, rule, line = placed.groups()
        if form is Form.GITLEAKS:  # it takes what was written on Windows
            path = path.replace("\\", "/").removeprefix("./")
        return Line(file, number, text, rule=rule, path=path, line=int(line), commit=commit or "")
    return None


def _expected(form: Form) -> str:
    places = "path:rule:line nor commit:path:rule:line"
    return places if form is Form.GITLEAKS else f"{places}, rule:fp_… nor a path pattern"
