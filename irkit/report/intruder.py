"""What the intruder did, as CloudTrail and other places show it, and what was not asked or cannot be shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from irkit.contract import Frozen
from irkit.report.credentials import masked
from irkit.report.findings import Findings
from irkit.report.looked import Look, asked_log, coverages, looked
from irkit.report.residual import residual
from irkit.report.spans import interval, utc
from irkit.report.statement import Basis, Statement
from irkit.report.swept import swept
from irkit.report.views import Judgement, KeyUse, LeftBehind, Swept, Trace


class Activity(Frozen):
    """All about the intruder. Where ``measured`` or ``hunted`` is False no step asked, and nothing is claimed."""

    measured: bool
    hunted: bool
    judgement: tuple[Statement, ...]
    uses: tuple[Statement, ...]
    left_behind: tuple[Statement, ...]
    coverage: tuple[Statement, ...]


def intruder(found: Findings) -> Activity:
    """The intruder's activity with its coverage."""
    uses = [(step.seq, use) for step in found.of("cloudtrail.measure_key_use") for use in step.read(KeyUse)]
    left = [(step.seq, each) for step in found.of("cloudtrail.hunt_persistence") for each in step.read(LeftBehind)]
    sweeps = [(step.seq, each) for step in found.of("aws.sweep_window") for each in step.read(Swept)]
    judged = [(step.seq, each) for step in found.of("cloudtrail.judge_use") for each in step.read(Judgement)]
    strangers = frozenset(ip for _, each in judged for ip in each.strangers)
    return Activity(
        measured=bool(uses or asked_log(found)),
        hunted=bool(left or sweeps or found.of("aws.find_residual_paths")),
        judgement=tuple(each for seq, judgement in judged for each in _judgement(seq, judgement)),
        uses=(*(each for seq, use in uses for each in _uses(seq, use, strangers)), *looked(found)),
        left_behind=(*(each for seq, behind in left for each in _left(seq, behind)), *swept(sweeps), *residual(found)),
        coverage=tuple(_coverage([*uses, *left, *sweeps, *coverages(found)])),
    )


def _judgement(seq: int, judged: Judgement) -> Iterator[Statement]:
    reasons = "; ".join(judged.reasons)
    text = f"judged {judged.outcome.replace('_', ' ')}" + (f": {reasons}" if reasons else "")
    yield Statement(text=masked(text), events=(seq,), basis=Basis.INFERRED)


def _uses(seq: int, use: KeyUse, strangers: frozenset[str]) -> Iterator[Statement]:
    if use.total is not None:
        counts = f"{use.succeeded} succeeded, {use.failed} failed"
        counts += f", {use.denied} of these denied" if use.failed else ""
        ours = f" ({use.own_probes} trial calls of irkit's own left out)" if use.own_probes else ""
        yield _said(seq, f"{use.total} calls with key {use.key_id}, by anyone: {counts}{ours}")
    for source in sorted(use.sources, key=lambda each: each.ip not in strangers):
        who = "a stranger" if source.ip in strangers else "not judged strange"
        when = interval(source.first_at, source.last_at)
        agents = ", ".join(source.agents) or "no user agent"
        yield _said(
            seq, f"from {source.ip} ({who}): {source.succeeded} succeeded, {source.denied} denied, {when}, {agents}"
        )
    for label, value in (("calls", use.calls), ("denied calls", use.denied_calls)):
        if value:
            yield _said(seq, f"{label}, by anyone: {', '.join(f'{name} {count}' for name, count in value.items())}")
    for name in use.secrets_read:
        yield _said(seq, f"secret read, by anyone: {name}")
    for each in use.decrypts:
        context = "no encryption context" if each.context in {"", "{}"} else f"encryption context {each.context}"
        yield _said(seq, f"decrypted, by anyone, with {each.key}, {context}: {each.count} times")
    for role in use.roles:
        yield _said(seq, f"took on role {role}")
    for session in use.sessions:
        yield _said(seq, f"made session {session}")


def _left(seq: int, behind: LeftBehind) -> Iterator[Statement]:
    groups = (
        ("user", behind.users),
        ("key of another user", behind.stray_keys),
        ("access key", behind.keys),
        ("password or second factor", behind.passwords),
        ("rights", behind.rights),
        ("trust", behind.trusts),
        ("other", behind.others),
        ("tried, and refused by AWS", behind.tried),
    )
    for kind, traces in groups:
        for trace in traces:
            yield _said(seq, f"{kind}: {_trace(trace)}")
    for each in behind.gone:
        yield _said(seq, f"made, and gone by now: {each}")


def _trace(trace: Trace) -> str:
    thing = " ".join(dict.fromkeys(filter(None, (trace.call, trace.user, trace.key_id, trace.target, trace.what))))
    when = f" at {utc(trace.at)}" if trace.at else ""
    by = f" with key {trace.by}" if trace.by else ""
    return f"{thing}{when}{by}" + (f" (CloudTrail event {trace.event_id})" if trace.event_id else "")


def _coverage(looks: Sequence[tuple[int, KeyUse | LeftBehind | Swept | Look]]) -> Iterator[Statement]:
    before = ""
    for seq, each in looks:
        where, rest = _parted(each.coverage)
        same = bool(rest) and rest == before
        told = f"{where}; the rest as in the line before" if same else each.coverage
        before = rest
        yield _said(seq, told or "the step did not say what it covered: take nothing as absent")
        for gap in each.not_seen:
            yield _said(seq, f"NOT seen: {gap}")
        if isinstance(each, KeyUse) and each.trusted_until is not None:
            yield _said(
                seq, f"absence can be trusted until {utc(each.trusted_until)}: later calls may not be logged yet"
            )


def _parted(coverage: str) -> tuple[str, str]:
    """What was asked until when, and what was not asked, which several looks often have in common."""
    where, mark, rest = coverage.partition("; not enabled")
    return where, mark + rest


def _said(seq: int, text: str) -> Statement:
    return Statement(text=masked(text), events=(seq,))
