"""An audit of a baseline: each entry is called real, no secret, or left undecided, in detect-secrets' own field."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from irkit.counted import counted
from irkit.scan.accepted.baseline import Baseline, Entry, read
from irkit.scan.accepted.excerpt import Excerpt, Look, excerpt
from irkit.scan.accepted.sites import Sites
from irkit.scan.accepted.write_baseline import save

Key = tuple[str, str, str]


class Answer(StrEnum):
    """What a person says of an entry; ``is_secret`` in the baseline is true, false or missing."""

    REAL = "real"
    NO_SECRET = "no secret"  # noqa: S105 - an answer
    UNDECIDED = "undecided"


_BY_FIELD = {True: Answer.REAL, False: Answer.NO_SECRET, None: Answer.UNDECIDED}
_FIELDS = {answer: field for field, answer in _BY_FIELD.items()}


class Audit:
    """A baseline, the files that it speaks of, and what was said so far."""

    def __init__(self, file: Path, root: Path, look: Look) -> None:
        """Raises ``BaselineInvalid``."""
        self.file = file
        self.entries: tuple[Entry, ...] = read(file).entries
        self.answers: dict[Key, Answer] = {entry.key: _BY_FIELD[entry.is_secret] for entry in self.entries}
        self._first = dict(self.answers)
        self._look = look
        self._sites = Sites(root)
        self._by_path: dict[str, list[Entry]] = {}
        for entry in self.entries:
            self._by_path.setdefault(entry.path, []).append(entry)
        self._reading = threading.Lock()

    def excerpt(self, entry: Entry) -> Excerpt:
        """The code around an entry; one thread reads at a time."""
        with self._reading:
            others = [each for each in self._by_path[entry.path] if each is not entry]
            return excerpt(entry, others, self._sites, self._look)

    def decide(self, entry: Entry, answer: Answer) -> None:
        """Say it; nothing is written before ``save``."""
        self.answers[entry.key] = answer

    def same(self, entry: Entry) -> tuple[Entry, ...]:
        """The entries of the same value in the same file, this one too: several plug-ins may know one value."""
        return tuple(each for each in self._by_path[entry.path] if each.hashed_secret == entry.hashed_secret)

    def counts(self) -> Counter[Answer]:
        """How many of each."""
        return Counter(self.answers.values())

    def changes(self) -> dict[Key, Answer]:
        """What was said otherwise than in the file."""
        return {key: answer for key, answer in self.answers.items() if answer is not self._first[key]}

    def save(self) -> int:
        """Write what was said into the file as it is by now; how many entries changed. Raises ``UsageError``.

        The time in the baseline stays: the values that it knows are the same.
        """
        changes = self.changes()
        if not changes:
            return 0
        save(_judged(read(self.file), changes), self.file)
        self._first |= changes
        return len(changes)


def _judged(baseline: Baseline, changes: Mapping[Key, Answer]) -> Baseline:
    return baseline.with_entries(
        entry._replace(is_secret=_FIELDS[changes[entry.key]]) if entry.key in changes else entry
        for entry in baseline.entries
    )


def root_of(file: Path, entries: Sequence[Entry], *folders: Path) -> Path:
    """The folder that the paths of a baseline are below: of these, the one with most of them, the first of equals."""
    some = list(dict.fromkeys(entry.path for entry in entries))[:200]
    counts = [sum((folder / path).is_file() for path in some) for folder in folders]
    return folders[counts.index(max(counts))] if folders else file.parent


def audit_report(entries: Sequence[Entry]) -> Iterator[str]:
    """How far an audit is, in lines: counts, by type, and every entry that is real or undecided."""
    answers = {entry.key: _BY_FIELD[entry.is_secret] for entry in entries}
    total = Counter(answers.values())
    yield f"{counted(len(entries), 'entry', 'entries')}: " + ", ".join(f"{total[one]:,} {one}" for one in Answer)
    for kind in sorted({entry.type for entry in entries}):
        counts = Counter(answers[entry.key] for entry in entries if entry.type == kind)
        yield f"  {kind}: " + ", ".join(f"{counts[one]:,} {one}" for one in Answer if counts[one])
    for answer in (Answer.REAL, Answer.UNDECIDED):
        for entry in entries:
            if answers[entry.key] is answer:
                yield f"{answer}  {entry.path}:{entry.line or '?'}  {entry.type}"
