"""A history written in one go: blobs, commits, merges, notes and tags for git fast-import."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NewType

Mark = NewType("Mark", int)
"""An object of the stream."""
Content = bytes | tuple[str, bytes] | Mark | None
"""A file's bytes; with a mode; those of a blob already written; None: the file is removed."""

BEGUN = 1_600_000_000
"""The time of the first commit; each later one is an hour younger."""
AUTHOR = "Ada Berg <ada@northwind.io>"


class Stream:
    """What fast-import reads. ``run`` ends it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._marks = 0
        self._commits = 0

    def blob(self, body: bytes) -> Mark:
        self._marks += 1
        self._add(f"blob\nmark :{self._marks}\n")
        self._data(body)
        return Mark(self._marks)

    def commit(
        self,
        ref: str,
        files: Mapping[str, Content],
        message: str = "Work on it",
        parents: Sequence[Mark | str] = (),
        author: str = AUTHOR,
    ) -> Mark:
        """A commit on a ref; its files are those of the first parent (a mark or an id), changed by ``files``."""
        known = {path: self._known(content) for path, content in files.items()}
        self._head(ref, message, author)
        mark = Mark(self._marks)
        for word, parent in zip(("from", *["merge"] * len(parents)), parents, strict=False):
            self._add(f"{word} {_name(parent)}\n")
        for path, content in known.items():
            self._add(f"D {_quoted(path)}\n" if content is None else f"M {content[0]} :{content[1]} {_quoted(path)}\n")
        return mark

    def note(self, commit: Mark, body: bytes, ref: str = "refs/notes/commits") -> Mark:
        self._head(ref, "Notes added by 'git notes add'\n", AUTHOR)
        mark = Mark(self._marks)
        self._add("N inline " + _name(commit) + "\n")
        self._data(body)
        return mark

    def tag(self, name: str, target: Mark, message: str) -> None:
        self._add(f"tag {name}\nfrom {_name(target)}\ntagger {AUTHOR} {self._when()}\n")
        self._data(message.encode())

    def run(self, git_dir: Path, marks: Path) -> dict[Mark, str]:
        """Write all of it into a repository, as loose objects; gives the ids. ``marks`` is a file it may write."""
        command = ["git", f"--git-dir={git_dir}", "-c", "fastimport.unpackLimit=1000000", "-c", "core.compression=1"]
        command += ["fast-import", "--quiet", "--force", f"--export-marks={marks}"]
        subprocess.run(command, input=b"".join([*self._parts, b"done\n"]), check=True)
        rows = (line.split() for line in marks.read_text().splitlines())
        return {Mark(int(mark[1:])): object_id for mark, object_id in rows}

    def _known(self, content: Content) -> tuple[str, Mark] | None:
        match content:
            case None:
                return None
            case int():
                return "100644", content
            case bytes():
                return "100644", self.blob(content)
            case mode, body:
                return mode, self.blob(body)

    def _head(self, ref: str, message: str, author: str) -> None:
        self._marks += 1
        self._commits += 1
        when = self._when()
        self._add(f"commit {ref}\nmark :{self._marks}\nauthor {author} {when}\ncommitter {AUTHOR} {when}\n")
        self._data(message.encode())

    def _when(self) -> str:
        return f"{BEGUN + 3600 * self._commits} +0200"

    def _add(self, text: str) -> None:
        self._parts.append(text.encode())

    def _data(self, body: bytes) -> None:
        self._parts += (b"data %d\n" % len(body), body, b"\n")


def _name(target: Mark | str) -> str:
    return target if isinstance(target, str) else f":{target}"


def _quoted(path: str) -> str:
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
