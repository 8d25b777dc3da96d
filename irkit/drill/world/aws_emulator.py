"""The AWS of the rehearsal: ministack as a child process, with IAM enforcement, on a random loopback port."""

from __future__ import annotations

import http.client
import secrets
import socket
import time
from pathlib import Path

from irkit.drill.world.json_shape import written
from irkit.drill.world.key_ids import key_id
from irkit.drill.world.laws.passage import ORDER_TOKEN, ORDERS
from irkit.drill.world.leash import Child, least_environment
from irkit.drill.world.signature import KeyPair
from irkit.secret import Secret

_READY_WITHIN = 20.0
_EVERY = 0.02


class AwsEmulator:
    """One ministack with the rehearsal's laws. ``management`` is the account that manages its organization, or empty.

    ``root`` is the account's root key pair, random for each world; nobody but the world holds it.
    """

    def __init__(self, folder: Path, account: str, region: str, management: str) -> None:
        self._folder = folder
        self._account = account
        self._region = region
        self._management = management
        self._token = secrets.token_hex(16)
        self.root = KeyPair(key_id("AKIA", account), Secret(secrets.token_hex(20)))
        self.port = free_port()
        self._child: Child | None = None

    @property
    def url(self) -> str:
        """Where it answers; only the proxy and the seeding talk to it directly."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it and returns when it answers. Raises RuntimeError when it does not within 20 s."""
        self._folder.mkdir(parents=True, exist_ok=True)
        settings = {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",
            "AWS_ACCESS_KEY_ID": self.root.key_id,
            "AWS_SECRET_ACCESS_KEY": self.root.secret_key.reveal(),
            "MINISTACK_ACCOUNT_ID": self._account,
            "MINISTACK_REGION": self._region,
            "LOG_LEVEL": "WARNING",
            "DOCKER_HOST": f"unix://{self._folder}/no-docker.sock",
            "SFTP_ENABLED": "0",
            "REHEARSAL_MANAGEMENT": self._management,
            "REHEARSAL_TOKEN": self._token,
        }
        self._child = Child(
            ["irkit.drill.world.leash", "irkit.drill.world.laws"],
            {"environment": dict(settings)},
            self._folder / "ministack.log",
            least_environment(self._folder),
        )
        self._wait()

    def root_of(self, account: str) -> KeyPair:
        """The root of another account: ministack takes an account's number for its root's key id."""
        return KeyPair(account, self.root.secret_key)

    def settle(self) -> None:
        """Lets every write that is still spreading bind now. Raises RuntimeError when the emulator refuses."""
        self._order("settle", b"")

    def trust(self, host: str, public_key: bytes) -> None:
        """Makes the key (PEM) of a web identity provider known. Raises RuntimeError when the emulator refuses."""
        self._order("issuer", written({"host": host, "key": public_key.decode()}))

    def _order(self, name: str, body: bytes) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("POST", f"{ORDERS}{name}", body, headers={ORDER_TOKEN: self._token})
            status = connection.getresponse().status
        finally:
            connection.close()
        if status != http.HTTPStatus.OK:
            msg = f"the AWS emulator does not obey {name}: {status}"
            raise RuntimeError(msg)

    def _wait(self) -> None:
        until = time.monotonic() + _READY_WITHIN
        while time.monotonic() < until and self._child is not None and self._child.running:
            if _answers(self.port):
                return
            time.sleep(_EVERY)
        self.stop()
        msg = f"the AWS emulator did not start; see {self._folder / 'ministack.log'}"
        raise RuntimeError(msg)

    @property
    def pid(self) -> int:
        """Its process id; 0 when it is not started."""
        return self._child.pid if self._child else 0

    def stop(self) -> None:
        """Ends it."""
        if self._child is not None:
            self._child.stop()


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
