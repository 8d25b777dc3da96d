"""Several records that make one row: their times, addresses and agents, and where they lie. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from irkit.cloudtrail.identity import is_place
from irkit.cloudtrail.questions.question import Asked
from irkit.cloudtrail.record import Record

_Key = TypeVar("_Key", bound=Hashable)


def grouped(records: Iterable[Record], key: Callable[[Record], _Key]) -> dict[_Key, list[Record]]:
    """The records of each key, in their order; keys in the order they first occur."""
    groups: dict[_Key, list[Record]] = {}
    for one in records:
        groups.setdefault(key(one), []).append(one)
    return groups


def once(words: Iterable[str]) -> tuple[str, ...]:
    """Each word once, in the order they first occur; empty ones left out."""
    return tuple(dict.fromkeys(each for each in words if each))


def ids(records: Iterable[Record]) -> tuple[str, ...]:
    """Event ids."""
    return tuple(one.event_id for one in records)


def locators(records: Iterable[Record]) -> tuple[str, ...]:
    """Where the raw records lie."""
    return once(one.locator.text for one in records)


def agents(asked: Asked, records: Iterable[Record]) -> tuple[str, ...]:
    """The callers' user agents; a service's own is none."""
    return once(caller.agent for one in records if not (caller := asked.caller(one)).invoked_by)


def places(asked: Asked, records: Iterable[Record]) -> tuple[str, ...]:
    """The addresses that callers sat at; a service's own is none."""
    return once(caller.ip for one in records if is_place((caller := asked.caller(one)).ip))


def failed(records: Sequence[Record]) -> int:
    """How many ended in an error."""
    return sum(bool(one.error) for one in records)
