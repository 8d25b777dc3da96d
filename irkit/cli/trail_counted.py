"""``irkit trail seen --follow alone``, counted where the records lie: in the store, or by Athena; no record is read.

For everything that happened, which is more than memory holds. Services' calls stand under their own addresses then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from irkit.cli.trail_settled import settled
from irkit.cli.trail_source import Looked
from irkit.cli.trail_told import Teller, say
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.hear_out import hear_out
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.seen import Seen
from irkit.errors import IrkitError, NotFound
from irkit.wiring.trail import Kind, bare, places, storable

if TYPE_CHECKING:
    from pathlib import Path

    from irkit.cloudtrail.athena.source import Athena


class Counted(NamedTuple):
    """The rows, and what they do not cover."""

    rows: tuple[Seen, ...]
    coverage: Coverage
    notes: tuple[str, ...] = ()
    """What of the rows is left out."""


def counted(asked: Looked, teller: Teller) -> Counted | None:
    """The rows, where the source can count; None where the records must be read."""
    whence = asked.whence
    kinds = [each.kind for each in places(whence.texts)]
    if kinds == [Kind.ATHENA]:
        from irkit.cloudtrail.athena.source import Athena

        source = bare(whence.texts, whence.reach)[0]
        return _by_athena(source, asked.query, teller) if isinstance(source, Athena) else None
    found = storable(whence.texts, whence.reach)
    if len(found) != 1 or not set(kinds) <= {Kind.FILES, Kind.BUCKET}:
        return None
    raw, folder = found[0]
    try:
        with settled(raw, folder, (asked.query,), asked.whence, "it is counted in the store", teller.hear) as store:
            return _by_store(folder, asked.query, store.coverage) if store.ready.stored is not None else None
    except (OSError, IrkitError) as error:
        # Without room for a store, the records are read.
        say(f"irkit trail: it cannot be counted in the store, the records are read: {error}")
        return None


def _by_athena(source: Athena, query: Query, teller: Teller) -> Counted:
    return Counted(*hear_out(source.count_seen(query), teller.hear))


def _by_store(folder: Path, query: Query, coverage: Coverage) -> Counted | None:
    """None where there is no store: of nothing that can be read there is none."""
    from irkit.cloudtrail.store.seen_counts import MOST_VALUES, seen

    try:
        found = seen(folder, query, MOST_VALUES)
    except NotFound:
        return None
    cut = f"NOT TOLD: more than the {MOST_VALUES:,} most frequent values of each kind: {', '.join(found.cut)} has more"
    return Counted(found.rows, coverage, (cut,) if found.cut else ())
