"""Find secrets in files, or in what is staged for the next commit (the pre-commit hook). Never shows one."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

from irkit.cli.dispatch import talk
from irkit.errors import UsageError
from irkit.scan.findings import Finding, Looked, PassedOver, look
from irkit.scan.sources import Blobs, Unreadable, file_chunks, index

CLEAN, FINDINGS, UNREAD = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("files", nargs="*", metavar="FILE", help="what to scan (with --staged: as the index holds it)")
    parser.add_argument("--staged", action="store_true", help="read git's index: what is staged, or the FILEs named")
    parser.epilog = "Exit codes: 0 nothing found, 1 findings, 2 something could not be read (or usage)."


def run(args: argparse.Namespace) -> int:
    """Scan; findings on stdout, one a line, the talk on stderr."""
    if not args.files and not args.staged:
        raise UsageError("nothing to scan was named", hint="irkit scan FILE..., or irkit scan --staged")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    scan = _Scan()
    if args.staged:
        _staged(scan, args.files)
    else:
        for name in args.files:
            scan.look_at(name, file_chunks(name))
    return scan.told()


def _staged(scan: _Scan, names: list[str]) -> None:
    found = index(names)
    scan.submodules = len(found.submodules)
    if found.entries:
        with Blobs() as blobs:
            for entry in found.entries:
                scan.look_at(entry.path, blobs.chunks(entry.object_id))


class _Scan:
    """What was looked at so far."""

    def __init__(self) -> None:
        self.files = self.size = self.unread = self.submodules = 0
        self.findings: list[Finding] = []
        self.passed_over: Counter[PassedOver] = Counter()

    def look_at(self, name: str, chunks: Iterable[bytes]) -> None:
        """Look at one text and print its findings."""
        path = _shown(name)
        try:
            looked = look(path, chunks, _key)
        except Unreadable as error:
            self.unread += 1
            talk(f"irkit: cannot read {path}: {error.message}" + (f" ({error.hint})" if error.hint else ""))
            return
        self._count(looked)
        for finding in looked.findings:
            print(finding)

    def _count(self, looked: Looked) -> None:
        self.files += 1
        self.size += looked.size
        self.findings += looked.findings
        self.passed_over += looked.passed_over

    def told(self) -> int:
        """Say how much was scanned and what to do next; the exit code."""
        talk("irkit scan: " + "; ".join(self._sums()))
        if self.findings:
            talk("\n".join(_advice(self.findings)))
        if self.unread:
            talk(f"irkit: the scan is incomplete: {_many(self.unread, 'file')} could not be read")
            return UNREAD
        return FINDINGS if self.findings else CLEAN

    def _sums(self) -> Iterator[str]:
        yield f"{_many(self.files, 'file')} scanned, {self.size:,} bytes"
        yield _many(len(self.findings), "finding") if self.findings else "nothing found"
        if self.passed_over:
            yield "passed over: " + ", ".join(f"{count} {why}" for why, count in sorted(self.passed_over.items()))
        if self.submodules:
            yield f"{_many(self.submodules, 'submodule')} not looked into"


def _advice(findings: list[Finding]) -> Iterator[str]:
    yield "What to do next:"
    yield "  never pushed: take it out (environment or a secret store instead), `git add` the file, commit again"
    if any(finding.kind.startswith("aws_") for finding in findings):
        yield "  pushed already, even once: others know it; `irkit respond key_leak` cuts the key off (a dry run first)"
    if any(not finding.kind.startswith("aws_") for finding in findings):
        yield "  pushed already, and not of AWS: revoke it at its provider before anything else"
    yield "  no secret at all: put `pragma: allowlist secret` on its line, with the reason"


@cache
def _key() -> bytes:
    """The user's key; where it cannot be kept, one of this run alone: a finding must be told in any case."""
    from irkit.config import load
    from irkit.scan.fingerprint_key import fingerprint_key

    folder = load(None).data_folder
    try:
        return fingerprint_key(folder)
    except OSError as error:
        talk(f"irkit: fingerprints are good for this run only: {folder}: {error.strerror}")
        return os.urandom(32)


def _shown(name: str) -> str:
    """A file's name on one line, whatever bytes it holds."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"
