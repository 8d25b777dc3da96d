"""The access key of a deploy user got into the repository ``acme/payments``, and somebody found it there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from pydantic import JsonValue

from irkit.drill.world import estate
from irkit.drill.world.git_seed import seed_repository
from irkit.drill.world.github_seed import seed_github
from irkit.drill.world.scenarios.deploy_user import LEAKED_KEY, deploy_user
from irkit.drill.world.scenarios.scenario import OWN_NETWORKS, Scene, Story

REPOSITORY = "acme/payments"
_LEAK_BEFORE_ALARM = timedelta(hours=5)


class KeyLeak:
    """The scenario of the runbook ``key_leak``."""

    services = estate.SERVICES

    def furnish(self, scene: Scene) -> Story:
        """The repository with the key in it, and the key's honest use in the day before."""
        with ThreadPoolExecutor(1) as pool:
            repository = pool.submit(leak_into_repository, scene)
            foothold = deploy_user(scene)
            repository.result()
        inputs: dict[str, JsonValue] = {
            "key_id": foothold.keys[LEAKED_KEY].key_id,
            "repository": REPOSITORY,
            "repository_url": scene.git.clone_url(REPOSITORY),
            "secret_id": estate.DEPLOY_SECRET,
            "known_networks": list(OWN_NETWORKS),
        }
        return Story(foothold, inputs)


def leak_into_repository(scene: Scene) -> None:
    """Write ``acme/payments`` with the deploy user's key in its history, and tell GitHub of it."""
    leaked = scene.estate.leaked
    seeded = seed_repository(
        scene.git, leaked.key_id, leaked.secret_key, scene.alarm_at - _LEAK_BEFORE_ALARM, REPOSITORY
    )
    seed_github(scene.github, seeded, leaked.key_id, leaked.secret_key)
