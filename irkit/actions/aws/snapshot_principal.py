"""Keep how a user or role stands, as evidence: keys, policies, groups, boundary, trust. Beside containment.

It runs in parallel with the first cuts and never holds them up; whatever it misses by that, CloudTrail has. No secret
is in it: IAM tells none.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import JsonValue

from irkit.clients.holder import Holder, HolderKind
from irkit.contract import Action, Effect, Frozen
from irkit.counted import counted

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """``principal`` is the ARN of a user or role; of a session, its role is kept."""

    principal: str


class Result(Frozen):
    """What was kept, and when by AWS's clock."""

    principal: str
    inline: int
    attached: int
    groups: int
    keys: int
    at: datetime
    evidence: str
    sha256: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        policies = f"{self.inline} inline, {self.attached} attached"
        return f"{self.evidence}: {policies}, {counted(self.groups, 'group')}, {counted(self.keys, 'key')}"


def read(clients: Clients, params: Params) -> Result:
    """Read everything that IAM tells of it. Raises ``NotFound``, ``Refused`` for who bears no policies."""
    holder = Holder.of(params.principal)
    rights = clients.rights
    described = rights.described(holder)
    names = rights.inline_names(holder)
    attached, groups = rights.attached(holder), rights.groups(holder)
    keys = clients.iam.access_keys(holder.name) if holder.kind is HolderKind.USER else ()
    at = clients.aws_now().at
    told: dict[str, JsonValue] = {
        "principal": params.principal,
        "at": at.isoformat(),
        "described": json.loads(json.dumps(dict(described), default=str)),
        "inline": {name: json.loads(rights.inline(holder, name) or "null") for name in names},
        "attached": {each.name: each.arn for each in attached},
        "groups": list(groups),
        "keys": {key.key_id: {"status": key.status.value, "created": key.created_at.isoformat()} for key in keys},
    }
    kept = clients.evidence.keep(
        f"iam-{holder.kind}-{holder.name}.json",
        (json.dumps(told, indent=1, sort_keys=True).encode(),),
        what=f"how {holder} stood",
        count=1,
        coverage="everything that IAM tells of it; resource policies that name it are not in it",
    )
    return Result(
        principal=params.principal,
        inline=len(names),
        attached=len(attached),
        groups=len(groups),
        keys=len(keys),
        at=at,
        evidence=kept.path,
        sha256=kept.sha256,
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Keep how a user or role stands as evidence",
    read=read,
    iam=(
        *("iam:GetUser", "iam:ListUserPolicies", "iam:GetUserPolicy", "iam:ListAttachedUserPolicies"),
        *("iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"),
        *("iam:ListGroupsForUser", "iam:ListAccessKeys"),
    ),
)
