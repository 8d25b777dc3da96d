"""detect-secrets' own plug-ins, asked what they call the secret on one line. Imported only when a baseline needs it.

Only the plug-ins that come with detect-secrets are run: a baseline can name others by file, and a scan never runs code
of the repository it scans. Nothing is asked of a network: detect-secrets verifies only when its settings say so, and
these run under its defaults, which do not.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from functools import cache
from typing import NamedTuple, Protocol, cast

from irkit.scan.accepted.hashed import hashed


class Called(NamedTuple):
    """What a plug-in called the secret on a line. ``text`` is (part of) a value: it stays in memory."""

    type: str
    text: str

    @property
    def digest(self) -> str:
        """As a baseline has it."""
        return hashed(self.text)

    def __repr__(self) -> str:
        return f"Called({self.type!r})"


class _Found(Protocol):
    secret_value: str | None


class _Plugin(Protocol):
    secret_type: str

    def analyze_line(self, filename: str, line: str, line_number: int) -> set[_Found]: ...


class _Entropy(_Plugin, Protocol):
    def non_quoted_string_regex(self, *, is_exact_match: bool) -> AbstractContextManager[None]: ...


def called(path: str, line: str, types: Collection[str] | None = None) -> tuple[Called, ...]:
    """What the plug-ins see in a line of that file, each text once a type; only those of ``types`` when given.

    The entropy plug-ins are asked for every string, whatever their limit: a baseline may have been made with another.
    """
    found: dict[Called, None] = {}
    for plugin in _plugins():
        if types is None or plugin.secret_type in types:
            for text in _texts(plugin, path, line):
                found[Called(plugin.secret_type, text)] = None
    return tuple(found)


def types() -> set[str]:
    """What the plug-ins call the kinds of secret that they know."""
    return {plugin.secret_type for plugin in _plugins()}


def _texts(plugin: _Plugin, path: str, line: str) -> Iterator[str]:
    seen = plugin.analyze_line(filename=path, line=line, line_number=1)
    if hasattr(plugin, "non_quoted_string_regex"):
        with cast("_Entropy", plugin).non_quoted_string_regex(is_exact_match=False):
            seen = seen | plugin.analyze_line(filename=path, line=line, line_number=1)
    yield from (one.secret_value for one in seen if one.secret_value)


@cache
def _plugins() -> tuple[_Plugin, ...]:
    from detect_secrets import plugins
    from detect_secrets.plugins import base, high_entropy_strings

    made: list[_Plugin] = []
    for module in pkgutil.iter_modules(plugins.__path__, f"{plugins.__name__}."):
        for kind in vars(importlib.import_module(module.name)).values():
            if not isinstance(kind, type) or not issubclass(kind, base.BasePlugin):
                continue
            if isinstance(getattr(kind, "secret_type", None), str):  # the others are abstract
                is_entropy = issubclass(kind, high_entropy_strings.HighEntropyStringsPlugin)
                make = cast("Callable[..., _Plugin]", kind)
                made.append(make(limit=0) if is_entropy else make())
    return tuple(made)
