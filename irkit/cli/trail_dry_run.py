"""What a question would take: the SQL and its cost, the files to fetch. Nothing is run and nothing is fetched."""

from __future__ import annotations

from irkit.cli.trail_source import Looked
from irkit.cli.trail_told import say
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.source import Source
from irkit.wiring.trail import bare


def dry_run(asked: Looked, needed: Query) -> int:
    """Tell it for each source; the exit code. Further looks may follow for what services made: they are narrower."""
    for source in bare(asked.whence.texts, asked.whence.reach):
        say(f"irkit trail: {source.label}")
        _tell(source, needed)
    for note in asked.notes:
        say(f"  {note}")
    return 0


def _tell(source: Source, needed: Query) -> None:
    from irkit.cloudtrail.athena.source import Athena
    from irkit.cloudtrail.bucket import TrailBucket
    from irkit.cloudtrail.lake import CloudTrailLake

    match source:
        case Athena():
            say(f"  {source.estimate(needed).text}")
            print(source.statement(needed).text)
        case CloudTrailLake():
            print(source.statement(needed))
        case TrailBucket():
            say(f"  {source.survey(needed).text}")
        case _:
            say("  costs nothing but time")
