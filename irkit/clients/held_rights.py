"""``HeldRights``: all that a user or role has its rights from, as an action plans, takes away, and gives back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from irkit.clients.deny_all import DENY_ALL
from irkit.clients.deny_older import DENY_OLDER
from irkit.clients.holder import Holder
from irkit.clients.iam_rights import AWS_QUARANTINE, Rights
from irkit.contract import Change, Frozen

OURS = (DENY_ALL, DENY_OLDER)
"""How the names of irkit's own policies begin."""


class HeldRights(Frozen):
    """Groups, attached managed policies (ARNs) and inline policies (name to canonical JSON text).

    irkit's own denies and AWS's quarantine policies are no rights, and are not among them.
    """

    groups: tuple[str, ...] = ()
    attached: tuple[str, ...] = ()
    inline: Mapping[str, str] = {}

    def without(self, other: HeldRights) -> HeldRights:
        """What this has and the other has not."""
        return HeldRights(
            groups=tuple(each for each in self.groups if each not in other.groups),
            attached=tuple(each for each in self.attached if each not in other.attached),
            inline={name: text for name, text in self.inline.items() if other.inline.get(name) != text},
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing."""
        return not (self.groups or self.attached or self.inline)

    @property
    def names(self) -> tuple[str, ...]:
        """Each in a few words."""
        return (
            *(f"group {each}" for each in self.groups),
            *(f"attached {each}" for each in self.attached),
            *(f"inline {each}" for each in self.inline),
        )


def held(rights: Rights, holder: Holder) -> HeldRights:
    """What a holder has now. Raises ``NotFound``."""
    attached = rights.attached(holder)
    names = [name for name in rights.inline_names(holder) if not name.startswith(OURS)]
    return HeldRights(
        groups=rights.groups(holder),
        attached=tuple(each.arn for each in attached if not each.is_aws_quarantine),
        inline={name: rights.inline(holder, name) for name in names},
    )


def aws_quarantine(rights: Rights, holder: Holder) -> str:
    """The name of AWS's own quarantine policy on a holder; empty when there is none."""
    return next((each.name for each in rights.attached(holder) if each.name.startswith(AWS_QUARANTINE)), "")


def taken(rights: Rights, holder: Holder, gone: HeldRights) -> Iterator[str]:
    """Take rights away, one call after another; the request ids."""
    for group in gone.groups:
        yield rights.leave(holder, group)
    for arn in gone.attached:
        yield rights.detach(holder, arn)
    for name in gone.inline:
        yield rights.delete_inline(holder, name)


def given(rights: Rights, holder: Holder, back: HeldRights) -> Iterator[str]:
    """Give rights back, one call after another; the request ids."""
    for name, text in back.inline.items():
        yield rights.put_inline(holder, name, text)
    for arn in back.attached:
        yield rights.attach(holder, arn)
    for group in back.groups:
        yield rights.join(holder, group)


def changes(holder: Holder, before: HeldRights, after: HeldRights) -> tuple[Change, ...]:
    """One change a right."""
    lost, won = before.without(after), after.without(before)
    return (
        *(Change(target=f"{name} of {holder}", before=_shown(name, before), after="absent") for name in lost.names),
        *(Change(target=f"{name} of {holder}", before="absent", after=_shown(name, after)) for name in won.names),
    )


def _shown(name: str, rights: HeldRights) -> str:
    kind, _, own = name.partition(" ")
    return rights.inline[own] if kind == "inline" else "present"
