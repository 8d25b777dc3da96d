"""Which entries of a baseline are stale: their value no longer stands in their file.

irkit and detect-secrets do not find the same things, so that irkit does not find a value is no proof: the plug-in that
made the entry is asked about the file as it is now.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Iterator
from typing import cast

from irkit.scan.accepted.baseline import Entry, Standing
from irkit.scan.accepted.sites import Sites


def stale(unmatched: Iterable[Entry], sites: Sites, scanned: Collection[str] | None) -> Iterator[Entry]:
    """Those of the unmatched entries whose value is gone. ``scanned``: the paths that were looked at; None for all.

    An entry of the history is never stale here: only a scan of the history could tell.
    """
    by_path: dict[str, list[Entry]] = {}
    for entry in unmatched:
        if entry.standing is not Standing.HISTORY and (scanned is None or entry.path in scanned):
            by_path.setdefault(entry.path, []).append(entry)
    for path, entries in by_path.items():
        if not sites.exists(path):
            yield from entries
            continue
        text = sites.text(path)
        if text is None:
            continue
        theirs = {entry.type for entry in entries if entry.standing is Standing.TREE}
        there = set(_there(path, text, theirs)) if theirs else set()
        known = _known_types() if theirs else set()
        for entry in entries:
            is_told = entry.standing is Standing.OWN or entry.type in known
            if is_told and (entry.type, entry.hashed_secret) not in there:
                yield entry


def _there(path: str, text: str, types: Collection[str]) -> Iterator[tuple[str, str]]:
    from irkit.scan.accepted.plugins import called

    for line in dict.fromkeys(_lines(path, text)):
        for call in called(path, line, types):
            yield call.type, call.digest


def _lines(path: str, text: str) -> Iterator[str]:
    """The lines as they are, and as detect-secrets rewrites those of YAML and INI files before it looks."""
    from detect_secrets.transformers import get_transformed_file
    from detect_secrets.types import NamedIO

    yield from (line.rstrip() for line in text.split("\n"))
    for eager in (False, True):
        file = io.StringIO(text)
        file.name = path
        try:
            rewritten = get_transformed_file(cast("NamedIO", file), use_eager_transformers=eager)
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
            continue  # its parsers do not take every file; its own scan would find nothing in such a one either
        yield from rewritten or ()


def _known_types() -> set[str]:
    from irkit.scan.accepted.plugins import types

    return types()
