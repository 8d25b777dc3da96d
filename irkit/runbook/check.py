"""Type a runbook against the actions it uses: ``check(runbook, catalog)``. Pure.

``load`` has already seen to keys, names and order. Here every reference gets the type of what it points at, every
parameter the type its action wants, and every ``when`` must test an enum (or true and false) for values it has. Of an
enum that some ``when`` tests, each value must be handled: named by a ``when``, or covered by an ``is not`` of another.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from irkit.contract import AnyAction, Effect
from irkit.runbook.context import Catalog, Context, context
from irkit.runbook.finding import Finding, Findings, nearest, quoted
from irkit.runbook.fitting import Fitting
from irkit.runbook.graph import refs_of
from irkit.runbook.model import ListOf, Literal, Runbook, Step, Test, Value, When
from irkit.runbook.reach import unreachable
from irkit.runbook.refs import refs_in, resolve
from irkit.runbook.shapes import Choice, Many, NoSuchPart, Plain, Record, Shape, fits, words

_GATED = {Effect.REVERSIBLE, Effect.IRREVERSIBLE}


def check(runbook: Runbook, catalog: Catalog) -> tuple[Finding, ...]:
    """What is wrong with a runbook, from the top of its file down; empty when nothing is."""
    findings = Findings(runbook.path)
    known = context(runbook, catalog)
    for step in runbook.steps:
        action = catalog.lookup(step.uses)
        if action is None:
            near = nearest(step.uses, catalog.ids())
            findings.add(step.uses_place, f"there is no action {quoted(step.uses)}", near)
        _references(step, known.within(step), findings)
        _for_each(step, known, findings)
        if action is not None:
            _with(step, action, known.within(step), findings)
            if step.approve is not None and action.effect not in _GATED:
                findings.add(step.place, f"{step.id}: approve strengthens a gate, and {step.uses} has none")
            if step.for_each is not None and action.effect is Effect.HUMAN:
                findings.add(step.place, f"{step.id}: {step.uses} asks once, so it goes through no list")
    _whens(runbook, known, findings)
    if not findings.found:
        for step, ref in unreachable(runbook, known, catalog):
            findings.add(step.place, f"{step.id} can never run: {ref} would have to be two things at once")
    return findings.in_order()


def _references(step: Step, known: Context, findings: Findings) -> None:
    """Note every reference to a part that is not there."""
    for ref in refs_of(step):
        try:
            known.of(ref)
        except NoSuchPart as wrong:
            at = str(ref).rsplit(".", 1)[0] if len(getattr(ref, "path", ())) == 1 else str(ref)
            findings.add(ref.place, f"{at}: {wrong}", wrong.near)


def _for_each(step: Step, known: Context, findings: Findings) -> None:
    if step.for_each is None or isinstance(step.for_each, ListOf | Literal):
        return
    for ref in refs_in(step.for_each):
        try:
            found = known.of(ref)
        except NoSuchPart:
            return
        if not fits(found, Many(Plain.ANYTHING)):
            findings.add(ref.place, f"for_each goes through a list, and {ref} is {words(found)}")


def _with(step: Step, action: AnyAction, known: Context, findings: Findings) -> None:
    """Note parameters that are unknown, missing or of the wrong type."""
    wanted = Record(action.params)
    fitting = Fitting(known, findings)
    before = len(findings.found)
    for name in wanted.required():
        if name not in step.params:
            findings.add(
                step.uses_place, f"{step.id} lacks {name} ({words(wanted.part(name))}), which {step.uses} needs"
            )
    for name, value in step.params.items():
        if name not in wanted.names():
            findings.add(value.place, f"{step.uses} takes no {quoted(name)}", nearest(name, wanted.names()))
        else:
            fitting.check(value, wanted.part(name), name)
    if len(findings.found) == before:
        _constraints(step, action, findings)


def _constraints(step: Step, action: AnyAction, findings: Findings) -> None:
    """Let the action's own model judge the parameters that are wholly written out."""
    written = {name: value for name, value in step.params.items() if not any(refs_in(value))}
    try:
        action.params.model_validate({name: resolve(value, {}, {}) for name, value in written.items()})
    except ValidationError as error:
        for wrong in error.errors(include_url=False, include_input=False):
            name = str(wrong["loc"][0]) if wrong["loc"] else ""
            if name in written:
                findings.add(_place_in(written[name], wrong["loc"][1:]).place, f"{name}: {wrong['msg']}")
            elif not name and len(written) == len(step.params):
                findings.add(step.uses_place, f"{step.uses}: {wrong['msg']}")


def _place_in(value: Value, path: tuple[int | str, ...]) -> Value:
    """The innermost part of a value that a path names."""
    for part in path:
        members = getattr(value, "members", None)
        if isinstance(members, Mapping) and part in members:
            value = members[str(part)]
        elif isinstance(members, tuple) and isinstance(part, int) and part < len(members):
            value = members[part]
    return value


def _whens(runbook: Runbook, known: Context, findings: Findings) -> None:
    tested: dict[str, list[When]] = {}
    for step in runbook.steps:
        if step.when is None:
            continue
        try:
            found = known.of(step.when.ref)
        except NoSuchPart:
            continue
        if _when(step.when, found, findings):
            tested.setdefault(str(step.when.ref), []).append(step.when)
    for whens in tested.values():
        found = known.of(whens[0].ref)
        if isinstance(found, Choice):
            _unhandled(whens, found, findings)


def _when(when: When, found: Shape, findings: Findings) -> bool:
    """Whether a ``when`` tests what can be tested, for a value that it can have."""
    match found:
        case Plain.ANYTHING:
            return True
        case Plain.TRUTH if isinstance(when.value, bool):
            return True
        case Plain.TRUTH:
            findings.add(when.place, f"{when.ref} is true or false, never {quoted(str(when.value))}")
        case Choice():
            value = str(when.value).lower() if isinstance(when.value, bool) else str(when.value)
            if value in found.values:
                return True
            near = nearest(value, found.values)
            findings.add(when.place, f"{when.ref} is never {quoted(value)}; it is {words(found)}", near)
        case _:
            findings.add(when.place, f"{when.ref} is {words(found)}; when tests only enums and true or false")
    return False


def _unhandled(whens: list[When], found: Choice, findings: Findings) -> None:
    """Note the values of an enum that no ``when`` names and no ``is not`` covers."""
    named = {when.value for when in whens}
    excluded = {when.value for when in whens if when.test is Test.IS_NOT}
    missing = [value for value in found.values if value not in named and not excluded - {value}]
    if missing:
        first = whens[0]
        findings.add(first.place, f"nothing says what happens when {first.ref} is {' or '.join(missing)}")
