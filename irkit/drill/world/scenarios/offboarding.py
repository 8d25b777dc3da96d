"""Somebody leaves who still has credentials, and goes on using them."""

from __future__ import annotations

from irkit.drill.world import estate
from irkit.drill.world.scenarios.deploy_user import deploy_user
from irkit.drill.world.scenarios.key_leak import leak_into_repository
from irkit.drill.world.scenarios.scenario import OWN_NETWORKS, Scene, Story


class Offboarding:
    """The scenario of the runbook ``offboarding``."""

    services: tuple[str, ...] = ()

    def furnish(self, scene: Scene) -> Story:
        """The deploy user's key, and the repository that it leaked from."""
        leak_into_repository(scene)
        foothold = deploy_user(scene)
        return Story(foothold, {"user": estate.LEAKED_USER, "known_networks": list(OWN_NETWORKS)})
