"""What came of the keys: the tree as rows, and drawn as text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from irkit.cloudtrail.births import MINTS, RUNS, Birth, Kind
from irkit.cloudtrail.family import bearer
from irkit.cloudtrail.identity import is_place
from irkit.cloudtrail.iso import iso
from irkit.cloudtrail.lineage import Tree
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.group import failed, grouped, once
from irkit.cloudtrail.questions.question import Asked, Follow, Question
from irkit.cloudtrail.record import Record
from irkit.counted import counted


@dataclass(frozen=True)
class Branch:
    """One key, session, user or role of the tree, how it came into being, and what it was used for."""

    depth: int
    """0 for a root."""
    id: str
    """A key id; the ARN of a user, a role or a session in the console; an instance's id, a function's name."""
    kind: str
    """``root``, ``key``, ``session``, ``user``, ``role``, ``instance``, ``function``, ``console``."""
    of: str
    """The id it came of; empty for a root."""
    joined_by: str
    """By what that is known: ``key``, ``identity``, ``session``, ``source identity``, ``owner``."""
    call: str
    identity: str
    """The ARN that it speaks for."""
    at: datetime | None
    """When it came into being; None for a root."""
    until: datetime | None
    source_identity: str
    calls: int
    errors: int
    first_at: datetime | None
    last_at: datetime | None
    ips: tuple[str, ...]
    event_ids: tuple[str, ...]
    """Of the call that made it."""
    locators: tuple[str, ...]


def lineage(asked: Asked) -> tuple[Branch, ...]:
    """Each before what came of it, older before younger."""
    if asked.tree is None:
        return ()
    uses = _Uses(asked, asked.tree)
    rows = []
    for depth, here, birth in asked.tree.walk():
        by = ("", "") if birth is None else (asked.tree.above(birth), asked.tree.join(birth).value)
        rows.append(_row((depth, here, *by), birth, uses.of(here, birth)))
    return tuple(rows)


class _Uses:
    """The records of each key, user, role and session."""

    def __init__(self, asked: Asked, grown: Tree) -> None:
        self._asked = asked
        self._by_key = grouped(asked.records, lambda one: asked.caller(one).key_id)
        self._keys = frozenset(grown.keys)

    @cached_property
    def _by_bearer(self) -> dict[str, list[Record]]:
        return grouped(self._asked.records, lambda one: _bearer(one.issuer_arn or one.principal_arn))

    @cached_property
    def _by_session(self) -> dict[str, list[Record]]:
        return grouped(self._asked.records, lambda one: one.session)

    @cached_property
    def _by_own_arn(self) -> dict[str, list[Record]]:
        return grouped(self._asked.records, lambda one: one.principal_arn)

    def of(self, here: str, birth: Birth | None) -> list[Record]:
        """What one branch did itself."""
        if birth is not None and birth.kind is Kind.CONSOLE:
            return [one for one in self._by_own_arn.get(here, []) if one.key_id not in self._keys]
        if birth is not None and birth.kind in RUNS:
            return [
                one for one in self._by_session.get(here, []) if (one.caller_account or one.account) == birth.account
            ]
        if ":sts:" in here:
            return self._by_own_arn.get(here, [])
        return self._by_bearer.get(_bearer(here), []) if here.startswith("arn:") else self._by_key.get(here, [])


def _bearer(arn: str) -> str:
    return bearer(arn) or arn


def _row(at: tuple[int, str, str, str], birth: Birth | None, used: list[Record]) -> Branch:
    depth, here, above, joined_by = at
    return Branch(
        depth=depth,
        id=here,
        kind=birth.kind.value if birth else "root",
        of=above,
        joined_by=joined_by,
        call=birth.call if birth else "",
        identity=birth.arn if birth else next((one.principal_arn for one in used if one.principal_arn), ""),
        at=birth.at if birth else None,
        until=birth.until if birth else None,
        source_identity=birth.source_identity if birth else "",
        calls=len(used),
        errors=failed(used),
        first_at=used[0].at if used else None,
        last_at=used[-1].at if used else None,
        ips=once(one.ip for one in used if is_place(one.ip)),
        event_ids=(birth.event_id,) if birth else (),
        locators=(birth.locator,) if birth else (),
    )


def drawing(branches: Iterable[Branch]) -> str:
    """The tree as text, one line a branch."""
    lines = []
    below: set[int] = set()
    """Depths of which another branch follows below the same parent."""
    for row in reversed(list(branches)):
        rails = "".join("│  " if depth in below else "   " for depth in range(1, row.depth))
        turn = "" if not row.depth else ("├─ " if row.depth in below else "└─ ")
        lines.append(f"{rails}{turn}{_words(row)}")
        below = {depth for depth in below if depth < row.depth} | {row.depth}
    return "\n".join(reversed(lines))


def _words(row: Branch) -> str:
    name = row.identity.split(":", maxsplit=5)[-1]
    born = f" by {row.call} at {iso(row.at)}" if row.at else ""
    ends = f" until {row.until:%H:%M:%SZ}" if row.until else ""
    calls = counted(row.calls, "call") + (f", {row.errors:,} failed" if row.errors else "")
    used = f": {calls}" if row.calls else ": not used"
    named = f" {name}" if name and row.id != row.identity else ""
    return f"{row.id}{named}{born}{ends}{used}"


def _all(query: Query) -> Query:
    return replace(query, calls=(*query.calls, *MINTS)) if query.calls else query


LINEAGE = Question(
    id="lineage",
    title="What came of the keys",
    says="one row a key, session, user or role that came of the keys, with what it was used for",
    row=Branch,
    columns=(
        *("depth", "id", "kind", "of", "joined_by", "call", "identity", "at", "until", "calls", "errors"),
        *("first_at", "last_at", "ips"),
    ),
    needs=_all,
    rows=lineage,
    least=Follow.TREE,
)
