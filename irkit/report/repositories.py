"""The ledger of repositories: who could read the secret there, what was purged, and where it still stands."""

from __future__ import annotations

from collections.abc import Iterator

from irkit.contract import Frozen
from irkit.report.credentials import masked
from irkit.report.findings import Findings
from irkit.report.statement import Statement
from irkit.report.views import Audience, Purge, Sighting


class Repository(Frozen):
    """One repository. ``remaining`` is what a purge says it could not clean."""

    name: str
    known: tuple[Statement, ...]
    remaining: tuple[Statement, ...]
    purged: bool


def repositories(found: Findings) -> tuple[Repository, ...]:
    """The repositories that steps looked into, by name."""
    known: dict[str, list[Statement]] = {}
    remaining: dict[str, list[Statement]] = {}
    for name, statement in (*_seen(found), *_purged(found)):
        known.setdefault(name, []).append(statement)
    for step in found.of("git.purge_history"):
        for purge in step.read(Purge):
            left = [Statement(text=masked(each), events=(step.seq,)) for each in purge.remaining]
            remaining.setdefault(_short(purge.repository), []).extend(left)
    return tuple(
        Repository(name=name, known=tuple(each), remaining=tuple(remaining.get(name, ())), purged=name in remaining)
        for name, each in sorted(known.items())
    )


def _seen(found: Findings) -> Iterator[tuple[str, Statement]]:
    for step in found.of("git.find_secret"):
        for each in step.read(Sighting):
            held = f"{len(each.places)} objects hold it, reached from {', '.join(each.refs) or 'no ref'}"
            text = f"{held if each.places else 'nothing was found'}; looked at: {each.coverage or 'not said'}"
            yield _short(each.repository), Statement(text=masked(text), events=(step.seq,))
    for step in found.of("github.find_exposure"):
        for audience in step.read(Audience):
            forks = f"forks: {', '.join(audience.forks)}" if audience.forks else "no forks"
            pulls = ", ".join(f"#{number}" for number in audience.holding)
            text = f"{audience.visibility}; {forks}; open pull requests that hold it: {pulls or 'none'}"
            covered = f"; looked at: {audience.coverage}" if audience.coverage else ""
            yield _short(audience.repository), Statement(text=text + covered, events=(step.seq,))


def _purged(found: Findings) -> Iterator[tuple[str, Statement]]:
    for step in found.of("git.purge_history"):
        for purge in step.read(Purge):
            pushed = ", ".join(
                f"{ref.ref} {ref.outcome.replace('_', ' ')}" + (f" ({ref.reason})" if ref.reason else "")
                for ref in purge.refs
            )
            text = f"{purge.commits} commits rewritten; refs: {pushed or 'none'}"
            yield _short(purge.repository), Statement(text=masked(text), events=(step.seq,))
            if purge.backup:
                sealed = f"sealed backup from before: {purge.backup}, SHA-256 {purge.backup_sha256}"
                yield _short(purge.repository), Statement(text=sealed, events=(step.seq,))


def _short(address: str) -> str:
    """``owner/name`` of an address, as other steps call it."""
    return "/".join(address.removesuffix("/").removesuffix(".git").split("/")[-2:]) or "unnamed"
