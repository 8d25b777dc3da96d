"""A drill's people and its cloud, for as long as one command drives it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum

from irkit.cli.dispatch import talk
from irkit.cli.drill_score import OVER, judge
from irkit.cli.drill_score import standing as how_it_stands
from irkit.drill.rehearsal import found
from irkit.drill.responder import Scripted
from irkit.errors import IncidentUnknown
from irkit.wiring.incidents import world_of
from irkit.wiring.session import Session


class Cloud(StrEnum):
    """What becomes of the rehearsal cloud once every step has ended."""

    ENDS = "ends"
    STAYS = "stays"


@contextmanager
def accompanied(session: Session, people: Sequence[Scripted], cloud: Cloud) -> Iterator[None]:
    """The scripted people watch while the block runs; after it the cloud ends, or stays up for who goes on."""
    for person in people:
        person.start()
    try:
        yield
    finally:
        for person in people:
            person.stop()
    _depart(session, people, cloud)


def _depart(session: Session, people: Sequence[Scripted], cloud: Cloud) -> None:
    """When it is over it is judged, and its cloud ends; else the cloud stays for who goes on."""
    incident, world = session.folder.incident, world_of(session.folder)
    try:
        standing = found(world) if world is not None else None
    except IncidentUnknown:
        return  # it has ended before
    if standing is None:
        return
    if how_it_stands(session) in OVER:
        try:
            judge(session, standing, people)
        finally:
            if cloud is Cloud.ENDS:
                standing.stop()
        if cloud is Cloud.ENDS:
            return
    talk(f"the rehearsal cloud stays up for irkit resume {incident}")
    talk(f"end it with: irkit drill stop {incident}")
