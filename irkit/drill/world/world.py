"""The rehearsal cloud: AWS behind a recording proxy, git, GitHub, Slack, three apps and an intruder, all on loopback.

``World(folder, settings)`` furnishes everything in parallel; ``start()`` gives the facts and ``stop()`` ends every
process by handle. The intruder has been at work when ``start`` returns: the alarm has just gone off.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event, Lock

from irkit.drill.world import estate
from irkit.drill.world.access_files import (
    PROFILE,
    VAULT,
    write_aws_files,
    write_irkit_config,
    write_planted,
    write_private,
)
from irkit.drill.world.aws_cloud import AwsCloud
from irkit.drill.world.consumers import Consumers
from irkit.drill.world.control import Command, Commands, ControlServer
from irkit.drill.world.estate import Estate
from irkit.drill.world.facts import WorldFacts
from irkit.drill.world.git_seed import SeededRepository, seed_repository
from irkit.drill.world.git_server import GitServer
from irkit.drill.world.github_seed import seed_github
from irkit.drill.world.github_server import GithubServer
from irkit.drill.world.intruder import Intruder, Spoils, past_use
from irkit.drill.world.json_shape import Json, JsonObject, number, text
from irkit.drill.world.loopback_server import LoopbackServer, Outage
from irkit.drill.world.settings import WorldSettings
from irkit.drill.world.slack_server import SlackServer
from irkit.secret import Secret

_LEAK_BEFORE_ALARM = timedelta(hours=5)


class World:
    """One rehearsal cloud in one folder, which must be empty or new and is left behind for the judges."""

    def __init__(self, folder: Path, settings: WorldSettings | None = None) -> None:
        self.folder = folder.resolve()
        self.settings = settings or WorldSettings()
        self.stop_asked = Event()
        """Set when the control port was told to end the world."""
        self._tokens = {name: Secret(f"{mark}{secrets.token_hex(18)}") for name, mark in _TOKENS.items()}
        self.consumers = Consumers(self.folder / "apps")
        self.aws = AwsCloud(self.folder / "aws", self.settings, self.consumers.notice, self._new_key)
        self.git = GitServer(self.folder / "git", self._tokens["git"])
        self.github = GithubServer(self.git, self.folder / "github", self._tokens["github"])
        self.slack = SlackServer(self.folder / "slack", self._tokens["slack"])
        self.control = ControlServer(Commands(self._commands()), self._tokens["control"])
        self._planted: dict[str, Secret] = {}
        self._lock = Lock()
        self._facts: WorldFacts | None = None
        self._estate: Estate | None = None
        self._intruder: Intruder | None = None
        self._spoils: Spoils | None = None

    @property
    def facts(self) -> WorldFacts:
        """What others need to know. Raises RuntimeError before ``start``."""
        if self._facts is None:
            msg = "the world is not started"
            raise RuntimeError(msg)
        return self._facts

    @property
    def found(self) -> Estate:
        """The account's furniture, key pairs included: for tests. Raises RuntimeError before ``start``."""
        if self._estate is None:
            msg = "the world is not started"
            raise RuntimeError(msg)
        return self._estate

    def planted(self) -> dict[str, Secret]:
        """Every secret value that must be found nowhere outside its store, keys made since the start included."""
        with self._lock:
            return dict(self._planted)

    def intruder_tries(self) -> dict[str, str]:
        """What each credential that the intruder holds gets right now: ``works``, or AWS's error code."""
        if self._intruder is None or self._spoils is None:
            return {}
        return self._intruder.try_again(self._spoils)

    def start(self) -> WorldFacts:
        """Starts everything and writes ``facts.json``. On any error what was started is stopped again."""
        began = time.monotonic()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._facts = self._started(began)
        except BaseException:
            self.stop()
            raise
        self._facts.write()
        return self._facts

    def _started(self, began: float) -> WorldFacts:
        alarm_at = datetime.now(UTC).replace(microsecond=0)
        with ThreadPoolExecutor(6) as pool:
            emulator = pool.submit(self.aws.start)
            for server in self._servers():
                server.start()
            emulator.result()
            found = self._estate = self.aws.furnish(self.consumers.health, alarm_at)
            self._plant(found.planted)
            repository = pool.submit(self._repository, found, alarm_at)
            apps = pool.submit(self.consumers.start, self.aws.url, found)
            honest = pool.submit(past_use, self.aws.url, self.aws.token, found, alarm_at)
            self._break_in(found, alarm_at)
            honest.result()
            apps.result()
            seeded = repository.result()
        self.aws.open_for_use(self.settings.deliver_every)
        return self._written_facts(found, seeded, alarm_at, began)

    def _servers(self) -> tuple[LoopbackServer, ...]:
        return self.git, self.github, self.slack, self.control

    def _repository(self, found: Estate, alarm_at: datetime) -> SeededRepository:
        secret = found.leaked.secret_key
        seeded = seed_repository(self.git, found.leaked.key_id, secret, alarm_at - _LEAK_BEFORE_ALARM)
        seed_github(self.github, seeded, found.leaked.key_id, secret)
        return seeded

    def _break_in(self, found: Estate, alarm_at: datetime) -> None:
        self._intruder = Intruder(self.aws.url, self.aws.token, found, alarm_at, Random(self.settings.seed))
        spoils = self._spoils = self._intruder.play()
        mine = {found.leaked.key_id, spoils.back_door.key_id, spoils.session.key_id}
        truth = {"alarm_at": alarm_at.isoformat(), "keys": sorted(mine), "events": self.aws.events_of_the_intruder()}
        write_private(self.folder / VAULT / "truth.json", json.dumps(truth, indent=2))
        if spoils.session.session_token is not None:
            self._plant({"intruder's session secret": spoils.session.secret_key})

    def _new_key(self, key_id: str, secret: Secret) -> None:
        self._plant({f"secret of {key_id}": secret})

    def _plant(self, planted: dict[str, Secret]) -> None:
        with self._lock:
            self._planted |= planted
            write_planted(self.folder, self._planted)

    def _written_facts(self, found: Estate, seeded: SeededRepository, alarm_at: datetime, began: float) -> WorldFacts:
        config, credentials = write_aws_files(self.folder / "access", self.aws.url, estate.REGION, found.responder)
        files = {
            name: str(write_private(self.folder / place / f"{name}.token", self._tokens[name].reveal() + "\n"))
            for name, place in (("git", "access"), ("github", "access"), ("slack", "access"), ("control", VAULT))
        }
        facts = WorldFacts(
            folder=str(self.folder),
            pid=os.getpid(),
            alarm_at=alarm_at.isoformat(),
            account=estate.ACCOUNT,
            region=estate.REGION,
            regions=(estate.REGION, estate.GLOBAL_REGION),
            aws_endpoint=self.aws.url,
            aws_config_file=str(config),
            aws_credentials_file=str(credentials),
            aws_profile=PROFILE,
            acting_as=f"arn:aws:sts::{estate.ACCOUNT}:assumed-role/{estate.BREAK_GLASS_ROLE}/irkit",
            github_url=self.github.url,
            github_token_file=files["github"],
            git_url=self.git.url,
            git_token_file=files["git"],
            slack_url=self.slack.base_url,
            slack_token_file=files["slack"],
            control_url=self.control.url,
            control_token_file=files["control"],
            key_id=found.leaked.key_id,
            repository=seeded.full_name,
            repository_url=self.git.clone_url(seeded.full_name),
            secret_id=estate.DEPLOY_SECRET,
            cluster=estate.CLUSTER,
            consumers=self.consumers.health,
            trail_bucket=estate.TRAIL_BUCKET,
            config_file=str(self.folder / "access" / "irkit.toml"),
            ready_after_s=round(time.monotonic() - began, 3),
            children={"aws": self.aws.pid, **self.consumers.pids},
        )
        write_irkit_config(facts)
        return facts

    def stop(self) -> None:
        """Ends every process and server; harmless when some never started."""
        self.consumers.stop()
        self.aws.stop()
        for server in self._servers():
            server.stop()

    def _commands(self) -> dict[tuple[str, str], Command]:
        return {
            ("POST", "/faults"): self._fault,
            ("POST", "/settle"): self._settle,
            ("POST", "/deliver"): lambda _: {"files": list[Json](self.aws.deliver())},
            ("POST", "/restart"): self._restart,
            ("GET", "/events"): lambda _: {"events": list[Json](e.record for e in self.aws.events.everything())},
            ("GET", "/status"): lambda _: {name: self.consumers.report(name) for name in self.consumers.health},
            ("POST", "/intruder"): lambda _: dict(self.intruder_tries()),
            ("POST", "/stop"): self._end,
        }

    def _fault(self, asked: JsonObject) -> JsonObject:
        service, faults = text(asked.get("service")), self.aws.faults
        if "outage" in asked:
            outage = Outage(text(asked.get("outage")))
            server = {"aws": self.aws.server, "git": self.git, "github": self.github, "slack": self.slack}.get(service)
            if server is None:
                faults.outage(service, outage)
            else:
                server.outage(outage)
        if "throttle" in asked:
            faults.throttle(service, int(number(asked.get("throttle"))))
        if "iam_delay_s" in asked:
            faults.iam_delay = timedelta(seconds=number(asked.get("iam_delay_s")))
        return {"done": True}

    def _settle(self, _: JsonObject) -> JsonObject:
        self.aws.settle()
        return {"done": True}

    def _restart(self, asked: JsonObject) -> JsonObject:
        name = text(asked.get("service"))
        if name not in self.consumers.health:
            msg = f"no service {name!r}"
            raise ValueError(msg)
        self.consumers.restart(name)
        return {"done": True}

    def _end(self, _: JsonObject) -> JsonObject:
        self.stop_asked.set()
        return {"done": True}


_TOKENS = {"git": "ghp_", "github": "ghp_", "slack": "xoxb-", "control": ""}
