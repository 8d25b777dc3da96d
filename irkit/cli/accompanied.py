"""A drill's people and its cloud, for as long as one command drives it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from irkit.cli.dispatch import talk
from irkit.cli.drill_score import OVER, judge
from irkit.cli.drill_score import standing as how_it_stands
from irkit.drill.rehearsal import Rehearsal, found
from irkit.errors import IncidentUnknown
from irkit.wiring.incidents import world_of
from irkit.wiring.people import Seat, people
from irkit.wiring.session import Session


class Cloud(StrEnum):
    """What becomes of the rehearsal cloud once every step has ended."""

    ENDS = "ends"
    STAYS = "stays"


@contextmanager
def accompanied(session: Session, seat: Seat, cloud: Cloud) -> Iterator[None]:
    """The drill's people watch while the block runs; after it the cloud ends, or stays up for who goes on."""
    standing = _standing(session)
    present = people(session, standing, seat) if standing is not None else []
    for one in present:
        one.start()
    try:
        yield
    finally:
        for one in present:
            one.stop()
    _depart(session, cloud)


def _standing(session: Session) -> Rehearsal | None:
    """The drill's cloud; None when it has ended."""
    world = world_of(session.folder)
    try:
        return found(world) if world is not None else None
    except IncidentUnknown:
        return None


def _depart(session: Session, cloud: Cloud) -> None:
    """When it is over it is judged, and its cloud ends; else the cloud stays for who goes on."""
    incident, standing = session.folder.incident, _standing(session)
    if standing is None:
        return  # it has ended before
    if how_it_stands(session) in OVER:
        try:
            judge(session, standing)
        finally:
            if cloud is Cloud.ENDS:
                standing.stop()
        if cloud is Cloud.ENDS:
            return
    talk(f"the rehearsal cloud stays up for irkit resume {incident}")
    talk(f"end it with: irkit drill stop {incident}")
