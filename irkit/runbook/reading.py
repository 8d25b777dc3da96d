"""Typed reading of YAML nodes: each function gives the value, or None with a finding noted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from irkit.runbook import nodes
from irkit.runbook.finding import Findings, Place, nearest, quoted
from irkit.runbook.keys import Key, Presence

E = TypeVar("E", bound=StrEnum)

_LONGEST_TITLE = 200


def mapping(node: nodes.Node | None, what: str, findings: Findings) -> nodes.Mapping | None:
    """A map, or None."""
    if node is None or isinstance(node, nodes.Mapping):
        return node
    findings.add(node.place, f"{what} must be a map of names to values")
    return None


def known_keys(node: nodes.Mapping, what: str, known: Mapping[str, Key], findings: Findings) -> None:
    """Note every key that does not belong and every needed one that is not there."""
    for key, place in node.keys.items():
        if key not in known:
            findings.add(place, f"{what} has no key {quoted(key)}", nearest(key, known))
    for key, wanted in known.items():
        if wanted.presence is Presence.NEEDED and key not in node.keys:
            findings.add(node.place, f"{what} lacks its key '{key}'")


def text(node: nodes.Node | None, what: str, findings: Findings) -> str | None:
    """A text on one line, not empty; a number or boolean written bare is refused, so that nothing is guessed."""
    if node is None:
        return None
    if not isinstance(node, nodes.Scalar) or not isinstance(node.value, str):
        findings.add(node.place, f"{what} must be a text")
        return None
    found = node.value.strip()
    if not found:
        findings.add(node.place, f"{what} is empty")
        return None
    if len(found) > _LONGEST_TITLE and what != "summary":
        findings.add(node.place, f"{what} is longer than {_LONGEST_TITLE} characters")
    if not all(c.isprintable() or c == "\n" for c in found):
        findings.add(node.place, f"{what} holds an unprintable character")
        return None
    return " ".join(found.split())


def whole(node: nodes.Node | None, what: str, at_least: int, findings: Findings) -> int | None:
    """A whole number, or None."""
    if node is None:
        return None
    value = node.value if isinstance(node, nodes.Scalar) else None
    if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
        findings.add(node.place, f"{what} must be a whole number of at least {at_least}")
        return None
    return value


def truth(node: nodes.Node | None, what: str, findings: Findings) -> bool | None:
    """One of true and false, or None."""
    if node is None:
        return None
    if isinstance(node, nodes.Scalar) and isinstance(node.value, bool):
        return node.value
    findings.add(node.place, f"{what} must be true or false")
    return None


def one_of(node: nodes.Node | None, what: str, values: type[E], findings: Findings) -> E | None:
    """A value of an enum, or None."""
    if node is None:
        return None
    word = node.value if isinstance(node, nodes.Scalar) else None
    names = [value.value for value in values]
    if isinstance(word, str) and word in names:
        return values(word)
    hint = nearest(word, names) if isinstance(word, str) else ""
    said = f"{quoted(word)} is no {what}" if isinstance(word, str) else f"{what} must be a text"
    findings.add(node.place, f"{said}; one of {', '.join(names)}", hint)
    return None


def texts(node: nodes.Node | None, what: str, findings: Findings) -> tuple[tuple[str, Place], ...]:
    """A list of texts, each with its place; one text alone stands for a list of it."""
    if node is None:
        return ()
    members: Iterable[nodes.Node] = node.members if isinstance(node, nodes.Sequence) else (node,)
    found = [(text(member, f"a member of {what}", findings), member.place) for member in members]
    return tuple((word, place) for word, place in found if word is not None)
