"""The remembered report after new commits: what stood there stands in another commit last, new is what they brought.

Only where that can be told from these commits alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from irkit.scan.detect.detector import Detector, Text
from irkit.scan.detect.kept import digest_of
from irkit.scan.finding import Commit, Report
from irkit.scan.grouped import together
from irkit.scan.held_last import held_last
from irkit.scan.newly import Brought, Line, newly, with_hits
from irkit.scan.objects.lost import lost
from irkit.scan.objects.merged import Merged
from irkit.scan.objects.one_by_one import look_at_loose
from irkit.scan.objects.stores import Stores
from irkit.scan.passed_over import counted
from irkit.scan.places.bitset import bits
from irkit.scan.places.changes import Track, Wanted
from irkit.scan.places.gits import answer
from irkit.scan.places.graph import Listed, listed
from irkit.scan.places.people import read_people
from irkit.scan.places.refs import Refs
from irkit.scan.places.walk import Walk
from irkit.scan.quick import NamedTuple
from irkit.scan.ready import Ready
from irkit.scan.repository import Repository
from irkit.scan.repository_state import RepositoryState, passing_texts

_MOST_OBJECTS = 200
_MOST_COMMITS = 50
_MOST_MOVES = 8
_MOST_BYTES = 4 << 20
_ID = re.compile(rb"[0-9a-f]{40}")
_LOGGED = re.compile(rb"^([0-9a-f]{40}) ([0-9a-f]{40}) ", re.MULTILINE)
_BRANCHES = (b"refs/heads/", b"refs/remotes/")
Move = tuple[bytes, bytes]
"""The commit that a branch led to, and the one that it leads to now."""


class Now(NamedTuple):
    """A repository as it is found."""

    repository: Repository
    state: RepositoryState
    stores: Stores
    refs: Refs


def grown(now: Now, detector: Detector, known: Ready, key: Callable[[], bytes]) -> Report | None:
    """The report as it is now; ``key`` is of the fingerprints. None when it may be another: everything is looked at.

    What is new must be loose objects, and branches that went forward, commit by commit without merges, over commits
    none of which adds or removes an object with a secret that was there. So what the old tip of such a branch held,
    the new one holds. What is found in new blobs must be new: see ``newly``. Nothing else has changed.
    """
    moves = _moves(now, known.state)
    followed = known.followed
    if moves is None or followed is None:
        return None
    looked = _looked(now, detector, known)
    blobs = with_hits(looked.held()) if looked else None
    if looked is None or blobs is None or any(id_.decode() in followed for id_ in blobs):
        return None
    if blobs and known.unreached:  # they may hold the same value
        return None
    lines, commits = _lines(now.repository, moves)
    line = {*commits.ids, *(old for old, _ in moves)}
    if len(lines) < len(moves) or any(id_.decode() in followed for id_ in line):
        return None
    if not _are_plain(now, detector, known.state, line) or lost(now.repository, now.stores):
        return None
    added = _added(now.repository, commits, followed, blobs)
    people = None if added is None else _people(now.repository, detector, {one.tip for one in lines} | added.keys())
    if added is None or people is None:
        return None
    findings = held_last(
        now.repository, known.report.findings, {one.tip: people[one.tip] for one in lines}, known.holders
    )
    brought = Brought(looked.held(), added, lines, people, now.repository.work_tree is None)
    told = newly(brought, detector, key, {one.secret.reveal() for one in known.report.findings})
    if findings is None or told is None:
        return None
    return known.report._replace(
        findings=together(findings, told.findings),
        dismissed=counted(known.passed | told.passed),
        counts={**looked.counts, **known.report.counts},
        size=looked.size,
    )


def _moves(now: Now, before: RepositoryState) -> dict[Move, list[bytes]] | None:
    """How branches moved, and which; None when anything but branches did, or what cannot be undone went."""
    tips, state = before.tips, now.state
    if before.fixed != state.fixed or not before.loose <= state.loose or before.logs.keys() != state.logs.keys():
        return None
    if not tips.keys() <= state.tips.keys():
        return None
    moves: dict[Move, list[bytes]] = {}
    for name, content in now.refs.contents:
        old = _bytes(tips[_text(name)]) if _text(name) in tips else _packed(now.refs, name)
        move = old.strip(), content.strip()
        if move[0] == move[1]:
            continue
        if not (name.startswith(_BRANCHES) and all(map(_ID.fullmatch, move))):
            return None
        moves.setdefault(move, []).append(name)
    return moves if len(moves) <= _MOST_MOVES else None


def _packed(refs: Refs, name: bytes) -> bytes:
    """The id that packed-refs has for a ref; empty when it has none."""
    packed = b"\n" + refs.packed
    at = packed.find(b" %b\n" % name)
    return packed[packed.rfind(b"\n", 0, at) + 1 : at] if at >= 0 else b""


def _looked(now: Now, detector: Detector, known: Ready) -> Merged | None:
    """What the new objects hold. None when they are too many, or one could not be looked into."""
    files = {id_: now.stores.loose[id_] for id_ in sorted(now.state.loose - known.state.loose)}
    try:
        if len(files) > _MOST_OBJECTS or sum(file.stat().st_size for file in files.values()) > _MOST_BYTES:
            return None
    except OSError:
        return None
    looked = Merged()
    looked.add(look_at_loose(files, detector), {})
    is_other = looked.broken or not set(looked.skipped()) <= set(known.report.skipped)
    return None if is_other else looked


def _lines(repository: Repository, moves: Mapping[Move, Sequence[bytes]]) -> tuple[list[Line], Listed]:
    """The commits from each new tip down to the old one, and all of them.

    Moves over commits that are not one line, or with a clock that was wrong, are left out.
    """
    lines: list[Line] = []
    rows: dict[bytes, tuple[bytes, int]] = {}
    for (old, new), names in moves.items():
        words = ("rev-list", "--first-parent", "--parents", "--timestamp", f"--max-count={_MOST_COMMITS + 1}")
        code, said, _ = answer(repository, *words, new.decode())
        line = Listed([], [], [])
        listed(said.splitlines(), line)
        count = line.ids.index(old) if old in line.ids and not code else 0
        for place in range(count):
            parent, times = line.ids[place + 1], line.times[place : place + 2]
            if line.parents[place] != [parent] or times[0] < times[1]:
                break
            rows[line.ids[place]] = parent, times[0]
        else:
            if count:
                lines.append(Line(new, frozenset(line.ids[:count]), tuple(names)))
    return lines, Listed(list(rows), [[parent] for parent, _ in rows.values()], [at for _, at in rows.values()])


def _are_plain(now: Now, detector: Detector, before: RepositoryState, commits: set[bytes]) -> bool:
    """Whether git's messages and reflogs hold no secret, and the reflogs lead to nothing but these commits more."""
    texts = passing_texts(now.repository) if now.state.texts != before.texts else []
    tips = {content.strip() for name, content in now.refs.contents if name.startswith(_BRANCHES)}
    for name, log in now.refs.logs:
        size, digest = before.logs[_text(name)]
        if (len(log), digest_of(log).hex()) == (size, digest):
            continue
        start, more = log[:size], log[size:]
        if digest_of(start).hex() != digest or not _logged(more) <= _logged(start) | commits | tips:
            return False
        texts.append(log)
    return not detector.look_at_each([Text(text) for text in texts])


