"""Write a baseline that both irkit and detect-secrets honour. Unchanged entries change no byte of the file."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from irkit.errors import UsageError
from irkit.scan.accepted.accepted import Accepted, accepted
from irkit.scan.accepted.baseline import HISTORY, OWN, Baseline, Entry, Scope, read, text
from irkit.scan.accepted.hashed import hashed
from irkit.scan.accepted.sites import Sites
from irkit.scan.accepted.theirs import Found, found_by_detect_secrets, fresh_document
from irkit.scan.finding import Finding, PlaceKind, Report
from irkit.scan.rule import Rule

_THEIRS = "detect-secrets:"
_FALLBACK = "Secret Keyword"
"""The type of entries whose kind detect-secrets has no name for: its audit stops at a type it does not know."""


class Written(NamedTuple):
    """What became of a baseline file."""

    added: int
    dropped: int
    total: int
    is_changed: bool
    """False: the file was not touched."""


def write_baseline(  # noqa: PLR0913 - four say what was found, and three how it is written
    report: Report,
    file: Path,
    rules: Sequence[Rule],
    *,
    root: Path | None,
    scanned: Collection[str] | None = None,
    outcome: Accepted | None = None,
    at: datetime | None = None,
) -> Written:
    """Accept all findings of a report: put them into the baseline, which is made if there is none.

    What stood in it stays, with its audit, but for stale entries. ``root`` and ``scanned`` as for ``accepted``;
    ``outcome`` is what that said of all that was found, with this baseline: without it, the report may be one that
    lacks what was accepted, so only entries that are stale by the file's own text are dropped. ``at`` is the time to
    write, now if None. Raises ``BaselineInvalid`` and ``UsageError`` (it cannot be written).
    """
    if file.exists():
        known = read(file)
        said = outcome or accepted(report, rules, root=root, baseline=file, ignore_files=(), scanned=scanned)
        kept = () if outcome else tuple(entry for entry in said.stale if _may_stand(entry, root))
        settings = known.with_entries((*(said.refreshed or known).entries, *kept))
        left, dropped = said.report, len(said.stale) - len(kept)
    else:
        settings = Baseline((), fresh_document())
        left, dropped = report, 0
    new = _entries(left.findings, settings, {rule.id: rule for rule in rules}, root)
    made = settings.with_entries((*settings.entries, *new))
    added = len(made.entries) - len(settings.entries)
    return Written(added, dropped, len(made.entries), save(made, file, at))


def update_baseline(refreshed: Baseline, stale: int, file: Path, at: datetime | None = None) -> Written:
    """Write what ``accepted`` made of a baseline: lines and files of now, no stale entries, nothing new."""
    return Written(0, stale, len(refreshed.entries), save(refreshed, file, at))


def save(baseline: Baseline, file: Path, at: datetime | None = None) -> bool:
    """Write the file, wholly or not at all; false when it already says the same. Raises ``UsageError``.

    The time in it changes when it knows other values, or the same ones elsewhere; not when an audit judges them.
    """
    before = read(file) if file.exists() else None
    if before is not None and _says(before) == _says(baseline):
        return False
    if before is None or (not baseline.is_slim and _known(before) != _known(baseline)):
        now = (at or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        baseline = baseline._replace(document={**baseline.document, "generated_at": now})
    target = file.resolve()
    aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        aside.write_text(text(baseline), encoding="utf-8")
        if target.exists():
            aside.chmod(target.stat().st_mode & 0o777)
        aside.replace(target)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise UsageError(f"{file} cannot be written: {error.strerror}") from None
    return True


def _may_stand(entry: Entry, root: Path | None) -> bool:
    return entry.scope is Scope.OWN and Sites(root).exists(entry.path)


def _says(baseline: Baseline) -> Baseline:
    """What matters of it: all but the time."""
    rest = {name: value for name, value in baseline.document.items() if name not in {"generated_at", "results"}}
    lines = (entry._replace(line=0) for entry in baseline.entries) if baseline.is_slim else baseline.entries
    return Baseline(tuple(sorted(lines, key=lambda entry: (*entry.key, entry.line))), rest)


def _known(baseline: Baseline) -> set[tuple[str, str, str, int]]:
    return {(*entry.key, entry.line) for entry in baseline.entries}


def _entries(
    findings: Sequence[Finding], settings: Baseline, rules: dict[str, Rule], root: Path | None
) -> Iterator[Entry]:
    sites = Sites(root)
    files: dict[str, tuple[Found, ...]] = {}
    for finding in findings:
        digest, kind = hashed(finding.secret.reveal()), _type(rules.get(finding.rule))
        for place in finding.places:
            name = next(iter(sites.names(place)), "")
            if place.kind is not PlaceKind.FILE and not place.is_current:
                yield Entry(f"{HISTORY}{name or place.kind}", kind, digest, place.line)
                continue
            if root is not None and name not in files:
                files[name] = found_by_detect_secrets(root, name, settings)
            theirs = [found for found in files.get(name, ()) if found.line == place.line]
            yield from (Entry(name, found.type, found.digest, found.line) for found in theirs)
            if digest not in {found.digest for found in theirs}:
                yield Entry(f"{OWN}{name}", kind, digest, place.line)


def _type(rule: Rule | None) -> str:
    names = (name.removeprefix(_THEIRS) for name in (rule.also if rule else ()) if name.startswith(_THEIRS))
    return next(names, _FALLBACK)
