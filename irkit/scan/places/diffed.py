"""What commits changed, as ``git diff-tree`` tells it; one that cannot be read costs no other its place."""

from __future__ import annotations

from collections.abc import Sequence

from irkit.scan.finding import Skipped
from irkit.scan.places.changes import diff_words
from irkit.scan.places.gits import answer
from irkit.scan.repository import Repository, refusal

_MOST_FAILURES = 20


def diffed(repository: Repository, commits: Sequence[bytes]) -> tuple[bytes, tuple[Skipped, ...]]:
    """The rows of all commits (``--raw -z -c``), and those commits whose changes git cannot tell, with the reason.

    git stops at the first of them, so it is asked again for each half; after some they are counted alone.
    """
    rows: list[bytes] = []
    skipped: list[Skipped] = []
    waiting = [commits]
    while waiting:
        some = waiting.pop()
        code, out, said = answer(repository, *diff_words("-c"), read=b"".join(id_ + b"\n" for id_ in some))
        if not code:
            rows.append(out)
            continue
        reason = refusal(said) or f"git diff-tree ended with {code}"
        half = len(some) // 2
        if len(skipped) >= _MOST_FAILURES:
            skipped.append(Skipped(f"changes of {len(some)} more commit{'s' * (len(some) != 1)}", reason))
        elif half:
            waiting += [some[half:], some[:half]]
        else:
            skipped.append(Skipped(f"changes of commit {some[0].decode()}", reason))
    return b"".join(rows), tuple(skipped)
