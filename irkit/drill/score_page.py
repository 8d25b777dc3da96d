"""The page of a drill that is over: truth beside belief on one timeline, what was missed, the score. Markdown, pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from irkit.drill.judgement import Judgement
from irkit.drill.score import WORKS, Belief, Deed, Innocent
from irkit.drill.score_words import sentences, verdict
from irkit.report.markdown_parts import table
from irkit.report.safe_markdown import safe
from irkit.report.spans import span, utc
from irkit.report.timeline import Row

_ALARM, _FIRST_ACT = "**the alarm goes off**", "**the first act of the responder**"
_SECOND = timedelta(seconds=1)
"""The shortest span that is told."""


class _Moment(NamedTuple):
    """One row of the timeline: what was true, or what was known or done."""

    at: datetime
    true: str
    known: str
    call: str = ""
    """Which call of the adversary's it is, by whom, whatever came of it; empty for what is none."""


def page(judgement: Judgement, rows: Sequence[Row]) -> str:
    """The page. ``rows`` is the journal's own timeline: a time of another clock stands in its place there."""
    score = judgement.score
    lines = [
        f"# {judgement.incident}: {safe(score.runbook)}, {safe(verdict(score))}",
        "",
        f"A drill, judged at {utc(judgement.judged_at)}. What follows is the truth, which nobody on the responder's",
        "side could see while the drill ran, beside what the journal knew.",
        "",
        *(f"- {safe(each)}" for each in sentences(score)),
        "",
        *_misses(judgement),
        *_late(judgement),
        *_credentials(judgement),
        *_innocents(judgement),
        "## Truth beside belief",
        "",
        "Times are UTC: on the left by the cloud's clock, on the right by that of whoever told it. A call that the",
        "adversary made over and over stands where it began, with how often and for how long; and anew where its",
        "answer changed, and after the alarm and the first act.",
        "",
        *table(("time", "what the adversary did", "what was known and done"), _moments(judgement, rows)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _misses(judgement: Judgement) -> Iterator[str]:
    """What the numbers count, each by itself."""
    score = judgement.score
    told = (
        ("Decrypts that were missed", score.missed, "each is in the log, so it could have been found from then on"),
        ("Decrypts that were laid to the adversary, and are not theirs", score.invented, ""),
        ("Ways in that are still open", (*score.works, *score.open_doors), "tried at the end, from the outside"),
        ("Calls that went through after all was believed dead", score.died_too_soon, ""),
        ("Not proven dead", score.undead, ""),
        ("Secrets that stand where they must not", score.spilled, ""),
        ("Carried out without the approvals it needs", score.unapproved, ""),
        ("Cut in a false alarm", score.needless, "nobody misused anything, so nothing had to be cut"),
    )
    for title, each, why in told:
        if each:
            yield from (f"## {title}", "", *((f"{why[0].upper()}{why[1:]}.", "") if why else ()))
            yield from (f"- {safe(one)}" for one in each)
            yield ""


def _late(judgement: Judgement) -> Iterator[str]:
    """When each thing that mattered could have been seen, and when it was."""
    theirs = set(judgement.truth.decrypts)
    rows = [_sight(deed, judgement) for deed in judgement.truth.deeds if deed.id in theirs]
    if rows:
        yield from ("## When it could have been seen", "")
        yield from table(("decrypt", "made", "in the log from", "in the evidence", "as whom", "found"), rows)


def _sight(deed: Deed, judgement: Judgement) -> tuple[str, ...]:
    seen = judgement.belief.seen.get(deed.id)
    found = judgement.belief.decrypts is not None and deed.id in judgement.belief.decrypts
    logged = f"{deed.seen_from:%H:%M:%S}" if deed.seen_from else ""
    return (
        safe(deed.id),
        f"{deed.at:%Y-%m-%d %H:%M:%S}",
        logged,
        f"{seen:%H:%M:%S}" if seen else "never",
        safe(deed.by),
        "yes" if found else "**no**",
    )


def _credentials(judgement: Judgement) -> Iterator[str]:
    tries = judgement.tries.items()
    if tries:
        yield from ("## What the adversary held", "")
        got = ((safe(name), "**works**" if gets == WORKS else f"refused: {safe(gets)}") for name, gets in tries)
        yield from table(("credential", "tried at the end"), got)
    doors = judgement.truth.doors
    if doors:
        yield from table(
            ("back door", "at the end"),
            ((f"{safe(door.kind)} {safe(door.name)}", "**open**" if door.open else "shut") for door in doors),
        )


def _innocents(judgement: Judgement) -> Iterator[str]:
    if jobs := judgement.truth.bystanders:
        yield from ("## Innocent jobs", "")
        rows = (_job(one, judgement.belief) for one in jobs)
        yield from table(("job", "as", "runs", "refused", "at the end"), rows)


def _job(one: Innocent, belief: Belief) -> tuple[str, ...]:
    last = "refused" if one.is_stopped else "works"
    if one.is_stopped and one.rides_on:
        last += ", rightly: it acts as a suspect"
    elif one.is_stopped_by(belief.disabled):
        last += " by your decision: the key is disabled"
    return safe(one.name), safe(one.principal), str(one.runs), str(len(one.refusals)), last


def _moments(judgement: Judgement, rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    first = judgement.belief.first_act_at
    deeds = judgement.truth.deeds or judgement.truth.after_alarm
    true = [_Moment(deed.at, _deed(deed), "", f"{deed.call} {deed.by}") for deed in deeds]
    known = [
        _Moment(at, "", _row(row)) for at, row in zip(accumulate((row.at for row in rows), max), rows, strict=True)
    ]
    marks = [_Moment(judgement.truth.alarm_at, _ALARM, "")]
    marks += [_Moment(first, "", _FIRST_ACT)] if first else []
    last = ""
    for one, times in _folded(sorted([*true, *known, *marks], key=lambda each: each.at)):
        day = f"{one.at.astimezone(UTC):%Y-%m-%d} " if f"{one.at:%F}" != last else ""
        last = f"{one.at:%F}"
        more = f" (×{len(times)} in {span(max(times[-1] - times[0], _SECOND))})" if len(times) > 1 else ""
        yield f"{day}{one.at.astimezone(UTC):%H:%M:%S}", one.true + (more if one.true else ""), one.known


def _folded(moments: Iterable[_Moment]) -> Iterator[tuple[_Moment, list[datetime]]]:
    """Each call of the adversary's once, with all its times, until its answer changes or one of the two marks comes."""
    rows: list[tuple[_Moment, list[datetime]]] = []
    going_on: dict[str, tuple[_Moment, list[datetime]]] = {}
    for each in moments:
        row = going_on.get(each.call)
        if row is not None and row[0].true == each.true:
            row[1].append(each.at)
            continue
        rows.append((each, [each.at]))
        if each.call:
            going_on[each.call] = rows[-1]
        elif each.true == _ALARM or each.known == _FIRST_ACT:
            going_on.clear()
    yield from rows


def _deed(deed: Deed) -> str:
    by = f" as {safe(deed.by)}" if deed.by else ""
    return f"{safe(deed.call)}{by}" + (f": refused ({safe(deed.error)})" if deed.error else "")


def _row(row: Row) -> str:
    return (f"{safe(row.step)}: " if row.step else "") + safe(row.text, 200)
