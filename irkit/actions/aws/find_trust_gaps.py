"""Find what in a CI role's trust lets in more than it should: which repositories, branches and audiences.

A condition on the token's subject that ends in ``*`` lets every branch and every pull request of the repository in;
none at all lets the whole of GitHub in. Source: IAM user guide, "Configuring a role for GitHub OIDC identity provider";
GitHub, "OpenID Connect reference".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import JsonValue

from irkit.clients.trust_policy import NOBODY, statements, trust_policy, words
from irkit.contract import Action, Effect, Frozen
from irkit.counted import counted

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_PROVIDER = ":oidc-provider/"
_CLOSED = ("environment:", "ref:", "job_workflow_ref:")


class Outcome(StrEnum):
    """Whether anything is to be mended."""

    GAPS = "gaps"
    NONE = "none"
    BLOCKED = "blocked"
    """Nobody may take the role on just now, so there is nothing to judge."""


class Params(Frozen):
    """The role by its name. ``document`` is its trust policy when that was blocked meanwhile."""

    role: str
    document: str = ""


class Result(Frozen):
    """The gaps in words, and whom the role trusts."""

    outcome: Outcome
    role: str
    gaps: tuple[str, ...]
    subjects: tuple[str, ...]

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        return f"{counted(len(self.gaps), 'gap')} in the trust of {self.role}: {'; '.join(self.gaps) or 'none'}"


def read(clients: Clients, params: Params) -> Result:
    """Read the trust policy. Raises ``NotFound``, ``Denied``."""
    document = params.document or trust_policy(clients.rights, params.role).read()
    gaps: list[str] = []
    subjects: list[str] = []
    for statement in statements(document):
        for provider in _providers(statement):
            host = provider.partition(_PROVIDER)[2]
            found = _values(statement, f"{host}:sub")
            subjects += found
            gaps += _gaps(host, found, _values(statement, f"{host}:aud"))
    outcome = Outcome.BLOCKED if document == NOBODY else Outcome.GAPS if gaps else Outcome.NONE
    return Result(outcome=outcome, role=params.role, gaps=tuple(gaps), subjects=tuple(subjects))


def _gaps(host: str, subjects: list[str], audiences: list[str]) -> Iterator[str]:
    if not audiences:
        yield f"no condition on {host}:aud: a token that was made for somebody else is taken"
    if not subjects:
        yield f"no condition on {host}:sub: every repository of {host} is let in"
    for subject in subjects:
        owner, _, rest = subject.removeprefix("repo:").partition("/")
        name, _, where = rest.partition(":")
        if "*" in owner or "*" in name or not rest:
            yield f"{subject}: lets in more than one repository"
        elif not where.startswith(_CLOSED) or "*" in where.partition(":")[2][:1]:
            yield f"{subject}: lets in every branch and pull request; name an environment, or one ref"


def _providers(statement: Mapping[str, JsonValue]) -> list[str]:
    principals = statement.get("Principal")
    named = principals.get("Federated") if isinstance(principals, dict) and statement.get("Effect") == "Allow" else None
    return [one for one in words(named) if _PROVIDER in one]


def _values(statement: Mapping[str, JsonValue], key: str) -> list[str]:
    conditions = statement.get("Condition")
    found: list[str] = []
    for operator, tests in conditions.items() if isinstance(conditions, dict) else ():
        if isinstance(tests, dict) and operator.removeprefix("ForAnyValue:").startswith(("StringEquals", "StringLike")):
            for name, value in tests.items():
                found += words(value) if name.casefold() == key.casefold() else ()
    return found


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Find gaps in a CI role's trust",
    read=read,
    iam=("iam:GetRole",),
)
