"""The back doors, each with the truth's own look at whether it stands open."""

from __future__ import annotations

from urllib.parse import unquote

from irkit.drill.world import estate
from irkit.drill.world.adversaries.hand import WORKS, Hand, attempt
from irkit.drill.world.aws_caller import AwsCaller, AwsRefused
from irkit.drill.world.json_shape import JsonObject, at, items, mapping, parsed
from irkit.drill.world.scenarios.scenario import Door
from irkit.drill.world.signature import KeyPair

FOREIGN_ACCOUNT = "444455556666"


def foreign_trust() -> JsonObject:
    """A role's trust in the account itself, and in one that is not the company's."""
    accounts = [f"arn:aws:iam::{estate.ACCOUNT}:root", f"arn:aws:iam::{FOREIGN_ACCOUNT}:root"]
    statement: JsonObject = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": [*accounts]}}
    return {"Version": "2012-10-17", "Statement": [statement]}


def key_door(hand: Hand, user: str, pair: KeyPair) -> Door:
    """A user's key: open while something that matters can be done with it."""
    return Door("key", f"{user} {pair.key_id}", lambda: hand.tried(pair) == WORKS)


def borrowed_key_door(hand: Hand, user: str, pair: KeyPair) -> Door:
    """A key of his on somebody else's user: open while it is active and the user is not denied everything."""

    def is_open() -> bool:
        listed = attempt(hand.judge.query, "iam", "ListAccessKeys", {"UserName": user})
        status = (
            {}
            if listed is None
            else {one.findtext("AccessKeyId", ""): one.findtext("Status", "") for one in listed.iter("member")}
        )
        return status.get(pair.key_id) == "Active" and not _is_denied(hand.judge, "User", user)

    return Door("borrowed key", f"{user} {pair.key_id}", is_open)


def trust_door(hand: Hand, role: str) -> Door:
    """A role's trust: open while it names the foreign account and the role is not denied everything."""

    def is_open() -> bool:
        found = attempt(hand.judge.query, "iam", "GetRole", {"RoleName": role})
        trusts = found is not None and FOREIGN_ACCOUNT in found.findtext(".//AssumeRolePolicyDocument", "")
        return trusts and not _is_denied(hand.judge, "Role", role)

    return Door("trust", role, is_open)


def password_door(hand: Hand, user: str) -> Door:
    """A console password: open while it is there and the user is not denied everything."""

    def is_open() -> bool:
        found = attempt(hand.judge.query, "iam", "GetLoginProfile", {"UserName": user})
        return found is not None and not _is_denied(hand.judge, "User", user)

    return Door("password", user, is_open)


def grant_door(hand: Hand, key: str, grant: str) -> Door:
    """A KMS grant: open while it is there."""

    def is_open() -> bool:
        found = attempt(hand.judge.json, "kms", "ListGrants", {"KeyId": key})
        listed = items(found.get("Grants")) if found is not None else []
        return any(mapping(one).get("GrantId") == grant for one in listed)

    return Door("grant", grant, is_open)


def _is_denied(judge: AwsCaller, kind: str, name: str) -> bool:
    """Whether an inline policy of the user or role denies everything without a condition."""
    named = {f"{kind}Name": name}
    try:
        listed = judge.query("iam", f"List{kind}Policies", named)
        for member in listed.iter("member"):
            found = judge.query("iam", f"Get{kind}Policy", {**named, "PolicyName": member.text or ""})
            document = parsed(unquote(found.findtext(".//PolicyDocument", "")))
            if any(_denies_all(mapping(one)) for one in items(at(document, "Statement"))):
                return True
    except AwsRefused:
        return False
    return False


def _denies_all(statement: JsonObject) -> bool:
    told = {name: value for name, value in statement.items() if name not in {"Sid", "Effect"}}
    return statement.get("Effect") == "Deny" and all(value in ("*", ["*"]) for value in told.values())
