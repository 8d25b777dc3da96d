"""Where a repository comes from and where it stands, for reports that are read elsewhere."""

from __future__ import annotations

import os
import re

from irkit.scan.quick import NamedTuple
from irkit.scan.repository import Repository, environment
from irkit.scan.spawned import Asked

_ADDRESS = ("config", "--get", "remote.origin.url")
_HEAD = ("rev-parse", "HEAD^{commit}", "--symbolic-full-name", "HEAD")
_BRANCH = ("symbolic-ref", "--quiet", "HEAD")
_HEADS = "refs/heads/"
_USER = re.compile(r"(?<=://)[^/@]*@")


class Origin(NamedTuple):
    """Empty where it is not known."""

    address: str = ""
    """Of the remote ``origin``, without what may be credentials."""
    revision: str = ""
    """The commit of HEAD, in hex."""
    branch: str = ""


def origin(repository: Repository) -> Origin:
    """Asked of git by two short calls at the same time that write nothing."""
    asked = [_asked(repository, *words) for words in (_ADDRESS, _HEAD)]
    address, head = map(_said, asked)
    revision, _, branch = head.partition("\n")
    if not revision:  # HEAD names no commit yet
        branch = _said(_asked(repository, *_BRANCH))
    name = branch.removeprefix(_HEADS) if branch != "HEAD" else ""
    return Origin(_USER.sub("", address).partition("?")[0], revision, name)


def _asked(repository: Repository, *words: str) -> Asked:
    return Asked(*repository.git(*words)[1:], environ=environment())


def _said(asked: Asked) -> str:
    said = asked.said()
    return os.fsdecode(said.out).removesuffix("\n") if said.code == 0 else ""
