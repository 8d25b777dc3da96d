"""A small app that holds the secret: it reads the AWS key from Secrets Manager when it starts, and works with it.

``/healthz`` says which version of the secret it runs on and whether its AWS calls work (200 or 503, JSON ``service``,
``healthy``, ``secret_version``, ``key_id_last4``, ``error``). Everything it must know comes on standard input. Standard
library and a hand-made signature only, so that a restart takes a blink.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from irkit.drill.world.aws_caller import AwsCaller, AwsRefused
from irkit.drill.world.json_shape import JsonObject, at, mapping, number, parsed, text, written
from irkit.drill.world.leash import hear
from irkit.drill.world.signature import KeyPair
from irkit.secret import Secret

_FRESH_S = 0.5
_EVERY_S = 30.0
SOURCE_IP = "X-Rehearsal-Source-Ip"


@dataclass(frozen=True)
class Held:
    """What the app took from Secrets Manager when it started."""

    keys: KeyPair
    version: str


class Consumer:
    """The app: its secret, and what it last found out about it."""

    def __init__(self, told: JsonObject) -> None:
        self._told = told
        agent = f"acme-{text(told.get('service'))}/2026.11"
        self._headers = {SOURCE_IP: text(told.get("source_ip")), "User-Agent": agent}
        self._lock = threading.Lock()
        self._checked_at = float("-inf")
        self._error = ""
        self._held = self._read_secret()

    def _caller(self, keys: KeyPair) -> AwsCaller:
        return AwsCaller(text(self._told.get("endpoint")), keys, text(self._told.get("region")), self._headers, 3)

    def _read_secret(self) -> Held | None:
        own = mapping(self._told.get("keys"))
        task = KeyPair(text(own.get("key_id")), Secret(text(own.get("secret_key"))), Secret(text(own.get("token"))))
        asked = {"SecretId": self._told.get("secret_id")}
        try:
            answer = self._caller(task).json("secretsmanager", "GetSecretValue", asked)
        except (AwsRefused, OSError) as error:
            self._error = f"cannot read the secret: {_named(error)}"
            return None
        value = parsed(text(answer.get("SecretString")))
        keys = KeyPair(text(at(value, "access_key_id")), Secret(text(at(value, "secret_access_key"))))
        return Held(keys, text(answer.get("VersionId")))

    def check(self) -> None:
        """Works with the key once: decrypts a data key."""
        if self._held is None:
            return
        try:
            self._caller(self._held.keys).json(
                "kms",
                "Decrypt",
                {"CiphertextBlob": self._told.get("ciphertext"), "EncryptionContext": self._told.get("context")},
            )
        except (AwsRefused, OSError) as error:
            self._error = f"kms:Decrypt: {_named(error)}"
        else:
            self._error = ""
        self._checked_at = time.monotonic()

    def health(self) -> JsonObject:
        """What ``/healthz`` says; works with the key again when the last time was not just now."""
        with self._lock:
            if time.monotonic() - self._checked_at > _FRESH_S:
                self.check()
            held = self._held
            return {
                "service": self._told.get("service"),
                "healthy": held is not None and not self._error,
                "secret_version": held.version if held else "",
                "key_id_last4": held.keys.key_id[-4:] if held else "",
                "error": self._error,
            }


def _named(error: AwsRefused | OSError) -> str:
    return error.code if isinstance(error, AwsRefused) else type(error).__name__


def main() -> None:
    """Runs the app until its input ends."""
    told = hear()
    app = Consumer(told)

    class Handler(BaseHTTPRequestHandler):
        """Answers ``/healthz``."""

        def do_GET(self) -> None:
            health = app.health()
            body = written(health)
            self.send_response(200 if health["healthy"] else 503)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the parent's own name
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", int(number(told.get("port")))), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        time.sleep(_EVERY_S)
        app.health()


if __name__ == "__main__":
    main()
