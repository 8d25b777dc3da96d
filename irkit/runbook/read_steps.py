"""Reading the ``steps`` of a runbook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from irkit.contract import ActionId
from irkit.runbook import nodes, reading
from irkit.runbook.finding import Findings, Place, nearest, quoted
from irkit.runbook.keys import STEP_KEYS
from irkit.runbook.model import Input, InputName, RunbookPhase, Step, StepId, Value
from irkit.runbook.read_values import Loop, Scope, read_value, read_when

LONGEST_STEP_ID = 18
MOST_STEPS = 200
_STEP_ID = re.compile(r"[a-z][a-z0-9_]*")
_ACTION_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_TAKEN = {"inputs", "item"}


@dataclass
class _Reader:
    """What holds while reading one file's steps."""

    inputs: Mapping[InputName, Input]
    every: tuple[StepId, ...]
    findings: Findings

    def step(self, name: StepId, place: Place, node: nodes.Node, above: tuple[StepId, ...]) -> Step | None:
        """One step, or None with findings."""
        parts = reading.mapping(node, f"step {name}", self.findings)
        if parts is None:
            return None
        reading.known_keys(parts, "a step", STEP_KEYS, self.findings)
        get = parts.members.get
        uses = self._uses(get("uses"))
        outside = Scope(self.inputs, above, self.every, Loop.OUTSIDE)
        each = get("for_each")
        within = Scope(self.inputs, above, self.every, Loop.OUTSIDE if each is None else Loop.INSIDE)
        return Step(
            id=name,
            uses=uses,
            title=reading.text(get("title"), "title", self.findings) or name.replace("_", " "),
            place=place,
            uses_place=uses_node.place if (uses_node := get("uses")) else place,
            params=self._params(get("with"), within),
            needs=self._steps(get("needs"), "needs", name, above),
            after=self._steps(get("after"), "after", name, above),
            when=read_when(get("when"), outside, self.findings),
            for_each=None if each is None else self._for_each(each, outside),
            approve=reading.whole(get("approve"), "approve", 1, self.findings),
            phase=reading.one_of(get("phase"), "phase", RunbookPhase, self.findings),
        )

    def _uses(self, node: nodes.Node | None) -> ActionId:
        text = reading.text(node, "uses", self.findings) or ""
        if node is not None and text and not _ACTION_ID.fullmatch(text):
            self.findings.add(node.place, f"{quoted(text)} is no action id, such as aws.deactivate_keys")
        return ActionId(text)

    def _params(self, node: nodes.Node | None, scope: Scope) -> dict[str, Value]:
        parts = reading.mapping(node, "with", self.findings)
        members = parts.members.items() if parts else ()
        return {key: read_value(member, scope, self.findings) for key, member in members}

    def _for_each(self, node: nodes.Node, scope: Scope) -> Value:
        if isinstance(node, nodes.Mapping) or (isinstance(node, nodes.Scalar) and "$" not in node.text):
            self.findings.add(node.place, "for_each must be a list or a reference to one")
        return read_value(node, scope, self.findings)

    def _steps(self, node: nodes.Node | None, key: str, name: StepId, above: tuple[StepId, ...]) -> tuple[StepId, ...]:
        found = []
        for word, place in reading.texts(node, key, self.findings):
            if word in above:
                found.append(StepId(word))
            elif word in self.every:
                said = "a step cannot need itself" if word == name else f"{word} does not stand above {name}"
                self.findings.add(place, said)
            else:
                self.findings.add(place, f"there is no step {quoted(word)}", nearest(word, above))
        return tuple(dict.fromkeys(found))


def read_steps(node: nodes.Node | None, inputs: Mapping[InputName, Input], findings: Findings) -> tuple[Step, ...]:
    """The steps in file order; those that are off are noted and left out."""
    whole = reading.mapping(node, "steps", findings)
    if whole is None:
        return ()
    if not whole.members or len(whole.members) > MOST_STEPS:
        findings.add(whole.place, f"a runbook has 1 to {MOST_STEPS} steps")
        return ()
    reader = _Reader(inputs, tuple(StepId(name) for name in whole.members), findings)
    found: list[Step] = []
    above: list[StepId] = []
    for name, member in whole.members.items():
        place = whole.keys[name]
        if not _STEP_ID.fullmatch(name) or len(name) > LONGEST_STEP_ID or name in _TAKEN:
            findings.add(place, f"{quoted(name)} is no step id: lower snake, at most {LONGEST_STEP_ID} letters")
            continue
        step = reader.step(StepId(name), place, member, tuple(above))
        above.append(StepId(name))
        if step is not None:
            found.append(step)
    return tuple(found)
