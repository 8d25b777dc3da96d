"""``TrustPolicy``: who may take on a role, as an action plans, writes and proves it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from irkit.clients.document import Document
from irkit.clients.holder import Holder, HolderKind
from irkit.clients.iam import canonical_policy
from irkit.clients.iam_rights import Rights
from irkit.contract import Change

NOBODY = canonical_policy({
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "IrkitBlockTrust",
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"],
        }
    ],
})  # fmt: skip
"""The trust policy by which nobody takes on the role any more."""


@dataclass(frozen=True)
class TrustPolicy(Document):
    """The trust policy of a role; it is never absent."""

    rights: Rights

    @property
    def target(self) -> str:
        """What a plan calls it."""
        return f"trust policy of {self.holder}"

    @property
    def looked_at(self) -> str:
        """``iam:GetRole``."""
        return "iam:GetRole"

    def written_by(self, document: str) -> str:  # noqa: ARG002 -- the same call for every document
        """``iam:UpdateAssumeRolePolicy``."""
        return "iam:UpdateAssumeRolePolicy"

    def changes(self, before: str, after: str) -> tuple[Change, ...]:
        """Who is trusted, before and after; the texts whole when the same are, since only conditions change then."""
        if before == after or trusted(before) != trusted(after):
            return super().changes(before, after)
        return (Change(target=self.target, before=before, after=after),)

    def read(self) -> str:
        """The document that stands now. Raises ``NotFound``."""
        return self.rights.trust(self.holder)

    def set(self, document: str) -> str:
        """Write the document; the request id."""
        return self.rights.put_trust(self.holder, document)


def trust_policy(rights: Rights, role: str) -> TrustPolicy:
    """The trust policy of a role; nothing is read yet."""
    return TrustPolicy(Holder(kind=HolderKind.ROLE, name=role), "trust policy", _meaning, rights)


def trusted(document: str) -> tuple[str, ...]:
    """Whom a trust policy lets take on the role: ARNs, accounts, services, providers, each once, in order."""
    return tuple(dict.fromkeys(name for one in statements(document) for name in _let_in(one)))


def without(document: str, added: frozenset[str]) -> str:
    """The document without the principals that are to go; a statement that lets nobody in any more goes as a whole.

    Empty when nothing is left.
    """
    kept: list[JsonValue] = [rest for one in statements(document) if (rest := _rest(one, added)) is not None]
    body: JsonValue = json.loads(document)
    if not kept or not isinstance(body, dict):
        return ""
    return canonical_policy({**body, "Statement": kept})


def statements(document: str) -> tuple[dict[str, JsonValue], ...]:
    """The statements of a policy, which writes a single one without a list too."""
    body: JsonValue = json.loads(document or "{}")
    found = body.get("Statement") if isinstance(body, dict) else None
    rows = found if isinstance(found, list) else [found]
    return tuple(one for one in rows if isinstance(one, dict))


def words(value: JsonValue) -> tuple[str, ...]:
    """One text, or a list of texts."""
    if isinstance(value, str):
        return (value,)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _let_in(statement: Mapping[str, JsonValue]) -> Iterator[str]:
    if statement.get("Effect") != "Allow":
        return
    principals = statement.get("Principal")
    if isinstance(principals, dict):
        for several in principals.values():
            yield from words(several)
    else:
        yield from words(principals)


def _rest(statement: dict[str, JsonValue], added: frozenset[str]) -> dict[str, JsonValue] | None:
    principals = statement.get("Principal")
    if statement.get("Effect") != "Allow" or not added.intersection(_let_in(statement)):
        return statement
    if not isinstance(principals, dict):
        return None
    kept: dict[str, JsonValue] = {}
    for kind, several in principals.items():
        left = [name for name in words(several) if name not in added]
        if left:
            kept[kind] = left[0] if len(left) == 1 else list(left)
    return {**statement, "Principal": kept} if kept else None


def _meaning(document: str) -> str:
    if document == NOBODY:
        return "trusts nobody"
    return f"trusts {', '.join(trusted(document)) or 'nobody'}"
