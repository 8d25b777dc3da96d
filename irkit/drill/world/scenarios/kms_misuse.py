"""A customer's KMS key opens more than it should: somebody decrypts what is none of his business.

The deploy user's key is in strange hands, and a grant lets it decrypt besides. Others use the KMS key rightfully: a
user of its own, and a role that two services share. The alarm names the key and nobody.
"""

from __future__ import annotations

from dataclasses import replace

from pydantic import JsonValue

from irkit.drill.world import estate
from irkit.drill.world.scenarios.deploy_user import deploy_user
from irkit.drill.world.scenarios.key_leak import REPOSITORY, leak_into_repository
from irkit.drill.world.scenarios.scenario import OWN_NETWORKS, Scene, Story
from irkit.drill.world.scenarios.sealed_estate import ALIAS, LEDGER_ROLE, grant, rightful_users, seal_estate, seal_file


class KmsMisuse:
    """The scenario of the runbook ``kms_misuse``."""

    services: tuple[str, ...] = ()

    def furnish(self, scene: Scene) -> Story:
        """The deploy user's key, what the KMS key seals, and who uses it rightfully."""
        leak_into_repository(scene)
        foothold = deploy_user(scene)
        seal_estate(scene)
        seal_file(scene, REPOSITORY)
        innocents = rightful_users(scene)
        grant(scene, foothold.suspects[0], "deploys")
        grant(scene, f"arn:aws:iam::{estate.ACCOUNT}:role/{LEDGER_ROLE}", "ledgers")
        inputs: dict[str, JsonValue] = {
            "kms_key": ALIAS,
            "known_networks": list(OWN_NETWORKS),
            "repositories": [scene.git.clone_url(REPOSITORY)],
        }
        return Story(replace(foothold, bystanders=innocents, must_fall=False), inputs)
