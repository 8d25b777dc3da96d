"""What a caller took hold of that was there before: roles, instances and functions that others use as well. Pure.

Whoever changes a role's trust, runs a command on an instance or changes a function's code can go on as these. Their
sessions are not told apart from those of their rightful users, so that a tree of keys does not hold them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from irkit.cloudtrail.calls import plain
from irkit.cloudtrail.lineage import Tree
from irkit.cloudtrail.query import texts
from irkit.cloudtrail.record import Record

_INSTANCES = frozenset({
    *("ssm:SendCommand", "ssm:StartSession", "ec2:ModifyInstanceAttribute", "ec2:AssociateIamInstanceProfile"),
    *("ec2-instance-connect:SendSSHPublicKey", "ec2-instance-connect:SendSerialConsoleSSHPublicKey"),
})  # fmt: skip
_FUNCTIONS = frozenset({"lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration", "lambda:AddPermission"})
_TRUST = "iam:UpdateAssumeRolePolicy"


def reached(records: Iterable[Record], tree: Tree) -> tuple[str, ...]:
    """``role admin``, ``instance i-0123``, ``function pay``: by name, those that the tree itself made left out."""
    own = {one.id.rsplit("/", maxsplit=1)[-1] for one in tree.births}
    found: set[str] = set()
    for one in records:
        if one.error:
            continue
        taken = [f"{kind} {name}" for kind, name in _taken(one) if name and name not in own]
        if taken and tree.holds(one):
            found.update(taken)
    return tuple(sorted(found))


def _taken(one: Record) -> Iterator[tuple[str, str]]:
    call = plain(one.call)
    if call == _TRUST:
        yield "role", one.param("roleName")
    elif call in _FUNCTIONS:
        yield "function", one.param("functionName").rsplit(":", maxsplit=1)[-1]
    elif call in _INSTANCES:
        for text in texts(one.params):
            if text.startswith(("i-", "mi-")):
                yield "instance", text
