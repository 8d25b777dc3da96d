"""What is slow to make, kept in a file: the rules as read, and Hyperscan's database.

The file is only read when it belongs to us, nobody else may write it, and its digest holds; else it is made anew.
"""

from __future__ import annotations

import marshal
import os
import stat
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from irkit.scan.rule import Bounds, Confidence, Rule, Severity

_FORMAT = b"irkit detector 1\n"
_DIGEST_BYTES = 32
_MOST_FILES = 8
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


class Kept(NamedTuple):
    """The parts of a detector."""

    rules: tuple[Rule, ...]
    spanning: tuple[bool, ...]
    """Of each rule: whether it looks beyond a line."""
    trusted: int
    """How many of the rules, from the first, are irkit's own."""
    database: bytes
    """Hyperscan's; empty for another engine."""


def kept(file: Path) -> Kept | None:
    """What the file holds; None when there is no such file, or not one to be trusted."""
    try:
        with file.open("rb") as opened:
            status = os.fstat(opened.fileno())
            if status.st_uid != os.geteuid() or status.st_mode & _OTHERS_MAY_WRITE:
                return None
            content = opened.read()
    except OSError:
        return None
    digest, payload = content[: len(_FORMAT) + _DIGEST_BYTES], content[len(_FORMAT) + _DIGEST_BYTES :]
    if digest != _FORMAT + sha256(payload).digest():
        return None
    rules, spanning, trusted, database = marshal.loads(payload)  # noqa: S302 - our own file, and its digest holds
    return Kept(tuple(map(_rule, rules)), spanning, trusted, database)


def keep(file: Path, parts: Kept) -> None:
    """Write the file, readable by us alone. Where that does not work the next run makes it all again, and no more."""
    rules = tuple(tuple(str(one) if isinstance(one, str) else one for one in rule) for rule in parts.rules)
    payload = marshal.dumps((rules, parts.spanning, parts.trusted, parts.database))
    part = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as opened:
            opened.write(_FORMAT + sha256(payload).digest() + payload)
        part.replace(file)
        _forget_older(file)
    except OSError:
        part.unlink(missing_ok=True)


def _forget_older(file: Path) -> None:
    """Those of earlier versions and of rules that were changed; a few stay, for several sets of rules in use."""
    others = sorted(file.parent.glob("detector-*.bin"), key=lambda one: one.stat().st_mtime, reverse=True)
    for old in others[_MOST_FILES:]:
        old.unlink(missing_ok=True)


def _rule(fields: Sequence[str]) -> Rule:
    id_, title, severity, confidence, pattern, anchor, bounds, *rest = fields
    known = Severity(severity), Confidence(confidence), pattern, anchor, Bounds(bounds)
    return Rule._make((id_, title, *known, *rest))
