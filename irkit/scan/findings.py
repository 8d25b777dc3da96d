"""The findings in one text: candidates, less what is allowed, a placeholder or not confirmed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import NamedTuple

from irkit.scan.candidates import Candidate, candidates
from irkit.scan.pieces import Piece, pieces
from irkit.scan.shape import is_placeholder

Key = Callable[[], bytes]
"""Gives the key of the fingerprints; called when the first finding needs it."""


class PassedOver(StrEnum):
    """Why a text that looks like a secret is not reported."""

    ALLOWED = "allowed by its line"
    PLACEHOLDER = "placeholder"
    CHECKSUM = "wrong checksum"
    UNCONFIRMED = "not confirmed"


class Finding(NamedTuple):
    """A secret in a text; never its value. ``line`` counts from 1, ``last4`` is ``…`` and at most four characters."""

    path: str
    line: int
    kind: str
    fingerprint: str
    last4: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.kind}  {self.fingerprint}  {self.last4}"


class Looked(NamedTuple):
    """What a look at one text gave; ``size`` in bytes, as read."""

    findings: tuple[Finding, ...]
    passed_over: Counter[PassedOver]
    size: int


def look(path: str, chunks: Iterable[bytes], key: Key) -> Looked:
    """Look at one text. ``path`` is what the findings call it. Errors of reading ``chunks`` go through."""
    sizes: list[int] = []

    def measured() -> Iterable[bytes]:
        for chunk in chunks:
            sizes.append(len(chunk))
            yield chunk

    findings: dict[Finding, None] = {}
    passed: dict[tuple[int, str, PassedOver], None] = {}
    for piece in pieces(measured()):
        for candidate in candidates(piece.text):
            line = piece.first_line + piece.text.count(b"\n", 0, candidate.start)
            why = _passed_over(candidate, path, piece)
            if why is None:
                findings[_finding(candidate, path, line, piece.text, key)] = None
            else:
                passed[line, candidate.rule.kind, why] = None
    return Looked(tuple(findings), Counter(why for *_, why in passed), sum(sizes))


def _passed_over(candidate: Candidate, path: str, piece: Piece) -> PassedOver | None:
    from irkit.scan.allowed import is_allowed

    value = piece.text[candidate.start : candidate.end]
    if is_allowed(piece.text, candidate.start, candidate.end):
        return PassedOver.ALLOWED
    if is_placeholder(value):
        return PassedOver.PLACEHOLDER
    if not candidate.rule.proof(value):
        return PassedOver.CHECKSUM
    if candidate.rule.plugins:
        from irkit.scan.confirm import confirmed

        if not confirmed(candidate, path, piece.text):
            return PassedOver.UNCONFIRMED
    return None


def _finding(candidate: Candidate, path: str, line: int, text: bytes, key: Key) -> Finding:
    from irkit.secret import Secret

    secret = Secret(text[candidate.start : candidate.end].decode("utf-8", "replace").strip())
    return Finding(path, line, candidate.rule.kind, secret.fingerprint(key()), secret.masked())
