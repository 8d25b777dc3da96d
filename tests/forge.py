"""The three servers of a team's code and talk, with a leaked key planted, and clients pointed at them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyrage

from irkit.clients.clients import Clients, Listeners, Outside
from irkit.clients.evidence import EvidenceFile
from irkit.config import Config, GitConfig, GithubConfig, SlackConfig
from irkit.drill.world.git_seed import SeededRepository, seed_repository
from irkit.drill.world.git_server import GitServer
from irkit.drill.world.github_seed import seed_github
from irkit.drill.world.github_server import GithubServer
from irkit.drill.world.slack_server import SlackServer
from irkit.secret import Secret
from irkit.token_ref import TokenRef, TokenSource

KEY_ID = "AKIAQ3EGUZ7LMN4PXWYZ"
SECRET = "9c41d7e2b60f4a3c8e15d0f7a2b94c6813e5f0d7"
"""Forty hex digits, as the AWS emulator makes them: the hardest shape to tell from a git hash."""
GIT_TOKEN = "ghp_git0000000000000000000000000000001"
GITHUB_TOKEN = "ghp_rest000000000000000000000000000002"
SLACK_TOKEN = "xoxb-1234567890-slack0000000003"
LEAKED_AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


@dataclass
class Forge:
    """A running git server, GitHub server and Slack server, and an incident's folder."""

    git: GitServer
    github: GithubServer
    slack: SlackServer
    seeded: SeededRepository
    folder: Path
    outside: Outside
    age_key: pyrage.x25519.Identity
    kept: list[EvidenceFile] = field(default_factory=list)

    def planted(self) -> dict[str, bytes]:
        """Every secret text of these tests, and the tokens, by name."""
        texts = {"secret": SECRET, "git token": GIT_TOKEN, "GitHub token": GITHUB_TOKEN, "Slack token": SLACK_TOKEN}
        return {name: text.encode() for name, text in texts.items()}

    @property
    def url(self) -> str:
        return self.seeded.url

    def clients(self, step: str = "purge_history") -> Clients:
        return self.outside.clients(step, Listeners(kept=self.kept.append))


class NoPostmortem:
    """For steps that write none."""

    def text(self) -> str:
        raise AssertionError("no step of these tests writes a postmortem")


@contextmanager
def started_forge(folder: Path) -> Iterator[Forge]:
    """Start the servers under ``folder/servers``; the incident's folder is ``folder/incident``."""
    root = folder / "servers"
    git = GitServer(root / "git", Secret(GIT_TOKEN))
    github = GithubServer(git, root / "github", Secret(GITHUB_TOKEN))
    slack = SlackServer(root / "slack", Secret(SLACK_TOKEN))
    servers = (git, github, slack)
    for server in servers:
        server.start()
    try:
        seeded = seed_repository(git, KEY_ID, Secret(SECRET), LEAKED_AT)
        seed_github(github, seeded, KEY_ID, Secret(SECRET))
        age_key = pyrage.x25519.Identity.generate()
        outside = Outside(
            config=_config(folder, github.url, slack.base_url, str(age_key.to_public())),
            incident="INC-0042",
            folder=folder / "incident",
            fingerprint_key=b"k" * 32,
            postmortem=NoPostmortem(),
        )
        yield Forge(git, github, slack, seeded, folder / "incident", outside, age_key)
        assert [failure for server in servers for failure in server.failures] == []
    finally:
        for server in servers:
            server.stop()


def _config(folder: Path, github_url: str, slack_url: str, recipient: str) -> Config:
    def token(name: str, value: str) -> TokenRef:
        path = folder / f"{name}.token"
        path.write_text(f"{value}\n")
        return TokenRef(TokenSource.FILE, str(path))

    return Config(
        data_folder=folder,
        runbooks_folder=folder / "runbooks",
        identity="anna",
        evidence_recipient=recipient,
        git=GitConfig(token=token("git", GIT_TOKEN)),
        github=GithubConfig(base_url=github_url, token=token("github", GITHUB_TOKEN)),
        slack=SlackConfig(base_url=slack_url, token=token("slack", SLACK_TOKEN)),
    )
