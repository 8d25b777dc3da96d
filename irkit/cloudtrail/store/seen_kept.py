"""What ``seen_counts`` says of everything in a store, kept beside its parts: counting millions of events takes seconds.

It counts for just the parts, and the rows of them, that it was counted of.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import closing
from dataclasses import fields
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import orjson

from irkit.cloudtrail.questions.seen import Seen
from irkit.cloudtrail.store.columns import EPOCH, microseconds
from irkit.cloudtrail.store.manifest import Manifest

NAME = "seen.json"
_held = attrgetter(*(each.name for each in fields(Seen)))


class SeenCounts(NamedTuple):
    """The rows, in the order of ``questions.seen``, and the kinds that have more values than were asked for."""

    rows: tuple[Seen, ...]
    cut: tuple[str, ...]


def kept(folder: Path, most: int) -> SeenCounts | None:
    """None when nothing is kept of the store as it is, or another number of values was asked for."""
    of = _state(folder, most)
    try:
        held = orjson.loads((folder / NAME).read_bytes())
        if of is None or held["of"] != of:
            return None
        return SeenCounts(tuple(_seen(row) for row in held["rows"]), tuple(held["cut"]))
    except (OSError, ValueError, LookupError, TypeError):
        return None


def keep(folder: Path, most: int, counts: SeenCounts) -> None:
    """Keep what was just counted; raises ``OSError``. Only the builder does this: nothing changes meanwhile."""
    draft = folder / f".{NAME}.{os.getpid()}"
    rows = [_row(each) for each in counts.rows]
    draft.write_bytes(orjson.dumps({"of": _state(folder, most), "cut": counts.cut, "rows": rows}))
    draft.replace(folder / NAME)


def _state(folder: Path, most: int) -> str | None:
    manifest = Manifest.opened(folder)
    if manifest is None:
        return None
    with closing(manifest):
        told = [most, sorted(part.name for part in manifest.parts()), sorted(manifest.retired())]
    return hashlib.sha256(orjson.dumps(told)).hexdigest()


def _row(one: Seen) -> list[object]:
    return [microseconds(each) if isinstance(each, datetime) else each for each in _held(one)]


def _seen(row: list[object]) -> Seen:
    what, value, count, errors, denied, first, last, ips, agents, event_ids, locators = row
    return Seen(
        str(what),
        str(value),
        _number(count),
        _number(errors),
        _number(denied),
        EPOCH + timedelta(microseconds=_number(first)),
        EPOCH + timedelta(microseconds=_number(last)),
        _number(ips),
        _number(agents),
        _texts(event_ids),
        _texts(locators),
    )


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no number")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    return tuple(map(str, value))
