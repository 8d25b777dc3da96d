"""Repositories to measure on: their size, a copy to which commits are added, and a work tree with staged files."""

from __future__ import annotations

import os
import shutil
import subprocess
from itertools import count
from pathlib import Path

from tests.scan.planted_repository import git

_numbers = count(1)


def size(where: Path) -> int:
    """The bytes of all blobs."""
    listed = said(where, "cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objecttype) %(objectsize)")
    return sum(int(line.split()[1]) for line in listed.splitlines() if line.startswith("blob"))


def said(where: Path, *words: str, given: bytes = b"") -> str:
    """What git says in a repository, under the user's own configuration (``safe.directory``)."""
    ran = subprocess.run(["git", "-C", str(where), *words], input=given, capture_output=True, check=True)
    return ran.stdout.decode()


def copied(where: Path, to: Path) -> Path:
    """A bare repository of its own with the same packs, by hard links where the disk allows it."""
    shutil.rmtree(to, ignore_errors=True)
    git_dir = Path(said(where, "rev-parse", "--absolute-git-dir").strip())
    shutil.copytree(git_dir, to, copy_function=_linked, symlinks=True)
    git(to, "--git-dir=.", "config", "core.bare", "true")
    return to


def grow(where: Path) -> None:
    """One commit more on its branch, of one file more, a minute after the last: as one is that a person makes."""
    number = next(_numbers)
    blob = said(where, "hash-object", "-w", "--stdin", given=f"# note {number}\nretries = {number}\n".encode()).strip()
    entries = f"{git(where, 'ls-tree', 'HEAD')}100644 blob {blob}\tnote-{number}.toml\n"
    tree = said(where, "mktree", given=entries.encode()).strip()
    at = int(git(where, "show", "--no-patch", "--format=%ct", "HEAD")) + 60
    who = f"Ada Berg <ada@northwind.io> {at} +0000"
    text = f"tree {tree}\nparent {git(where, 'rev-parse', 'HEAD')}author {who}\ncommitter {who}\n\nNote {number}\n"
    commit = said(where, "hash-object", "-w", "-t", "commit", "--stdin", given=text.encode()).strip()
    git(where, "update-ref", "HEAD", commit)


def staged(where: Path, to: Path) -> Path:
    """A work tree of a repository in which three files were changed and staged."""
    shutil.rmtree(to, ignore_errors=True)
    said(to.parent, "clone", "--quiet", "--shared", str(where), str(to))
    names = git(to, "ls-files", "-z").split("\0")
    texts = [name for name in names if name.endswith((".c", ".py", ".md", ".txt", ".rst", ".h"))][:3]
    for name in texts:
        with (to / name).open("a") as file:
            file.write("\n".join(f"line {n} of a change" for n in range(90)) + "\n")
    git(to, "add", "--", *texts)
    return to


def _linked(source: str, target: str) -> str:
    if f"{os.sep}objects{os.sep}" not in source:
        return str(shutil.copy2(source, target))
    try:
        os.link(source, target)
    except OSError:
        return str(shutil.copy2(source, target))
    return target
