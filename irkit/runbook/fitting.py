"""Whether a value of the file fits the type that a parameter wants, down to the member that does not."""

from __future__ import annotations

from dataclasses import dataclass

from irkit.runbook.context import Context, literal_shape
from irkit.runbook.finding import Findings, Place, nearest, quoted
from irkit.runbook.model import ListOf, Literal, MapOf, Ref, Value
from irkit.runbook.shapes import ByName, Choice, Either, Many, NoSuchPart, Plain, Record, Shape, fits, words


@dataclass(frozen=True)
class Fitting:
    """Checks values in one context and notes what does not fit."""

    known: Context
    findings: Findings

    def check(self, value: Value, wanted: Shape, what: str) -> None:
        """Note everything in ``value`` that cannot be ``wanted``; ``what`` is the parameter's name."""
        match value:
            case Literal():
                self._literal(value, wanted, what)
            case ListOf():
                self._list(value, wanted, what)
            case MapOf():
                self._map(value, wanted, what)
            case _:
                self._ref(value, wanted, what)

    def _literal(self, value: Literal, wanted: Shape, what: str) -> None:
        found = literal_shape(value)
        if value.value is None:
            if not _takes_null(wanted):
                self._wrong(value.place, what, wanted, "null")
        elif not fits(found, wanted):
            options = _options(wanted)
            text = value.value if isinstance(value.value, str) else ""
            said = quoted(text) if isinstance(value.value, str) else words(found)
            self._wrong(value.place, what, wanted, said, nearest(text, options))

    def _list(self, value: ListOf, wanted: Shape, what: str) -> None:
        many = _alternative(wanted, Many)
        if many is None:
            self._wrong(value.place, what, wanted, "a list")
            return
        for member in value.members:
            self.check(member, many.member if isinstance(many, Many) else Plain.ANYTHING, f"a member of {what}")

    def _map(self, value: MapOf, wanted: Shape, what: str) -> None:
        found = _alternative(wanted, Record) or _alternative(wanted, ByName)
        if found is None:
            self._wrong(value.place, what, wanted, "a map")
        elif isinstance(found, Record):
            self._record(value, found, what)
        else:
            inner = found.member if isinstance(found, ByName) else Plain.ANYTHING
            for key, member in value.members.items():
                self.check(member, inner, f"{what}.{key}")

    def _record(self, value: MapOf, wanted: Record, what: str) -> None:
        for name in wanted.required():
            if name not in value.members:
                self.findings.add(value.place, f"{what} lacks {name} ({words(wanted.part(name))})")
        for key, member in value.members.items():
            if key in wanted.names():
                self.check(member, wanted.part(key), f"{what}.{key}")
            else:
                self.findings.add(member.place, f"{what} has no {quoted(key)}", nearest(key, wanted.names()))

    def _ref(self, ref: Ref, wanted: Shape, what: str) -> None:
        try:
            found = self.known.of(ref)
        except NoSuchPart:
            return  # told already, once for each reference
        if not fits(found, wanted):
            self._wrong(ref.place, what, wanted, f"{ref} ({words(found)})")

    def _wrong(self, place: Place, what: str, wanted: Shape, given: str, near: str = "") -> None:
        self.findings.add(place, f"{what} must be {words(wanted)}, not {given}", near)


def _takes_null(wanted: Shape) -> bool:
    return (
        wanted in {Plain.NOTHING, Plain.ANYTHING}
        if isinstance(wanted, Plain)
        else (isinstance(wanted, Either) and any(_takes_null(one) for one in wanted.shapes))
    )


def _options(wanted: Shape) -> tuple[str, ...]:
    if isinstance(wanted, Either):
        return tuple(option for one in wanted.shapes for option in _options(one))
    return wanted.values if isinstance(wanted, Choice) else ()


def _alternative(wanted: Shape, kind: type[Many | Record | ByName]) -> Shape | None:
    """The alternative of a type that is of one kind, or that takes anything."""
    for one in wanted.shapes if isinstance(wanted, Either) else (wanted,):
        if isinstance(one, kind) or one is Plain.ANYTHING:
            return one
    return None
