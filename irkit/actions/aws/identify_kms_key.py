"""Identify a KMS key: its names, its state, whom its policy and its grants let in.

A key is found by ARN, id or alias. Whom the policy names is told as it stands there; a policy that names the account's
root leaves it to IAM who may use the key (KMS developer guide, "Key policies in AWS KMS").
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import JsonValue

from irkit.clients.kms import KeyState
from irkit.contract import Action, Effect, Frozen

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """``key`` is an ARN, an id, or an alias with ``alias/`` before it; an id is looked for in the home region."""

    key: str


class Result(Frozen):
    """The key. ``names`` are all that a log may call it by; ``let_in`` are principals of its policy and grants."""

    arn: str
    key_id: str
    region: str
    account: str
    state: KeyState
    names: tuple[str, ...]
    aliases: tuple[str, ...]
    is_customers: bool
    is_multi_region: bool
    rotates: bool
    let_in: tuple[str, ...]
    strangers: tuple[str, ...]
    grants: int

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        also = f"; LETS IN OTHER ACCOUNTS: {', '.join(self.strangers)}" if self.strangers else ""
        return f"{self.state.lower()} key {', '.join(self.aliases) or self.key_id}, {self.grants} grants{also}"


def read(clients: Clients, params: Params) -> Result:
    """Look at the key. Raises ``NotFound``, ``Denied``."""
    key = clients.kms.key(params.key)
    aliases = clients.kms.aliases(key.arn)
    grants = tuple(clients.kms.grants(key.arn))
    account = key.arn.split(":")[4]
    let_in = tuple(dict.fromkeys((*principals(clients.kms.policy(key.arn)), *(one.grantee for one in grants))))
    place = key.arn.rpartition(":")[0]
    return Result(
        arn=key.arn,
        key_id=key.key_id,
        region=key.region,
        account=account,
        state=key.state,
        names=(key.arn, key.key_id, *aliases, *(f"{place}:{alias}" for alias in aliases)),
        aliases=aliases,
        is_customers=key.is_customers,
        is_multi_region=key.is_multi_region,
        rotates=clients.kms.rotates(key.arn) if key.is_customers and key.state is KeyState.ENABLED else False,
        let_in=let_in,
        strangers=tuple(one for one in let_in if one == "*" or (one.startswith("arn:") and f":{account}:" not in one)),
        grants=len(grants),
    )


def principals(policy: str) -> Iterator[str]:
    """Whom a policy's statements allow something, as written there."""
    body: JsonValue = json.loads(policy or "{}")
    statements = body.get("Statement") if isinstance(body, dict) else None
    for one in statements if isinstance(statements, list) else [statements]:
        if isinstance(one, dict) and one.get("Effect") == "Allow":
            named = one.get("Principal")
            for each in named.values() if isinstance(named, dict) else [named]:
                yield from (text for text in (each if isinstance(each, list) else [each]) if isinstance(text, str))


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Identify a KMS key",
    read=read,
    iam=("kms:DescribeKey", "kms:ListAliases", "kms:GetKeyPolicy", "kms:ListGrants", "kms:GetKeyRotationStatus"),
)
