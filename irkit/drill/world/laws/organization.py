"""The organization that the rehearsed account stands in, with its service control policies. Pure but for new ids.

One root, one organizational unit, the management account and two members. ``FullAWSAccess`` is attached to each of
them, as AWS does it. Shapes, errors and quotas: AWS Organizations API reference and "Quotas for AWS Organizations".
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from irkit.drill.world.json_shape import Json, JsonObject
from irkit.drill.world.laws.scp import FULL_ACCESS, fault

MANAGEMENT_ACCOUNT = "999900001111"
"""Who manages the organization that the rehearsed account is a member of."""
OTHER_MEMBER = "222233334444"
"""Another member, which nothing has happened to: what hangs on the root or the unit hits it too."""
ALL_ACCESS_ID = "p-FullAWSAccess"
SCP = "SERVICE_CONTROL_POLICY"
MOST_ATTACHED = 5
MOST_CHARACTERS = 5120
_ID_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_OFTEN = "ConstraintViolationException"


class OrganizationRefused(Exception):
    """The call is refused with this AWS error code; ``reason`` is what the error carries beside its message."""

    def __init__(self, code: str, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.reason = reason


@dataclass(frozen=True)
class Place:
    """A root, an organizational unit or an account."""

    id: str
    name: str
    kind: str
    """``ROOT``, ``ORGANIZATIONAL_UNIT`` or ``ACCOUNT``."""
    parent: str = ""


@dataclass(frozen=True)
class Policy:
    """One service control policy."""

    id: str
    name: str
    description: str
    content: str

    @property
    def is_of_aws(self) -> bool:
        """Whether AWS made it: it cannot be changed."""
        return self.id == ALL_ACCESS_ID


class Organization:
    """Places, policies, and which hang where. Not safe between threads: one event loop asks it."""

    def __init__(self, management: str, members: Mapping[str, str]) -> None:
        mark = _letters(4)
        self.id = f"o-{_letters(10)}"
        self.management = management
        root, unit = (
            Place(f"r-{mark}", "Root", "ROOT"),
            Place(f"ou-{mark}-{_letters(8)}", "Workloads", _UNIT, f"r-{mark}"),
        )
        accounts = [
            Place(management, "management", "ACCOUNT", root.id),
            *(Place(number, name, "ACCOUNT", unit.id) for number, name in members.items()),
        ]
        self.places = {place.id: place for place in (root, unit, *accounts)}
        all_access = Policy(ALL_ACCESS_ID, "FullAWSAccess", "Allows access to every operation", FULL_ACCESS)
        self.policies = {ALL_ACCESS_ID: all_access}
        self.attached: dict[str, list[str]] = {place: [ALL_ACCESS_ID] for place in self.places}

    def chain(self, account: str) -> Sequence[str]:
        """The places from the root down to an account; empty for one that is no member."""
        found: list[str] = []
        place = self.places.get(account)
        while place is not None:
            found.insert(0, place.id)
            place = self.places.get(place.parent)
        return found

    def state(self) -> dict[tuple[str, ...], str]:
        """What there is to spread: each policy's text by its id, and each attachment by its place and policy."""
        texts: dict[tuple[str, ...], str] = {(policy.id,): policy.content for policy in self.policies.values()}
        return texts | {(place, held): "" for place, all_held in self.attached.items() for held in all_held}

    def arn(self, kind: str, own: str) -> str:
        """The ARN of something in the organization."""
        return f"arn:aws:organizations::{self.management}:{kind}/{self.id}/{own}"

    def policy_arn(self, policy: Policy) -> str:
        """The ARN of a policy; AWS's own belong to nobody's organization."""
        name = f"service_control_policy/{policy.id}"
        return f"arn:aws:organizations::aws:policy/{name}" if policy.is_of_aws else self.arn("policy", name)

    def place(self, own: str, otherwise: str) -> Place:
        """What an id names. Raises OrganizationRefused with the code ``otherwise`` when nothing has it."""
        if own not in self.places:
            raise OrganizationRefused(otherwise, f"You specified a target that doesn't exist: {own}")
        return self.places[own]

    def policy(self, own: str) -> Policy:
        """The policy with this id. Raises OrganizationRefused when there is none."""
        if own not in self.policies:
            raise OrganizationRefused("PolicyNotFoundException", "We can't find a policy with the PolicyId specified.")
        return self.policies[own]

    def create(self, name: str, description: str, content: str) -> Policy:
        """Makes a policy. Raises OrganizationRefused when its text or its name is not acceptable."""
        self._check(name, content, "")
        made = Policy(f"p-{_letters(8)}", name, description, content)
        self.policies[made.id] = made
        return made

    def update(self, own: str, name: str | None, description: str | None, content: str | None) -> Policy:
        """Changes what is given. Raises OrganizationRefused like ``create``."""
        was = self._own_policy(own)
        new = Policy(
            own,
            was.name if name is None else name,
            was.description if description is None else description,
            was.content if content is None else content,
        )
        self._check(new.name, new.content, own)
        self.policies[own] = new
        return new

    def delete(self, own: str) -> None:
        """Deletes a policy that hangs nowhere. Raises OrganizationRefused otherwise."""
        self._own_policy(own)
        if self.targets(own):
            raise OrganizationRefused(
                "PolicyInUseException",
                "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts "
                "before performing this operation.",
            )
        del self.policies[own]

    def attach(self, own: str, target: str) -> None:
        """Hangs a policy on a target. Raises OrganizationRefused when it hangs there, or too many do."""
        self.policy(own)
        held = self.attached[self.place(target, "TargetNotFoundException").id]
        if own in held:
            raise OrganizationRefused(
                "DuplicatePolicyAttachmentException", "The selected policy is already attached to the specified target."
            )
        if len(held) >= MOST_ATTACHED:
            raise OrganizationRefused(
                _OFTEN,
                "You have attached the maximum number of policies of this type to the target.",
                "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
            )
        held.append(own)

    def detach(self, own: str, target: str) -> None:
        """Takes a policy off a target. Raises OrganizationRefused when it does not hang there, or is the last."""
        self.policy(own)
        held = self.attached[self.place(target, "TargetNotFoundException").id]
        if own not in held:
            raise OrganizationRefused(
                "PolicyNotAttachedException", "The policy isn't attached to the specified target in the specified root."
            )
        if len(held) == 1:
            raise OrganizationRefused(
                _OFTEN,
                "You cannot remove the last policy of this type from the target.",
                "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
            )
        held.remove(own)

    def targets(self, own: str) -> list[Place]:
        """What a policy hangs on."""
        return [self.places[place] for place, held in self.attached.items() if own in held]

    def shown(self, policy: Policy) -> JsonObject:
        """A policy's summary as the API tells it."""
        return {
            "Id": policy.id,
            "Arn": self.policy_arn(policy),
            "Name": policy.name,
            "Description": policy.description,
            "Type": SCP,
            "AwsManaged": policy.is_of_aws,
        }

    def _own_policy(self, own: str) -> Policy:
        found = self.policy(own)
        if found.is_of_aws:
            raise OrganizationRefused(
                "InvalidInputException", "You can't modify an AWS managed policy.", "IMMUTABLE_POLICY"
            )
        return found

    def _check(self, name: str, content: str, own: str) -> None:
        if len(content) > MOST_CHARACTERS:
            raise OrganizationRefused(
                _OFTEN, "You have exceeded the maximum policy size.", "POLICY_CONTENT_LIMIT_EXCEEDED"
            )
        if wrong := fault(content):
            raise OrganizationRefused(
                "MalformedPolicyDocumentException", f"The provided policy document does not meet requirements: {wrong}."
            )
        if any(policy.name == name for policy in self.policies.values() if policy.id != own):
            raise OrganizationRefused("DuplicatePolicyException", "A policy with the same name already exists.")


def rows(values: Sequence[JsonObject]) -> list[Json]:
    """Objects as a list of JSON values."""
    return list(values)


def _letters(count: int) -> str:
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(count))


_UNIT = "ORGANIZATIONAL_UNIT"
