"""Where held objects stand: commits, paths and refs, from one pass over history and not a git call an object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from irkit.scan.finding import PlaceKind, Skipped
from irkit.scan.objects.commit_heads import CommitHeads
from irkit.scan.places.changes import Changes, Wanted
from irkit.scan.places.commits_here import commits_here, reached
from irkit.scan.places.graph import graph
from irkit.scan.places.known import Known, file_of, read_known, write_known
from irkit.scan.places.listing import listed_here
from irkit.scan.places.located import Holder, Located, Wants, wanted_ids
from irkit.scan.places.name_texts import name_texts
from irkit.scan.places.refs import Refs, read_bytes, read_refs
from irkit.scan.places.renewed import remembered, renewed, shallow_hash, surroundings
from irkit.scan.places.rows import History, Row, history_of, name_rows, tag_rows, track_rows
from irkit.scan.places.same import Key, key_of, read_same, write_same
from irkit.scan.places.same_second import ranked
from irkit.scan.places.tips import tips
from irkit.scan.places.unreached import Missing, lost_rows, named_rows, staged_rows
from irkit.scan.places.walk import Walk, Walked
from irkit.scan.places.withheld import has_secret
from irkit.scan.places.written import written
from irkit.scan.quick import NamedTuple
from irkit.scan.repository import Repository

_FEW_COMMITS = 3
"""So many new ones are walked anew sooner than all that is known is written."""


def locate(
    repository: Repository,
    held: Sequence[Holder],
    *,
    cache: Path | None,
    jobs: int,
    rules: str = "",
    heads: CommitHeads | None = None,
) -> Located:
    """Every place of the held objects that have more than dismissed sightings.

    ``cache`` is a folder, for what makes the next time quick; ``jobs`` is how many gits run at once; ``rules`` is the
    hash of the rules that the objects were found with; ``heads`` are those of all commits, where they are known. What
    cannot be read of the history is in ``skipped``; what can is located all the same.
    """
    texts = name_texts(repository, held)
    wants = Wants(
        Wanted(wanted_ids(held, "blob"), tuple(texts)),
        wanted_ids(held, "commit"),
        wanted_ids(held, "tag"),
        wanted_ids(held, "tree"),
        rules,
    )
    if not wants.all_ids:
        return Located({}, {})
    refs = read_refs(repository)
    file = file_of(repository, cache) if cache else None
    key = Key(refs, key_of(refs, wants.all_ids, rules))
    if file and (same := read_same(repository, _same(file), key, texts)):
        return same
    known = read_known(repository, file, tuple(texts)) if file else None
    again = renewed(repository, known, refs, wants) if known else None
    told = (
        _Told(*again[:2], known=known, new=again.new)
        if again
        else _walked(repository, refs, wants, _Means(jobs, heads))
    )
    rows, skipped = _rows(repository, told, wants, jobs)
    lost = [row for row in rows if not row.is_reachable and not has_secret(row.path, texts)]
    around = surroundings(repository, refs) if file and lost else ""
    if file and told.is_worth_keeping(around):
        asked = wants.all_ids | (told.known.asked if told.known else frozenset())
        about = rules, shallow_hash(repository), around
        write_known(repository, file, remembered(told.history, told.changes, asked, lost, about), tuple(texts))
    boundary = frozenset(read_bytes(repository.common_dir / "shallow").decode(errors="replace").split())
    named: dict[bytes, list[Row]] = {}
    for text, some in name_rows(rows, texts, _times(told.history)).items():
        named.setdefault(texts[text], []).extend(some)
    found = written(repository, rows, told.history, named)
    pushed = frozenset(row.first.decode() for row in rows if row.first and row.starts & told.history.ranks.remote)
    found = found._replace(commits=len(told.history.graph.ids), pushed=pushed, boundary=boundary, skipped=skipped)
    found = found._replace(ranks=ranked(repository, chain(*found.places.values()), told.history.graph))
    is_all_told = all(row.is_reachable and not row.staged_in for row in rows) and not skipped
    if file and is_all_told:
        write_same(repository, _same(file), key, found, texts)
    return found


def _same(file: Path) -> Path:
    return file.with_suffix(".same")


class _Told(NamedTuple):
    """A history, walked now or known from before."""

    history: History
    changes: Changes
    skipped: tuple[Skipped, ...] = ()
    known: Known | None = None
    new: int = 0
    """How many commits are not among the known ones."""

    def is_worth_keeping(self, around: str) -> bool:
        """Whether to remember it; what is ``around`` matters where something is lost."""
        if self.skipped:
            return False
        return self.known is None or self.new > _FEW_COMMITS or around not in {"", self.known.around}


class _Means(NamedTuple):
    """What a walk over everything has at hand."""

    jobs: int
    heads: CommitHeads | None


def _walked(repository: Repository, refs: Refs, wants: Wants, means: _Means) -> _Told:
    here = listed_here(repository, refs, means.heads) if means.heads else None
    walked = Walk(repository, wants.files, means.jobs).everything(here)
    if not walked.is_listed:
        walked = _salvaged(repository, refs, walked, means.jobs)
    ends = tips(repository, refs, walked.graph, wants.tags)
    history = history_of(walked.graph, walked.changes, wants.commits, refs, ends)
    return _Told(history, walked.changes, walked.skipped)


def _salvaged(repository: Repository, refs: Refs, walked: Walked, jobs: int) -> Walked:
    """The walk again when git cannot list the commits: over every commit object that is here."""
    commits = commits_here(repository)
    everything = graph(commits)
    starts = tips(repository, refs, everything, ()).of_commit
    rows = reached(commits, [everything.ids[number] for number in starts])
    again = Walk(repository, walked.changes.wanted, jobs).commits(rows)
    return again._replace(skipped=(*walked.skipped, *again.skipped))


def _rows(repository: Repository, told: _Told, wants: Wants, jobs: int) -> tuple[list[Row], tuple[Skipped, ...]]:
    """Of all that is wanted: in histories, named by a tag, staged, or lost."""
    history, files = told.history, wants.files
    followed = files.blobs | wants.commits | {b""}
    rows = [row for row in track_rows(history) if row.object_id in followed]
    rows += tag_rows(history, wants.tags)
    rows += named_rows(repository, history, files)
    missing = _missing(rows, wants)
    if any(missing):
        rows += staged_rows(repository, Wanted(missing.blobs, missing.names))
        missing = _missing(rows, wants)
    if any(missing) and told.known and told.known.around == surroundings(repository, history.refs):
        of_missing = missing.blobs | missing.commits | missing.tags
        rows += [
            Row(
                PlaceKind(kind),
                id_.encode(),
                path.encode(errors="surrogateescape"),
                first.encode(),
                last.encode(),
                0,
                is_current=False,
                is_reachable=False,
            )
            for kind, id_, path, first, last in told.known.lost
            if id_.encode() in of_missing
        ]
        missing = _missing(rows, wants)
    if not any(missing):
        return rows, told.skipped
    lost, more = lost_rows(repository, history, missing, jobs)
    return rows + lost, told.skipped + more


def _missing(rows: Iterable[Row], wants: Wants) -> Missing:
    """What no row has."""
    placed = {row.object_id for row in rows}
    paths = [row.path for row in rows if row.kind is PlaceKind.FILE_NAME]
    names = tuple(name for name in wants.files.names if not any(name in path for path in paths))
    trees = wants.trees if names else frozenset()
    return Missing(wants.files.blobs - placed, names, wants.commits - placed, wants.tags - placed, trees)


def _times(history: History) -> dict[bytes, int]:
    """Of the first and last commits of all tracks."""
    times: dict[bytes, int] = {}
    for ends in history.ends.values():
        times |= {ends.first: ends.first_at, ends.last: ends.last_at}
    return times
