"""A small work tree, findings in it, and the real detect-secrets run on it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from irkit.scan.finding import Finding, Place, PlaceKind, Report
from irkit.scan.output.about import About
from irkit.scan.rule import Confidence, Rule, Severity
from irkit.secret import Secret

KEY = b"k" * 32
_dice = random.Random(11)
_LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def some(length: int, prefix: str = "") -> str:
    return prefix + "".join(_dice.choice(_LETTERS) for _ in range(length))


TOKEN = some(36, "ghp" + "_")
OTHER_TOKEN = some(36, "ghp" + "_")
PASSWORD = some(16)
OTHER_PASSWORD = some(16)
NEW_KIND = some(40, "zz" + "live_")
"""Of a kind that detect-secrets does not know."""
HEAD = "-----BEGIN RSA " + "PRIVATE KEY-----"


def pem() -> str:
    body = "\n".join(some(64) for _ in range(3))
    return f"{HEAD}\n{body}\n{HEAD.replace('BEGIN', 'END')}"


def _rule(name: str, *also: str) -> Rule:
    return Rule(name, name, Severity.HIGH, Confidence.HIGH, pattern="", anchor="", also=also)


RULES = (
    _rule("github_token", "gitleaks:github-pat", "detect-secrets:GitHub Token"),
    _rule("password", "gitleaks:generic-api-key", "detect-secrets:Secret Keyword"),
    _rule("private_key", "gitleaks:private-key", "detect-secrets:Private Key"),
    _rule("new_kind"),
)
ABOUT = About("1", RULES)


class Tree:
    """A work tree; ``found`` says what a scan of it would find."""

    def __init__(self, root: Path) -> None:
        self.root = root
        subprocess.run(["git", "init", "-q", str(root)], check=True)
        self._values: dict[str, str] = {}

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def found(self, *sought: tuple[str, str]) -> Report:
        """The findings of these (rule, value) pairs in all files as they are now."""
        findings = [self._finding(rule, value) for rule, value in sought]
        return Report(tuple(one for one in findings if one.places), {}, (), {"files": 1}, 1)

    def _finding(self, rule: str, value: str) -> Finding:
        places: list[Place] = []
        near = b""
        for file in sorted(self.root.rglob("*")):
            if ".git" in file.parts or not file.is_file() or file.name == ".secrets.baseline":
                continue
            text = file.read_text()
            if value in text:
                at = text.index(value)
                line = text.count("\n", 0, at) + 1
                places.append(Place(PlaceKind.FILE, str(file.relative_to(self.root)), line, 1))
                near = near or text.split("\n")[line - 1].encode()
        return finding(rule, value, *places, near=near)

    def detect_secrets(self, *words: str, answers: str = "") -> subprocess.CompletedProcess[str]:
        """The real one, as a process of its own, from the root; no network is asked."""
        command = [sys.executable, "-m", "detect_secrets", *words]
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False, input=answers)

    def hook(self, *files: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "detect_secrets.pre_commit_hook", "--baseline", ".secrets.baseline", *files]
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)

    @property
    def baseline(self) -> Path:
        return self.root / ".secrets.baseline"

    def made_by_detect_secrets(self) -> Path:
        ran = self.detect_secrets("scan", "--all-files", "--no-verify")
        assert ran.returncode == 0, ran.stderr
        self.baseline.write_text(ran.stdout)
        return self.baseline

    def results(self) -> dict[str, list[dict[str, object]]]:
        found: dict[str, list[dict[str, object]]] = json.loads(self.baseline.read_text())["results"]
        return found


def finding(rule: str, value: str, *places: Place, near: bytes = b"") -> Finding:
    kind = next(each for each in RULES if each.id == rule)
    held = Secret(value)
    fingerprint = held.fingerprint(KEY)
    return Finding(kind.id, kind.title, kind.severity, kind.confidence, fingerprint, "", held, tuple(places), near)


def values(report: Report) -> list[str]:
    return [one.secret.reveal() for one in report.findings]


def paths(report: Report) -> list[Sequence[str]]:
    return [[place.path for place in one.places] for one in report.findings]
