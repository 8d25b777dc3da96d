"""Writes an incident's postmortem from its journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from irkit.errors import JournalUnwritable
from irkit.incident.folder import IncidentFolder
from irkit.incident.journal import Journal
from irkit.report.markdown import markdown
from irkit.report.postmortem import postmortem
from irkit.runbook.model import Runbook

NAME = "postmortem.md"


@dataclass(frozen=True)
class Postmortems:
    """The writer that actions and commands share."""

    folder: IncidentFolder
    journal: Journal
    runbook: Runbook

    def text(self) -> str:
        """The postmortem as Markdown, as of now."""
        return markdown(postmortem(self.journal.records(), self.runbook, self.folder.path, datetime.now(UTC)))

    @property
    def path(self) -> Path:
        """Where the newest version lies."""
        return self.folder.path / NAME

    def write(self, path: Path | None = None) -> Path:
        """Write it whole or not at all; where it is. Raises ``JournalUnwritable`` when it cannot be written."""
        path = path or self.path
        data = self.text().encode()
        draft = path.with_name(f".{path.name}.part")
        try:
            draft.write_bytes(data)
            draft.chmod(0o600)
            draft.replace(path)
        except OSError as error:
            raise JournalUnwritable(f"cannot write {path}: {error.strerror}") from error
        return path
