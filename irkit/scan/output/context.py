"""What stands before a value on its line: ``db_password = "``. It says what the value is for, and holds none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from irkit.scan.finding import Finding
from irkit.scan.output.veil import HIDDEN

_LONGEST = 60
_QUOTED = re.compile(r"""(["'`])(?:(?!\1).)+\1""")
_TOKEN = re.compile(r"[A-Za-z0-9+/=_.~%#!@$^&*-]{8,}")
_NAME = re.compile(r"[A-Za-z_.-]+|[A-Z0-9_]+")


def context(finding: Finding, values: Sequence[str]) -> str:
    """The head of the finding's line, up to its value, at most 60 characters; empty when there is none to show.

    ``values`` are those of all findings: a line may hold two. What is quoted, or long and no plain name, is hidden
    too: it may be a secret that no rule knows.
    """
    near = finding.near.decode("utf-8", "replace")
    head, value, _ = near.partition(finding.secret.reveal())
    if not value or not head.strip():
        return ""
    for one in values:
        if one in head:
            head = head.replace(one, HIDDEN)
    head = _QUOTED.sub(lambda quoted: f"{quoted[1]}{HIDDEN}{quoted[1]}", head.lstrip())
    head = _TOKEN.sub(lambda token: token[0] if _NAME.fullmatch(token[0]) else HIDDEN, head)
    return head if len(head) <= _LONGEST else HIDDEN + head[-_LONGEST:]
