"""irkit as it is measured: its command lines, a home of its own for caches, and its report as rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from scanning.measure import Command
from scanning.peers import Row

IRKIT = Path(sys.executable).with_name("irkit")


class _Place(BaseModel):
    kind: str
    path: str


class _Finding(BaseModel):
    rule: str
    places: list[_Place]
    secret: str = ""


class _Document(BaseModel):
    findings: list[_Finding]


@dataclass(frozen=True)
class Home:
    """A folder in which irkit finds its caches, data and settings, apart from the user's."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("IRKIT_", "GIT_"))}
        ours.pop("PYTHONDONTWRITEBYTECODE", None)
        return ours | {
            f"XDG_{name}_HOME": str(self.folder / name.lower()) for name in ("CACHE", "DATA", "CONFIG", "STATE")
        }

    def scan(self, name: str, where: Path, *options: str) -> Command:
        """``irkit scan`` of a history."""
        return Command(name, (str(IRKIT), "scan", str(where), "--history", *options), environment=self.environment)


def rows(home: Home, where: Path, *options: str) -> list[Row]:
    """What irkit reports, a row a finding and path, with the values, which stay in this process."""
    words = [str(IRKIT), "scan", str(where), *options, "--show-secrets", "--format", "json"]
    ran = subprocess.run(words, env=home.environment, capture_output=True, text=True, check=False)
    if ran.returncode not in {0, 1}:
        raise RuntimeError(f"irkit scan ended with {ran.returncode}: {ran.stderr.strip()[-300:]}")
    document = _Document.model_validate(json.loads(ran.stdout))
    return [
        Row((finding.secret,), path)
        for finding in document.findings
        for path in sorted({place.path for place in finding.places})
    ]


def found(report: Path) -> list[str]:
    """The findings of a report of irkit, a line each: the rule, and the first place."""
    findings = _Document.model_validate_json(report.read_bytes()).findings
    return [f"{each.rule}: {each.places[0].path or each.places[0].kind}" for each in findings]
