"""A ``git fast-import`` stream: what a seeded repository is written with, so that no text is in an argument."""

from __future__ import annotations

from datetime import datetime

AUTHORS = (
    ("Ada Okafor", "ada@acme.example"),
    ("Ben Larsson", "ben@acme.example"),
    ("Chiara Rossi", "chiara@acme.example"),
    ("Dana Kim", "dana@acme.example"),
)


class GitStream:
    """A fast-import stream in the making: commits with marks, each a whole step of one branch."""

    def __init__(self) -> None:
        self.data = bytearray()
        self._mark = 0
        self._commits = 0

    def commit(self, ref: str, parents: tuple[int, ...], files: dict[str, str | None], text: str, at: datetime) -> int:
        """Add a commit on ``ref``; a file of None is deleted. Gives the commit's mark."""
        blobs = {path: self._blob(text) for path, text in files.items() if text is not None}
        name, mail = AUTHORS[self._commits % len(AUTHORS)]
        self._commits += 1
        self._mark += 1
        who = f"{name} <{mail}> {int(at.timestamp())} +0000"
        self._line(f"commit {ref}\nmark :{self._mark}\nauthor {who}\ncommitter {who}")
        self._payload(text)
        for word, parent in zip(("from", "merge"), parents, strict=False):
            self._line(f"{word} :{parent}")
        for path in files:
            self._line(f"M 100644 :{blobs[path]} {path}" if path in blobs else f"D {path}")
        return self._mark

    def tag(self, name: str, commit: int, text: str, at: datetime) -> None:
        """Add an annotated tag."""
        who, mail = AUTHORS[0]
        self._line(f"tag {name}\nfrom :{commit}\ntagger {who} <{mail}> {int(at.timestamp())} +0000")
        self._payload(text)

    def point(self, ref: str, commit: int) -> None:
        """Let a ref name a commit that is already there."""
        self._line(f"reset {ref}\nfrom :{commit}\n")

    def _blob(self, text: str) -> int:
        self._mark += 1
        self._line(f"blob\nmark :{self._mark}")
        self._payload(text)
        return self._mark

    def _line(self, text: str) -> None:
        self.data += text.encode() + b"\n"

    def _payload(self, text: str) -> None:
        body = text.encode()
        self.data += b"data %d\n%b\n" % (len(body), body)
