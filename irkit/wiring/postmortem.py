"""Writes an incident's postmortem from its journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from irkit.errors import JournalUnwritable
from irkit.incident.folder import IncidentFolder
from irkit.incident.journal import Journal
from irkit.report.markdown import annex, markdown
from irkit.report.markdown_page import page
from irkit.report.postmortem import Postmortem, postmortem
from irkit.runbook.model import Runbook

NAME = "postmortem.md"


@dataclass(frozen=True)
class Postmortems:
    """The writer that actions and commands share."""

    folder: IncidentFolder
    journal: Journal
    runbook: Runbook

    def text(self) -> str:
        """The whole postmortem as Markdown in one text, as of now."""
        return markdown(self._told())

    def _told(self) -> Postmortem:
        return postmortem(self.journal.records(), self.runbook, self.folder.path, datetime.now(UTC))

    @property
    def path(self) -> Path:
        """Where the newest version lies."""
        return self.folder.path / NAME

    def write(self, path: Path | None = None) -> Path:
        """Write the page for people and, beside it, the annex it links to, each whole or not at all; where the page is.

        Raises ``JournalUnwritable`` when they cannot be written.
        """
        path, told = path or self.path, self._told()
        behind = path.with_name(f"{path.stem}-annex{path.suffix}")
        _write(behind, annex(told, path.name))
        _write(path, page(told, behind.name))
        return path


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_bytes(text.encode())
        draft.chmod(0o600)
        draft.replace(path)
    except OSError as error:
        raise JournalUnwritable(f"cannot write {path}: {error.strerror}") from error
