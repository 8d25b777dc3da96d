"""What stands before a value on its line: ``db_password = "``. It says what the value is for, and holds none."""

from __future__ import annotations

import re
from collections.abc import Iterable

from irkit.scan.finding import Finding
from irkit.scan.output.veil import HIDDEN

_LONGEST = 60
_KEY = 4
"""Values are looked up by so many first characters; no finding's value is shorter."""
_QUOTED = re.compile(r"""(["'`])((?:(?!\1).)+)\1(?=(\s*[:=])?)""")
_TOKEN = re.compile(r"[A-Za-z0-9+/_.~%#!@$^&*-]{8,}")
_NAME = re.compile(r"[A-Za-z_.-]+|[A-Z0-9_]+")


class Contexts:
    """Tells contexts; it knows the values of all findings, since a line may hold two."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._values: dict[str, list[str]] = {}
        for value in {finding.secret.reveal() for finding in findings}:
            self._values.setdefault(value[:_KEY], []).append(value)

    def __repr__(self) -> str:
        return "Contexts()"

    def __call__(self, finding: Finding) -> str:
        """The head of the finding's line, up to its value, at most 60 characters; empty when there is none to show.

        What is quoted and no key, or long and no plain name, is hidden too: it may be a secret that no rule knows.
        """
        near = finding.near.decode("utf-8", "replace")
        head, value, _ = near.partition(finding.secret.reveal())
        if not value or not head.strip():
            return ""
        head = self._without_values(head).lstrip()
        head = _QUOTED.sub(_shown_key, head)
        head = _TOKEN.sub(lambda token: token[0] if _NAME.fullmatch(token[0]) else HIDDEN, head)
        return head if len(head) <= _LONGEST else HIDDEN + head[-_LONGEST:]

    def _without_values(self, head: str) -> str:
        kept: list[str] = []
        at = 0
        while at < len(head):
            values = self._values.get(head[at : at + _KEY], ())
            found = max((len(value) for value in values if head.startswith(value, at)), default=0)
            kept.append(HIDDEN if found else head[at])
            at += found or 1
        return "".join(kept)


def _shown_key(quoted: re.Match[str]) -> str:
    """A quoted text, hidden unless it is a plain name that something is assigned to."""
    is_key = quoted[3] is not None and _NAME.fullmatch(quoted[2]) is not None
    return quoted[0] if is_key else f"{quoted[1]}{HIDDEN}{quoted[1]}"
