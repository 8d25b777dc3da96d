"""Repositories over smart HTTP: mirror, bundle, push ref by ref. Through GitPython; the token travels by pipe."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from irkit.clients.call_record import CallLog
from irkit.clients.git_mirror import Mirror
from irkit.clients.git_objects import Locator, ObjectId, locator_parts
from irkit.clients.git_process import USERNAME, GitProcess, checked_url, outside_error
from irkit.errors import OutsideError
from irkit.secret import Secret

_CHUNK = 1 << 20
_REFS_A_PUSH = 200
"""Refs are arguments, and a command line has an end."""


class PushOutcome(StrEnum):
    """What the server did with one ref."""

    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class PushedRef:
    """One ref of a push: what came of it, and the server's reason when it refused."""

    ref: str
    outcome: PushOutcome
    reason: str = ""


class Git(Protocol):
    """What irkit asks of git."""

    def mirror(self, url: str) -> AbstractContextManager[Mirror]:
        """A fresh mirror of every ref, in a private folder that is gone afterwards."""

    def remote_refs(self, url: str) -> Mapping[str, ObjectId]:
        """Every ref the server shows, without fetching."""

    def bundle(self, mirror: Mirror) -> Iterator[bytes]:
        """All refs of a mirror as one git bundle, in chunks."""

    def push(self, mirror: Mirror, moves: Mapping[str, tuple[ObjectId, ObjectId]]) -> Sequence[PushedRef]:
        """Force each ref from its old to its new object; a ref that is no longer at the old one is refused."""

    def read_secret(self, locator: Locator) -> Secret:
        """The secret a locator names, read again from its repository. Raises NotFound when it is gone."""


class GitOverHttp:
    """Git as irkit uses it. ``scratch`` is where mirrors live while in use: a folder only this user can enter."""

    def __init__(
        self, scratch: Path, token: Secret | None = None, calls: CallLog | None = None, username: str = USERNAME
    ) -> None:
        self._scratch = scratch
        self._username = username
        self._token = token
        self._calls = calls or CallLog()

    @contextmanager
    def mirror(self, url: str) -> Iterator[Mirror]:
        """A fresh mirror of every ref, in a private folder that is gone afterwards.

        Raises Unreachable, Denied or NotFound as the server answers, UsageError for an address irkit does not open.
        """
        self._scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = Path(tempfile.mkdtemp(prefix="mirror-", dir=self._scratch))
        try:
            git = GitProcess(folder, self._token, self._username)
            git.local("init", "--quiet", "--bare", ".")
            with self._noted(f"git: fetch {url}"):
                git.remote("fetch", "--quiet", "--no-write-fetch-head", "--no-tags", checked_url(url), "+refs/*:refs/*")
            git.local("symbolic-ref", "HEAD", "refs/irkit/no-branch")
            yield Mirror(url, git)
        finally:
            shutil.rmtree(folder)

    def remote_refs(self, url: str) -> Mapping[str, ObjectId]:
        """Every ref the server shows, without fetching."""
        self._scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._noted(f"git: ls-remote {url}"):
            listing = GitProcess(self._scratch, self._token, self._username).remote(
                "ls-remote", "--refs", checked_url(url)
            )
        return {ref: ObjectId(oid) for oid, ref in (line.split("\t") for line in listing.splitlines())}

    def bundle(self, mirror: Mirror) -> Iterator[bytes]:
        """All refs of a mirror as one git bundle, in chunks of at most 1 MiB."""
        with mirror.git.stream("bundle", "create", "--quiet", "-", "--all") as (stdin, stdout):
            stdin.close()
            while chunk := stdout.read(_CHUNK):
                yield chunk

    def push(self, mirror: Mirror, moves: Mapping[str, tuple[ObjectId, ObjectId]]) -> Sequence[PushedRef]:
        """Force each ref from its old to its new object; a ref that is no longer at the old one is refused.

        Raises what the server's complaint amounts to when it did not take the push at all.
        """
        results: list[PushedRef] = []
        rows = list(moves.items())
        for start in range(0, len(rows), _REFS_A_PUSH):
            some = dict(rows[start : start + _REFS_A_PUSH])
            try:
                results += self._push(mirror, some)
            except OutsideError as error:
                if not results:
                    raise
                results += [PushedRef(ref, PushOutcome.REFUSED, error.message) for ref in some]
        return results

    def _push(self, mirror: Mirror, moves: Mapping[str, tuple[ObjectId, ObjectId]]) -> Sequence[PushedRef]:
        leases = [f"--force-with-lease={ref}:{old}" for ref, (old, _) in moves.items()]
        specs = [f"{new}:{ref}" for ref, (_, new) in moves.items()]
        with self._noted(f"git: push {len(moves)} refs to {mirror.url}"):
            status, out, err = mirror.git.remote_status("push", "--porcelain", *leases, mirror.url, *specs)
            results = tuple(_pushed(out))
            if status and not results:
                raise outside_error("push", err)
        return results

    def read_secret(self, locator: Locator) -> Secret:
        """The secret a locator names, read again from a fresh mirror. Raises NotFound when it is gone."""
        with self.mirror(locator_parts(locator)[0]) as mirror:
            return mirror.secret(locator)

    @contextmanager
    def _noted(self, call: str) -> Iterator[None]:
        try:
            yield
        except OutsideError as error:
            self._calls.note(call, error=type(error).__name__)
            raise
        self._calls.note(call)


def _pushed(porcelain: str) -> Iterator[PushedRef]:
    """The lines of ``git push --porcelain``: flag, tab, from:to, tab, summary and a reason in brackets."""
    for line in porcelain.splitlines():
        found = re.fullmatch(r"([ +\-*!=])\t[^:]*:([^\t]+)\t(.*)", line)
        if found is None:
            continue
        outcome = {"!": PushOutcome.REFUSED, "=": PushOutcome.UNCHANGED}.get(found[1], PushOutcome.UPDATED)
        reason = found[3].partition("(")[2].rstrip(")") if outcome is PushOutcome.REFUSED else ""
        yield PushedRef(found[2], outcome, reason)
