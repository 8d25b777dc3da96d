"""What steps found that looked elsewhere than the report's own tables: runs, runners, branches, decrypts, callers."""

from __future__ import annotations

from collections.abc import Iterator

from irkit.report.credentials import masked
from irkit.report.findings import Findings, Found, Loose
from irkit.report.statement import Basis, Statement

_JUDGED = ("cloudtrail.judge_callers", "cloudtrail.settle_suspects", "cloudtrail.judge_context")
_LOG = (
    "aws.find_last_activity",
    "cloudtrail.find_key_changes",
    "cloudtrail.list_activity",
    "cloudtrail.list_ci_sessions",
    "cloudtrail.list_decrypts",
    "cloudtrail.list_secrets_read",
    "cloudtrail.measure_kms_use",
    "cloudtrail.measure_opened",
)
_PLACES = (
    "aws.find_kms_grants",
    "git.find_workflow_changes",
    "github.find_ci_news",
    "github.find_runners",
    "github.find_runs",
    "scan.find_value",
    "token.find_liveness",
)


class Look(Loose):
    """Of any reading step: where it looked, and where it could not."""

    coverage: str = ""
    not_seen: tuple[str, ...] = ()


def asked_log(found: Findings) -> tuple[Found, ...]:
    """The steps that asked CloudTrail what was done, beside those with a table of their own."""
    return found.of(*_LOG)


def looked(found: Findings) -> Iterator[Statement]:
    """One statement a step: what it is called, and what it found in its own words."""
    for step in found.of(*_LOG, *_PLACES, *_JUDGED):
        basis = Basis.INFERRED if step.action in _JUDGED else Basis.OBSERVED
        text = f"{found.title(step.step)}: {step.summary or 'nothing told'}"
        yield Statement(text=masked(text), events=(step.seq,), basis=basis)


def coverages(found: Findings) -> list[tuple[int, Look]]:
    """Where these steps looked."""
    return [(step.seq, look) for step in found.of(*_LOG, *_PLACES) for look in step.read(Look) if look.coverage]
