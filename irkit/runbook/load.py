"""From a file to a ``Runbook``; the one impure module of this package.

Everything that can be said without knowing the actions is checked here: keys, names, references to steps and inputs
and their order. ``irkit.runbook.check`` types the rest against the actions.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from irkit.errors import RunbookInvalid
from irkit.runbook import nodes, reading
from irkit.runbook.finding import Finding, Findings, Place, quoted
from irkit.runbook.keys import RUNBOOK_KEYS
from irkit.runbook.model import Runbook, RunbookName, Severity
from irkit.runbook.read_inputs import read_inputs
from irkit.runbook.read_steps import read_steps

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def load(path: Path) -> Runbook:
    """Read a runbook file. Raises ``RunbookInvalid`` with one line a finding, each ``file:line:column: text``."""
    findings = Findings(str(path))
    start = Place(1, 1)
    try:
        with path.open("rb") as file:
            data = file.read(nodes.LONGEST_FILE * 4 + 1)
    except OSError as error:
        findings.add(start, f"cannot be read: {error.strerror}")
        raise refusal(findings.in_order()) from error
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        findings.add(Place(line, 1), "the file is not UTF-8")
        raise refusal(findings.in_order()) from error
    runbook = loads(text, str(path))
    if runbook.name != path.stem:
        findings.add(start, f"the runbook calls itself {quoted(runbook.name)}, so its file must be {runbook.name}.yaml")
        raise refusal(findings.in_order())
    return runbook


def loads(text: str, path: str) -> Runbook:
    """Read a runbook from its text, as a resumed incident does from its journal; ``path`` is for findings.

    Raises ``RunbookInvalid``.
    """
    findings = Findings(path)
    root = reading.mapping(nodes.composed(text, findings), "a runbook", findings)
    runbook = _runbook(root, text, findings) if root is not None else None
    if findings.found or runbook is None:
        raise refusal(findings.in_order())
    return runbook


def refusal(found: tuple[Finding, ...]) -> RunbookInvalid:
    """The error that carries findings, one line each."""
    lines = "\n".join(str(finding) for finding in found)
    return RunbookInvalid(lines, hint="docs/runbooks.md tells how a runbook is written")


def _runbook(root: nodes.Mapping, text: str, findings: Findings) -> Runbook:
    reading.known_keys(root, "a runbook", RUNBOOK_KEYS, findings)
    get = root.members.get
    name = reading.text(get("runbook"), "runbook", findings) or ""
    if name and not _NAME.fullmatch(name):
        place = root.members["runbook"].place
        findings.add(place, f"{quoted(name)} is no runbook name: lower snake, at most 40 letters")
    inputs = read_inputs(get("inputs"), findings)
    return Runbook(
        name=RunbookName(name),
        title=reading.text(get("title"), "title", findings) or "",
        severity=reading.one_of(get("severity"), "severity", Severity, findings) or Severity.SEV1,
        summary=reading.text(get("summary"), "summary", findings) or "",
        inputs=inputs,
        steps=read_steps(get("steps"), inputs, findings),
        path=findings.path,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
