"""The hook: ``irkit scan --staged``. Its plain form is run from here without any parser: it has 60 ms.

Only what every run needs is imported at the top; a finding brings the rest.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence

from irkit.cli.scan_told import Moment, advice, exit_code, failure, many, say, skipped, sums
from irkit.scan.folders import cache_folder
from irkit.scan.hook import Hooked, scan_staged
from irkit.scan.kept_patterns import KeptPatterns
from irkit.scan.quick import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from irkit.scan.detect.detector import Detector
    from irkit.scan.finding import Finding
    from irkit.scan.output.about import LeftOut
    from irkit.scan.sure import Unsure


def hook(names: Sequence[str]) -> int:
    """Scan what is staged (of these files); the exit code. What goes wrong is said, and is never 0."""
    try:
        patterns = KeptPatterns(cache_folder())
        hooked, left_out = _less_ignored(scan_staged(names, lambda: detector(prepare=patterns.recall), _key))
        code = told(*_less_unsure(hooked, left_out))
        patterns.keep()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - Python would end with 1, which means findings
        return failure(error)
    return code


def hook_with(args: argparse.Namespace) -> int:
    """The same with options."""
    from pathlib import Path

    from irkit.cli.scan_accepted import Reach

    hooked = scan_staged(args.paths, lambda: detector(args.rules), _key)
    reach = Reach(Path.cwd(), hooked.paths)
    if args.format != "human" or args.output is not None or args.update_baseline:
        from irkit.cli.scan_written import Scanned, written

        return written(Scanned(hooked.report, hooked.detector, reach), args)
    from irkit.cli.scan_accepted import less_accepted
    from irkit.scan.rule import Confidence
    from irkit.scan.sure import sure

    outcome = less_accepted(hooked.report, hooked.detector.rules, reach, args.baseline)
    _warn(outcome.malformed)
    report, unsure = sure(outcome.report, Confidence(args.confidence))
    for each in outcome.unheeded if report.findings else ():
        say(f"irkit: {args.baseline}: {each}, so it excludes nothing here")
    return told(hooked._replace(report=report), outcome.left_out, unsure, str(args.baseline or ""))


def _less_ignored(hooked: Hooked) -> tuple[Hooked, Sequence[LeftOut]]:
    """Less what the ignore files at the root accept; they are read only when there is a finding."""
    if not hooked.report.findings or not any(map(os.path.exists, (".gitleaksignore", ".irkitignore"))):
        return hooked, ()
    from pathlib import Path

    from irkit.cli.scan_accepted import Reach, less_accepted

    outcome = less_accepted(hooked.report, hooked.detector.rules, Reach(Path.cwd(), hooked.paths), None)
    _warn(outcome.malformed)
    return hooked._replace(report=outcome.report), outcome.left_out


def _less_unsure(hooked: Hooked, left_out: Sequence[LeftOut]) -> tuple[Hooked, Sequence[LeftOut], Unsure | None]:
    """Less the findings of low confidence."""
    if not hooked.report.findings:
        return hooked, left_out, None
    from irkit.scan.sure import sure

    report, unsure = sure(hooked.report)
    return hooked._replace(report=report), left_out, unsure


def _warn(malformed: Sequence[str]) -> None:
    """Say which lines of ignore files and filters of a baseline were not understood: they accept nothing."""
    for line in malformed:
        say(f"irkit: not understood: {line}")


def detector(rules: Sequence[Path] = (), prepare: Callable[[], None] = lambda: None) -> Detector:
    """The detector of irkit's own rules and of these, from its cache; see ``load_detector``."""
    from irkit.scan.detect.detector import load_detector

    # Its text is all that is used: no pathlib.
    made = load_detector(rules, cache=cast("Path", cache_folder()), prepare=prepare)
    gc.freeze()  # what was loaded stays: it need not be looked through again
    gc.enable()
    return made


def _key() -> bytes:
    from irkit.cli.scan_key import key

    return key()


def told(hooked: Hooked, left_out: Sequence[LeftOut] = (), unsure: Unsure | None = None, baseline: str = "") -> int:
    """Print the findings on stdout, by file and line, the talk on stderr; the exit code."""
    report = hooked.report
    if report.findings:
        _write(_lines(report.findings))
    accepted = [f"accepted by {each.reason}: {len(each.findings)}" for each in left_out]
    doubted = [str(unsure)] if unsure and unsure.findings else []
    say("irkit scan: " + "; ".join([*_sums(hooked), *accepted, *doubted]))
    for row in (*skipped(report.skipped), *advice(report.findings, Moment.COMMIT, baseline=baseline)):
        say(row)
    if report.is_incomplete:
        say("irkit: the scan is incomplete")
    return exit_code(report)


def _write(lines: Iterator[str]) -> None:
    """On stdout, whatever characters its encoding has; who closed it hears the sums alone."""
    if sys.stdout is None:
        return
    sys.stdout.reconfigure(errors="backslashreplace") if hasattr(sys.stdout, "reconfigure") else None
    sys.stdout.writelines(lines)
    sys.stdout.flush()


def _sums(hooked: Hooked) -> Sequence[str]:
    said = ["nothing is staged"] if hooked.is_empty else list(sums(hooked.report))
    if hooked.known:
        said.append(f"already in HEAD: {hooked.known}")
    if hooked.submodules:
        said.append(f"{many(len(hooked.submodules), 'submodules')} not looked into")
    return said


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    """``deploy/env.sh:3: AWS secret access key (aws_secret_access_key)  fp_…  …m3Qx``."""
    from irkit.scan.output.shown import shown

    places = [(place.path, place.line, place.column, one) for one in findings for place in one.places]
    for path, line, _, one in sorted(places, key=lambda each: each[:3]):
        where = f"{path}:{line}" if line else path  # a name has no lines
        yield shown(f"{where}: {one.title} ({one.rule})  {one.fingerprint}  {one.last4}") + "\n"
