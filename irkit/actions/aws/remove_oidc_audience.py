"""Take no more tokens for one audience of an OpenID Connect provider, such as a CI service's ``sts.amazonaws.com``.

Every role that trusts the provider feels it, so blocking one role's trust comes first; this is for a provider that is
itself misused. It is refused while the role that irkit acts as, or a protected one, is taken on by this provider. The
provider stays: deleting it would break all trust policies that name it.
The attacker sees ``InvalidIdentityToken`` on sts:AssumeRoleWithWebIdentity.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import AwareDatetime

from irkit.clients.principal import name_in
from irkit.clients.settling import Stands
from irkit.clients.trust_policy import trust_policy, trusted
from irkit.contract import Action, Change, Effect, Frozen, Operation, Plan, Probe, Receipt, Standing, Verdict
from irkit.errors import NotFound, OwnIdentity, PlanStale

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Frozen):
    """``provider`` is the provider's ARN."""

    provider: str
    audience: str


class Result(Frozen):
    """``at`` is AWS's clock right after; None when found later."""

    provider: str
    audience: str
    at: datetime | None = None


class _Work(Frozen):
    provider: str
    audience: str
    before: bool
    """Whether tokens for it are taken."""
    after: bool
    written_at: AwareDatetime | None = None


def plan(clients: Clients, params: Params) -> Plan:
    """Read the provider's audiences. Raises ``OwnIdentity``, ``NotFound``."""
    _refuse_own(clients, params.provider)
    now = params.audience in clients.oidc_providers.described(params.provider).audiences
    work = _Work(provider=params.provider, audience=params.audience, before=now, after=False)
    return _plan(work, "every role that trusts this provider: no new session with such a token; open ones go on")


def probe(clients: Clients, plan: Plan) -> Probe:
    """Look at the provider's audiences."""
    work = _Work.model_validate(plan.details)
    now = work.audience in clients.oidc_providers.described(work.provider).audiences
    seen = f"{work.provider}: {_words(now)} for {work.audience}"
    if now == work.after:
        receipt = _receipt(work, None, clients.aws_now().at, ())
        return Probe(standing=Standing.IN_PLACE, seen=seen, receipt=receipt)
    return Probe(standing=Standing.UNTOUCHED, seen=seen)


def apply(clients: Clients, plan: Plan) -> Receipt:
    """Remove the audience, or add it again. Raises ``OwnIdentity``, ``PlanStale`` when it is not as the plan shows."""
    work = _Work.model_validate(plan.details)
    if not work.after:
        _refuse_own(clients, work.provider)
    providers = clients.oidc_providers
    if (work.audience in providers.described(work.provider).audiences) != work.before:
        msg = f"{work.provider}: {_words(not work.before)} for {work.audience} meanwhile"
        raise PlanStale(msg, hint="look at the new plan")
    write = providers.add_audience if work.after else providers.remove_audience
    request_id = write(work.provider, work.audience)
    at = clients.aws_now().at
    return _receipt(work, at, at, (request_id,))


def verify(clients: Clients, receipt: Receipt) -> Verdict:
    """Look at the provider again, after the settling time."""
    work = _Work.model_validate(receipt.details)
    now = work.audience in clients.oidc_providers.described(work.provider).audiences
    seen = f"iam:GetOpenIDConnectProvider {work.provider}: {_words(now)} for {work.audience}"
    return clients.settling.verdict(work.written_at, Stands(now == work.after, seen))


def plan_revert(clients: Clients, receipt: Receipt) -> Plan:
    """Read the provider's audiences, to put back what was."""
    done = _Work.model_validate(receipt.details)
    now = done.audience in clients.oidc_providers.described(done.provider).audiences
    work = _Work(provider=done.provider, audience=done.audience, before=now, after=done.before)
    return _plan(work, "roles that trust this provider are taken on again with such tokens")


def _refuse_own(clients: Clients, provider: str) -> None:
    """Raises ``OwnIdentity`` where the role that we act as, or one that is protected, is taken on by this provider."""
    own = clients.sts.own_identity().principal
    for name in (own, *(name_in(each) for each in clients.config.protected_principals)):
        try:
            document = trust_policy(clients.rights, name).read()
        except NotFound:
            continue  # a user
        if provider in trusted(document):
            why = "irkit acts as it" if name == own else "it is protected by irkit's configuration"
            msg = f"role {name} is taken on by {provider}, and {why}"
            raise OwnIdentity(msg, hint="block the trust of the misused role instead (aws.block_trust)")


def _words(taken: bool) -> str:  # noqa: FBT001 -- a state, not a switch
    return "takes tokens" if taken else "takes no tokens"


def _plan(work: _Work, blast: str) -> Plan:
    change = Change(
        target=f"audience {work.audience} of {work.provider}", before=_words(work.before), after=_words(work.after)
    )
    return Plan(
        summary=f"{work.provider}: {_words(work.after)} for {work.audience}",
        changes=() if work.before == work.after else (change,),
        blast=blast,
        undo="put the audience back as it was",
        details=work.model_dump(mode="json"),
    )


def _receipt(work: _Work, at: datetime | None, written_at: datetime, request_ids: tuple[str, ...]) -> Receipt:
    return Receipt(
        summary=f"{work.provider}: {_words(work.after)} for {work.audience}",
        result=Result(provider=work.provider, audience=work.audience, at=at).model_dump(mode="json"),
        details=work.model_copy(update={"written_at": written_at}).model_dump(mode="json"),
        request_ids=request_ids,
    )


_SETTLE = timedelta(seconds=120)

ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.REVERSIBLE,
    summary="Take no more tokens for an OIDC audience",
    operation=Operation(plan, probe, apply, verify, settle=_SETTLE),
    revert=Operation(plan_revert, probe, apply, verify, settle=_SETTLE),
    iam=(
        *("iam:GetOpenIDConnectProvider", "iam:RemoveClientIDFromOpenIDConnectProvider"),
        *("iam:AddClientIDToOpenIDConnectProvider", "iam:GetRole"),
    ),
)
