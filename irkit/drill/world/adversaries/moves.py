"""What an adversary with rights over IAM can make so as to stay: each move is one thing, kept as loot or as a door.

All are made now. Each raises AwsRefused when its first call is refused; what follows in the same move is tried alone.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable

from irkit.drill.world import estate
from irkit.drill.world.adversaries.break_in import ADMINISTRATOR
from irkit.drill.world.adversaries.doors import (
    FOREIGN_ACCOUNT,
    borrowed_key_door,
    foreign_trust,
    grant_door,
    key_door,
    password_door,
    trust_door,
)
from irkit.drill.world.adversaries.hand import Hand, attempt
from irkit.drill.world.aws_caller import AwsCaller
from irkit.drill.world.json_shape import JsonObject, text
from irkit.secret import Secret

Move = Callable[[Hand, AwsCaller], None]
_NAMES = ("svc-metrics", "svc-sync", "tmp-migration", "svc-exporter", "dr-restore", "svc-notify", "svc-archive")
_EVERYTHING: JsonObject = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def fresh_name(hand: Hand) -> str:
    """A name for something new, as a company would give it."""
    return f"{hand.random.choice(_NAMES)}-{hand.random.randrange(10, 100)}"


def make_user(hand: Hand, caller: AwsCaller) -> None:
    """A user with every right, and its key."""
    named = {"UserName": fresh_name(hand)}
    caller.query("iam", "CreateUser", named)
    attempt(caller.query, "iam", "AttachUserPolicy", {**named, "PolicyArn": ADMINISTRATOR})
    make_key(hand, caller, named["UserName"])


def make_key(hand: Hand, caller: AwsCaller, user: str) -> None:
    """A key of some user."""
    pair = hand.take("made key", caller.query("iam", "CreateAccessKey", {"UserName": user}))
    hand.loot.leave(key_door(hand, user, pair))


def key_on_another(hand: Hand, caller: AwsCaller) -> None:
    """A second key of a service's user that was there all along: the user is innocent, the key is not."""
    found = [member.findtext("UserName", "") for member in caller.query("iam", "ListUsers", {}).iter("member")]
    own = {arn.rpartition("/")[2] for arn in hand.foothold.suspects}
    own |= {held.arn.rpartition("/")[2] for held in hand.loot.held.values()}
    others = sorted(name for name in found if name.startswith("svc-") and name not in own)
    if others:
        user = hand.random.choice(others)
        pair = hand.take("borrowed key", caller.query("iam", "CreateAccessKey", {"UserName": user}))
        hand.loot.leave(borrowed_key_door(hand, user, pair))


def make_role(hand: Hand, caller: AwsCaller) -> None:
    """A role with every right that a foreign account may assume, and a session of it."""
    name = fresh_name(hand)
    caller.query("iam", "CreateRole", {"RoleName": name, "AssumeRolePolicyDocument": json.dumps(foreign_trust())})
    hand.loot.leave(trust_door(hand, name))
    attempt(caller.query, "iam", "AttachRolePolicy", {"RoleName": name, "PolicyArn": ADMINISTRATOR})
    attempt(assume, hand, caller, name)


def take_role(hand: Hand, caller: AwsCaller) -> None:
    """A role that was there all along: let a foreign account in, give it every right, and be it."""
    name = estate.READER_ROLE
    trust = {"RoleName": name, "PolicyDocument": json.dumps(foreign_trust())}
    caller.query("iam", "UpdateAssumeRolePolicy", trust)
    hand.loot.leave(trust_door(hand, name))
    attempt(caller.query, "iam", "AttachRolePolicy", {"RoleName": name, "PolicyArn": ADMINISTRATOR})
    attempt(assume, hand, caller, name)


def assume(hand: Hand, caller: AwsCaller, role: str) -> None:
    """A session of a role."""
    arn = f"arn:aws:iam::{estate.ACCOUNT}:role/{role}"
    hand.take("role session", caller.query("sts", "AssumeRole", {"RoleArn": arn, "RoleSessionName": "sync"}))


def take_session(hand: Hand, caller: AwsCaller) -> None:
    """A session of the user who calls."""
    hand.session(caller, hand.arn_of(caller.keys))


def take_federation(hand: Hand, caller: AwsCaller) -> None:
    """A federated user with all the rights of the user who calls."""
    asked = {"Name": fresh_name(hand), "Policy": json.dumps(_EVERYTHING), "DurationSeconds": "43200"}
    hand.take("federation", caller.query("sts", "GetFederationToken", asked))


def set_password(hand: Hand, caller: AwsCaller) -> None:
    """A console password for a user of his own."""
    names = [held.arn.rpartition("/")[2] for held in hand.loot.held.values() if ":user/" in held.arn]
    user = hand.random.choice(names) if names else hand.foothold.suspects[0].rpartition("/")[2]
    password = f"{secrets.token_urlsafe(18)}aA1!"
    caller.query("iam", "CreateLoginProfile", {"UserName": user, "Password": password})
    hand.scene.plant(f"password of {user}", Secret(password))
    hand.loot.leave(password_door(hand, user))


def make_grant(hand: Hand, caller: AwsCaller) -> None:
    """Let a foreign account decrypt with the customer's key, past IAM."""
    key, grantee = hand.scene.estate.kms_key_arn, f"arn:aws:iam::{FOREIGN_ACCOUNT}:root"
    asked: JsonObject = {"KeyId": key, "GranteePrincipal": grantee, "Operations": ["Decrypt", "DescribeKey"]}
    grant = text(caller.json("kms", "CreateGrant", asked).get("GrantId"))
    hand.loot.leave(grant_door(hand, key, grant))


MOVES: tuple[Move, ...] = (
    make_user,
    key_on_another,
    make_role,
    take_role,
    take_session,
    take_federation,
    set_password,
    make_grant,
)
