"""What detect-secrets itself finds in a file, by its own scan: a baseline that we write must hold just that.

Only plug-ins and filters that come with it are used, and none that asks a network (see ``plugins``).
"""

from __future__ import annotations

import os
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from irkit.scan.accepted.baseline import Baseline

if TYPE_CHECKING:
    from pydantic import JsonValue

_LONGEST = 1_000_000
"""A larger file is not scanned by detect-secrets, in bytes: it takes a millisecond a line."""
_LONGEST_LINE = 20_000
"""Nor one with a longer line, in bytes: some of its plug-ins take quadratic time."""
_SAFE_FILTERS = (
    "detect_secrets.filters.allowlist.",
    "detect_secrets.filters.heuristic.",
    "detect_secrets.filters.regex.",
    "detect_secrets.filters.common.is_invalid_file",
)


class Found(NamedTuple):
    """One finding of detect-secrets, as its baseline has it."""

    type: str
    digest: str
    line: int


def found_by_detect_secrets(root: Path, path: str, baseline: Baseline) -> tuple[Found, ...]:
    """What its scan finds in a file, under the settings of the baseline; nothing in very long lines or files."""
    from detect_secrets.core import scan
    from detect_secrets.settings import transient_settings

    file = root / path
    try:
        if file.stat().st_size > _LONGEST or max(map(len, file.read_bytes().split(b"\n"))) > _LONGEST_LINE:
            return ()
    except OSError:
        return ()
    with transient_settings(_settings(baseline)):
        seen = list(scan.scan_file(os.path.relpath(file)))
    return tuple(Found(one.type, one.secret_hash, one.line_number) for one in seen)


def fresh_document() -> dict[str, JsonValue]:
    """What stands in a new baseline beside its entries: detect-secrets' version, plug-ins and default filters."""
    from detect_secrets.__version__ import VERSION
    from detect_secrets.settings import default_settings

    with default_settings() as settings:
        made = cast("dict[str, JsonValue]", settings.json())
    return {"version": VERSION, **made, "results": {}}


def _settings(baseline: Baseline) -> dict[str, JsonValue]:
    from detect_secrets.core.baseline import upgrade

    if str(baseline.document.get("version", "")).startswith("0."):
        known = deepcopy({name: it for name, it in baseline.document.items() if name != "custom_plugin_paths"})
        baseline = baseline._replace(document=cast("dict[str, JsonValue]", upgrade(known)))
    plugins = [one for one in _objects(baseline, "plugins_used") if "path" not in one]
    filters = [one for one in _objects(baseline, "filters_used") if str(one.get("path")).startswith(_SAFE_FILTERS)]
    made: dict[str, JsonValue] = {"plugins_used": [*plugins]}
    return {**made, "filters_used": [*filters]} if "filters_used" in baseline.document else made


def _objects(baseline: Baseline, name: str) -> list[dict[str, JsonValue]]:
    listed = baseline.document.get(name)
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
