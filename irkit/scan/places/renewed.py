"""A remembered history brought up to date: only commits that are new are walked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from irkit.scan.objects.cat_file import read_objects
from irkit.scan.places.changes import Track, Wanted
from irkit.scan.places.gits import answer
from irkit.scan.places.graph import Graph, Listed, graph, listed
from irkit.scan.places.known import Known, Lost
from irkit.scan.places.people import headers
from irkit.scan.places.presence import presence, with_commits
from irkit.scan.places.reach import passed, reach
from irkit.scan.places.refs import Refs, read_bytes
from irkit.scan.places.rows import Earlier, History, Row, ends_of_tracks, plain_tracks, stash_commits, stash_parts
from irkit.scan.places.tips import Tips, ranks, tips
from irkit.scan.places.walk import Walk
from irkit.scan.repository import Repository

_MOST_ROUNDS = 6
_MOST_COMMITS = 20_000


def renewed(
    repository: Repository, known: Known, refs: Refs, wanted: Wanted, commits: frozenset[bytes]
) -> History | None:
    """The history that all refs lead to now. None when it cannot be told from what is known: then all must be walked.

    That is so when a commit that was known is reached no more, when a new one stands on an old one that was no tip,
    or when something is looked for that was not looked for in the old commits.
    """
    if known.shallow != shallow_hash(repository):
        return None
    new = _new_commits(repository, known, refs)
    if new is None:
        return None
    blobs = wanted.blobs | {track.object_id for track in known.tracks if not track.is_commit} - {b""}
    walk = Walk(repository, Wanted(blobs, wanted.names), 1)
    walk.changes.tracks.update(known.tracks)
    walked = walk.commits(new)
    brought = {track.object_id for track, number in walked.changes.tracks.items() if number >= len(known.tracks)}
    if walked.skipped or not _is_told(known, wanted.blobs | commits, brought | frozenset(new.ids)):
        return None
    everything = _with_tips(new, known)
    numbers = everything.numbers
    seen = presence(everything, walked.changes.of_commit, {id_: held for id_, (_, held) in known.tips.items()})
    seen = with_commits(
        seen, {numbers[id_]: walked.changes.bit(Track(id_, b"")) for id_ in sorted(commits & set(new.ids))}
    )
    ends = tips(repository, refs, everything, ())
    if not known.tips.keys() <= _reached(new, known, ends):
        return None
    reach_of = reach(everything, ends.of_commit, range(len(everything.ids)))
    before = {numbers[id_]: mask for id_, (mask, _) in known.tips.items() if mask}
    stashes = {numbers[id_]: tuple(numbers[part] for part in parts) for id_, parts in known.stashes.items()}
    earlier = Earlier(known.ends, known.plain, before, stashes)
    return History(everything, walked.changes.tracks, seen, reach_of, refs, ends, ranks(refs), earlier)


def remembered(history: History, asked: frozenset[bytes], lost: Iterable[Row], about: tuple[str, str, int]) -> Known:
    """What is worth remembering of a history; ``about``: rules, hash of the shallow boundary, number of commits."""
    brought = dict(history.presence.brought)
    for number, mask in history.earlier.passed.items():
        brought[number] = brought.get(number, 0) | mask
    number_of = history.graph.numbers
    ids = history.tips.commits | {history.graph.ids[number] for number in stash_commits(history)}
    of_tip = passed(history.graph, brought, {number_of[id_] for id_ in ids})
    entries = [number for number, mask in history.tips.of_commit.items() if mask & history.ranks.stash]
    names, held = history.graph.ids, history.presence.held
    rules, shallow, commits = about
    return Known(
        rules,
        shallow,
        asked,
        commits,
        history.tracks,
        ends_of_tracks(history),
        plain_tracks(history),
        {id_: (of_tip[number_of[id_]], held[number_of[id_]]) for id_ in ids},
        {names[number]: tuple(names[part] for part in stash_parts(history, number)) for number in entries},
        tuple(sorted(_lost(row) for row in lost if not row.is_reachable)),
    )


def shallow_hash(repository: Repository) -> str:
    """Of the boundary of a shallow clone."""
    return hashlib.blake2b(read_bytes(repository.common_dir / "shallow"), digest_size=16).hexdigest()


def _lost(row: Row) -> Lost:
    path = row.path.decode(errors="surrogateescape")
    return Lost(row.kind, row.object_id.decode(), path, row.first.decode(), row.last.decode())


def _is_told(known: Known, wanted: frozenset[bytes], brought: set[bytes]) -> bool:
    """Whether what is looked for was looked for in the old commits, or is new."""
    return wanted <= (known.asked | brought)


def _new_commits(repository: Repository, known: Known, refs: Refs) -> Listed | None:
    """The commits that are not known, newest first. None when they are too many."""
    unknown = _unknown(repository, known, refs)
    rows: list[tuple[int, bytes, list[bytes]]] = []
    seen: set[bytes] = set()
    for _ in range(_MOST_ROUNDS):
        if not unknown:
            rows.sort(key=lambda row: -row[0])
            return Listed([id_ for _, id_, _ in rows], [parents for _, _, parents in rows], [at for at, _, _ in rows])
        seen |= unknown
        before: set[bytes] = set()
        for id_, kind, body in read_objects(repository, sorted(id_.decode() for id_ in unknown)):
            if kind != "commit":
                return None
            parents, at = headers(body)
            rows.append((at, id_.encode(), parents))
            before.update(parents)
        unknown = before - known.tips.keys() - seen
    return _listed_by_git(repository, known, {id_ for _, id_, _ in rows})


def _listed_by_git(repository: Repository, known: Known, new: set[bytes]) -> Listed | None:
    """The same when the new commits are many. None when one stands on an old one that was no tip."""
    asked = b"".join([*(id_ + b"\n" for id_ in new), *(b"^%b\n" % id_ for id_ in known.tips)])
    words = ("rev-list", "--parents", "--timestamp", f"--max-count={_MOST_COMMITS + 1}", "--stdin")
    code, said, _ = answer(repository, *words, read=asked)
    rows = Listed([], [], [])
    listed(said.splitlines(), rows)
    ids = set(rows.ids)
    parents = {parent for parents in rows.parents for parent in parents}
    if code or len(ids) > _MOST_COMMITS or not parents <= ids | known.tips.keys():
        return None
    return rows


def _unknown(repository: Repository, known: Known, refs: Refs) -> set[bytes]:
    """Commits that starts lead to and that were no tips before."""
    tips_before = known.tips
    ids = {
        id_ for start in refs.starts if start.peeled not in tips_before for id_ in start.ids if id_ not in tips_before
    }
    if not ids:
        return set()
    asked = b"".join(id_ + b"^{commit}\n" for id_ in sorted(ids))
    _, said, _ = answer(repository, "cat-file", "--batch-check=%(objectname) %(objecttype)", "--buffer", read=asked)
    found = {line.split(b" ")[0] for line in said.splitlines() if line.endswith(b" commit")}
    return found - tips_before.keys()


def _with_tips(new: Listed, known: Known) -> Graph:
    """The new commits, and as the oldest the old tips: one for all that brought and hold the same."""
    stashed = {*known.stashes, *(part for parts in known.stashes.values() for part in parts)}
    alike: dict[tuple[int, int] | bytes, bytes] = {}
    stands_for = {id_: alike.setdefault(id_ if id_ in stashed else sets, id_) for id_, sets in known.tips.items()}
    old = list(alike.values())
    parents = [list(known.stashes.get(id_, ())) for id_ in old]
    of_new = [[stands_for.get(parent, parent) for parent in some] for some in new.parents]
    found = graph(Listed([*new.ids, *old], [*of_new, *parents], [*new.times, *([0] * len(old))]))
    numbers = found.numbers
    found.numbers.update({id_: numbers[other] for id_, other in stands_for.items()})
    return found


def _reached(new: Listed, known: Known, ends: Tips) -> set[bytes]:
    """Which commits are known to be reached still."""
    parts = {part for entry, parts in known.stashes.items() if entry in ends.commits for part in parts}
    return ends.commits | parts | {parent for parents in new.parents for parent in parents}
