"""Prove by CloudTrail's digests that a trail's log files are whole and unaltered; name each that is not.

Source: CloudTrail user guide, "Validating CloudTrail log file integrity". The whole report is kept as evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from irkit.cloudtrail.log_check import IAM, Check, Checked, check, checked, keep_report, opened
from irkit.contract import Action, Effect

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Check):
    """What is checked: a trail's bucket (``s3://bucket/prefix``), a folder, or a kept bundle.

    Without a ``source``: the configured bucket. Of a bucket, what was delivered in the last ``hours``, or from
    ``since`` on, and before ``until``; files are checked whole, unless ``since`` is given. ``keys`` are files of AWS's
    public keys; without them a bucket's are asked of AWS.
    """


class Result(Checked):
    """The verdict (intact, altered, incomplete, unproven), the counts, the first findings, and the evidence."""

    evidence: str
    sha256: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        found = ", ".join(f"{count} {kind}" for kind, count in self.counts.items())
        return f"{self.verdict}: {self.proven} of {self.log_files} log files proven" + (f"; {found}" if found else "")


def read(clients: Clients, params: Params) -> Result:
    """Check, and keep the report. Raises ``OutsideError`` when nothing of the source answers."""
    report = check(clients, opened(clients, params), params)
    kept = keep_report(clients, report)
    return Result.model_validate({**checked(report), "evidence": kept.path, "sha256": kept.sha256})


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Prove that log files are unaltered",
    read=read,
    iam=IAM,
)
