"""Scans of one repository with a cache, each compared with one that remembers nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from irkit.scan import history as module
from irkit.scan.detect.detector import Detector
from irkit.scan.finding import Finding, Report
from irkit.scan.history import Unreachable, Wants, scan_history
from tests.scan.places.histories import Git

KEY = b"k" * 32


class Quiet:
    def begun(self) -> None: ...

    def progress(self, done: int, of: int) -> None: ...

    def hits(self, findings: Callable[[], Sequence[Finding]]) -> None: ...

    def note(self, text: str) -> None: ...


class Scans:
    """Scans of one repository, with the cache and without, and how often everything was looked at with it."""

    def __init__(self, git: Git, detector: Detector, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.git, self.detector, self.cache = git, detector, cache
        self.looks = 0
        whole = module._Scan.of_everything

        def counted(scan: module._Scan, *args: Quiet) -> object:
            self.looks += scan.wants.cache is not None
            return whole(scan, *args)

        monkeypatch.setattr(module._Scan, "of_everything", counted)

    def __call__(self, key: bytes = KEY, unreachable: Unreachable = Unreachable.COUNTED) -> tuple[Report, bool]:
        """The report, and whether it came from memory. It is the same as anew."""
        before = self.looks
        repository = self.git.repository()
        wants = Wants(1, lambda: key, unreachable, cache=self.cache)
        report = scan_history(repository, self.detector, wants, Quiet())
        anew = scan_history(repository, self.detector, wants._replace(cache=None), Quiet())
        assert plain(report) == plain(anew)
        assert sum(report.counts.values()) == sum(anew.counts.values())
        return report, self.looks == before


def plain(report: Report) -> tuple[object, ...]:
    findings = [tuple(one._replace(secret=one.secret.reveal())) for one in report.findings]  # type: ignore[arg-type]
    return tuple(report._replace(findings=tuple(findings), counts={}, size=0))  # type: ignore[arg-type]
