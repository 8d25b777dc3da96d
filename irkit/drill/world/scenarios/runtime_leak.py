"""A running app wrote a credential into its log and into a bundle."""

from __future__ import annotations

from irkit.drill.world.scenarios.deploy_user import LEAKED_KEY, deploy_user
from irkit.drill.world.scenarios.key_leak import leak_into_repository
from irkit.drill.world.scenarios.scenario import OWN_NETWORKS, Scene, Story


class RuntimeLeak:
    """The scenario of the runbook ``runtime_leak``."""

    services: tuple[str, ...] = ()

    def furnish(self, scene: Scene) -> Story:
        """The deploy user's key, and the repository that it leaked from."""
        leak_into_repository(scene)
        foothold = deploy_user(scene)
        return Story(foothold, {"key_id": foothold.keys[LEAKED_KEY].key_id, "known_networks": list(OWN_NETWORKS)})
