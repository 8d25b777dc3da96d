from __future__ import annotations

from pathlib import Path

from irkit.clients.clients import Outside
from irkit.config import Config
from tests.bench import asked


class Writer:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.written = 0

    def write(self) -> tuple[str, str]:
        self.written += 1
        return "postmortem.md", "ab" * 32


def test_the_report_is_written_and_told_by_path_and_hash(tmp_path: Path) -> None:
    writer = Writer()
    outside = Outside(Config(tmp_path, tmp_path, "me"), "INC-0001", tmp_path, b"k", writer)
    found = asked(outside.clients("postmortem"), "incident.write_postmortem")
    assert found == {"path": "postmortem.md", "sha256": "ab" * 32}
    assert writer.written == 1
