"""Revoke leaked GitHub tokens at GitHub, for good: it takes them from whoever shows them.

Irreversible: GitHub brings no token back, and tells its owner. What uses it stops at once. It covers personal tokens
and those of OAuth and GitHub apps; not ``ghs_`` (they end with their job), SSH or deploy keys, which are refused here.
The attacker sees 401. Source: https://docs.github.com/rest/credentials/revoke
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from irkit.clients.github_tokens import is_revocable
from irkit.contract import Action, Effect
from irkit.errors import NotFound
from irkit.scan.leaked import Provider, Value
from irkit.scan.revocation import Issuer, Params, Result

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


def _refuse(_: Clients, values: Sequence[Value]) -> None:
    """Raises ``NotFound`` for a kind that GitHub revokes none of."""
    refused = [one.leaked.label for one in values if not _is_covered(one)]
    if refused:
        msg = f"GitHub revokes nothing of this kind: {', '.join(refused)}"
        raise NotFound(msg, hint="a ghs_ token ends with its job: cancel that; remove a deploy key by its own step")


def _is_covered(value: Value) -> bool:
    return value.leaked.provider is Provider.GITHUB and is_revocable(value.secret)


def _revoke(clients: Clients, values: Sequence[Value]) -> None:
    """Show them to GitHub. Raises ``Unreachable``, ``Throttled``, ``OutsideError``."""
    clients.github_tokens.revoke([one.secret for one in values])


GITHUB = Issuer(
    refuse=_refuse,
    revoke=_revoke,
    noun="GitHub token",
    blast="whatever uses it stops at once; GitHub tells its owner",
    undo="it cannot be undone: GitHub brings no token back",
    act="github: POST /credentials/revoke for",
)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.IRREVERSIBLE,
    summary="Revoke leaked GitHub tokens",
    operation=GITHUB.operation(),
)
