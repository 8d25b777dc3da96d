"""The arguments of a scan that says nothing unusual, without ``argparse``: to load and fill it takes 5 ms.

``argparse`` stays the judge of everything else (help, mistakes, abbreviations), and a test holds the two to the same.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from irkit.scan.quick import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

FORMATS = ("human", "json", "jsonl", "csv", "sarif", "junit", "github")
CONFIDENCES = ("low", "medium", "high")
_DEFAULTS = {
    "history": False,
    "files": False,
    "staged": False,
    "pre_push": False,
    "since": None,
    "range": None,
    "unreachable": False,
    "no_locate": False,
    "no_ignore": False,
    "no_cache": False,
    "jobs": None,
    "confidence": "medium",
    "format": "human",
    "output": None,
    "baseline": None,
    "update_baseline": False,
    "verify": False,
    "show_secrets": False,
}
_ONE_OF = frozenset(("--history", "--files"))
_SWITCHES = _ONE_OF | {"--unreachable", "--no-locate", "--no-ignore", "--no-cache"}
_CHOICES = {"--format": FORMATS, "--confidence": CONFIDENCES}
_FILES = frozenset(("--output", "--baseline"))


def plain(words: Sequence[str]) -> argparse.Namespace | None:
    """Paths and then options, as ``argparse`` reads them; None when it should read them itself."""
    count = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    found = SimpleNamespace(paths=list(words[:count]), rules=[], **_DEFAULTS)
    rest = iter(words[count:])
    kind = ""
    for word in rest:
        name = word[2:].replace("-", "_")
        if word in _SWITCHES:
            if word in _ONE_OF and kind not in {"", word}:
                return None
            kind = word if word in _ONE_OF else kind
            setattr(found, name, True)
            continue
        value = next(rest, "-")
        if value.startswith("-") or not value:
            return None
        if word in _FILES:
            setattr(found, name, Path(value))
        elif value in _CHOICES.get(word, ()):
            setattr(found, name, value)
        else:
            return None
    return cast("argparse.Namespace", found)
