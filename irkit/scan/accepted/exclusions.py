"""The files, lines and values that a baseline excludes by its filters (``detect-secrets scan --exclude-files ...``).

Its expressions are run by RE2, whose time is linear: a hostile one cannot hang a scan. One that RE2 does not know
(look-around, back references) excludes nothing, and is said; so is a filter that is no expression (a list of words, a
model of gibberish, code).
"""

from __future__ import annotations

from collections.abc import Iterator

from irkit.scan.accepted.baseline import Baseline
from irkit.scan.finding import Finding
from irkit.scan.quick import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from pydantic import JsonValue

_FILTERS = "detect_secrets.filters.regex.should_exclude_"
_OWN = "detect_secrets.filters."
_UNHEEDED = {
    "wordlist": "irkit does not read its list of words",
    "gibberish": "irkit does not ask its model",
}
_LIKE_OURS = frozenset({"allowlist", "common", "heuristic", "regex"})
"""What detect-secrets' own filters do irkit does in its own way, or by the expressions."""
_VERIFIED_ONLY = 3
"""``VERIFIED_TRUE`` of detect-secrets' constants."""
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
    unheeded: tuple[str, ...] = ()
    """Filters of other kinds, with the reason why they are not honoured."""

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
    unheeded = tuple(_unheeded(baseline.document))
    return Exclusions(tuple(made["file"]), tuple(made["line"]), tuple(made["secret"]), tuple(unknown), unheeded)


def _filters(document: dict[str, JsonValue]) -> Iterator[tuple[str, dict[str, JsonValue]]]:
    """The baseline's filters by their paths; those of 0.x, which lie elsewhere, are expressions."""
    filters = document.get("filters_used")
    for one in filters if isinstance(filters, list) else ():
        if isinstance(one, dict):
            yield str(one.get("path")), one
    words = document.get("word_list")
    if isinstance(words, dict) and words.get("file"):  # 0.x
        yield f"{_OWN}wordlist", {"file_name": words["file"]}


def _unheeded(document: dict[str, JsonValue]) -> Iterator[str]:
    """The filters that exclude nothing here, though they do in detect-secrets."""
    for path, one in _filters(document):
        kind = path.removeprefix(_OWN).partition(".")[0] if path.startswith(_OWN) else ""
        if kind in _UNHEEDED:
            named = one.get("file_name") or one.get("model")
            yield f"{kind} filter{f' {named}' if isinstance(named, str) else ''}: {_UNHEEDED[kind]}"
        elif kind not in _LIKE_OURS:
            yield f"filter {path}: irkit does not run code that a baseline names"
        elif one.get("min_level") == _VERIFIED_ONLY:
            yield f"filter {path} (--only-verified): irkit reports what is not verified, too"


def _patterns(document: dict[str, JsonValue]) -> Iterator[tuple[str, str]]:
    for path, one in _filters(document):
        if path.startswith(_FILTERS):
            listed = one.get("pattern")
            what = path.removeprefix(_FILTERS).rstrip("s")  # 0.x baselines, once upgraded, say `files`
            yield from (
                (what, pattern)
                for pattern in (listed if isinstance(listed, list) else [listed])
                if isinstance(pattern, str)
            )
    old = document.get("exclude")
    for name, what in _OLD.items():
        if isinstance(old, dict) and isinstance(pattern := old.get(name), str):
            yield what, pattern
