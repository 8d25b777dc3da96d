"""``facts.json``: what others need to know of a running world. Never a secret, only where one lies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from irkit.config import LOOKUPS_PER_SECOND
from irkit.contract import Frozen

FACTS = "facts.json"


class WorldFacts(Frozen):
    """The world's addresses, the runbook's inputs and the processes."""

    folder: str
    pid: int
    alarm_at: str
    """ISO 8601, UTC: when the drill's clock starts."""
    account: str
    region: str
    regions: tuple[str, ...]
    aws_endpoint: str
    aws_config_file: str
    aws_credentials_file: str
    aws_profile: str
    acting_as: str
    """The ARN of the session that the credentials belong to."""
    github_url: str
    github_token_file: str
    git_url: str
    git_token_file: str
    slack_url: str
    """Base URL for the Slack client, with ``/api/``."""
    slack_token_file: str
    control_url: str
    control_token_file: str
    key_id: str
    """The leaked access key id: the runbook's input."""
    second_key_id: str = ""
    """A key of somebody else's, for a second leak in mid-incident."""
    repository: str
    repository_url: str
    secret_id: str
    """The Secrets Manager secret (its name) that holds the leaked key."""
    cluster: str
    consumers: Mapping[str, str]
    """Service name to its ``/healthz`` address."""
    trail_bucket: str
    inputs: Mapping[str, JsonValue] = {}
    """What whoever raised the alarm knows: the inputs of the scenario's runbook."""
    organization_profile: str = ""
    """The profile in the AWS files that may write SCPs; empty when there is none."""
    settle_s: int = 1
    """How many seconds a change needs to bind in this world, rounded up: ``aws.settle_s`` of its configuration."""
    lag_s: int = 1
    """How many seconds a call takes to show in its CloudTrail: ``cloudtrail.lag_s`` of its configuration."""
    lookups_per_second: int = LOOKUPS_PER_SECOND
    """How many LookupEvents a second this world takes."""
    config_file: str
    """An irkit configuration (TOML) that points every client at this world."""
    ready_after_s: float
    children: Mapping[str, int]
    """Process ids of the emulator and the apps when the world was ready."""

    def write(self) -> Path:
        """Writes the file in one step, for whoever waits for it."""
        path = Path(self.folder) / FACTS
        spare = path.with_suffix(".new")
        spare.write_text(self.model_dump_json(indent=2), encoding="utf-8")
        return spare.replace(path)


def read_facts(folder: Path) -> WorldFacts | None:
    """The facts of the world in ``folder``; ``None`` while it is not ready."""
    path = folder / FACTS
    if not path.exists():
        return None
    return WorldFacts.model_validate_json(path.read_bytes())