def _logged(log: bytes) -> set[bytes]:
    return {id_ for pair in _LOGGED.findall(log) for id_ in pair}


def _added(
    repository: Repository, commits: Listed, followed: frozenset[str], blobs: frozenset[bytes]
) -> dict[bytes, list[Track]] | None:
    """Which of the blobs each commit adds, and where. None when one is removed or followed, or nobody can say."""
    walked = Walk(repository, Wanted(blobs | {id_.encode() for id_ in followed}), 1).commits(commits)
    tracks, changes = list(walked.changes.tracks), walked.changes.of_commit
    if walked.skipped or any(removed for _, removed in changes.values()):
        return None
    added = {id_: [tracks[number] for number in bits(mask)] for id_, (mask, _) in changes.items()}
    return added if all(track.object_id in blobs for some in added.values() for track in some) else None


def _people(repository: Repository, detector: Detector, tips: set[bytes]) -> dict[bytes, Commit] | None:
    """Who made these commits; None when a name holds a secret, or one cannot be read."""
    people = read_people(repository, tips) if tips else {}
    names = "\n".join(f"{one.author}\n{one.email}" for one in people.values())
    if people.keys() != tips or detector.look(names.encode(errors="surrogateescape")).sightings:
        return None
    return people


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _text(raw: bytes) -> str:
    return raw.decode(errors="surrogateescape")
