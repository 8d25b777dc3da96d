"""The slow part: detect-secrets looks at a candidate's line. Imported only when there is one (0.2 s, 1 ms a line)."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Protocol, cast

from detect_secrets.filters import heuristic
from detect_secrets.util.filetype import FileType, determine_file_type

from irkit.scan.candidates import Candidate

_CONTEXT_BYTES = 300
"""What a plug-in is shown of a long line, on each side: some of its patterns take quadratic time."""
_CONFIG_NAME = "settings.ini"
"""For files that detect-secrets does not know by name (``.env``), so that values without quotes are seen."""
_ENTROPY = 3.5
"""Bits a character; detect-secrets' own 4.5 is for strings with no telling name beside them."""


class _Found(Protocol):
    """A ``PotentialSecret`` of detect-secrets."""

    secret_value: str | None


class _Plugin(Protocol):
    """A plug-in of detect-secrets."""

    def analyze_line(self, filename: str, line: str, line_number: int) -> set[_Found]:
        """What it sees in a line."""


def confirmed(candidate: Candidate, path: str, text: bytes) -> bool:
    """Whether one of the plug-ins that the candidate's rule names sees the same value in its line."""
    first = max(text.rfind(b"\n", 0, candidate.start) + 1, candidate.start - _CONTEXT_BYTES)
    stop = text.find(b"\n", candidate.start)
    stop = min(len(text) if stop < 0 else stop, candidate.start + _CONTEXT_BYTES * 4)
    line = text[first:stop].decode("utf-8", "replace").rstrip("\r")
    value = text[candidate.start : min(candidate.end, stop)].decode("utf-8", "replace")
    name = _CONFIG_NAME if determine_file_type(path) is FileType.OTHER else path
    return any(_sees(_plugin(plugin), name, line, value) for plugin in candidate.rule.plugins)


def _sees(plugin: _Plugin, name: str, line: str, value: str) -> bool:
    seen = [one.secret_value or "" for one in plugin.analyze_line(filename=name, line=line, line_number=1)]
    same = [one for one in seen if one and (one in value or value in one)]
    return bool(same) and not (_is_judged_by_name(plugin) and _is_harmless(value, line))


def _is_judged_by_name(plugin: _Plugin) -> bool:
    """Plug-ins that know no provider's shape, so that detect-secrets' own heuristics apply."""
    return type(plugin).__name__ in {"KeywordDetector", "Base64HighEntropyString", "HexHighEntropyString"}


def _is_harmless(value: str, line: str) -> bool:
    return bool(
        heuristic.is_sequential_string(value)
        or heuristic.is_potential_uuid(value)
        or heuristic.is_templated_secret(value)
        or heuristic.is_not_alphanumeric_string(value)
        or heuristic.is_indirect_reference(line)
    )


@cache
def _plugin(name: str) -> _Plugin:
    module, _, kind = name.partition(".")
    make = getattr(importlib.import_module(f"detect_secrets.plugins.{module}"), kind)
    return cast("_Plugin", make(limit=_ENTROPY) if kind == "Base64HighEntropyString" else make())
