"""A customer's KMS key opens more than it should: somebody decrypts what is none of his business."""

from __future__ import annotations

from irkit.drill.world.scenarios.deploy_user import deploy_user
from irkit.drill.world.scenarios.key_leak import leak_into_repository
from irkit.drill.world.scenarios.scenario import OWN_NETWORKS, Scene, Story


class KmsMisuse:
    """The scenario of the runbook ``kms_misuse``."""

    services: tuple[str, ...] = ()

    def furnish(self, scene: Scene) -> Story:
        """The deploy user's key, and the repository that it leaked from."""
        leak_into_repository(scene)
        foothold = deploy_user(scene)
        return Story(foothold, {"kms_key": scene.estate.kms_key_arn, "known_networks": list(OWN_NETWORKS)})
