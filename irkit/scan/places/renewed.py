"""A remembered history brought up to date: only commits that are new are walked."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Container, Iterable, Sequence

from irkit.scan.objects.cat_file import read_objects
from irkit.scan.places.bitset import bits
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
_SOME_COMMITS = 1_000
_MOST_COMMITS = 20_000
_MOST_GONE = 200


def renewed(
    repository: Repository, known: Known, refs: Refs, wanted: Wanted, commits: frozenset[bytes]
) -> History | None:
    """The history that all refs lead to now. None when it cannot be told from what is known: then all must be walked.

    That is so when a commit that is reached no more brought, took out or held last what is followed, when clocks cannot
    say what came last, or when something is looked for that was not looked for in the old commits.
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
    gone = _gone(repository, known.tips.keys() - _reached(new, known, ends))
    if gone is None or not _is_nothing(repository, known, gone, walk.changes.wanted, commits):
        return None
    reach_of = reach(everything, ends.of_commit, range(len(everything.ids)))
    before = {numbers[id_]: mask for id_, (mask, _) in known.tips.items() if mask}
    stashes = {numbers[id_]: tuple(numbers[part] for part in parts) for id_, parts in known.stashes.items()}
    earlier = Earlier(known.ends, known.plain, before, stashes)
    history = History(everything, walked.changes.tracks, seen, reach_of, refs, ends, ranks(refs), earlier)
    return history if _is_certain(history, new, gone.ids) else None


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
    """The commits from the new starts down to what were tips before, newest first. None when they are too many.

    Where a start is an old commit that was no tip, or stands on one, the old ones below it are among them.
    """
    starts = unknown = _unknown(repository, known, refs)
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
    for most in (_SOME_COMMITS, _MOST_COMMITS):
        words = ("rev-list", "--parents", "--timestamp", f"--max-count={most}", "--stdin")
        code, said, _ = answer(repository, *words, read=b"".join(id_ + b"\n" for id_ in sorted(starts)))
        found = None if code else _down_to(known.tips, starts, said.splitlines())
        if found is not None:
            return found
    return None


def _down_to(tips: Container[bytes], starts: set[bytes], lines: Sequence[bytes]) -> Listed | None:
    """Those of the rows of ``git rev-list`` that stand above tips. None when the rows end before."""
    every, rows, left = Listed([], [], []), Listed([], [], []), set(starts)
    listed(lines, every)
    for id_, parents, at in zip(*every, strict=True):
        if id_ in left:
            left.remove(id_)
            left.update(parent for parent in parents if parent not in tips)
            rows.ids.append(id_)
            rows.parents.append(parents)
            rows.times.append(at)
    return None if left else rows


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


def _gone(repository: Repository, commits: Collection[bytes]) -> Listed | None:
    """Of the histories of these commits, tips no more, what no branch leads to. None when that is too much."""
    gone = Listed([], [], [])
    if not commits:
        return gone
    asked = b"".join(id_ + b"\n" for id_ in sorted(commits))
    words = ("rev-list", "--parents", "--timestamp", f"--max-count={_MOST_GONE + 1}", "--stdin")
    code, said, _ = answer(repository, *words, "--not", "--branches", "--remotes", read=asked)
    listed(said.splitlines(), gone)
    return None if code or len(gone.ids) > _MOST_GONE else gone


def _is_nothing(repository: Repository, known: Known, gone: Listed, wanted: Wanted, commits: frozenset[bytes]) -> bool:
    """Whether commits that are gone brought and took out nothing that is followed, and are not followed themselves."""
    followed = commits | {track.object_id for track in known.tracks if track.is_commit}
    stashed = {*known.stashes, *(part for parts in known.stashes.values() for part in parts)}
    if not (followed | stashed).isdisjoint(gone.ids):
        return False
    walked = Walk(repository, wanted, 1).commits(gone)
    return not walked.skipped and not walked.changes.of_commit


def _is_certain(history: History, new: Listed, gone: Iterable[bytes]) -> bool:
    """Whether times tell which commits are the first and the last: no clock went back, no two say the same second.

    What a commit that is gone held last, a new one must hold later.
    """
    ends, numbers, held = history.earlier.ends, history.graph.numbers, history.presence.held
    times = dict(zip(new.ids, new.times, strict=True))
    held_last: dict[bytes, list[int]] = {}
    for bit, end in ends.items():
        held_last.setdefault(end.last, []).append(bit)
    newest: dict[int, int] = {}
    for id_, parents, at in zip(*new, strict=True):
        number = numbers[id_]
        for bit in bits(history.presence.brought.get(number, 0)):
            if bit in ends and at == ends[bit].first_at and id_ != ends[bit].first:
                return False
        for bit in bits(history.presence.left.get(number, 0)):
            if bit in ends and at == ends[bit].last_at and id_ != ends[bit].last:
                return False
            newest[bit] = max(at, newest.get(bit, at))
        for parent in parents:
            if at < times.get(parent, at):
                return False
            of_parent = () if parent in times else held_last.get(parent, ())
            if any(held[number] >> bit & 1 and at <= ends[bit].last_at for bit in of_parent):
                return False
    return all(newest.get(bit, 0) > ends[bit].last_at for id_ in gone for bit in held_last.get(id_, ()))
