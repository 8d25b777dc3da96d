"""The remembered report after new commits that change nothing in it: they bring no secret and move none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from irkit.scan.detect.detector import Detector
from irkit.scan.detect.kept import digest_of
from irkit.scan.finding import Report, Skipped
from irkit.scan.objects.lost import lost
from irkit.scan.objects.one_by_one import look_at_loose
from irkit.scan.objects.stores import Stores
from irkit.scan.places.changes import Wanted
from irkit.scan.places.gits import answer
from irkit.scan.places.graph import Listed, listed
from irkit.scan.places.names import text_files
from irkit.scan.places.refs import read_bytes, read_refs
from irkit.scan.places.walk import Walk
from irkit.scan.ready import Ready
from irkit.scan.renewed_ends import renewed_ends
from irkit.scan.repository import Repository
from irkit.scan.repository_state import RepositoryState

_MOST_OBJECTS = 500
_MOST_COMMITS = 200
_ID = re.compile(r"[0-9a-f]{40}")
_LOGGED = re.compile(r"([0-9a-f]{40}) ([0-9a-f]{40}) ")
Moves = Mapping[str, tuple[str, str]]
"""Of refs, by name: the commit that one led to, and that it leads to now."""


def grown(
    repository: Repository, detector: Detector, known: Ready, state: RepositoryState, found: Stores
) -> Report | None:
    """The report as it is now. None when it may be another: then everything must be looked at.

    That is so unless all that is new are loose objects without secrets, and every ref that moved went forward over
    commits that all stand on the one it led to, none of which adds or removes an object with a secret.
    """
    before, new = known.state, state.loose - known.state.loose
    if (
        not known.is_all_told
        or before.fixed != state.fixed
        or not before.loose <= state.loose
        or len(new) > _MOST_OBJECTS
    ):
        return None
    moves = _moves(repository, before, state)
    if moves is None:
        return None
    looked = look_at_loose({id_: found.loose[id_] for id_ in sorted(new)}, detector)
    skipped = {Skipped(what, reason) for _, what, reason in looked.skipped}
    if looked.held or looked.broken or not skipped <= set(known.report.skipped) or lost(repository, found):
        return None
    commits = _commits(repository, moves, known.located)
    if commits is None or not _are_plain(repository, detector, before, state, commits):
        return None
    changed = [file for name, file in text_files(repository) if _is_new(name, before, state)]
    if any(detector.look(read_bytes(file)).sightings for file in changed):
        return None
    findings = renewed_ends(repository, known.report.findings, moves, known.located)
    if findings is None:
        return None
    return known.report._replace(findings=findings, counts={**looked.counts, **known.report.counts}, size=looked.size)


def _is_new(name: bytes, before: RepositoryState, now: RepositoryState) -> bool:
    text = name.decode(errors="surrogateescape")
    return before.texts.get(text) != now.texts.get(text)


def _moves(repository: Repository, before: RepositoryState, now: RepositoryState) -> Moves | None:
    """The refs that moved; None when one is new, or gone, or leads to no commit by its id."""
    if not before.tips.keys() <= now.tips.keys() or before.logs.keys() != now.logs.keys():
        return None
    moves = {}
    for name, content in now.tips.items():
        old = before.tips[name] if name in before.tips else _packed(repository, name)
        if old.strip() == content.strip():
            continue
        if not (_ID.fullmatch(old.strip()) and _ID.fullmatch(content.strip())):
            return None
        moves[name] = old.strip(), content.strip()
    return moves


def _packed(repository: Repository, name: str) -> str:
    """What a ref is in packed-refs; empty when it is not there."""
    packed = b"\n" + read_refs(repository).packed
    at = packed.find(b" %b\n" % name.encode(errors="surrogateescape"))
    return packed[packed.rfind(b"\n", 0, at) + 1 : at].decode() if at >= 0 else ""


def _commits(repository: Repository, moves: Moves, located: frozenset[str]) -> dict[str, str] | None:
    """By id, the new commits and the one that each stands on; None when these may tell another report."""
    if not moves:
        return {}
    asked = "".join(f"{new}\n^{old}\n" for old, new in dict.fromkeys(moves.values()))
    words = ("rev-list", "--parents", "--timestamp", f"--max-count={_MOST_COMMITS}", "--stdin")
    code, said, _ = answer(repository, *words, read=asked.encode())
    rows = Listed([], [], [])
    if code:
        return None
    listed(said.splitlines(), rows)
    parents = {id_.decode(): [one.decode() for one in some] for id_, some in zip(rows.ids, rows.parents, strict=True)}
    stands_on: dict[str, str] = {}
    for old, new in moves.values():
        reached = _reached(new, old, parents)
        if reached is None or old in located or not located.isdisjoint(reached):
            return None
        stands_on |= dict.fromkeys(reached, old)
    walk = Walk(repository, Wanted(frozenset(id_.encode() for id_ in located)), 1).commits(rows)
    return None if walk.skipped or walk.changes.of_commit else stands_on


def _reached(new: str, old: str, parents: Mapping[str, Iterable[str]]) -> set[str] | None:
    """The commits from a new tip to the old one; None when they lead anywhere else."""
    seen, waiting = {new}, [new]
    while waiting:
        id_ = waiting.pop()
        above = parents.get(id_)
        if not above:  # of an older history, or a root
            return None
        for parent in above:
            if parent != old and parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return seen


def _are_plain(
    repository: Repository,
    detector: Detector,
    before: RepositoryState,
    now: RepositoryState,
    commits: Mapping[str, str],
) -> bool:
    """Whether what reflogs say more is of the new commits alone, and holds no secret."""
    texts = dict(read_refs(repository).logs)
    for name, (size, digest) in before.logs.items():
        if now.logs[name] == (size, digest):
            continue
        text = texts.get(name.encode(errors="surrogateescape"), b"")
        start, more = text[:size], text[size:]
        if digest_of(start).hex() != digest or detector.look(more).sightings:
            return False
        for line in more.decode(errors="replace").splitlines():
            ids = _LOGGED.match(line)
            on = commits.get(ids[2]) if ids else None
            if not (ids and on and on.encode() in start and (ids[1] == on or commits.get(ids[1]) == on)):
                return False
    return True
