"""The foothold that most scenarios begin with: the access key of the deploy user, who may do far too much."""

from __future__ import annotations

from irkit.drill.world import estate
from irkit.drill.world.scenarios.scenario import Foothold, Scene, Sealed
from irkit.drill.world.seed_aws import context

LEAKED_KEY = "leaked key"
_APP_IP, _CI_IP = "10.0.4.21", "10.0.9.8"


def deploy_user(scene: Scene) -> Foothold:
    """The key of ``svc-deploy``, honestly used every three hours of the day before: by the apps and by CI."""
    leaked = scene.estate.leaked
    ledger = sealed(scene)[-1]
    for hours in range(24, 0, -3):
        minutes = 60 * hours + 7
        app = scene.past(leaked, minutes, _APP_IP, "acme-app/2026.11")
        app.json("kms", "Decrypt", {"CiphertextBlob": ledger.ciphertext, "EncryptionContext": ledger.context})
        ci = scene.past(leaked, minutes, _CI_IP, "aws-cli/2.31.0 md/github-actions")
        ci.json("ecs", "DescribeServices", {"cluster": estate.CLUSTER, "services": list(estate.SERVICES)})
    return Foothold(
        keys={LEAKED_KEY: leaked},
        suspects=(f"arn:aws:iam::{estate.ACCOUNT}:user/{estate.LEAKED_USER}",),
        sealed=sealed(scene),
        secret_ids=(estate.DATABASE_SECRET, estate.DEPLOY_SECRET),
    )


def sealed(scene: Scene) -> tuple[Sealed, ...]:
    """The ledgers' ciphertexts, under the customer's KMS key."""
    return tuple(Sealed(name, blob, context(name)) for name, blob in scene.estate.ciphertexts.items())
