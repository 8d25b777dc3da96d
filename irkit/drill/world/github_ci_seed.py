"""GitHub on the day the CI was taken over: own runners, honest runs, caches and keys; the job the intruder sits in."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from irkit.drill.world.git_ci_seed import DEPLOY, ROGUE, TESTS
from irkit.drill.world.git_server import Pushed
from irkit.drill.world.github_seed import PROTECTION
from irkit.drill.world.github_server import GithubServer
from irkit.secret import Secret

OWN_RUNNERS = "acme-runner-*"
STOLEN_RUN, STOLEN_BRANCH = 66012, "main"
_HONEST = ((60010, 70.0, "ada", DEPLOY), (60011, 27.0, "ben", TESTS), (60012, 5.0, "ada", DEPLOY))
"""Runs: id, hours before the alarm, who started them, workflow."""


@dataclass(frozen=True)
class TakenCi:
    """GitHub with an intruder in a job of a repository, who can act there while that job goes on."""

    github: GithubServer
    full_name: str

    @property
    def goes_on(self) -> bool:
        """Whether the job has not been cancelled."""
        return self.github.ci.status(self.full_name, STOLEN_RUN) == "in_progress"

    def require_job(self) -> None:
        """Raise ``PermissionError`` when the job was ended: its tokens are dead then."""
        if not self.goes_on:
            msg = f"run {STOLEN_RUN} has ended"
            raise PermissionError(msg)

    def register_runner(self, name: str) -> int:
        """A runner of the intruder's own; its id."""
        self.require_job()
        return self.github.ci.register_runner(self.full_name, name)

    def push_workflow(self, branch: str, path: str) -> str:
        """A workflow that sends all secrets out, on a new branch; its commit."""
        self.require_job()
        pushed = Pushed("ada", datetime.now(UTC), "Tidy up the linter\n")
        return self.github.git_server.push_file(self.full_name, branch, path, ROGUE, pushed)

    def add_deploy_key(self, title: str) -> int:
        """A key that may push; its id."""
        self.require_job()
        return self.github.access.add_deploy_key(self.full_name, title, datetime.now(UTC), who="ada")

    def poison_cache(self, key: str) -> int:
        """A cache that the next runs on every branch unpack; its id."""
        self.require_job()
        return self.github.ci.save_cache(self.full_name, key, "refs/heads/main", datetime.now(UTC))


def seed_ci(github: GithubServer, full_name: str, stolen: Secret, alarm_at: datetime) -> TakenCi:
    """Make the repository known, with its CI. ``stolen`` stands, twice in base64, in the log of a run of the window."""
    owner = full_name.partition("/")[0]
    github.add_repository(full_name)
    github.add_repository(f"{owner}/website")
    github.protect(full_name, "main", PROTECTION)
    for number in (1, 2):
        github.ci.register_runner(owner, f"acme-runner-{number}")
    long_ago = alarm_at - timedelta(days=120)
    github.access.add_deploy_key(full_name, "mirror to the archive", long_ago, "read")
    github.access.add_hook(full_name, "https://ci-status.acme.example/hook", long_ago)
    github.access.add_environment(full_name, "production", ("DEPLOY_TARGET",), long_ago)
    github.ci.save_cache(full_name, "npm-linux-9c1e", "refs/heads/main", alarm_at - timedelta(days=12))
    sha = github.git_server.refs(full_name)["refs/heads/main"]
    for run_id, hours, actor, path in _HONEST:
        at = alarm_at - timedelta(hours=hours)
        log = f"Run npm ci\nadded 412 packages\nRun ./deploy.sh\ndone in {run_id % 97} s\n"
        github.ci.add_run(full_name, path, "main", sha, at, log=log, actor=actor, number=run_id)
    _seed_theft(github, full_name, stolen, alarm_at)
    return TakenCi(github, full_name)


def _seed_theft(github: GithubServer, full_name: str, stolen: Secret, alarm_at: datetime) -> None:
    """One run whose log and artifact hold what it stole, and the job that goes on."""
    sha = github.git_server.refs(full_name)["refs/heads/main"]
    hidden = base64.b64encode(base64.b64encode(stolen.reveal().encode())).decode()
    at = alarm_at - timedelta(hours=2)
    run = github.ci.add_run(
        full_name, DEPLOY, "main", sha, at, log=f"Run npm ci\n{hidden}\nadded 413 packages\n", number=66011
    )
    github.ci.add_artifact(full_name, "npm-logs", {"npm-debug.log": hidden.encode()}, at, run)
    started = alarm_at - timedelta(minutes=50)
    github.ci.add_run(full_name, DEPLOY, STOLEN_BRANCH, sha, started, status="in_progress", number=STOLEN_RUN)
