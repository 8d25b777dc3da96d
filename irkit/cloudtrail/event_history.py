"""CloudTrail's event history (LookupEvents) as a source: all regions at once, at AWS's pace.

It holds 90 days of management events, whatever the trails record: KMS is never left out of it, data events always.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Generator, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from irkit.clients.aws_understood import REFUSED_KEY
from irkit.clients.cloudtrail import Attribute
from irkit.clients.regions import RegionsFound, ToldBy
from irkit.cloudtrail.coverage import KEPT, Counts, Coverage
from irkit.cloudtrail.history_plan import EVERYTHING, Look, Plan, kept_spans, plan
from irkit.cloudtrail.history_reader import Reader
from irkit.cloudtrail.patience import Patience
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import REGIONS, Batch, Progress
from irkit.counted import few
from irkit.errors import NotFound, OutsideError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

IAM = ("cloudtrail:LookupEvents", "account:ListRegions", "iam:GetRole")
"""What it needs: the second to know the regions, the third to ask for a role by its name; it does without them."""
NEVER = "data events such as s3:GetObject are never in it"
_OTHERS = "other regions were not asked"
_LONGEST_SESSION = timedelta(hours=12)
"""Of a role (IAM user guide, "MaxSessionDuration"): how long before a span its sessions may have begun."""
_LONGEST_FEDERATED = timedelta(hours=36)
"""Of a federated user (STS API reference, GetFederationToken)."""
_SHOWN = 5
_ASSUMES = ("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML")
_FEDERATES = "GetFederationToken"
_PATIENCE_S = 1.0


class EventHistory:
    """The event history of the account that we act in; of all its regions unless some are given."""

    def __init__(self, clients: Clients, regions: Sequence[str] = (), patience: Patience = Patience.QUESTION) -> None:
        self._clients = clients
        self._patience = patience
        self._given = tuple(regions)
        self._known: RegionsFound | None = None
        self._account = ""
        self._roles: dict[str, str] = {}

    @property
    def label(self) -> str:
        """What it is, in words."""
        return "event history"

    @property
    def is_by_attribute(self) -> bool:
        """It is: LookupEvents takes one attribute, and 2 pages of 50 a second."""
        return True

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        """The records that match, each with its text, newest first in each region.

        A region that does not answer to the end is in the coverage, with how far back it did. Raises the first
        region's ``OutsideError`` when none gives an event.
        """
        now = self._clients.now()
        if query.accounts and self.account not in query.accounts:
            why = f"the event history asked is that of {self.account}"
            span = query.span or Window(now - KEPT, now)
            return Coverage((), *span, now, dict.fromkeys(query.accounts, why), never=(NEVER,))
        regions, notes = self._regions(query)
        spans = kept_spans(query, now)
        planned = plan(query, self._clients.aws.session.operation, self._role_arn)
        first = yield from self._whole(planned, regions, spans, query)
        left = [region for region in regions if region not in {one.region for one in first}]
        looks, unsure = list(planned.looks), ""
        if left and (planned.roles or planned.users) and spans:
            names, unsure = yield from self._sessions(planned, regions, spans)
            looks = list(dict.fromkeys((*looks, *(Look(Attribute.USERNAME, name) for name in names))))
        readers = [Reader(self._clients.cloudtrail, region, looks, spans, query) for region in left if spans]
        yield from read_all(readers)
        for one in readers:
            one.why = one.why or unsure
        return self._coverage(query, now, [*first, *readers], notes)

    def _whole(
        self, planned: Plan, regions: Sequence[str], spans: tuple[Window, ...], query: Query
    ) -> Generator[Batch, None, list[Reader]]:
        """The regions in which all that happened can be read in time: for a role, no attribute finds all.

        Those that were read to the end, or not at all.
        """
        if not planned.roles or not spans:
            return []
        readers = [
            Reader(self._clients.cloudtrail, region, (EVERYTHING,), spans, query, most_pages=self._patience)
            for region in regions
        ]
        yield from read_all(readers)
        return [one for one in readers if not one.is_cut]

    @property
    def account(self) -> str:
        """The account that we act in: 12 digits."""
        if not self._account:
            self._account = self._clients.sts.own_identity().account
        return self._account

    def _accounts(self) -> tuple[str, ...]:
        try:
            return (self.account,)
        except OutsideError:
            # The answer is whole without it: STS may be out of reach where CloudTrail is not.
            return ()

    def _regions(self, query: Query) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The regions to ask, and what is to be said of those that are not."""
        if self._given:
            return tuple(one for one in self._given if not query.regions or one in query.regions), ()
        if query.regions:
            return query.regions, ()
        if self._known is None:
            self._known = self._clients.regions.found()
        known = self._known
        if known.told_by is ToldBy.SDK:
            return known.enabled, ("which regions are enabled is not known: allow account:ListRegions",)
        disabled = ", ".join(known.disabled)
        return known.enabled, (f"not enabled, so not asked: {disabled}",) if disabled else ()

    def _sessions(
        self, planned: Plan, regions: Sequence[str], spans: Sequence[Window]
    ) -> Generator[Batch, None, tuple[tuple[str, ...], str]]:
        """The names of sessions of the roles and users that began in the spans or before them, and what that misses.

        A session may be used in another region than where it began, so all regions are asked first.
        """
        arns = planned.roles
        looks = [Look(Attribute.RESOURCE_NAME, arn) for arn in arns]
        looks += [Look(Attribute.EVENT_NAME, _FEDERATES)] if planned.users else []
        before = _LONGEST_FEDERATED if planned.users else _LONGEST_SESSION
        earlier = kept_spans(
            Query(windows=tuple(Window(start - before, end) for start, end in spans)), self._clients.now()
        )
        births = Query(calls=(*_ASSUMES, f"sts:{_FEDERATES}"))
        readers = [Reader(self._clients.cloudtrail, region, looks, earlier, births) for region in regions]
        names: dict[str, None] = {}
        for batch in read_all(readers):
            names |= dict.fromkeys(name for one in batch.records if (name := _session_of(one, arns, planned.users)))
            yield batch._replace(records=())
        missed = ", ".join(sorted(one.region for one in readers if one.why))
        named = few(tuple(names), _SHOWN)
        asked = f"only sessions named {named}, whose beginning is in the history, were looked for"
        none = "no session of a role has its beginning in the history, so none was looked for"
        unsure = [
            *([asked if names else none] if arns else []),
            *([f"sessions that began in {missed} were not"] if missed else []),
        ]
        return tuple(names), ", and ".join(unsure)

    def _role_arn(self, role: str) -> str:
        """The ARN that IAM knows of a role's name, or that of a role without a path; empty: there is no such role."""
        if role not in self._roles:
            try:
                self._roles[role] = self._clients.iam.role_arn(role)
            except NotFound:
                self._roles[role] = ""
            except OutsideError:
                partition = self._clients.aws.session.partition
                self._roles[role] = f"arn:{partition}:iam::{self.account}:role/{role}"
        return self._roles[role]

    def _coverage(self, query: Query, now: datetime, readers: Sequence[Reader], notes: tuple[str, ...]) -> Coverage:
        unsure = self._known is not None and self._known.told_by is ToldBy.SDK
        closed = [one.region for one in readers if one.error is not None and unsure and _is_refused(one.error)]
        if closed and len(closed) < len(readers):
            readers = [one for one in readers if one.region not in closed]
            why = "our credentials are not taken there: not enabled, or this session is of no use there"
            missed = {", ".join(closed): why}
        else:
            missed = {}
        errors = [one.error for one in readers if one.error is not None]
        if errors and len(errors) == len(readers) and not any(one.events for one in readers):
            raise errors[0]
        span = query.span or Window(now - KEPT, now)
        strangers = [one for one in query.accounts if one != self.account]
        others = dict.fromkeys(strangers, f"the event history asked is that of {self.account}") if strangers else {}
        return Coverage(
            tuple(one.region for one in readers),
            span.start,
            span.end,
            now,
            {**others, **missed, **{one.region: one.why for one in readers if one.why}},
            accounts=self._accounts(),
            skipped=tuple(each for one in readers for each in one.skipped),
            notes=notes,
            counts=Counts(events=sum(one.events for one in readers)),
            never=(*((_OTHERS,) if self._given or query.regions else ()), NEVER),
        )


