"""Writes an incident's postmortem from its journal."""

from __future__ import annotations

import hashlib
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

    def write(self) -> tuple[str, str]:
        """Write ``postmortem.md`` whole or not at all; its path relative to the incident's folder, and its SHA-256."""
        return self.write_to(self.folder.path / NAME)

    def write_to(self, path: Path) -> tuple[str, str]:
        """As ``write``, to a place of one's own. Raises ``JournalUnwritable`` when it cannot be written."""
        data = self.text().encode()
        draft = path.with_name(f".{path.name}.part")
        try:
            draft.write_bytes(data)
            draft.chmod(0o600)
            draft.replace(path)
        except OSError as error:
            raise JournalUnwritable(f"cannot write {path}: {error.strerror}") from error
        return path.name, hashlib.sha256(data).hexdigest()
