"""Reading the ``inputs`` of a runbook."""

from __future__ import annotations

import re

from pydantic import JsonValue

from irkit.runbook import nodes, reading
from irkit.runbook.finding import Findings, quoted
from irkit.runbook.keys import INPUT_KEYS
from irkit.runbook.model import Input, InputKind, InputName

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

_FITS: dict[InputKind, type] = {
    InputKind.TEXT: str,
    InputKind.CHOICE: str,
    InputKind.NUMBER: int,
    InputKind.FLAG: bool,
}


def read_inputs(node: nodes.Node | None, findings: Findings) -> dict[InputName, Input]:
    """The inputs by name, in file order; those that are off are noted and left out."""
    found: dict[InputName, Input] = {}
    whole = reading.mapping(node, "inputs", findings)
    for name, member in whole.members.items() if whole else ():
        if not _NAME.fullmatch(name):
            findings.add(member.place, f"{quoted(name)} is no input name: lower snake, at most 40 letters")
            continue
        given = _input(InputName(name), member, findings)
        if given is not None:
            found[given.name] = given
    return found


def _input(name: InputName, node: nodes.Node, findings: Findings) -> Input | None:
    what = f"input {name}"
    parts = reading.mapping(node, what, findings)
    if parts is None:
        return None
    reading.known_keys(parts, what, INPUT_KEYS, findings)
    get = parts.members.get
    kind = reading.one_of(get("type"), "type of input", InputKind, findings)
    options = tuple(word for word, _ in reading.texts(get("options"), "options", findings))
    if kind is None:
        return None
    if (kind is InputKind.CHOICE) != bool(options):
        findings.add(parts.place, f"{what}: a choice has options, and only a choice has")
    default = _default(get("default"), kind, options, findings)
    return Input(
        name=name,
        kind=kind,
        title=reading.text(get("title"), "title", findings) or name.replace("_", " "),
        place=parts.place,
        default=default,
        optional=reading.truth(get("optional"), "optional", findings) or False,
        example=reading.text(get("example"), "example", findings) or "",
        options=options,
    )


def _default(node: nodes.Node | None, kind: InputKind, options: tuple[str, ...], findings: Findings) -> JsonValue:
    if node is None:
        return None
    if kind is InputKind.SECRET:
        findings.add(node.place, "a secret has no default: it must not stand in a file")
        return None
    if kind is InputKind.LIST:
        if not isinstance(node, nodes.Sequence):
            findings.add(node.place, "the default of a list must be a list of texts")
            return None
        return [word for word, _ in reading.texts(node, "default", findings)]
    value = node.value if isinstance(node, nodes.Scalar) else None
    if type(value) is not _FITS[kind] or (kind is InputKind.CHOICE and value not in options):
        findings.add(node.place, f"the default does not fit the type {kind}")
        return None
    return value
