"""Revoke leaked tokens at their providers, for good, where the Kingfisher SDK knows how (GitLab, Slack, npm, ...).

Irreversible. Each is asked about first; only what its provider says is alive is revoked, and only with what stands
beside it in its own line. A provider that gives no clear answer leaves the step in doubt: it may have been revoked.
The attacker sees a refusal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from irkit.clients.kingfisher import Said
from irkit.contract import Action, Effect
from irkit.errors import NotFound, OutsideError
from irkit.scan.issuer import question
from irkit.scan.leaked import Provider, Value, liveness_rule
from irkit.scan.revocation import Issuer, Params, Result

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


def _refuse(clients: Clients, values: Sequence[Value]) -> None:
    """Raises ``NotFound`` where the SDK has no way to revoke a kind, and for an AWS key: that has steps of its own."""
    rules = ((one.leaked.label, liveness_rule(one.leaked.rule)) for one in values)
    if of_aws := [one.leaked.label for one in values if one.leaked.provider is Provider.AWS]:
        raise NotFound(f"an AWS key is not revoked here: {', '.join(of_aws)}", hint="contain it by key_leak")
    uncovered = [label for label, rule in rules if not clients.providers.can_revoke(rule)]
    if uncovered:
        raise NotFound(f"no revocation is known for {', '.join(uncovered)}", hint="revoke it in its provider's console")


def _revoke(clients: Clients, values: Sequence[Value]) -> None:
    """One after the other. Raises ``Unreachable`` when a provider gave no clear answer, ``OutsideError``."""
    for value in values:
        clients.progress(f"revoking {value.leaked.label}")
        answer = clients.providers.revoke(question(value))
        if answer.said is Said.ACTIVE:
            raise OutsideError(f"{value.leaked.label} was not revoked: {answer.why}")


PROVIDER = Issuer(
    refuse=_refuse,
    revoke=_revoke,
    noun="token",
    blast="whatever uses it stops at once",
    undo="it cannot be undone: a new token must be issued",
    act="revoked at the provider:",
)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.IRREVERSIBLE,
    summary="Revoke leaked tokens at their providers",
    operation=PROVIDER.operation(),
)
