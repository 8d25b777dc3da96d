"""A runner of the CI obeys somebody else, who acts as the role that it may assume."""

from __future__ import annotations

from irkit.drill.world.scenarios.deploy_user import deploy_user
from irkit.drill.world.scenarios.key_leak import REPOSITORY, leak_into_repository
from irkit.drill.world.scenarios.scenario import Scene, Story


class CiRunnerCompromise:
    """The scenario of the runbook ``ci_runner_compromise``."""

    services: tuple[str, ...] = ()

    def furnish(self, scene: Scene) -> Story:
        """The deploy user's key, and the repository that it leaked from."""
        leak_into_repository(scene)
        foothold = deploy_user(scene)
        return Story(foothold, {"repository": REPOSITORY, "repository_url": scene.git.clone_url(REPOSITORY)})
