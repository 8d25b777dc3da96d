"""What was done with the leaked key, as CloudTrail shows it, and what CloudTrail was not asked or cannot show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from pydantic import JsonValue

from irkit.contract import Frozen
from irkit.report.credentials import masked
from irkit.report.findings import Findings
from irkit.report.statement import Basis, Statement
from irkit.report.views import Judgement, KeyUse, LeftBehind


class Activity(Frozen):
    """All statements about the intruder. ``measured`` is False when no step asked; then nothing is claimed."""

    measured: bool
    judgement: tuple[Statement, ...]
    uses: tuple[Statement, ...]
    left_behind: tuple[Statement, ...]
    coverage: tuple[Statement, ...]
    first_seen_at: datetime | None = None
    last_seen_at: datetime | None = None


def intruder(found: Findings) -> Activity:
    """The intruder's activity with its coverage."""
    uses = [(step.seq, use) for step in found.of("cloudtrail.measure_key_use") for use in step.read(KeyUse)]
    left = [(step.seq, each) for step in found.of("cloudtrail.hunt_persistence") for each in step.read(LeftBehind)]
    return Activity(
        measured=bool(uses),
        judgement=tuple(_judgements(found)),
        uses=tuple(each for seq, use in uses for each in _uses(seq, use)),
        left_behind=tuple(each for seq, behind in left for each in _left(seq, behind)),
        coverage=tuple(_coverage(uses, left)),
        first_seen_at=min((use.first_seen_at for _, use in uses if use.first_seen_at), default=None),
        last_seen_at=max((use.last_seen_at for _, use in uses if use.last_seen_at), default=None),
    )


def _judgements(found: Findings) -> Iterator[Statement]:
    for step in found.of("cloudtrail.judge_use"):
        for judged in step.read(Judgement):
            reasons = "; ".join(judged.reasons)
            text = f"judged {judged.outcome.replace('_', ' ')}" + (f": {reasons}" if reasons else "")
            yield Statement(text=masked(text), events=(step.seq,), basis=Basis.INFERRED)


def _uses(seq: int, use: KeyUse) -> Iterator[Statement]:
    if use.total is not None:
        yield Statement(text=f"{use.total} calls with key {masked(use.key_id)}", events=(seq,))
    told: tuple[tuple[str, JsonValue], ...] = (
        ("calls", use.counts),
        ("from addresses", [*use.ips]),
        ("with user agents", [*use.agents]),
        ("secrets read", use.secrets_read),
        ("decrypted with KMS", use.decrypts),
        ("refused calls", use.denied),
    )
    for label, value in told:
        said = words(value)
        if said:
            yield Statement(text=masked(f"{label}: {said}"), events=(seq,))


def _left(seq: int, behind: LeftBehind) -> Iterator[Statement]:
    groups: tuple[tuple[str, Sequence[JsonValue]], ...] = (
        ("user", behind.users),
        ("access key", behind.keys),
        ("policy", behind.policies),
        ("trust", behind.trusts),
    )
    for kind, things in groups:
        for thing in things:
            yield Statement(text=masked(f"{kind}: {words(thing)}"), events=(seq,))


def _coverage(uses: Sequence[tuple[int, KeyUse]], left: Sequence[tuple[int, LeftBehind]]) -> Iterator[Statement]:
    said = [(seq, use.coverage) for seq, use in uses] + [(seq, behind.coverage) for seq, behind in left]
    for seq, coverage in said:
        text = coverage or "the step did not say what it covered: take nothing as absent"
        yield Statement(text=text, events=(seq,))


def words(value: JsonValue) -> str:
    """A JSON value in words: lists with commas, maps as ``name: value``; empty for what is empty."""
    if value is None or value in ([], {}, ""):
        return ""
    if isinstance(value, list):
        return ", ".join(f"({words(each)})" if isinstance(each, dict) else words(each) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {said}" for name, each in value.items() if (said := words(each)))
    return str(value)
