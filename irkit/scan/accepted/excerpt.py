"""The lines around an entry of a baseline, as its file is now, and what of them must be hidden."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from irkit.scan.accepted.baseline import Entry, Scope
from irkit.scan.accepted.hashed import hashed
from irkit.scan.accepted.sites import Sites
from irkit.scan.finding import Sighting

Look = Callable[[bytes], Sequence[Sighting]]
"""What irkit's detector sees in a text; dismissed sightings too."""

_QUOTED = re.compile(r"""(["'`])((?:(?!\1).){4,})\1""")
_RUN = re.compile(r"[^\s\"'`=:,;()\[\]{}<>]{8,}")
_NAME = re.compile(r"[A-Za-z_.-]+|[A-Z0-9_]+")
_LONGEST_LINE = 500
_MOST_LINES = 20_000
"""How many lines are asked about when the value is not on its line any more."""


class CodeLine(NamedTuple):
    """A line; ``hidden`` are the spans of values in ``text``, in characters, in order, none touching another."""

    number: int
    text: str
    hidden: tuple[tuple[int, int], ...]
    is_target: bool


class Excerpt(NamedTuple):
    """What a person needs to judge an entry. ``note`` says what is odd: the file is gone, the value is elsewhere."""

    lines: tuple[CodeLine, ...]
    note: str = ""


class _Text(NamedTuple):
    path: str
    text: str
    lines: list[str]
    starts: list[int]
    spans: list[tuple[int, int, str]]
    """Start, end (characters of the text) and hash of what the detector sees."""


def excerpt(entry: Entry, others: Sequence[Entry], sites: Sites, look: Look, around: int = 10) -> Excerpt:
    """The entry's line and ``around`` lines before and after it.

    ``others`` are the entries of the same file: their values are hidden too. Nothing of a line that holds the entry is
    shown unhidden merely because no plug-in can say where its value begins.
    """
    if entry.scope is Scope.HISTORY:
        return Excerpt((), "it stands in the git history alone: see irkit scan --history")
    text = sites.text(entry.path)
    if text is None:
        return Excerpt((), "there is no such file here, or it is very large")
    known = _read(entry.path, text, look)
    line = _line_of(entry, known)
    note = "" if line == entry.line else f"it stands on line {line} now"
    if not line:
        note = "its value is not in the file any more" if entry.line else "the baseline does not say where it stands"
        line = min(max(1, entry.line), len(known.lines))
    first, last = max(1, line - around), min(len(known.lines), line + around)
    numbers = range(first, last + 1)
    hidden = {number: _hidden(number, known, (entry, *others), number == line) for number in numbers}
    return Excerpt(
        tuple(_cut(number, known.lines[number - 1], hidden[number], number == line) for number in numbers), note
    )


def _read(path: str, text: str, look: Look) -> _Text:
    body = text.encode("utf-8")
    seen = look(body)
    at_character = _characters(body, {at for one in seen for at in (one.start, one.end)})
    spans = [(at_character[one.start], at_character[one.end], _hash(one.value)) for one in seen]
    lines = text.removesuffix("\n").split("\n")
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return _Text(path, text, lines, starts, spans)


def _characters(body: bytes, offsets: Iterable[int]) -> dict[int, int]:
    """The character that each byte offset stands at."""
    made, before, count = {}, 0, 0
    for offset in sorted(offsets):
        count += len(body[before:offset].decode("utf-8", "ignore"))
        made[offset], before = count, offset
    return made


def _hash(value: bytes) -> str:
    return hashed(value.decode("utf-8", "replace"))


def _line_of(entry: Entry, known: _Text) -> int:
    """Where its value stands: on its line, by the detector, or on the first line where its plug-in sees it; or 0."""
    if 0 < entry.line <= len(known.lines) and any(_called(entry, known, entry.line)):
        return entry.line
    for start, _, digest in known.spans:
        if digest == entry.hashed_secret:
            return known.text.count("\n", 0, start) + 1
    if entry.scope is Scope.TREE:
        for number in range(1, min(len(known.lines), _MOST_LINES) + 1):
            if any(_called(entry, known, number)):
                return number
    return 0


def _called(entry: Entry, known: _Text, number: int) -> Iterator[str]:
    """The texts on a line whose hash is the entry's."""
    from irkit.scan.accepted.plugins import called

    line = known.lines[number - 1]
    for call in called(known.path, line[: _LONGEST_LINE * 4], {entry.type}):
        if call.digest == entry.hashed_secret:
            yield call.text
    for run in {*_RUN.findall(line), *(quoted[2] for quoted in _QUOTED.finditer(line))}:
        if hashed(run) == entry.hashed_secret:
            yield run


def _hidden(number: int, known: _Text, entries: Sequence[Entry], is_target: bool) -> list[tuple[int, int]]:  # noqa: FBT001 - a fact of the line
    line, start = known.lines[number - 1], known.starts[number - 1]
    spans = [
        (max(0, first - start), min(len(line), last - start))
        for first, last, _ in known.spans
        if first < start + len(line) and last > start
    ]
    is_whole = bool(spans)
    for entry in entries:
        if entry.line == number or is_target:
            for text in _called(entry, known, number):
                spans += [(found.start(), found.end()) for found in re.finditer(re.escape(text), line)]
                is_whole = is_whole or len(text) >= 8  # noqa: PLR2004 - shorter ones are prefixes: ghp, BEGIN
    if (is_target or any(entry.line == number for entry in entries)) and not is_whole:
        spans += [quoted.span(2) for quoted in _QUOTED.finditer(line)]
        spans += [run.span() for run in _RUN.finditer(line) if not _NAME.fullmatch(run[0])]
    return _merged(spans)


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _cut(number: int, line: str, hidden: list[tuple[int, int]], is_target: bool) -> CodeLine:  # noqa: FBT001 - as above
    """A very long line, cut around its first value."""
    first = max(0, hidden[0][0] - _LONGEST_LINE // 2) if hidden and len(line) > _LONGEST_LINE else 0
    shown = line[first : first + _LONGEST_LINE]
    spans = tuple(
        (max(0, start - first), min(len(shown), end - first)) for start, end in hidden if start - first < len(shown)
    )
    return CodeLine(number, shown, spans, is_target)
