"""The rehearsal cloud: AWS behind a recording proxy, git, GitHub, Slack, three apps and an intruder, all on loopback.

``World(folder, settings)`` furnishes everything in parallel; ``start()`` gives the facts and ``stop()`` ends every
process by handle. The intruder has been at work when ``start`` returns: the alarm has just gone off.
"""

from __future__ import annotations

import os
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event, Lock, Thread

from irkit.drill.world import estate
from irkit.drill.world.access_files import (
    ORGANIZATION_PROFILE,
    PROFILE,
    VAULT,
    write_aws_files,
    write_irkit_config,
    write_planted,
    write_private,
)
from irkit.drill.world.adversaries.adversary import Adversary, Loot
from irkit.drill.world.adversaries.cast import ADVERSARIES
from irkit.drill.world.adversaries.hand import KNOWN, Hand, network
from irkit.drill.world.aws_caller import AwsRefused
from irkit.drill.world.aws_cloud import AwsCloud
from irkit.drill.world.bystanders import Bystanders
from irkit.drill.world.consumers import Consumers
from irkit.drill.world.control import Command, Commands, ControlServer
from irkit.drill.world.crew import HOLD_MARK, crew
from irkit.drill.world.estate import Estate
from irkit.drill.world.facts import WorldFacts
from irkit.drill.world.git_server import GitServer
from irkit.drill.world.github_server import GithubServer
from irkit.drill.world.json_shape import Json, JsonObject, mapping, number, text
from irkit.drill.world.loopback_server import LoopbackServer, Outage
from irkit.drill.world.revival import Revival
from irkit.drill.world.scenarios.key_leak import REPOSITORY
from irkit.drill.world.scenarios.scenario import Scene, Story
from irkit.drill.world.scenarios.shelf import SCENARIOS
from irkit.drill.world.settings import WorldSettings
from irkit.drill.world.slack_server import SlackServer
from irkit.drill.world.truth import Truth
from irkit.secret import Secret

_FURNISHED_BEFORE_ALARM = timedelta(days=30)


