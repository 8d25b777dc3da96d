"""Where no SCP binds: denied once, all of it, loses to the persistent adversary; denied again until it binds, wins.

Played with bare calls, without a runbook, so that what is shown is the race itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from irkit.drill.world import estate
from irkit.drill.world.adversaries.hand import WORKS, attempt
from irkit.drill.world.json_shape import items, mapping, text
from irkit.drill.world.settings import Membership, WorldSettings
from irkit.drill.world.world import World
from tests.drill.world.accounts import becomes, spreading
from tests.drill.world.adversaries.test_persistent import DENY_ALL, Responder, document
from tests.patience import PATIENCE_S

DELAY = timedelta(seconds=1)
LAYERS = 6
QUIET_S = 3 * DELAY.total_seconds()


def settings(seed: int) -> WorldSettings:
    return WorldSettings(
        seed=seed,
        adversary="persistent",
        iam_delay=DELAY,
        delivery_lag=timedelta(),
        membership=Membership.NONE,
    )


def his(world: World) -> list[tuple[str, str]]:
    """The users and roles that he can act as, by the truth: how they are found is not the matter here."""
    found = {("User", estate.LEAKED_USER)}
    for one in items(world.truth()["credentials"]):
        kind, *names = text(mapping(one).get("arn")).rpartition(":")[2].split("/")
        found |= {("User" if kind == "user" else "Role", names[0])} if kind in {"user", "assumed-role"} else set()
    return sorted(found)


def lacking(responder: Responder, kind: str, name: str) -> Iterator[tuple[str, str, str]]:
    """Which of its denials do not stand."""
    listed = attempt(responder.iam.query, "iam", f"List{kind}Policies", {f"{kind}Name": name})
    stands = {one.text for one in listed.iter("member")} if listed is not None else set()
    for number in range(LAYERS):
        if f"shut{number}" not in stands:
            yield kind, name, f"shut{number}"


def is_taken_back(responder: Responder, kind: str, name: str) -> bool:
    """Whether none of its denials stands."""
    return len(list(lacking(responder, kind, name))) == LAYERS


def deny(responder: Responder, kind: str, name: str, policy: str) -> None:
    asked = {f"{kind}Name": name, "PolicyName": policy, "PolicyDocument": document(DENY_ALL)}
    attempt(responder.iam.query, "iam", f"Put{kind}Policy", asked)


def deny_all(world: World, responder: Responder) -> int:
    """Deny each of his, with every denial that does not stand; how many there were."""
    missing = [each for kind, name in his(world) for each in lacking(responder, kind, name)]
    for kind, name, policy in missing:
        deny(responder, kind, name, policy)
    return len(missing)


def test_denied_once_he_goes_on_and_denied_until_it_binds_he_is_out(
    raise_world: Callable[[WorldSettings], World],
) -> None:
    world = raise_world(settings(seed=2))
    responder = Responder(world)
    with spreading(world):  # until he has looked, however long that takes him: else a busy machine wins the race
        assert deny_all(world, responder) > 0
        assert becomes(lambda: any(is_taken_back(responder, *each) for each in his(world)))
        world.aws.faults.iam_delay = DELAY
        world.aws.settle()
        assert becomes(lambda: WORKS in world.intruder_tries().values())
    world.aws.faults.iam_delay = DELAY
    assert deny_all(world, responder) > 0, "he took some of it back"
    quiet_since = time.monotonic()
    until = quiet_since + PATIENCE_S
    while time.monotonic() < min(until, quiet_since + QUIET_S):
        if deny_all(world, responder):
            quiet_since = time.monotonic()
        time.sleep(0.1)
    assert time.monotonic() < until
    assert [name for name, got in world.intruder_tries().items() if got == WORKS] == []
