"""What a range of commits brought: values that a file had not before, messages, and names of new files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from irkit.scan.detect.detector import Detector
from irkit.scan.finding import PlaceKind, Skipped
from irkit.scan.objects.absent import LEFT_AT_REMOTE, not_here
from irkit.scan.objects.cat_file import Listed, sizes
from irkit.scan.objects.held import Held, Scanned
from irkit.scan.objects.merged import Merged
from irkit.scan.objects.one_by_one import look_at_git
from irkit.scan.places.bitset import mask_of
from irkit.scan.places.brought import Brought, Version, brought, versions
from irkit.scan.places.changes import Wanted
from irkit.scan.places.diffed import diffed
from irkit.scan.places.gits import answer
from irkit.scan.places.graph import Numbers
from irkit.scan.places.located import Located
from irkit.scan.places.named import new_names
from irkit.scan.places.reach import reach
from irkit.scan.places.refs import Refs, read_refs
from irkit.scan.places.revisions import Span, refuse_boundary, span
from irkit.scan.places.rows import History, Row, history_of, tag_rows, track_rows
from irkit.scan.places.same_second import ranked
from irkit.scan.places.tips import Tips
from irkit.scan.places.walk import Walk
from irkit.scan.places.written import written
from irkit.scan.repository import Repository, refusal

_JOBS = 2


def scan_range(repository: Repository, detector: Detector, spec: str) -> tuple[Scanned, Located]:
    """What the commits of a range brought; see ``span`` for what ``spec`` may be (``A..B``).

    Of each file that a commit changed, the values that its version before had not (nor a file that the commit deleted:
    it may have been renamed); all of the commits' messages and headers, and of tags that point to one of them; names of
    new files, as held objects of kind ``tree`` with the commit's id. What of it cannot be read, or a partial clone has
    left at its remote, makes it incomplete. Raises ``RevisionUnknown``, also where a shallow clone ends in the range.
    """
    asked = span(repository, spec)
    listed = Walk(repository, Wanted(frozenset()), _JOBS).history(("--stdin",), _revisions(asked))
    commits = listed.graph.ids
    refuse_boundary(repository, commits)
    out, unread = diffed(repository, commits)
    found = list(versions(out))
    refs = read_refs(repository)
    tags, closed = _tags(repository, asked, refs, listed.graph.numbers)
    looked = _looked(repository, detector, [*commits, *tags, *(version.blob for version in found)])
    olds = _olds(looked.held(), found)
    before = _looked(repository, detector, olds)
    what = brought([*looked.held(), *before.held()], found)
    what = what._replace(names=new_names(repository, detector, found))
    unread = (*listed.skipped, *unread, *closed)
    skipped = (*unread, *looked.skipped(), *before.skipped())
    is_incomplete = bool(unread or looked.broken)
    held = (*what.held, *(Held(version.commit.decode(), "tree", (seen,)) for version, seen in what.names))
    scanned = Scanned(held, looked.counts, looked.size, skipped, is_incomplete)
    if not held:
        return scanned, Located({}, {}, len(commits))
    return scanned, _located(repository, what, asked, refs)


def _revisions(asked: Span) -> bytes:
    return "".join([*(f"{tip}\n" for tip in asked.tips), *(f"^{other}\n" for other in asked.without)]).encode()


def _tags(repository: Repository, asked: Span, refs: Refs, commits: Numbers) -> tuple[list[bytes], tuple[Skipped, ...]]:
    """Annotated tags that are asked for, or that point to one of the commits; and why others are not known."""
    tips = [tip.encode() for tip in asked.tips if tip.encode() not in commits]
    kinds, unread = _answers(repository, "%(objecttype)", tips)
    tags = [(start.ids[0], start.peeled) for start in refs.starts if start.name.startswith(b"refs/tags/")]
    unknown = [id_ for id_, peeled in tags if not peeled and id_ not in commits]
    peels, unpeeled = _answers(repository, "%(objectname)", [id_ + b"^{commit}" for id_ in unknown])
    new = [id_ for id_, peeled in tags if (peeled or peels.get(id_ + b"^{commit}", b"")) in commits]
    named = [id_ for id_ in tips if kinds.get(id_) == b"tag"]  # a tip that is no commit of the range is left out
    return [id_ for id_ in dict.fromkeys([*named, *new]) if id_ not in commits], (*unread, *unpeeled)


def _answers(
    repository: Repository, form: str, names: Sequence[bytes]
) -> tuple[dict[bytes, bytes], tuple[Skipped, ...]]:
    """What git says of each name; it stops at one that it cannot read, and what comes after that is not known."""
    if not names:
        return {}, ()
    words = ("cat-file", f"--batch-check={form}", "--buffer")
    _, out, said = answer(repository, *words, read=b"".join(name + b"\n" for name in names))
    answers = out.splitlines()
    left = len(names) - len(answers)
    unread = (Skipped(f"{left} tag{'s' * (left != 1)}", refusal(said)),) if left else ()
    return dict(zip(names, answers, strict=False)), unread


def _looked(repository: Repository, detector: Detector, ids: Iterable[bytes]) -> Merged:
    """What the detector sees in these objects, but trees. What git does not have or cannot read is ``broken``."""
    asked = [id_.decode() for id_ in dict.fromkeys(ids)]
    away = not_here(repository, asked)
    asked = [id_ for id_ in asked if id_ not in away]
    known = sizes(repository, asked)
    listed = [known.get(id_) or Listed(id_, "", 0) for id_ in asked]  # of the others git says why when they are read
    merged = Merged()
    merged.add(look_at_git(repository, [one for one in listed if one.kind != "tree"], detector), {})
    merged.broken |= dict.fromkeys(away, LEFT_AT_REMOTE)
    return merged


def _olds(held: Iterable[Held], found: Iterable[Version]) -> list[bytes]:
    """Versions that were replaced by one with something in it."""
    hits = {one.object_id.encode() for one in held if one.kind == "blob"}
    return [old for version in found if version.blob in hits for old in version.replaced if old not in hits]


def _located(repository: Repository, what: Brought, asked: Span, refs: Refs) -> Located:
    """Its places: what the range brought first, which of its commits held it last, and the refs that point into it."""
    walk = Walk(repository, Wanted(frozenset(version.blob for version in what.versions)), _JOBS)
    walked = walk.history(("--stdin",), _revisions(asked))
    graph = walked.graph
    bits_of: dict[int, list[int]] = {}
    of_object: dict[bytes, list[int]] = {}
    for bit, start in enumerate(refs.starts):
        for id_ in (*start.ids, start.peeled):
            if id_ in graph.numbers:
                bits_of.setdefault(graph.numbers[id_], []).append(bit)
        of_object.setdefault(start.ids[0], []).append(bit)
    of_commit = {number: mask_of(bits) for number, bits in bits_of.items()}
    tips = Tips(of_commit, of_object, frozenset(), set(), set())
    messages = [one.object_id.encode() for one in what.held if one.kind == "commit"]
    history = history_of(graph, walked.changes, messages, refs, tips)
    reached = reach(graph, of_commit, {graph.numbers[version.commit] for version, _ in what.names})
    rows = _rows(history, what)
    named: dict[bytes, list[Row]] = {}
    for version, one in what.names:
        starts = reached[graph.numbers[version.commit]]
        row = Row(PlaceKind.FILE_NAME, b"", version.path, version.commit, b"", starts, is_current=False)
        named.setdefault(one.value, []).append(row)
    located = written(repository, rows, history, named)
    pushed = frozenset(row.first.decode() for row in rows if row.first and row.starts & history.ranks.remote)
    ranks = ranked(repository, chain(*located.places.values()), graph)
    return located._replace(commits=len(graph.ids), pushed=pushed, ranks=ranks)


def _rows(history: History, what: Brought) -> list[Row]:
    numbers, times = history.graph.numbers, history.graph.times
    first: dict[tuple[bytes, bytes], bytes] = {}
    for version in sorted(what.versions, key=lambda one: (times[numbers[one.commit]], -numbers[one.commit])):
        first.setdefault((version.blob, version.path), version.commit)
    first |= {(id_, b""): id_ for id_ in (one.object_id.encode() for one in what.held if one.kind == "commit")}
    rows = [
        row._replace(first=first[row.object_id, row.path])
        for row in track_rows(history)
        if (row.object_id, row.path) in first
    ]
    rows += tag_rows(history, (one.object_id.encode() for one in what.held if one.kind == "tag"))
    return rows
