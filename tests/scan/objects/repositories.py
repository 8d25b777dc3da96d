"""Repositories made by real git, and a detector that finds one made-up word."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from irkit.scan.detect.batch import Spans
from irkit.scan.detect.detector import Looked, Text
from irkit.scan.detect.looked import Told
from irkit.scan.finding import Sighting, Skipped
from irkit.scan.objects.held import Scanned
from irkit.scan.objects.scan import scan_objects
from irkit.scan.repository import repository
from irkit.scan.rule import Confidence, Rule

WORD = re.compile(rb"(?<![a-z0-9-])(hidden|passed)-[a-z0-9]{12}(?![a-z0-9-])")
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.invalid",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.invalid",
    "GIT_AUTHOR_DATE": "2024-05-06T07:08:09+02:00",
    "GIT_COMMITTER_DATE": "2024-05-06T07:08:09+02:00",
}


def word(number: int) -> bytes:
    """A word that the detector finds."""
    return b"hidden-%012d" % number


class Finds:
    """Looks for the made-up words as a ``Detector`` looks for secrets; ``passed-`` ones are dismissed."""

    rules: tuple[Rule, ...] = ()
    rules_hash = "words"

    def __init__(self) -> None:
        self.looked_at = 0
        self.compiled: set[int] = set()

    def rule(self, id: str) -> Rule:  # noqa: A002
        raise KeyError(id)

    def open(self) -> None: ...

    def asked(self) -> list[int]:
        return [self.looked_at]

    def compile(self, rules: Iterable[int]) -> None:
        self.compiled = set(rules)

    def look(self, body: bytes) -> Looked:
        return self._look(Text(body))

    def look_at_each(self, texts: Sequence[tuple[bytes, Spans]], _: Told | None = None) -> dict[int, Looked]:
        looked = {index: self._look(Text(*text)) for index, text in enumerate(texts)}
        return {index: one for index, one in looked.items() if one.sightings or one.skipped}

    def _look(self, text: Text) -> Looked:
        body = text.body
        self.looked_at += len(body)
        spans = ((0, len(body)),) if text.spans is None else text.spans
        places = {match.span() for start, end in spans for match in WORD.finditer(body[:end], start)}
        skipped = (Skipped("packed", "too deep"),) if body.startswith(b"PACKED") else ()
        return Looked(tuple(_sighting(body, start, end) for start, end in sorted(places)), skipped)


def _sighting(body: bytes, start: int, end: int) -> Sighting:
    line = body.count(b"\n", 0, start) + 1
    column = start - body.rfind(b"\n", 0, start)
    dismissed = "placeholder" if body[start:].startswith(b"passed") else ""
    near = body[max(0, start - 20) : end + 20]
    return Sighting("word", body[start:end], start, end, line, column, (), Confidence.HIGH, near, dismissed)


def git(folder: Path, *words: str, given: bytes = b"") -> str:
    ran = subprocess.run(
        ["git", "-C", str(folder), *words], input=given, capture_output=True, check=True, env=ENVIRONMENT
    )
    return ran.stdout.decode(errors="replace").strip()


def made(folder: Path, *words: str) -> Path:
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main", *words)
    git(folder, "config", "gc.auto", "0")
    return folder


def commit(folder: Path, files: dict[str, bytes], message: str = "change") -> str:
    for name, body in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def scan(folder: Path, cache: Path | None = None, jobs: int = 2, detector: Finds | None = None) -> Scanned:
    return scan_objects(repository(folder), detector or Finds(), cache=cache, jobs=jobs, told=lambda _done, _of: None)  # type: ignore[arg-type]


def secrets(scanned: Scanned) -> dict[str, list[tuple[str, bytes, int, int]]]:
    """By object: kind, value, line and column of each sighting that is not dismissed; names in trees by value only."""
    found: dict[str, list[tuple[str, bytes, int, int]]] = {}
    for object_id, kind, sightings in scanned.held:
        for one in sightings:
            if not one.dismissed:
                key = "in a name" if kind == "tree" else object_id
                found.setdefault(key, []).append((kind, one.value, one.line, one.column))
    return {key: sorted(places) for key, places in found.items()}


def numbered_lines(count: int, *changed: tuple[int, bytes]) -> bytes:
    """A long text, each line unlike the others."""
    lines = [b"line %06d %08x" % (number, number * 2654435761 % 2**32) for number in range(count)]
    for number, text in changed:
        lines[number] = text
    return b"\n".join(lines) + b"\n"
