from __future__ import annotations

import hashlib
from pathlib import Path

from irkit.clients.clients import Outside
from irkit.config import Config
from tests.bench import asked


class Writer:
    """A report of few words."""

    def text(self) -> str:
        return "# It is over\n"


def test_the_report_is_kept_as_evidence_and_told_by_path_and_hash(tmp_path: Path) -> None:
    outside = Outside(Config(tmp_path, tmp_path, "me"), "INC-0001", tmp_path, b"k", Writer())
    found = asked(outside.clients("postmortem"), "incident.write_postmortem")
    kept = (tmp_path / "evidence" / "postmortem.md").read_bytes()
    assert kept == b"# It is over\n"
    assert found == {"path": "evidence/postmortem.md", "sha256": hashlib.sha256(kept).hexdigest()}
