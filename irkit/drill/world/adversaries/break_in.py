"""What an intruder does with a foothold in the hours before the alarm. What he may not do, he does not get."""

from __future__ import annotations

import json

from irkit.drill.world import estate
from irkit.drill.world.adversaries.doors import foreign_trust, key_door, trust_door
from irkit.drill.world.adversaries.hand import Hand, attempt, decrypted
from irkit.drill.world.json_shape import JsonObject
from irkit.drill.world.scenarios.scenario import Sealed
from irkit.drill.world.signature import KeyPair

BACK_DOOR_USER = "svc-backup2"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def break_in(hand: Hand) -> None:
    """Look around, steal, build a back door, take a session and use it: from three hours to 20 minutes before."""
    own = hand.own()
    look_around(hand, own)
    steal(hand, own)
    build_back_door(hand, own)
    open_trust(hand, own)
    session = attempt(hand.session, hand.past(own, 47), hand.foothold.suspects[0], hand.at(47))
    if session is not None:
        attempt(hand.past(session, 46, line=1).query, "sts", "GetCallerIdentity", {})
        open_last(hand, session, 44, 1)
    open_last(hand, own, 21)


def look_around(hand: Hand, keys: KeyPair) -> None:
    """Who am I, what is there: mostly refused, which is what gives him away."""
    attempt(hand.past(keys, 171).query, "sts", "GetCallerIdentity", {})
    attempt(hand.past(keys, 170).query, "iam", "ListUsers", {})
    named = {"UserName": hand.foothold.suspects[0].rpartition("/")[2]}
    attempt(hand.past(keys, 170).query, "iam", "ListAttachedUserPolicies", named)
    attempt(hand.past(keys, 169).query, "iam", "ListRoles", {})
    for minutes, region in ((166, estate.REGION), (165, estate.GLOBAL_REGION)):
        caller = hand.past(keys, minutes, region)
        attempt(caller.json, "secretsmanager", "ListSecrets", {})
    attempt(hand.past(keys, 164, estate.GLOBAL_REGION).json, "kms", "ListKeys", {})


def steal(hand: Hand, keys: KeyPair) -> None:
    """Read the secrets and open the ciphertexts; one with the wrong context, whose refusal stays in the log."""
    for number, name in enumerate(hand.foothold.secret_ids):
        caller = hand.past(keys, 160 - number)
        asked: JsonObject = {"SecretId": name}
        attempt(caller.json, "secretsmanager", "GetSecretValue", asked)
    sealed = hand.foothold.sealed
    for number, one in enumerate(sealed):
        caller = hand.past(keys, 152 - number)
        attempt(decrypted, caller, one)
    if len(sealed) > 1:
        wrong = Sealed(sealed[0].name, sealed[0].ciphertext, sealed[1].context)
        attempt(decrypted, hand.past(keys, 148), wrong)


def build_back_door(hand: Hand, keys: KeyPair, user: str = BACK_DOOR_USER) -> KeyPair | None:
    """A user of his own with every right, and its key, used from another address."""
    named = {"UserName": user}
    made = attempt(hand.past(keys, 122).query, "iam", "CreateUser", named)
    key = attempt(hand.past(keys, 121).query, "iam", "CreateAccessKey", named)
    if made is None or key is None:
        return None
    attempt(hand.past(keys, 120).query, "iam", "AttachUserPolicy", {**named, "PolicyArn": ADMINISTRATOR})
    pair = hand.take("back door", key, hand.at(121))
    hand.loot.leave(key_door(hand, user, pair))
    attempt(hand.past(pair, 98, line=1).query, "sts", "GetCallerIdentity", {})
    attempt(hand.past(pair, 97, line=1).json, "secretsmanager", "ListSecrets", {})
    return pair


def open_trust(hand: Hand, keys: KeyPair, role: str = estate.READER_ROLE) -> None:
    """Let a foreign account into a role that is there."""
    asked = {"RoleName": role, "PolicyDocument": json.dumps(foreign_trust())}
    if attempt(hand.past(keys, 111).query, "iam", "UpdateAssumeRolePolicy", asked) is not None:
        hand.loot.leave(trust_door(hand, role))


def open_last(hand: Hand, keys: KeyPair, minutes: float, line: int = 0) -> None:
    """Open the last ciphertext once more."""
    for sealed in hand.foothold.sealed[-1:]:
        attempt(decrypted, hand.past(keys, minutes, line=line), sealed)
