"""What is slow to make, kept in a file: the rules as read, and Hyperscan's databases.

The file is only read when it belongs to us, nobody else may write it, and its checksum holds; else it is made anew.
"""

from __future__ import annotations

import marshal
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from zlib import crc32

from irkit.scan.quick import TYPE_CHECKING, NamedTuple, overload

if TYPE_CHECKING:
    from irkit.scan.rule import Rule

_FORMAT = b"irkit detector 8\n"
_CHECKSUM = slice(len(_FORMAT), len(_FORMAT) + 4)
_RULES_SIZE = slice(_CHECKSUM.stop, _CHECKSUM.stop + 4)
_DIGEST_BYTES = 32
_MOST_FILES = 8
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH


class Kept(NamedTuple):
    """The parts of a detector."""

    rules: Sequence[Rule]
    spanning: tuple[bool, ...]
    """Of each rule: whether it looks beyond a line."""
    trusted: int
    """How many of the rules, from the first, are irkit's own."""
    databases: tuple[bytes, ...]
    """Hyperscan's; none for another engine."""
    rules_hash: str = ""
    """Of all that decides what is a finding; see ``loading``."""
    first: tuple[str, ...] = ()
    """Of each of irkit's own rules: what its matches begin with, see ``first_bytes``."""

    def rule(self, name: str) -> Rule:
        """The rule of that id; no other one is made for it. Raises ``KeyError``."""
        if isinstance(self.rules, KeptRules):
            return self.rules.rule(name)
        for rule in self.rules:
            if rule.id == name:
                return rule
        raise KeyError(name)


class KeptRules(Sequence["Rule"]):
    """Rules as they are kept; each is made when it is asked for, because a hook needs but a few, or none."""

    def __init__(self, count: int, packed: bytes) -> None:
        self._count, self._packed = count, packed
        self._opened: Sequence[Sequence[str]] | None = None

    @property
    def _rules(self) -> Sequence[Sequence[str]]:
        if self._opened is None:
            self._opened = marshal.loads(self._packed)  # noqa: S302 - of our own file
        return self._opened

    @overload
    def __getitem__(self, place: int) -> Rule: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Rule]: ...
    def __getitem__(self, place: int | slice) -> Rule | Sequence[Rule]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(self._count))]
        return self._make(self._rules[place])

    def __iter__(self) -> Iterator[Rule]:
        """As of any sequence, in a quarter of the time: at the end of a scan all of them are made."""
        return map(self._make, self._rules)

    @cached_property
    def _make(self) -> Callable[[Sequence[str]], Rule]:
        from irkit.scan.rule import Bounds, Confidence, Rule, Severity  # 1 ms, which a hook without a hit is spared

        severities, confidences = {str(one): one for one in Severity}, {str(one): one for one in Confidence}
        every_bounds = {str(one): one for one in Bounds}

        def made(row: Sequence[str]) -> Rule:
            id_, title, severity, confidence, pattern, anchor, bounds, *rest = row
            known = severities[severity], confidences[confidence], pattern, anchor, every_bounds[bounds]
            return Rule._make((id_, title, *known, *rest))

        return made

    def __len__(self) -> int:
        return self._count

    def rule(self, name: str) -> Rule:
        """The rule of that id. Raises ``KeyError``."""
        for place, row in enumerate(self._rules):
            if row[0] == name:
                return self[place]
        raise KeyError(name)


def digest_of(content: bytes, size: int = _DIGEST_BYTES) -> bytes:
    """So many bytes of BLAKE2b, without the 4 ms that loading OpenSSL by way of ``hashlib`` takes."""
    try:
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b
    return blake2b(content, digest_size=size).digest()


def unwaiting(file: str, flags: int) -> int:
    """Open it at once: a pipe that somebody put in its place would be waited for, for ever."""
    return os.open(file, flags | os.O_NONBLOCK)


def kept(file: str) -> Kept | None:
    """What the file holds; None when there is no such file, or not one to be trusted."""
    try:
        with open(file, "rb", buffering=0, opener=unwaiting) as opened:
            status = os.fstat(opened.fileno())
            if status.st_uid != os.geteuid() or status.st_mode & _OTHERS_MAY_WRITE:
                return None
            head = opened.read(_RULES_SIZE.stop)
            payload = opened.read(min(int.from_bytes(head[_RULES_SIZE]), status.st_size))
            size = status.st_size - len(head) - len(payload)
            if not head.startswith(_FORMAT) or head[_CHECKSUM] != _checksum(payload, size):
                return None
            rules, spanning, trusted, rules_hash, first, sizes = marshal.loads(payload)  # noqa: S302 - our own file
            databases = tuple(opened.read(each) for each in sizes)
    except OSError:
        return None
    return Kept(KeptRules(len(spanning), rules), spanning, trusted, databases, rules_hash, first)


def _checksum(payload: bytes, size: int) -> bytes:
    """Of the rules and of the databases' size: Hyperscan has a checksum of its own in each, and verifies it."""
    return crc32(payload, size).to_bytes(4)


def keep(file: str, parts: Kept) -> None:
    """Write the file, readable by us alone. Where that does not work the next run makes it all again, and no more."""
    from contextlib import suppress

    rules = tuple(tuple(str(one) if isinstance(one, str) else one for one in rule) for rule in parts.rules)
    sizes = tuple(map(len, parts.databases))
    rest = parts.spanning, parts.trusted, parts.rules_hash, parts.first, sizes
    payload = marshal.dumps((marshal.dumps(rules), *rest))
    folder, part = os.path.dirname(file), f"{file}.{os.getpid()}"  # noqa: PTH120
    try:
        os.makedirs(folder, exist_ok=True, mode=0o700)  # noqa: PTH103
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
            opened.write(_FORMAT + _checksum(payload, sum(sizes)) + len(payload).to_bytes(4))
            opened.write(payload)
            for database in parts.databases:
                opened.write(database)
        os.replace(part, file)  # noqa: PTH105
        _forget_older(folder)
    except OSError:
        with suppress(OSError):
            os.unlink(part)  # noqa: PTH108


def _forget_older(folder: str) -> None:
    """Those of earlier versions and of rules that were changed; a few stay, for several sets of rules in use."""
    ours = [entry for entry in os.scandir(folder) if entry.name.startswith("detector-")]
    for old in sorted(ours, key=lambda entry: entry.stat().st_mtime)[:-_MOST_FILES]:
        os.unlink(old.path)  # noqa: PTH108
