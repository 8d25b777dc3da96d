"""The rehearsal's own GitHub Actions: what gives each job of a run the token by which AWS knows it.

Claims as GitHub documents them ("OpenID Connect reference", "OIDC token claims").
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from irkit.drill.world.json_shape import JsonObject
from irkit.drill.world.web_token import signed_token
from irkit.secret import Secret

HOST = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
_LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True)
class Job:
    """A job of a run in GitHub Actions."""

    repository: str
    """``owner/name``."""
    ref: str
    """``refs/heads/main``."""
    workflow: str
    run_id: str
    actor: str
    environment: str = ""
    event: str = "push"

    @property
    def subject(self) -> str:
        """The token's ``sub``: the environment when there is one, else the ref."""
        last = f"environment:{self.environment}" if self.environment else f"ref:{self.ref}"
        return f"repo:{self.repository}:{last}"


class TokenIssuer:
    """Signs tokens with a key of its own, made on construction (some tens of milliseconds)."""

    def __init__(self, clock: Callable[[], datetime], host: str = HOST) -> None:
        self.host = host
        self._clock = clock
        self._key = generate_private_key(public_exponent=65537, key_size=2048)
        self._key_name = uuid.uuid4().hex

    @property
    def public_key(self) -> bytes:
        """The public key, PEM."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def token(self, job: Job, audience: str = AUDIENCE, lifetime: timedelta = _LIFETIME) -> Secret:
        """A fresh token of a job."""
        now = int(self._clock().timestamp())
        owner = job.repository.partition("/")[0]
        claims: JsonObject = {
            "iss": f"https://{self.host}",
            "sub": job.subject,
            "aud": audience,
            "jti": str(uuid.uuid4()),
            "iat": now,
            "nbf": now,
            "exp": now + int(lifetime.total_seconds()),
            "repository": job.repository,
            "repository_owner": owner,
            "ref": job.ref,
            "workflow": job.workflow,
            "run_id": job.run_id,
            "run_attempt": "1",
            "actor": job.actor,
            "event_name": job.event,
            "runner_environment": "self-hosted",
        }
        return signed_token(
            claims | ({"environment": job.environment} if job.environment else {}), self._key, self._key_name
        )
