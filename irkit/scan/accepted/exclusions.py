"""The files, lines and values that a baseline excludes by its filters (``detect-secrets scan --exclude-files ...``).

Its expressions are run by RE2, whose time is linear: a hostile one cannot hang a scan. One that RE2 does not know
(look-around, back references) excludes nothing, and is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, Protocol

from irkit.scan.accepted.baseline import Baseline
from irkit.scan.finding import Finding

if TYPE_CHECKING:
    from pydantic import JsonValue

_FILTERS = "detect_secrets.filters.regex.should_exclude_"
_OLD = {"files": "file", "lines": "line"}
"""How detect-secrets 0.x named them, under ``exclude``."""


class _Pattern(Protocol):
    def search(self, text: bytes) -> object: ...


class Exclusions(NamedTuple):
    """By what they look at."""

    file: tuple[_Pattern, ...] = ()
    line: tuple[_Pattern, ...] = ()
    secret: tuple[_Pattern, ...] = ()
    unknown: tuple[str, ...] = ()
    """Expressions that could not be used, with the reason."""

    def covers(self, finding: Finding, path: str) -> bool:
        """Whether a finding at this path is excluded; its line is looked at where it is known."""
        name = path.encode("utf-8", "surrogateescape")
        return (
            any(pattern.search(name) for pattern in self.file if path)
            or any(pattern.search(finding.near) for pattern in self.line if finding.near)
            or any(pattern.search(finding.secret.reveal().encode()) for pattern in self.secret)
        )


def exclusions(baseline: Baseline) -> Exclusions:
    """What a baseline excludes."""
    made: dict[str, list[_Pattern]] = {"file": [], "line": [], "secret": []}
    unknown: list[str] = []
    for what, pattern in _patterns(baseline.document):
        from irkit.scan.detect.linear import invalid
        from irkit.scan.detect.re2_prefilter import compiled

        if reason := invalid(pattern):
            unknown.append(f"{pattern}: {reason}")
        elif what in made:
            made[what].append(compiled(pattern))
    return Exclusions(tuple(made["file"]), tuple(made["line"]), tuple(made["secret"]), tuple(unknown))


def _patterns(document: dict[str, JsonValue]) -> Iterator[tuple[str, str]]:
    filters = document.get("filters_used")
    for one in filters if isinstance(filters, list) else ():
        if isinstance(one, dict) and str(one.get("path")).startswith(_FILTERS):
            listed = one.get("pattern")
            what = str(one["path"]).removeprefix(_FILTERS).rstrip("s")  # 0.x baselines, once upgraded, say `files`
            yield from (
                (what, pattern)
                for pattern in (listed if isinstance(listed, list) else [listed])
                if isinstance(pattern, str)
            )
    old = document.get("exclude")
    for name, what in _OLD.items():
        if isinstance(old, dict) and isinstance(pattern := old.get(name), str):
            yield what, pattern
