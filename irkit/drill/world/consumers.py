"""The three apps and who restarts them: an ECS deployment that the proxy saw really restarts the process."""

from __future__ import annotations

import http.client
import threading
import time
from pathlib import Path

from irkit.drill.world import estate
from irkit.drill.world.aws_call import AwsCall
from irkit.drill.world.aws_emulator import free_port
from irkit.drill.world.estate import Estate
from irkit.drill.world.json_shape import JsonObject, mapping, parsed, text
from irkit.drill.world.leash import Child, least_environment
from irkit.drill.world.seed_aws import context

_READY_WITHIN = 20.0
_EVERY = 0.02


class Consumers:
    """The apps by service name."""

    def __init__(self, folder: Path, services: tuple[str, ...] = estate.SERVICES) -> None:
        self._folder = folder
        self._ports = {name: free_port() for name in services}
        self._told: dict[str, JsonObject] = {}
        self._children: dict[str, Child] = {}
        self._lock = threading.Lock()
        self._stopped = False

    @property
    def health(self) -> dict[str, str]:
        """Where each says how it is."""
        return {name: f"http://127.0.0.1:{port}/healthz" for name, port in self._ports.items()}

    @property
    def pids(self) -> dict[str, int]:
        """The process behind each service right now."""
        with self._lock:
            return {name: child.pid for name, child in self._children.items()}

    def start(self, endpoint: str, found: Estate) -> None:
        """Starts them all and waits until each answers. Raises RuntimeError when one does not within 20 s."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for number, (name, port) in enumerate(self._ports.items()):
            ledger = estate.LEDGERS[number % len(estate.LEDGERS)]
            token = found.task.session_token
            self._told[name] = {
                "service": name,
                "port": port,
                "endpoint": endpoint,
                "region": estate.REGION,
                "secret_id": found.deploy_secret_arn,
                "source_ip": f"10.0.4.{21 + number}",
                "ciphertext": found.ciphertexts[ledger],
                "context": context(ledger),
                "keys": {
                    "key_id": found.task.key_id,
                    "secret_key": found.task.secret_key.reveal(),
                    "token": token.reveal() if token else "",
                },
            }
            self.restart(name)
        until = time.monotonic() + _READY_WITHIN
        for name in self._ports:
            while not self.report(name):
                if time.monotonic() > until:
                    msg = f"the app {name} did not start; see {self._folder / f'{name}.log'}"
                    raise RuntimeError(msg)
                time.sleep(_EVERY)

    def restart(self, name: str) -> None:
        """Ends the app's process and starts a new one, which reads the secret anew."""
        with self._lock:
            if self._stopped:
                return
            if old := self._children.pop(name, None):
                old.stop()
            self._children[name] = Child(
                ["irkit.drill.world.consumer"],
                self._told[name],
                self._folder / f"{name}.log",
                least_environment(self._folder),
            )

    def notice(self, call: AwsCall) -> None:
        """Told of each AWS call that went well: a forced deployment of a known service restarts its app."""
        name = text(call.params.get("service")).rpartition("/")[2]
        deploys = (call.service, call.operation) == ("ecs", "UpdateService")
        if deploys and call.params.get("forceNewDeployment") is True and name in self._told:
            threading.Thread(target=self.restart, args=(name,), daemon=True).start()

    def report(self, name: str) -> JsonObject:
        """What the app's ``/healthz`` says; empty when it does not answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self._ports[name], timeout=5)
        try:
            connection.request("GET", "/healthz")
            return mapping(parsed(connection.getresponse().read()))
        except (OSError, http.client.HTTPException):
            return {}
        finally:
            connection.close()

    def stop(self) -> None:
        """Ends them all."""
        with self._lock:
            self._stopped = True
            for child in self._children.values():
                child.stop()
