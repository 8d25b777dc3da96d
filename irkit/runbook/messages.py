"""The texts that runbooks send: Markdown with ``{placeholders}``, shipped beside the runbooks or the user's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from irkit.errors import RunbookInvalid

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def message(name: str, own_folder: Path | None = None) -> str:
    """The text of a message. ``<own_folder>/messages/<name>.md`` goes before the shipped one of that name.

    Raises ``RunbookInvalid`` when there is none, or the name is no plain word.
    """
    if not _NAME.fullmatch(name):
        msg = f"{name!r} is no name of a message"
        raise RunbookInvalid(msg, hint="a message's name is a word like key_contained")
    folders = ([own_folder] if own_folder else []) + _shipped_folders()
    for folder in folders:
        path = folder / "messages" / f"{name}.md"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    known = sorted({path.stem for folder in folders for path in (folder / "messages").glob("*.md")})
    msg = f"there is no message {name!r}"
    raise RunbookInvalid(msg, hint=f"the messages are {', '.join(known)}")


def placeholders(text: str) -> frozenset[str]:
    """The names that a text leaves open."""
    return frozenset(_PLACEHOLDER.findall(text))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with every placeholder replaced. Raises ``RunbookInvalid`` when one has no value."""
    open_names = sorted(placeholders(text) - values.keys())
    if open_names:
        msg = f"the message lacks a value for {', '.join(open_names)}"
        raise RunbookInvalid(msg, hint="give them in the step's with.values")
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _shipped_folders() -> list[Path]:
    """In an installed irkit the runbooks are inside the package; in a checkout they are beside it."""
    package = Path(__file__).resolve().parent.parent
    return [package / "_runbooks", package.parent / "runbooks"]
