"""Whether irkit may do what each runbook does: by IAM's own simulation, and by harmless reads where that is denied."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from irkit.clients.cloudtrail import Attribute
from irkit.clients.iam import Decision
from irkit.doctor.finding import Finding, Patient, Standing, bad, good, unknown
from irkit.errors import Denied, NotFound, OutsideError
from irkit.runbook.policy import permissions as needed

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

ABOUT = "permissions"
_NOBODY = "irkit-doctor-asks-for-nobody"
_SHOWN = 6


def permissions(patient: Patient) -> Iterator[Finding]:
    """One finding a runbook. Raises ``RunbookInvalid`` for a runbook with an unknown action."""
    by_runbook = {one.name: needed(one, patient.catalog) for one in patient.runbooks}
    wanted = sorted({each for several in by_runbook.values() for each in several})
    if not wanted:
        return
    try:
        decided = _simulated(patient.clients, wanted)
        how = "IAM's simulation"
    except OutsideError as error:
        decided = _probed(patient.clients, wanted)
        how = "harmless reads"
        hint = "a role for break-glass should have iam:SimulatePrincipalPolicy"
        yield Finding(ABOUT, Standing.WARNING, f"IAM does not simulate for us: {error.message}", hint)
    for name, several in by_runbook.items():
        yield _of_runbook(name, several, decided, how)


def _simulated(clients: Clients, wanted: Sequence[str]) -> dict[str, Decision]:
    """IAM's simulation for whom we act as; of a session, for its role. The root user may do everything."""
    own = clients.sts.own_identity()
    if own.arn.endswith(":root"):
        return dict.fromkeys(wanted, Decision.ALLOWED)
    arn = clients.iam.role_arn(own.principal) if ":assumed-role/" in own.arn else own.arn
    return clients.iam.decided(arn, wanted)


def _of_runbook(name: str, several: Sequence[str], decided: Mapping[str, Decision], how: str) -> Finding:
    lacking = [each for each in several if decided.get(each) in {Decision.DENIED, Decision.REFUSED_BY_ORGANIZATION}]
    open_ones = [each for each in several if each not in decided]
    if lacking:
        by_organization = [each for each in lacking if decided[each] is Decision.REFUSED_BY_ORGANIZATION]
        also = f" (the organization's policies refuse {_listed(by_organization)})" if by_organization else ""
        return bad(
            ABOUT,
            f"{name}: {len(lacking)} of {len(several)} permissions are wanting: {_listed(lacking)}{also}",
            f"irkit runbook policy {name} prints the policy it needs",
        )
    if open_ones:
        says = f"{name}: {len(open_ones)} of {len(several)} permissions could not be tried: {_listed(open_ones)}"
        return unknown(ABOUT, says, "only IAM's simulation can tell of permissions that change something")
    return good(ABOUT, f"{name}: all {len(several)} permissions, by {how}")


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _probed(clients: Clients, wanted: Sequence[str]) -> dict[str, Decision]:
    """What harmless calls tell: they read, or they name something that does not exist."""
    found: dict[str, Decision] = {}
    for name in wanted:
        probe = _PROBES.get(name)
        if probe is None:
            continue
        try:
            probe(clients)
        except Denied:
            found[name] = Decision.DENIED
        except NotFound:
            found[name] = Decision.ALLOWED
        except OutsideError:
            continue
        else:
            found[name] = Decision.ALLOWED
    return found


def _look_up(clients: Clients) -> None:
    now = clients.now()
    region = clients.config.aws.region
    next(iter(clients.cloudtrail.lookup(region, Attribute.USERNAME, _NOBODY, now - timedelta(minutes=1), now)), None)


_PROBES: Mapping[str, Callable[[Clients], object]] = {
    "cloudtrail:LookupEvents": _look_up,
    "ecs:ListClusters": lambda clients: clients.aws.call("ecs", "list_clusters"),
    "iam:GetUser": lambda clients: clients.iam.user_arn(_NOBODY),
    "iam:ListAccessKeys": lambda clients: clients.aws.call("iam", "list_access_keys", UserName=_NOBODY),
    "iam:ListAttachedUserPolicies": lambda clients: clients.aws.call(
        "iam", "list_attached_user_policies", UserName=_NOBODY
    ),
    "secretsmanager:DescribeSecret": lambda clients: clients.aws.call(
        "secretsmanager", "describe_secret", SecretId=_NOBODY
    ),
}
