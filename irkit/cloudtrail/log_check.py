"""The check of log files as an action asks it: its parameters, what its result holds, and the evidence kept of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, Field

from irkit.cloudtrail.integrity.bundle import Bundle
from irkit.cloudtrail.integrity.finding import Verdict
from irkit.cloudtrail.integrity.held import Holding
from irkit.cloudtrail.integrity.holding import holding
from irkit.cloudtrail.integrity.manifest import NAME
from irkit.cloudtrail.integrity.report import Report
from irkit.cloudtrail.integrity.s3_objects import S3Objects
from irkit.cloudtrail.integrity.verify import verify
from irkit.cloudtrail.kept import Keep, Kept, keep
from irkit.cloudtrail.places import Kind, places
from irkit.cloudtrail.query import Window
from irkit.cloudtrail.source import Progress
from irkit.contract import Frozen
from irkit.errors import InputMissing

if TYPE_CHECKING:
    from irkit.clients.clients import Clients
    from irkit.clients.evidence import EvidenceFile

MOST_FINDINGS = 200
"""How many findings a result holds; the evidence has all."""
IAM = (
    *("cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus", "cloudtrail:ListPublicKeys", "cloudtrail:ListTrails"),
    *("s3:GetObject", "s3:ListBucket", "s3:ListBucketVersions"),
)
_TOLD_EVERY = 500


class Check(Frozen):
    """What is checked: a trail's bucket (``s3://bucket/prefix``), a folder, or a kept bundle.

    Without a ``source``: the configured bucket. Of a bucket, what was delivered in the last ``hours``, or from
    ``since`` on, and before ``until``; files are checked whole, unless ``since`` is given. ``keys`` are files of AWS's
    public keys; without them a bucket's are asked of AWS.
    """

    source: str = ""
    hours: Annotated[int, Field(ge=1, le=366 * 24)] = 24 * 14
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    keys: tuple[str, ...] = ()

    def window(self, now: datetime, kind: Kind) -> Window | None:
        """The span that is checked; None for all of it."""
        if kind is Kind.FILES and self.since is None:
            return None
        end = self.until or now
        return Window(self.since or end - timedelta(hours=self.hours), end)


class Named(Frozen):
    """One finding: what is the matter with which file, what was expected and what was seen."""

    kind: str
    place: str
    expected: str
    seen: str
    since: datetime | None
    until: datetime | None


class Checked(Frozen):
    """What a check came to. ``findings`` are the first; ``counts`` count all of them by kind."""

    verdict: Verdict
    proven: int
    log_files: int
    digests: int
    counts: dict[str, int]
    findings: tuple[Named, ...]
    coverage: str


def source_text(clients: Clients, params: Check) -> str:
    """The source that is named, or the one bucket that is configured. Raises ``InputMissing``."""
    configured = [text for text in clients.config.cloudtrail.source if text.startswith("s3://")]
    if params.source or len(configured) == 1:
        return params.source or configured[0]
    raise InputMissing("no trail's bucket is named", hint="give source: s3://bucket/prefix, or set cloudtrail.source")


def opened(clients: Clients, params: Check) -> Holding:
    """What is to be checked. Raises ``UsageError`` for a text that names no files."""
    text = source_text(clients, params)
    window = params.window(clients.now(), places((text,))[0].kind)
    return holding(text, lambda: clients, [Path(path) for path in params.keys], window)


def check(clients: Clients, held: Holding, params: Check) -> Report:
    """Check it, telling how far it is. Raises ``OutsideError`` when nothing of it answers."""
    window = held.window
    if window is None and params.since is not None:
        window = Window(params.since, params.until or clients.now())
    return verify(held, window, told=teller(clients))


def teller(clients: Clients) -> Callable[[Progress], None]:
    """Tells the Activity pane how far it is, every so many files."""
    told = 0

    def hear(progress: Progress) -> None:
        nonlocal told
        if progress.done // _TOLD_EVERY > told // _TOLD_EVERY:
            clients.progress(f"cloudtrail: {progress.done} of {progress.total} files")
        told = progress.done

    return hear


def keep_report(clients: Clients, report: Report) -> EvidenceFile:
    """Keep the whole report as evidence."""
    data = json.dumps(report.document, indent=1).encode() + b"\n"
    what = f"the check of {report.label} by CloudTrail's digests: {report.verdict}"
    return clients.evidence.keep(
        "cloudtrail-integrity.json", data, what=what, count=report.logs.here, coverage=coverage(report)
    )


@dataclass(frozen=True)
class BundleKept:
    """A bundle in the incident's evidence: its folder, what was kept, its check, and the manifest."""

    folder: Path
    kept: Kept
    report: Report
    manifest: EvidenceFile


def keep_bundle(
    clients: Clients, source: S3Objects, what: Keep, told: Callable[[Progress], None] | None = None
) -> BundleKept:
    """Keep log files in the evidence folder, check them, and keep the manifest as evidence: one event in the journal.

    Raises ``OutsideError`` when nothing can be listed.
    """
    folder = _begun(clients, source)
    kept = keep(source, folder, what, source.window, told or teller(clients))
    report = verify(Bundle(folder), told=told or teller(clients))
    manifest = clients.evidence.keep(
        f"{folder.name}.{NAME}",
        (folder / NAME).read_bytes(),
        what=f"the manifest of the log files kept in evidence/{folder.name}",
        count=kept.digests + kept.logs,
        coverage=coverage(report),
    )
    return BundleKept(folder, kept, report, manifest)


def _begun(clients: Clients, source: S3Objects) -> Path:
    """A bundle that was begun and not ended, or a new one."""
    number = 1
    while True:
        folder = clients.evidence.folder(f"trail-{source.bucket}" + (f"-{number}" if number > 1 else ""))
        if not (folder / NAME).exists():
            return folder
        number += 1


def checked(report: Report) -> dict[str, object]:
    """The fields of ``Checked``."""
    document = report.document
    return {
        "verdict": report.verdict,
        "proven": report.logs.proven,
        "log_files": report.logs.here,
        "digests": sum(one.digests for one in report.chains),
        "counts": document["counts"],
        "findings": tuple(
            Named(
                kind=one.kind.value,
                place=one.place,
                expected=one.expected,
                seen=one.seen,
                since=one.since,
                until=one.until,
            )
            for one in report.findings[:MOST_FINDINGS]
        ),
        "coverage": coverage(report),
    }


def coverage(report: Report) -> str:
    """What the check covers, in words."""
    return "; ".join((report.label, *report.chain_lines(), *report.notes))
