"""What the GitHub server knows of one repository besides its git objects."""

from __future__ import annotations

from dataclasses import dataclass, field

from irkit.drill.world.github_reply import Json

_LONG_AGO = "2024-03-01T09:00:00Z"


@dataclass
class GithubRepository:
    """Kept in ``github.json``; secrets stay sealed, and of logs and artifacts stands here only that they exist."""

    full_name: str
    number: int
    visibility: str = "private"
    parent: str = ""
    created_at: str = _LONG_AGO
    protections: dict[str, Json] = field(default_factory=dict)
    secrets: dict[str, Json] = field(default_factory=dict)
    environments: dict[str, dict[str, Json]] = field(default_factory=dict)
    """Environment name to its secrets, by name."""
    pulls: list[Json] = field(default_factory=list)
    runners: list[Json] = field(default_factory=list)
    caches: list[Json] = field(default_factory=list)
    artifacts: list[Json] = field(default_factory=list)
    runs: list[Json] = field(default_factory=list)
    keys: list[Json] = field(default_factory=list)
    hooks: list[Json] = field(default_factory=list)

    @property
    def owner(self) -> str:
        """Whose it is."""
        return self.full_name.partition("/")[0]


def numbered(rows: list[Json], number: str) -> Json | None:
    """The row of that id; None when there is none."""
    return next((row for row in rows if str(row["id"]) == number), None)
