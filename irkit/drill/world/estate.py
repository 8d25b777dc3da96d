"""What stands in the rehearsal's AWS account before anything goes wrong: names, and what the seeding found out."""

from __future__ import annotations

from dataclasses import dataclass, field

from irkit.drill.world.signature import KeyPair
from irkit.secret import Secret

ACCOUNT = "111122223333"
REGION = "eu-west-1"
GLOBAL_REGION = "us-east-1"
REGIONS = (REGION, GLOBAL_REGION, "eu-central-1", "us-west-2")
"""Those that the account uses; the others are not opted into."""
CLUSTER = "prod"
SERVICES = ("api", "batch", "etl")
LEAKED_USER = "svc-deploy"
ADMIN_USER = "ops-admin"
ON_CALL_USER = "on-call"
BREAK_GLASS_ROLE = "irkit-break-glass"
TASK_ROLE = "app-task"
READER_ROLE = "ci-reader"
DEPLOY_SECRET = "prod/deploy/aws"  # noqa: S105  a secret's name
DATABASE_SECRET = "prod/payments/db"  # noqa: S105  a secret's name
TRAIL = "acme-trail"
TRAIL_BUCKET = f"acme-cloudtrail-{ACCOUNT}"
LEDGERS = ("ledger-2024", "ledger-2025", "ledger-2026")


@dataclass(frozen=True)
class Estate:
    """What the seeding made; the planted secrets must be found nowhere outside their stores."""

    leaked: KeyPair
    admin: KeyPair
    responder: KeyPair
    """A session of the break-glass role: what irkit acts with."""
    task: KeyPair
    """A session of the consumers' task role."""
    kms_key_arn: str
    deploy_secret_arn: str
    database_secret_arn: str
    ciphertexts: dict[str, str]
    """Ledger name to a ciphertext (base64) under ``{"app": "payments", "ledger": name}``."""
    planted: dict[str, Secret] = field(default_factory=dict)
    """What must never leak further, by a name for it."""
