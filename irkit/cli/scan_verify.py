"""``irkit scan --verify``: says what will be sent to whom, then asks."""

from __future__ import annotations

from pathlib import Path

from irkit.cli.scan_told import say
from irkit.clients.kingfisher import Kingfisher, Liveness
from irkit.scan.detect.detector import Detector
from irkit.scan.finding import Report
from irkit.scan.folders import cache_folder
from irkit.scan.liveness import askable, with_liveness


def verified(report: Report, detector: Detector, provider: Liveness | None = None) -> Report:
    """The report with what the providers say. Each value goes to its own provider alone; an answer may take 10 s."""
    rules = {rule.id: rule for rule in detector.rules}
    counts = askable(report.findings, rules)
    if counts:
        say("irkit: asking each provider about its own: " + ", ".join(f"{n} × {kind}" for kind, n in counts.items()))
        say("       the provider logs these calls, and whoever watches the account can see them")
    asker = provider or Kingfisher(Path(cache_folder()))
    return report._replace(findings=with_liveness(report.findings, rules, asker))
