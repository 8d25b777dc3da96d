"""The operations of AWS Organizations on an ``Organization``: who may call, parameters, shapes, pages. Pure.

Members may only describe their organization; everything else is the management account's. Source: Organizations API
reference, "This operation can be called only from the organization's management account".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from irkit.drill.world.json_shape import Json, JsonObject, number, text
from irkit.drill.world.laws.organization import SCP, Organization, OrganizationRefused, Place, rows

_JOINED_AT = 1_600_000_000
_OPEN_TO_MEMBERS = {"DescribeOrganization"}
_PAGE = 20

Operation = Callable[[Organization, JsonObject], JsonObject]


def answer(organization: Organization | None, account: str, operation: str, params: JsonObject) -> JsonObject:
    """What an operation that ``account`` calls gives. Raises OrganizationRefused, also for one that is not modelled."""
    if organization is None or account not in organization.places:
        raise OrganizationRefused(
            "AWSOrganizationsNotInUseException", "Your account is not a member of an organization."
        )
    if account != organization.management and operation not in _OPEN_TO_MEMBERS:
        raise OrganizationRefused("AccessDeniedException", "You don't have permissions to access this resource.")
    known = _OPERATIONS.get(operation)
    if known is None:
        raise OrganizationRefused("UnknownOperationException", f"The rehearsal has no organizations:{operation}.")
    return known(organization, params)


def _describe(organization: Organization, _: JsonObject) -> JsonObject:
    own = organization.management
    told: JsonObject = {
        "Id": organization.id,
        "Arn": f"arn:aws:organizations::{own}:organization/{organization.id}",
        "FeatureSet": "ALL",
        "MasterAccountId": own,
        "MasterAccountArn": organization.arn("account", own),
        "MasterAccountEmail": f"aws+{own}@example.com",
        "AvailablePolicyTypes": [{"Type": SCP, "Status": "ENABLED"}],
    }
    return {"Organization": told}


def _roots(organization: Organization, params: JsonObject) -> JsonObject:
    return _page("Roots", [_root(organization, one) for one in _of_kind(organization, "ROOT")], params)


def _accounts(organization: Organization, params: JsonObject) -> JsonObject:
    return _page("Accounts", [_account(organization, one) for one in _of_kind(organization, "ACCOUNT")], params)


def _accounts_below(organization: Organization, params: JsonObject) -> JsonObject:
    parent = organization.place(_needed(params, "ParentId"), "ParentNotFoundException")
    found = [one for one in _of_kind(organization, "ACCOUNT") if one.parent == parent.id]
    return _page("Accounts", [_account(organization, one) for one in found], params)


def _units_below(organization: Organization, params: JsonObject) -> JsonObject:
    parent = organization.place(_needed(params, "ParentId"), "ParentNotFoundException")
    found = [one for one in _of_kind(organization, "ORGANIZATIONAL_UNIT") if one.parent == parent.id]
    return _page(
        "OrganizationalUnits",
        [{"Id": one.id, "Arn": organization.arn("ou", one.id), "Name": one.name} for one in found],
        params,
    )


def _describe_account(organization: Organization, params: JsonObject) -> JsonObject:
    place = organization.place(_needed(params, "AccountId"), "AccountNotFoundException")
    return {"Account": _account(organization, place)}


def _parents(organization: Organization, params: JsonObject) -> JsonObject:
    place = organization.place(_needed(params, "ChildId"), "ChildNotFoundException")
    if not place.parent:
        raise OrganizationRefused("ChildNotFoundException", "A root has no parent.")
    parent = organization.places[place.parent]
    return _page("Parents", [{"Id": parent.id, "Type": parent.kind}], params)


def _policies(organization: Organization, params: JsonObject) -> JsonObject:
    _filtered(params)
    return _page("Policies", [organization.shown(one) for one in organization.policies.values()], params)


def _policies_of(organization: Organization, params: JsonObject) -> JsonObject:
    _filtered(params)
    place = organization.place(_needed(params, "TargetId"), "TargetNotFoundException")
    held = [organization.shown(organization.policies[one]) for one in organization.attached[place.id]]
    return _page("Policies", held, params)


def _targets(organization: Organization, params: JsonObject) -> JsonObject:
    policy = organization.policy(_needed(params, "PolicyId"))
    found: list[JsonObject] = [
        {"TargetId": one.id, "Arn": _place_arn(organization, one), "Name": one.name, "Type": one.kind}
        for one in organization.targets(policy.id)
    ]
    return _page("Targets", found, params)


def _create(organization: Organization, params: JsonObject) -> JsonObject:
    if _needed(params, "Type") != SCP:
        raise OrganizationRefused("PolicyTypeNotAvailableForOrganizationException", "Only SCPs are enabled here.")
    made = organization.create(_needed(params, "Name"), text(params.get("Description")), _needed(params, "Content"))
    return _with_content(organization, made.id)


def _describe_policy(organization: Organization, params: JsonObject) -> JsonObject:
    return _with_content(organization, _needed(params, "PolicyId"))


def _update(organization: Organization, params: JsonObject) -> JsonObject:
    own = _needed(params, "PolicyId")
    given = [text(params[name]) if name in params else None for name in ("Name", "Description", "Content")]
    organization.update(own, *given)
    return _with_content(organization, own)


def _delete(organization: Organization, params: JsonObject) -> JsonObject:
    organization.delete(_needed(params, "PolicyId"))
    return {}


def _attach(organization: Organization, params: JsonObject) -> JsonObject:
    organization.attach(_needed(params, "PolicyId"), _needed(params, "TargetId"))
    return {}


def _detach(organization: Organization, params: JsonObject) -> JsonObject:
    organization.detach(_needed(params, "PolicyId"), _needed(params, "TargetId"))
    return {}


def _needed(params: JsonObject, name: str) -> str:
    found = text(params.get(name))
    if not found:
        raise OrganizationRefused("InvalidInputException", f"{name} is missing.", "INPUT_REQUIRED")
    return found


def _filtered(params: JsonObject) -> None:
    if _needed(params, "Filter") != SCP:
        raise OrganizationRefused("InvalidInputException", "Only SCPs are enabled here.", "INVALID_ENUM_POLICY_TYPE")


def _page(name: str, found: Sequence[JsonObject], params: JsonObject) -> JsonObject:
    """One page of rows: at most 20, fewer when fewer are wanted; the token is where the next begins."""
    size = min(_PAGE, max(1, int(number(params.get("MaxResults"), _PAGE))))
    token = text(params.get("NextToken"))
    begin = int(token) if token.isdigit() else 0
    told: JsonObject = {name: rows(found[begin : begin + size])}
    return told | ({"NextToken": str(begin + size)} if begin + size < len(found) else {})


def _of_kind(organization: Organization, kind: str) -> list[Place]:
    return [place for place in organization.places.values() if place.kind == kind]


def _root(organization: Organization, place: Place) -> JsonObject:
    enabled: list[Json] = [{"Type": SCP, "Status": "ENABLED"}]
    return {"Id": place.id, "Arn": _place_arn(organization, place), "Name": place.name, "PolicyTypes": enabled}


def _account(organization: Organization, place: Place) -> JsonObject:
    return {
        "Id": place.id,
        "Arn": _place_arn(organization, place),
        "Name": place.name,
        "Email": f"aws+{place.id}@example.com",
        "Status": "ACTIVE",
        "State": "ACTIVE",
        "JoinedMethod": "CREATED",
        "JoinedTimestamp": _JOINED_AT,
    }


def _place_arn(organization: Organization, place: Place) -> str:
    return organization.arn({"ROOT": "root", "ACCOUNT": "account"}.get(place.kind, "ou"), place.id)


def _with_content(organization: Organization, own: str) -> JsonObject:
    policy = organization.policy(own)
    return {"Policy": {"PolicySummary": organization.shown(policy), "Content": policy.content}}


_OPERATIONS: dict[str, Operation] = {
    "DescribeOrganization": _describe,
    "DescribeAccount": _describe_account,
    "ListRoots": _roots,
    "ListAccounts": _accounts,
    "ListAccountsForParent": _accounts_below,
    "ListOrganizationalUnitsForParent": _units_below,
    "ListParents": _parents,
    "ListPolicies": _policies,
    "ListPoliciesForTarget": _policies_of,
    "ListTargetsForPolicy": _targets,
    "CreatePolicy": _create,
    "DescribePolicy": _describe_policy,
    "UpdatePolicy": _update,
    "DeletePolicy": _delete,
    "AttachPolicy": _attach,
    "DetachPolicy": _detach,
}
