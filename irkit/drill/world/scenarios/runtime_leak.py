"""A running app wrote its environment into its log, and a deploy its token: somebody who reads logs has both."""

from __future__ import annotations

from dataclasses import replace

from pydantic import JsonValue

from irkit.drill.world import estate
from irkit.drill.world.scenarios.deploy_user import deploy_user
from irkit.drill.world.scenarios.key_leak import leak_into_repository
from irkit.drill.world.scenarios.leak_files import write_leak
from irkit.drill.world.scenarios.scenario import OWN_NETWORKS, Scene, Story
from irkit.scan.example import example
from irkit.secret import Secret

GITHUB_TOKEN = "github token"  # noqa: S105  a name for it
_BOT = "acme-deploy-bot"


class RuntimeLeak:
    """The scenario of the runbook ``runtime_leak``."""

    services = estate.SERVICES

    def furnish(self, scene: Scene) -> Story:
        """The deploy user's key and the deploy bot's GitHub token, both in files that the responder may read."""
        leak_into_repository(scene)
        token = Secret(example("ghp_${github:30}", scene.random.randrange(2**31)))
        scene.plant("leaked GitHub token", token)
        scene.github.tokens.add(token, _BOT)
        paths = write_leak(scene.folder, scene.estate.leaked, token, scene.alarm_at)
        foothold = deploy_user(scene)

        def probe() -> str:
            return "works" if scene.github.tokens.login(f"Bearer {token.reveal()}") else "401"

        held = replace(foothold, tokens={GITHUB_TOKEN: token}, probes={GITHUB_TOKEN: probe})
        inputs: dict[str, JsonValue] = {
            "paths": [str(path) for path in paths],
            "secret_id": estate.DEPLOY_SECRET,
            "known_networks": list(OWN_NETWORKS),
        }
        return Story(held, inputs)
