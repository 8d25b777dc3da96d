"""The programs that are measured, each with what it is asked; those that are not here are named with a reason."""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from scanning.measure import Command

from trail import later

GUNZIP, RAW, ASKED, FOLLOWED = "igzip -d -c", "irkit, raw files", "irkit trail --follow alone", "irkit trail"
INGEST = "irkit trail cache --build"
JQ, DUCKDB, TRAILSCRAPER = "zcat | jq", "DuckDB", "trailscraper"
_IRKIT = (sys.executable, "-m", "irkit.cli.main", "trail")
_ROOT = Path(__file__).resolve().parents[2]
_DUCKDB = """
import sys, duckdb
duckdb.execute("set threads = 2")
print(duckdb.execute('''select count(*) from (select unnest(from_json(json->'$.Records', '["JSON"]')) r
from read_json_objects(?, format = 'unstructured', maximum_object_size = 33554432))
where r->>'$.userIdentity.accessKeyId' = ?''', [sys.argv[1] + "/**/*.json.gz", sys.argv[2]]).fetchall())
"""


class Programs:
    """Commands over one set of logs, with caches and settings of their own in ``home``."""

    def __init__(self, logs: Path, key: str, home: Path) -> None:
        self._logs, self._key = logs, key
        self._environment = {**os.environ, "PYTHONPATH": str(_ROOT)} | {
            f"XDG_{each}_HOME": str(home / each.lower()) for each in ("CACHE", "CONFIG", "DATA", "STATE")
        }

    def gunzip(self) -> Command:
        """The limit: inflating alone, with two processes."""
        return self._piped(GUNZIP, "xargs -0 -P2 -n50 igzip -d -c")

    def raw(self) -> Command:
        """Our reading alone."""
        words = (sys.executable, str(Path(__file__).with_name("ask.py")), str(self._logs), self._key)
        return Command(RAW, words, environment=self._environment, fine=(0,))

    def asked(self, name: str, *more: str) -> Command:
        """A question on the command line."""
        words = ("activity", "--key", self._key, "--from", str(self._logs), "--format", "jsonl", *more)
        return Command(name, (*_IRKIT, *words), environment=self._environment, fine=(0,))

    def ingest(self) -> Command:
        """Building the store."""
        words = ("cache", "--build", "--from", str(self._logs))
        return Command(INGEST, (*_IRKIT, *words), environment=self._environment, fine=(0,))

    def later(self, questions: Iterable[tuple[str, ...]]) -> Iterator[Command]:
        """Questions to the store."""
        for words in questions:
            asked = (*_IRKIT, *words, "--from", str(self._logs))
            yield Command(later.name(words), asked, environment=self._environment, fine=(0,))

    def slow_peers(self) -> Iterator[Command]:
        """Those that take a minute or more for 2 million events."""
        yield self._piped(JQ, f"xargs -0 zcat | jq -c '.Records[]|select(.userIdentity.accessKeyId==\"{self._key}\")'")

    def peers(self, scraper: Path | None) -> Iterator[Command]:
        """Others that read the same files."""
        if importlib.util.find_spec("duckdb"):
            yield Command(DUCKDB, (sys.executable, "-c", _DUCKDB, str(self._logs), self._key), fine=(0,))
        if scraper is not None:
            role = ("--filter-assumed-role-arn", "arn:aws:iam::111122223333:role/ci-deploy")
            times = ("--from", "2026-11-18T02:00:00Z", "--to", "2026-11-19T08:00:00Z")
            yield Command(TRAILSCRAPER, (str(scraper), "select", "--log-dir", str(self._logs), *role, *times))

    def _piped(self, name: str, rest: str) -> Command:
        words = f"find {shlex.quote(str(self._logs))} -name '*.gz' -print0 | {rest} > /dev/null"
        return Command(name, ("sh", "-c", words), fine=(0,))


def missing(scraper: Path | None) -> dict[str, str]:
    """What is left out, and why."""
    absent = {name: "not installed" for name in ("igzip", "jq", "zcat") if shutil.which(name) is None}
    if scraper is None:
        absent[TRAILSCRAPER] = "no --trailscraper given (pip install trailscraper, in a home of its own)"
    return absent