def read_all(readers: Sequence[Reader]) -> Generator[Batch, None, None]:
    """Run the readers at once, each on a thread, and give what they find as they find it; closing ends them."""
    over = threading.Event()
    heard: queue.SimpleQueue[tuple[Record, ...]] = queue.SimpleQueue()
    threads = [
        threading.Thread(target=one.run, args=(over, heard.put), name=f"history {one.region}", daemon=True)
        for one in readers
    ]
    try:
        for each in threads:
            each.start()
        yield Batch((), progress(readers))
        while not (all(one.is_done for one in readers) and heard.empty()):
            yield Batch(heard.get(), progress(readers))
    finally:
        over.set()
        patience = time.monotonic() + _PATIENCE_S
        for each in threads:
            each.join(max(patience - time.monotonic(), 0))


def progress(readers: Iterable[Reader]) -> Progress:
    """How far readers are. The time left is the slowest region's."""
    rows = list(readers)
    left = [seconds for one in rows if (seconds := one.seconds_left) is not None]
    known = len(left) == len(rows)
    return Progress(
        REGIONS,
        sum(one.is_done for one in rows),
        len(rows),
        sum(one.events for one in rows),
        seconds_left=max(left, default=0.0) if known else None,
    )


def _is_refused(error: OutsideError) -> bool:
    return any(code in error.message for code in REFUSED_KEY)


def _session_of(one: Record, roles: Sequence[str], users: Sequence[str]) -> str:
    """The name of the session that a call began for one of the roles or users; empty for any other call."""
    if one.error:
        return ""
    if one.name == _FEDERATES:
        return one.param("name") if one.principal in users or one.principal_arn in users else ""
    return one.param("roleSessionName") if one.param("roleArn") in roles else ""