class World:
    """One rehearsal cloud in one folder, which must be empty or new and is left behind for the judges."""

    def __init__(self, folder: Path, settings: WorldSettings | None = None) -> None:
        self.folder = folder.resolve()
        self.settings = settings or WorldSettings()
        self.stop_asked = Event()
        """Set when the control port was told to end the world."""
        self._scenario = SCENARIOS[self.settings.scenario]
        self._tokens = {name: Secret(f"{mark}{secrets.token_hex(18)}") for name, mark in _TOKENS.items()}
        self.consumers = Consumers(self.folder / "apps", self._scenario.services)
        self.aws = AwsCloud(self.folder / "aws", self.settings, self.consumers.notice, self._new_key)
        self.git = GitServer(self.folder / "git", self._tokens["git"])
        self.github = GithubServer(self.git, self.folder / "github", self._tokens["github"])
        self.slack = SlackServer(self.folder / "slack", self._tokens["slack"])
        self.control = ControlServer(Commands(self._commands()), self._tokens["control"])
        self._planted: dict[str, Secret] = {}
        self._lock = Lock()
        self._facts: WorldFacts | None = None
        self._estate: Estate | None = None
        self._adversary: Adversary | None = None
        self._bystanders: Bystanders | None = None
        self._revival: Revival | None = None
        self._truth: Truth | None = None
        self._ending = Event()

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
        return {} if self._adversary is None else self._adversary.tries()

    def truth(self) -> JsonObject:
        """What really happened so far, written into the vault too; empty before ``start``."""
        return {} if self._truth is None else self._truth.write(self.folder)

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
            apps = pool.submit(self.consumers.start, self.aws.url, found)
            story = self._told(found, alarm_at)
            apps.result()
        self.aws.open_for_use(self.settings.deliver_every)
        facts = self._written_facts(found, story, alarm_at, began)
        self._begin_to_live()
        return facts

    def _told(self, found: Estate, alarm_at: datetime) -> Story:
        random = Random(self.settings.seed)
        scene = self._scene(found, alarm_at, random)
        story = self._scenario.furnish(scene)
        loot = Loot(lambda held: self._plant({f"secret of {held.keys.key_id}": held.keys.secret_key}))
        lines = network(random) if self.settings.adversary else KNOWN
        hand = Hand(scene, story.foothold, self.aws.root, random, lines, loot)
        self._revival = Revival(hand, self._ending)
        adversary = ADVERSARIES[self.settings.adversary](hand)
        adversary.before()
        is_held = self._is_held if self.settings.calls_people_in else None
        jobs = crew(scene, self.settings.adversary, is_held)
        self._bystanders = Bystanders(scene, (*jobs, *story.foothold.bystanders))
        self._bystanders.before()
        self._adversary = adversary
        asked = self.settings
        self._truth = Truth(
            asked.scenario,
            asked.adversary,
            asked.seed,
            alarm_at,
            story.foothold,
            adversary,
            self._bystanders,
            self.aws.events,
        )
        self._truth.write(self.folder)
        return story

    def _is_held(self) -> bool:
        """Whether a responder holds anybody by now."""
        written = (mapping(stored.record.get("requestParameters")) for stored in self.aws.events.everything())
        return any(text(asked.get("policyName")).startswith(HOLD_MARK) for asked in written)

    def _scene(self, found: Estate, alarm_at: datetime, random: Random) -> Scene:
        files = self.folder / "files"
        files.mkdir(exist_ok=True)
        scene = Scene(
            estate=found,
            root=self.aws.root,
            endpoint=self.aws.url,
            token=self.aws.token,
            alarm_at=alarm_at,
            random=random,
            git=self.git,
            github=self.github,
            folder=files,
            plant=lambda name, value: self._plant({name: value}),
            issuer=self.aws.issuer,
        )
        minutes = _FURNISHED_BEFORE_ALARM.total_seconds() / 60
        return replace(scene, root=scene.past(self.aws.root.keys, minutes, "10.0.0.5", "terraform/1.9"))

    def _begin_to_live(self) -> None:
        for actor in (self._adversary, self._bystanders):
            if actor is not None:
                Thread(target=actor.live, args=(self._ending,), daemon=True).start()

    def _servers(self) -> tuple[LoopbackServer, ...]:
        return self.git, self.github, self.slack, self.control

    def _new_key(self, key_id: str, secret: Secret) -> None:
        self._plant({f"secret of {key_id}": secret})

    def _plant(self, planted: dict[str, Secret]) -> None:
        with self._lock:
            self._planted |= planted
            write_planted(self.folder, self._planted)

    def _written_facts(self, found: Estate, story: Story, alarm_at: datetime, began: float) -> WorldFacts:
        for_organization = self.aws.organization_keys
        config, credentials = write_aws_files(
            self.folder / "access", self.aws.url, estate.REGION, found.responder, for_organization
        )
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
            second_key_id=found.admin.key_id,
            repository=REPOSITORY,
            repository_url=self.git.clone_url(REPOSITORY),
            secret_id=estate.DEPLOY_SECRET,
            cluster=estate.CLUSTER,
            consumers=self.consumers.health,
            trail_bucket=estate.TRAIL_BUCKET,
            inputs=story.inputs,
            organization_profile=ORGANIZATION_PROFILE if for_organization else "",
            settle_s=self.settings.settle_s,
            lag_s=self.settings.lag_s,
            lookups_per_second=self.settings.lookups_per_second,
            config_file=str(self.folder / "access" / "irkit.toml"),
            ready_after_s=round(time.monotonic() - began, 3),
            children={"aws": self.aws.pid, **self.consumers.pids},
        )
        write_irkit_config(facts)
        return facts

    def stop(self) -> None:
        """Ends every process and server; harmless when some never started."""
        self._ending.set()
        if self._truth is not None:
            with suppress(AwsRefused, OSError):  # whatever is out: what was written last stays
                self._truth.write(self.folder)
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
            ("POST", "/revive"): self._revive,
            ("GET", "/events"): self._events,
            ("GET", "/status"): lambda _: {name: self.consumers.report(name) for name in self.consumers.health},
            ("POST", "/intruder"): lambda _: dict(self.intruder_tries()),
            ("GET", "/truth"): lambda _: self.truth(),
            ("POST", "/stop"): self._end,
        }

    def _events(self, _: JsonObject) -> JsonObject:
        aws = self.aws
        stored = {"events": aws.events, "elsewhere": aws.events_elsewhere}
        return {name: list[Json](one.record for one in held.everything()) for name, held in stored.items()}

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
        if "lookups_per_second" in asked:
            self.aws.pace.per_second = int(number(asked.get("lookups_per_second")))
        if "iam_delay_s" in asked:
            faults.iam_delay = timedelta(seconds=number(asked.get("iam_delay_s")))
        if "scp_delay_s" in asked:
            faults.scp_delay = timedelta(seconds=number(asked.get("scp_delay_s")))
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

    def _revive(self, asked: JsonObject) -> JsonObject:
        """Make an access key active again, as an administrator; ``refused`` when AWS refuses that."""
        if self._revival is None:
            msg = "the world is not started"
            raise ValueError(msg)
        try:
            return {"says": self._revival.make_active(text(asked.get("key_id")))}
        except AwsRefused as refused:
            return {"refused": str(refused)}

    def _end(self, _: JsonObject) -> JsonObject:
        self.stop_asked.set()
        return {"done": True}


_TOKENS = {"git": "ghp_", "github": "ghp_", "slack": "xoxb-", "control": ""}
