"""Where a repository comes from and where it stands, for reports that are read elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
from typing import NamedTuple

from irkit.scan.repository import Repository, environment

_USER = re.compile(r"(?<=://)[^/@]*@")


class Origin(NamedTuple):
    """Empty where it is not known."""

    address: str = ""
    """Of the remote ``origin``, without what may be credentials."""
    revision: str = ""
    """The commit of HEAD, in hex."""
    branch: str = ""


def origin(repository: Repository) -> Origin:
    """Asked of git by three short calls that write nothing."""
    address = _said(repository, "config", "--get", "remote.origin.url")
    revision = _said(repository, "rev-parse", "--quiet", "--verify", "HEAD^{commit}")
    branch = _said(repository, "symbolic-ref", "--quiet", "--short", "HEAD")
    return Origin(_USER.sub("", address).partition("?")[0], revision, branch)


def _said(repository: Repository, *words: str) -> str:
    ran = subprocess.run(repository.git(*words), capture_output=True, check=False, env=environment())
    return os.fsdecode(ran.stdout).removesuffix("\n") if ran.returncode == 0 else ""
