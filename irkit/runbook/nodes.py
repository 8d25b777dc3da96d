"""Strict YAML: text to nodes that know their place.

Refused, each with its place: anchors, aliases, tags, keys that are no plain text or stand twice, more than one
document, and files too large, too deep or of too many parts. Only ``true`` and ``false`` are booleans; ``yes``, ``on``
and dates are text (YAML 1.1, which PyYAML reads, would have it otherwise).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import yaml

from irkit.runbook.finding import Findings, Place, quoted

LONGEST_FILE = 256 * 1024
"""Characters."""
DEEPEST = 16
MOST_NODES = 20_000

_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True)
class Scalar:
    """A text, number, boolean or null; ``value`` is typed, ``text`` as written."""

    text: str
    value: str | int | float | bool | None
    place: Place


@dataclass(frozen=True)
class Sequence:
    """A list."""

    place: Place
    members: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class Mapping:
    """A map: its keys' places, and its members by key."""

    place: Place
    members: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


class _Stop(Exception):
    """Reading cannot go on; the finding is already noted."""


def composed(text: str, findings: Findings) -> Node | None:
    """The one document's root; None, with findings, when it cannot be read."""
    start = Place(1, 1)
    if len(text) > LONGEST_FILE:
        findings.add(start, f"a runbook holds at most {LONGEST_FILE // 1024} KiB of text")
        return None
    builder = _Builder(findings)
    try:
        for event in _events(text, builder):
            builder.take(event)
    except _Stop:
        return None
    if builder.root is None:
        findings.add(start, "the file is empty")
    return builder.root


def _events(text: str, builder: _Builder) -> Iterator[yaml.Event]:
    """PyYAML's events; whatever it raises becomes a finding."""
    try:
        yield from yaml.parse(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        builder.stop(_place(mark) if mark else builder.last, f"not YAML: {error.problem or error.context}")
    except yaml.reader.ReaderError as error:
        builder.stop(_place_of_index(text, error.position), "a character that YAML does not allow")
    except (ValueError, OverflowError):  # PyYAML: "\UFFFFFFFF" is passed to chr() unchecked
        builder.stop(builder.last, "not YAML: a character or number out of range")


class _Mark(Protocol):
    """A position as PyYAML gives it; both numbers count from 0."""

    line: int
    column: int


def _place(mark: _Mark | None) -> Place:
    if mark is None:
        return Place(1, 1)
    return Place(mark.line + 1, mark.column + 1)


def _place_of_index(text: str, index: int) -> Place:
    before = text[:index]
    return Place(before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1)


class _Builder:
    """Builds the tree from events without recursion."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.root: Node | None = None
        self.last = Place(1, 1)
        self._open: list[Sequence | Mapping] = []
        self._key: list[Scalar | None] = []
        self._count = 0
        self._documents = 0

    def stop(self, place: Place, text: str) -> None:
        """Note the finding that ends the reading."""
        self.findings.add(place, text)
        raise _Stop

    def take(self, event: yaml.Event) -> None:
        """One event of the stream."""
        if isinstance(event, yaml.StreamStartEvent | yaml.StreamEndEvent):
            return
        self.last = _place(event.start_mark)
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self.stop(self.last, "a runbook is one YAML document; this starts a second one")
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._open.pop()
                self._key.pop()
            case yaml.AliasEvent():
                self.stop(self.last, "aliases (*name) are not allowed in a runbook")
            case yaml.NodeEvent():
                self._node(event)

    def _node(self, event: yaml.NodeEvent) -> None:
        self._count += 1
        if self._count > MOST_NODES:
            self.stop(self.last, f"a runbook holds at most {MOST_NODES} parts")
        if event.anchor is not None:
            self.stop(self.last, "anchors (&name) are not allowed in a runbook")
        if getattr(event, "tag", None) is not None:
            self.stop(self.last, "tags (!name) are not allowed in a runbook")
        match event:
            case yaml.ScalarEvent():
                self._place_node(self._scalar(event))
            case yaml.SequenceStartEvent():
                self._descend(Sequence(self.last))
            case yaml.MappingStartEvent():
                self._descend(Mapping(self.last))

    def _descend(self, node: Sequence | Mapping) -> None:
        if len(self._open) >= DEEPEST:
            self.stop(self.last, f"nested more than {DEEPEST} deep")
        self._place_node(node)
        self._open.append(node)
        self._key.append(None)

    def _place_node(self, node: Node) -> None:
        """Put a node where it belongs: as the root, a member, a key or a key's value."""
        parent = self._open[-1] if self._open else None
        if parent is None:
            self.root = node
        elif isinstance(parent, Sequence):
            parent.members.append(node)
        elif (key := self._key[-1]) is None:
            self._take_key(parent, node)
        else:
            parent.members[key.text] = node
            self._key[-1] = None

    def _take_key(self, parent: Mapping, node: Node) -> None:
        if not isinstance(node, Scalar):
            self.stop(node.place, "a key must be a plain text")
            return
        if node.text in parent.keys:
            first = parent.keys[node.text]
            self.findings.add(node.place, f"{quoted(node.text)} stands here twice; first in line {first.line}")
        parent.keys.setdefault(node.text, node.place)
        self._key[-1] = node

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        text = event.value
        if any("\ud800" <= c <= "\udfff" for c in text):
            self.stop(self.last, "half of a surrogate pair is no character")
        plain = event.style is None
        return Scalar(text, _typed(text) if plain else text, self.last)


def _typed(text: str) -> str | int | float | bool | None:
    """What an unquoted scalar means."""
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
