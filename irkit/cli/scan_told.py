"""What a scan says to the person at the terminal: how much it looked at, and what to do next. Quick to import."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum

from irkit.errors import IrkitError
from irkit.scan.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from irkit.scan.finding import Finding, Report, Skipped

CLEAN, FINDINGS, INCOMPLETE = 0, 1, 2
INTERRUPTED = 130
_SKIPPED_SHOWN = 20
_ACCEPTED_SHOWN = 3


def say(text: str) -> None:
    """Say something on stderr; strangers' control codes go unheard."""
    from irkit.tui.printable import printable

    print("\n".join(map(printable, text.split("\n"))), file=sys.stderr)


def fault(error: Exception) -> int:
    """Tell of a fault of irkit's own, without the error's text: it may hold a value. The exit code is never 0 or 1."""
    import traceback

    for frame in traceback.extract_tb(error.__traceback__)[-3:]:
        say(f"  {frame.filename}:{frame.lineno} in {frame.name}")
    say(f"irkit: a fault of irkit's own ({type(error).__name__}); the scan is incomplete")
    return INCOMPLETE


def failure(error: BaseException) -> int:
    """Tell what ended a scan; the exit code, which is never 0 or 1: those are results."""
    if isinstance(error, KeyboardInterrupt):
        say("irkit: interrupted; the scan is incomplete")
        return INTERRUPTED
    if isinstance(error, IrkitError):
        say(f"irkit: {error.message}" + (f"\n  hint: {error.hint}" if error.hint else ""))
        return max(INCOMPLETE, error.exit_code)
    if isinstance(error, OSError):
        say(f"irkit: {error}; the scan is incomplete")
        return INCOMPLETE
    if isinstance(error, Exception):
        return fault(error)
    raise error


def exit_code(report: Report) -> int:
    """0 clean, 1 findings, 2 something that should have been scanned was not."""
    if report.is_incomplete:
        return INCOMPLETE
    return FINDINGS if report.findings else CLEAN


def sums(report: Report) -> Iterator[str]:
    """How much was scanned, found and passed over."""
    looked = [many(count, what) for what, count in report.counts.items() if count]
    yield f"{', '.join(looked) or '0 files'} scanned, {report.size:,} bytes"
    yield many(len(report.findings), "findings") if report.findings else "nothing found"
    if report.dismissed:
        rows = sorted(report.dismissed.items(), key=lambda row: (-row[1], row[0]))
        yield "passed over: " + ", ".join(f"{count} {why}" for why, count in rows)
    if report.unreachable:
        yield f"{many(report.unreachable, 'findings')} that no ref leads to (--unreachable shows them)"


def skipped(rows: Sequence[Skipped]) -> Iterator[str]:
    """What was not looked into, and why."""
    for row in rows[:_SKIPPED_SHOWN]:
        yield f"  not scanned: {row.what}: {row.reason}"
    if len(rows) > _SKIPPED_SHOWN:
        yield f"  and {len(rows) - _SKIPPED_SHOWN} more (--format json lists them)"


class Moment(StrEnum):
    """When a finding is told: what to do next depends on it."""

    COMMIT = "commit"
    PUSH = "push"
    SCAN = "scan"
    ORG = "org"
    """Of many repositories, none of which is the one here."""


_NEVER_PUSHED = {
    Moment.COMMIT: "take it out (environment or a secret store instead), `git add` the file, commit again",
    Moment.PUSH: "take it out of the commits as well: `git commit --amend` or `git rebase -i`, then push again",
    Moment.SCAN: "take it out of the file, and of its commits: `git commit --amend` or `git rebase -i`",
    Moment.ORG: "take it out of the file, and of its commits: `git commit --amend` or `git rebase -i`",
}
_RENAME = "give the branch or tag another one: `git branch -m OLD NEW`, `git tag NEW OLD` and `git tag -d OLD`"
_BASELINE = ".secrets.baseline"
_AWS_KEYS = ("aws_access_key_id", "aws_secret_access_key")


def advice(findings: Sequence[Finding], moment: Moment, paths: Sequence[str] = (), baseline: str = "") -> Iterator[str]:
    """What to do next; ``paths`` are those that were scanned, none for the repository here, ``baseline`` its file."""
    if not findings:
        return
    aws = [finding for finding in findings if finding.rule.startswith(_AWS_KEYS)]
    others = [finding for finding in findings if not finding.rule.startswith(_AWS_KEYS)]
    yield "What to do next:"
    fresh = [finding for finding in findings if not finding.pushed]
    is_name = [all(place.kind == "ref name" for place in finding.places) for finding in fresh]
    if not all(is_name):
        yield f"  never pushed: {_NEVER_PUSHED[moment]}"
    if any(is_name):
        yield f"  never pushed, in a name: {_RENAME}"
    if aws:
        yield f"  {_pushed(aws)}: others know it; cut the key off (a dry run first):"
        yield f"    {_hand_over(moment, paths)}"
    if others:
        yield f"  {_pushed(others)}{', and no AWS key' if aws else ''}: revoke it at its provider before anything else"
    yield from _accept(findings, moment, paths, baseline)


def _pushed(findings: Sequence[Finding]) -> str:
    """When what follows holds: of the first finding that is known to be pushed, its file."""
    paths = [finding.places[0].path for finding in findings if finding.pushed and finding.places]
    return f"{paths[0] or 'one of them'} was PUSHED with it" if paths else "pushed already, even once"


def _hand_over(moment: Moment, paths: Sequence[str]) -> str:
    """The commands that begin an incident with what was found. A scan with findings ends with 1: no ``&&``."""
    import shlex

    named = [shlex.quote(path) for path in paths] if moment is Moment.SCAN else []
    what = ["--staged"] if moment is Moment.COMMIT else named
    where = ["--scanned", *named] if len(named) == 1 else []
    scan = ["irkit scan", *what, "--format json --output scan.json"]
    return f"{' '.join(scan)}; {' '.join(['irkit respond key_leak --from-scan scan.json', *where])}"


def _accept(findings: Sequence[Finding], moment: Moment, paths: Sequence[str], baseline: str) -> Iterator[str]:
    """How to have it that something is no secret. A plain hook reads ignore files, and no baseline."""
    import shlex

    start = "  no secret at all: put `pragma: allowlist secret` on its line, or"
    if moment is Moment.ORG:
        yield f"{start} accept it in its own repository (.irkitignore, a baseline)"
    elif moment is Moment.SCAN or baseline:
        what = ["--staged"] if moment is Moment.COMMIT else []
        named = map(shlex.quote, (*(paths if moment is Moment.SCAN else ()), "--baseline", baseline or _BASELINE))
        yield f"{start} accept all that is found, in a baseline:"
        yield f"    {' '.join(['irkit scan', *what, *named, '--update-baseline'])}"
    else:
        lines = dict.fromkeys(f"{finding.rule}:{finding.fingerprint}" for finding in findings)
        yield f"{start} let this very value pass (at the top of the repository):"
        yield from (f"    echo {line} >> .irkitignore" for line in list(lines)[:_ACCEPTED_SHOWN])
        if len(lines) > _ACCEPTED_SHOWN:
            yield f"    and the {len(lines) - _ACCEPTED_SHOWN} others alike: RULE:FINGERPRINT"


def many(count: int, what: str) -> str:
    """``1 file``, ``2 files``: ``what`` is plural."""
    if count != 1:
        return f"{count:,} {what}"
    singular = what.removesuffix("ies") + "y" if what.endswith("ies") else what.removesuffix("s")
    return f"1 {singular}"
