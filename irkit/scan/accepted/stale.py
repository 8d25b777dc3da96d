"""Which entries of a baseline are stale: their value no longer stands in their file.

irkit and detect-secrets do not find the same things, so that irkit does not find a value is no proof: the plug-in that
made the entry is asked about the file as it is now.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator, Sequence

from irkit.scan.accepted.baseline import Entry, Scope
from irkit.scan.accepted.hashed import hashed
from irkit.scan.accepted.sites import Sites
from irkit.scan.quick import cast

_MOST_LINES = 20_000
"""A plug-in takes up to 50 microseconds a line; the entries of a file with more lines are not judged."""
_LONGEST_LINE = 20_000
"""In characters; nor those of a file with a longer line, on which some plug-ins take quadratic time."""


def stale(unmatched: Iterable[Entry], sites: Sites, scanned: Collection[str] | None) -> Iterator[Entry]:
    """Those of the unmatched entries whose value is gone. ``scanned``: the paths that were looked at; None for all.

    An entry of the history is never stale here: only a scan of the history could tell.
    """
    by_path: dict[str, list[Entry]] = {}
    for entry in unmatched:
        if entry.scope is not Scope.HISTORY and (scanned is None or entry.path in scanned):
            by_path.setdefault(entry.path, []).append(entry)
    for path, entries in by_path.items():
        if not sites.exists(path):
            yield from entries
            continue
        text = sites.text(path)
        if text is None:
            continue
        yield from (entry for entry in entries if entry.scope is Scope.OWN)
        yield from _gone([entry for entry in entries if entry.scope is Scope.TREE], path, text)


def _gone(entries: Sequence[Entry], path: str, text: str) -> Iterator[Entry]:
    """Those that their plug-ins do not see in the text; those of no plug-in of ours are not judged."""
    if not entries:
        return
    from irkit.scan.accepted.plugins import called, types

    known = types()
    sought = {(entry.type, entry.hashed_secret): entry for entry in entries if entry.type in known}
    looked: set[str] = set()
    for line in _lines(path, text, [entry.line for entry in entries]):
        if not sought:
            return
        if line in looked:
            continue
        if len(looked) > _MOST_LINES or len(line) > _LONGEST_LINE:
            return
        looked.add(line)
        for call in called(path, line, {kind for kind, _ in sought}):
            sought.pop((call.type, call.digest), None)
            sought.pop((call.type, hashed(call.text.lower())), None)  # as versions 0.x have it
    yield from (entry for entry in entries if (entry.type, entry.hashed_secret) in sought)


def _lines(path: str, text: str, first: Sequence[int]) -> Iterator[str]:
    """The lines where the values stood, all lines, and those that detect-secrets makes of YAML and INI files."""
    from detect_secrets.transformers import get_transformed_file
    from detect_secrets.types import NamedIO

    lines = [line.rstrip() for line in text.split("\n")]
    yield from (lines[number - 1] for number in first if 0 < number <= len(lines))
    yield from lines
    for eager in (False, True):
        file = io.StringIO(text)
        file.name = path
        try:
            rewritten = get_transformed_file(cast("NamedIO", file), use_eager_transformers=eager)
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
            continue  # its parsers do not take every file; its own scan would find nothing in such a one either
        yield from rewritten or ()
