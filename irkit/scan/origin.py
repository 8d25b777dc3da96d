"""Where a repository comes from and where it stands, for reports that are read elsewhere."""

from __future__ import annotations

import os
import re
import subprocess

from irkit.scan.quick import NamedTuple
from irkit.scan.repository import Repository, environment

_QUESTIONS = (
    ("config", "--get", "remote.origin.url"),
    ("rev-parse", "--quiet", "--verify", "HEAD^{commit}"),
    ("symbolic-ref", "--quiet", "--short", "HEAD"),
)
_USER = re.compile(r"(?<=://)[^/@]*@")


class Origin(NamedTuple):
    """Empty where it is not known."""

    address: str = ""
    """Of the remote ``origin``, without what may be credentials."""
    revision: str = ""
    """The commit of HEAD, in hex."""
    branch: str = ""


def origin(repository: Repository) -> Origin:
    """Asked of git by three short calls at the same time that write nothing."""
    gits = [_asked(repository, *words) for words in _QUESTIONS]
    address, revision, branch = map(_said, gits)
    return Origin(_USER.sub("", address).partition("?")[0], revision, branch)


def _asked(repository: Repository, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        repository.git(*words),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )


def _said(git: subprocess.Popen[bytes]) -> str:
    said, _ = git.communicate()
    return os.fsdecode(said).removesuffix("\n") if git.returncode == 0 else ""
