"""Start a rehearsal cloud as a process of its own, find it again, and end it.

The cloud outlives the irkit that began it, so that a killed drill can be resumed; it ends when told, or by itself
after an hour in which nobody called.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pyrage
from pydantic import JsonValue

from irkit.config import Config, load
from irkit.drill.world.access_files import VAULT, write_irkit_config, write_private
from irkit.drill.world.facts import WorldFacts, read_facts
from irkit.drill.world.settings import WorldSettings
from irkit.errors import IncidentUnknown, IrkitError
from irkit.incident.folder import make_private

READY_WITHIN = timedelta(seconds=60)
_POLL_SECONDS = 0.05
_ANSWERS_WITHIN_S = 60
"""The truth tries every credential and looks at every door."""


class WorldFailed(IrkitError):
    """The rehearsal cloud did not come up."""


@dataclass(frozen=True)
class Rehearsal:
    """A running rehearsal cloud: its folder and its facts."""

    folder: Path
    facts: WorldFacts

    def config(self, own: Config) -> Config:
        """The configuration of a drill: everything outside is the rehearsal cloud, the rest is the user's own."""
        flags = {"data_folder": str(own.data_folder), "identity": own.identity, "quorum": str(own.quorum)}
        return load(Path(self.facts.config_file), environment={}, flags=flags)

    def inputs(self) -> Mapping[str, JsonValue]:
        """What the rehearsed incident begins with: that which whoever raised the alarm knows."""
        return self.facts.inputs

    def stop(self) -> None:
        """End the cloud and everything it started. Harmless when it has ended."""
        with suppress(WorldFailed):
            self._told("/stop", {})
        deadline = time.monotonic() + READY_WITHIN.total_seconds()
        while (self.folder / "facts.json").exists() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)

    def inject(self, fault: Mapping[str, JsonValue]) -> None:
        """Flip a fault: ``{"service": "slack", "outage": "on"}``, ``{"service": "iam", "iam_delay_s": 3}``."""
        self._told("/faults", fault)

    def revive(self, key_id: str) -> str:
        """Have an administrator make an access key active again: who did; empty when AWS refused it to them."""
        answer: dict[str, str] = json.loads(self._told("/revive", {"key_id": key_id}))
        return answer.get("says", "")

    def records(self) -> Sequence[Mapping[str, JsonValue]]:
        """Every CloudTrail record of this world so far, undelivered ones too: for judges, not for responders."""
        answer = json.loads(self._told("/events"))
        return list(answer["events"])

    def truth(self) -> Mapping[str, JsonValue]:
        """What really happened so far (``drill.world.truth``): for judges, not for responders."""
        answer: dict[str, JsonValue] = json.loads(self._told("/truth"))
        return answer

    def tries(self) -> Mapping[str, str]:
        """What each credential that the adversary holds gets right now: ``works``, or a refusal. For judges."""
        answer: dict[str, str] = json.loads(self._told("/intruder", {}))
        return answer

    def _told(self, path: str, body: Mapping[str, JsonValue] | None = None) -> bytes:
        """Ask the control port: GET without a body, POST with one. Raises ``WorldFailed`` when it does not answer."""
        token = Path(self.facts.control_token_file).read_text(encoding="utf-8").strip()
        request = urllib.request.Request(  # noqa: S310 - the world's own loopback port
            self.facts.control_url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=_ANSWERS_WITHIN_S) as answer:  # noqa: S310
                found: bytes = answer.read()
                return found
        except OSError as error:
            raise WorldFailed(f"the rehearsal cloud does not answer: {error}") from error


def begun(folder: Path, settings: WorldSettings) -> Rehearsal:
    """Start a cloud in ``folder`` and wait until it is ready.

    Raises:
        WorldFailed: it is not installed, or did not come up; then the message holds the end of its log.
    """
    if find_spec("ministack") is None:
        raise WorldFailed("the rehearsal cloud is not installed", hint="pip install 'irkit[drill]'")
    try:
        make_private(folder)
        write_private(folder / "settings.json", settings.model_dump_json())
    except OSError as error:
        hint = "set data_folder in the configuration to a writable place, or give --data"
        raise WorldFailed(f"cannot write {folder}: {error.strerror}", hint=hint) from error
    log = folder / "world.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "irkit.drill.world", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=_environment(),
        )
    deadline = time.monotonic() + READY_WITHIN.total_seconds()
    while (facts := read_facts(folder)) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            process.terminate()
            tail = log.read_text(encoding="utf-8", errors="replace")[-800:]
            raise WorldFailed(f"the rehearsal cloud did not come up:\n{tail}")
        time.sleep(_POLL_SECONDS)
    _seal(folder, facts)
    return Rehearsal(folder, facts)


def config_file(folder: Path) -> Path:
    """The irkit configuration of the cloud in ``folder``; there also when the cloud has ended."""
    return folder / "access" / "irkit.toml"


def found(folder: Path) -> Rehearsal:
    """A cloud that is still up. Raises ``IncidentUnknown`` when it has ended."""
    facts = read_facts(folder)
    if facts is None or not _alive(facts.pid):
        raise IncidentUnknown("the rehearsal cloud of this drill has ended", hint="begin a new one: irkit drill")
    return Rehearsal(folder, facts)


def _seal(folder: Path, facts: WorldFacts) -> None:
    """Make the key that sealed evidence is encrypted to; its secret half stays in the world's vault."""
    identity = pyrage.x25519.Identity.generate()
    write_private(folder / VAULT / "evidence.agekey", f"{identity}\n")
    write_irkit_config(facts, str(identity.to_public()))


def _environment() -> dict[str, str]:
    """The least that a child needs; no credential of the user's own may reach a rehearsal."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
