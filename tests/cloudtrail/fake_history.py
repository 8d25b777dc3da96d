"""An event history in memory that keeps AWS's rules: a region, one attribute, newest first, 50 a page."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from irkit.clients.cloudtrail import PAGE, Asked, Attribute, Page
from irkit.clients.regions import RegionsFound, ToldBy
from irkit.clients.sts import Identity
from irkit.cloudtrail.record import Record, part, word
from irkit.errors import NotFound


def username(one: Record) -> str:
    """What LookupEvents shows: a user's name, a session's own."""
    return "root" if one.principal_type == "Root" else one.session or one.principal


_VALUES: dict[Attribute, Callable[[Record], Iterable[str]]] = {
    Attribute.EVENT_ID: lambda one: [one.event_id],
    Attribute.ACCESS_KEY_ID: lambda one: [one.key_id],
    Attribute.USERNAME: lambda one: [username(one)],
    Attribute.EVENT_NAME: lambda one: [one.name],
    Attribute.EVENT_SOURCE: lambda one: [f"{one.source}.amazonaws.com"],
    Attribute.RESOURCE_NAME: lambda one: [*one.resources, word(one.params, "roleArn")],
}


@dataclass
class FakeHistory:
    """Stands in for ``Clients``, as far as an event history is asked for. ``asked`` holds each request."""

    records: tuple[Record, ...]
    at: datetime
    enabled: tuple[str, ...] = ("eu-west-1", "us-east-1")
    told_by: ToldBy = ToldBy.EC2
    roles: dict[str, str] = field(default_factory=dict)
    fails: Callable[[str, int], Exception | None] = lambda _region, _request: None
    asked: list[tuple[str, Asked]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.cloudtrail = self.regions = self.sts = self.iam = self.aws = self.session = self

    def now(self) -> datetime:
        return self.at

    def found(self) -> RegionsFound:
        return RegionsFound(self.enabled, ("af-south-1",), self.told_by)

    def own_identity(self) -> Identity:
        return Identity("111122223333", "arn:aws:iam::111122223333:user/me", "me", "AKIAQ3EGUZ7LMN4PMEME")

    def role_arn(self, role: str) -> str:
        if role not in self.roles:
            raise NotFound(role)
        return self.roles[role]

    def operation(self, service: str, name: str) -> str:
        known = {one.name for one in self.records if one.source == service}
        return next((each for each in known if each.lower() == name.lower()), "")

    def pages(self, region: str, asked: Asked, over: threading.Event) -> Iterator[Page]:
        there = [one for one in self.records if one.region == region and asked.start <= one.at <= asked.end]
        if asked.attribute is not None:
            there = [one for one in there if asked.value in _VALUES[asked.attribute](one)]
        there.sort(key=lambda one: one.at, reverse=True)
        for first in range(0, max(len(there), 1), PAGE):
            if over.is_set():
                return
            with self._lock:
                self.asked.append((region, asked))
                error = self.fails(region, sum(place == region for place, _ in self.asked))
            if error is not None:
                raise error
            page = there[first : first + PAGE]
            times = [one.at for one in page]
            yield Page(tuple(one.text for one in page), max(times, default=None), min(times, default=None))


def shifted(text: str, **fields: object) -> str:
    """A record's text with other fields."""
    body = json.loads(text)
    assert part(body, "eventID")
    return json.dumps({**body, **fields})


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
