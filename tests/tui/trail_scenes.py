"""A CloudTrail for the screen's tests: real records in small batches, from a source that tests hold or break."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from textual.pilot import Pilot

from irkit.cloudtrail.coverage import Counts, Coverage
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.catalog import QUESTIONS
from irkit.cloudtrail.record import Record, record
from irkit.cloudtrail.source import Batch, Progress
from irkit.errors import OutsideError
from irkit.tui.screens.trail import TrailScreen
from irkit.tui.trail_app import TrailApp
from irkit.tui.trail_desk import TrailDesk
from irkit.tui.trail_view import View
from irkit.tui.widgets.trail_table import TrailTable
from tests.tui.driving import WIDE, look, until

DATA = Path(__file__).parents[1] / "data" / "cloudtrail" / "invictus.jsonl"
AT = datetime(2023, 7, 10, 13, 0, tzinfo=UTC)
BATCH = 5
Scene = Callable[[Pilot[str]], Coroutine[object, object, None]]


def real_records() -> tuple[Record, ...]:
    """The excerpt of real records, each with its place."""
    records, at = [], 0
    for line in DATA.read_text(encoding="utf-8").splitlines():
        records.append(record(line, Locator("invictus.jsonl", at, len(line))))
        at += len(line) + 1
    return tuple(records)


@dataclass
class ScriptedSource:
    """Gives what matches, a few at a time. ``gate`` holds it before the second batch; ``breaks`` ends it there."""

    records: tuple[Record, ...] = field(default_factory=real_records)
    label: str = "files under logs/"
    gate: Event | None = None
    breaks: str = ""
    not_seen: dict[str, str] = field(default_factory=dict)
    queries: list[Query] = field(default_factory=list)

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        self.queries.append(query)
        total = len(self.records)
        for at in range(0, total, BATCH):
            if at and self.gate is not None:
                assert self.gate.wait(30)
            if at and self.breaks:
                raise OutsideError(self.breaks, hint="ask again later")
            part = self.records[at : at + BATCH]
            seen = min(total, at + BATCH)
            yield Batch(tuple(one for one in part if query.matches(one)), Progress("files", seen, total, seen))
        span = query.span
        return Coverage(
            regions=("us-east-1",),
            start=span.start if span else datetime(2023, 7, 10, tzinfo=UTC),
            end=span.end if span else AT,
            asked_at=AT,
            not_seen=self.not_seen,
            sources=(self.label,),
            counts=Counts(files=total, events=total),
            never=("data events are not in it",),
        )


def desk(source: ScriptedSource | None = None, **more: object) -> TrailDesk:
    """A desk over a source; without a question, activity over everything."""
    made = TrailDesk(source or ScriptedSource(), QUESTIONS, View("activity"))
    return replace(made, **more)  # type: ignore[arg-type]


def play_trail(folder: Path, scene: Scene, desk: TrailDesk, size: tuple[int, int] = WIDE, **more: object) -> TrailApp:
    """Plays a scene on the screen once its question has ended (or is held by the source's gate)."""
    app = TrailApp(desk, look(folder, AT, **more))

    async def main() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            await scene(pilot)

    asyncio.run(main())
    return app


async def ended(pilot: Pilot[str]) -> None:
    """The question under way has ended, and what came of it is drawn."""
    await until(pilot, lambda: isinstance(pilot.app.screen, TrailScreen) and not pilot.app.screen.is_asking)
    await pilot.pause()


def table(pilot: Pilot[str]) -> TrailTable:
    """The table of rows."""
    return (
        pilot.app.query_one(TrailTable)
        if not pilot.app.screen.query(TrailTable)
        else pilot.app.screen.query_one(TrailTable)
    )
