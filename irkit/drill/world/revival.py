"""Somebody with rights makes an access key active again, and whoever stole it tries it: nothing stays dead by itself.

It happens when a build breaks and an administrator helps, or when there is a second intruder. The administrator's call
is recorded and binds like anybody's, so a freeze or a quarantine refuses it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from irkit.drill.world.adversaries.hand import Hand
from irkit.drill.world.aws_caller import AwsRefused
from irkit.drill.world.signature import KeyPair

_OFFICE, _CONSOLE = "10.0.0.5", "aws-cli/2.17.9 Python/3.11.8 Linux/6.8.0"
_EVERY_S = 1.0


@dataclass(frozen=True)
class Revival:
    """Gives life back, and plays the thief; ``ending`` ends that."""

    hand: Hand
    ending: threading.Event

    def make_active(self, key_id: str) -> str:
        """Who made it active; its thief, if there is one, goes on from there. Raises AwsRefused when AWS refuses it."""
        admin = self.hand.scene.now(self.hand.scene.estate.admin, _OFFICE, _CONSOLE)
        user = admin.query("iam", "GetAccessKeyLastUsed", {"AccessKeyId": key_id}).findtext(".//UserName", "")
        admin.query("iam", "UpdateAccessKey", {"UserName": user, "AccessKeyId": key_id, "Status": "Active"})
        for keys in self._stolen():
            if keys.key_id == key_id:
                threading.Thread(target=self._try, args=(keys,), name="thief", daemon=True).start()
        return f"ops-admin made {key_id} of {user} active again"

    def _stolen(self) -> list[KeyPair]:
        return [*self.hand.foothold.keys.values(), *(held.keys for held in self.hand.loot.held.values())]

    def _try(self, keys: KeyPair) -> None:
        """Until the world ends: who he is, and what secrets there are. He opens none."""
        caller = self.hand.now(keys)
        while not self.ending.wait(_EVERY_S):
            try:
                caller.query("sts", "GetCallerIdentity", {})
                caller.json("secretsmanager", "ListSecrets", {})
            except (AwsRefused, OSError):
                continue  # not yet, or not any more
