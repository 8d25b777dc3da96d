"""The rehearsal cloud's trail has digests, and irkit proves its log files by them, asking through the real clients."""

from __future__ import annotations

from irkit.cloudtrail.integrity.finding import Verdict
from irkit.cloudtrail.integrity.holding import holding
from irkit.cloudtrail.integrity.report import Report
from irkit.cloudtrail.integrity.verify import verify
from irkit.drill.world import estate
from tests.bench import Bench


def checked(on: Bench) -> Report:
    return verify(holding(f"s3://{estate.TRAIL_BUCKET}/AWSLogs", on.clients))


def test_the_trails_log_files_are_proven_with_the_keys_that_the_cloud_tells(on: Bench) -> None:
    on.world.aws.deliver()
    report = checked(on)
    assert report.verdict is Verdict.INTACT, list(report.lines())
    assert report.keys == len(report.chains) >= 2, "one a region that something was asked in"
    assert report.logs.proven + report.logs.pending == report.logs.here > 0
    assert report.logs.proven > 0
    assert all(one.series.trail == estate.TRAIL and one.begins for one in report.chains)
