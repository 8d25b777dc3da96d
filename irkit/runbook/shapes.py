"""The types that cross a reference, as JSON sees them: read off pydantic models, followed, compared. Pure."""

from __future__ import annotations

import types
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Annotated, Literal, NewType, Union, get_args, get_origin

from pydantic import BaseModel, JsonValue
from typing_extensions import TypeAliasType

from irkit.runbook.finding import nearest


class Plain(StrEnum):
    """Types without parts. Times, spans and paths are texts in JSON."""

    TEXT = "a text"
    NUMBER = "a whole number"
    DECIMAL = "a number"
    TRUTH = "true or false"
    NOTHING = "null"
    ANYTHING = "anything"


@dataclass(frozen=True)
class Choice:
    """One of these texts."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class Many:
    """A list of one type."""

    member: Shape


@dataclass(frozen=True)
class ByName:
    """A map from text to one type."""

    member: Shape


@dataclass(frozen=True)
class Either:
    """One of several types; null among them when it may be absent."""

    shapes: tuple[Shape, ...]


@dataclass(frozen=True)
class Record:
    """The fields of a model; ``narrowed`` holds the types of fields that the runbook itself narrows."""

    model: type[BaseModel]
    narrowed: tuple[tuple[str, Shape], ...] = ()

    def names(self) -> tuple[str, ...]:
        """The fields' names, in order."""
        return tuple(self.model.model_fields)

    def required(self) -> tuple[str, ...]:
        """The fields without a default."""
        return tuple(name for name, info in self.model.model_fields.items() if info.is_required())

    def part(self, name: str) -> Shape:
        """The type of a field; raises ``KeyError`` when there is none."""
        return dict(self.narrowed).get(name) or shape(self.model.model_fields[name].annotation)


Shape = Plain | Choice | Many | ByName | Either | Record

_PLAIN: Mapping[object, Plain] = {
    bool: Plain.TRUTH,
    int: Plain.NUMBER,
    float: Plain.DECIMAL,
    None: Plain.NOTHING,
    types.NoneType: Plain.NOTHING,
    JsonValue: Plain.ANYTHING,
    object: Plain.ANYTHING,
}


class NoSuchPart(LookupError):
    """A path names a part that its type does not have; ``near`` is the nearest that it has."""

    def __init__(self, message: str, near: str = "") -> None:
        super().__init__(message)
        self.near = near


def shape(annotation: object) -> Shape:
    """The type of an annotation, as pydantic keeps it in ``model_fields``."""
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if isinstance(annotation, NewType):
        return shape(annotation.__supertype__)
    if isinstance(annotation, TypeAliasType):
        return shape(annotation.__value__)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return shape(args[0])
    if origin in {Union, types.UnionType}:
        return either(shape(arg) for arg in args)
    if origin is Literal:
        return _choice(args)
    if isinstance(origin, type):
        return _container(origin, args)
    return _class(annotation) if isinstance(annotation, type) else Plain.ANYTHING


def either(shapes: Iterable[Shape]) -> Shape:
    """Any of several types; one alone stands for itself."""
    found = tuple(dict.fromkeys(shapes))
    return found[0] if len(found) == 1 else Either(found)


def _choice(values: Iterable[object]) -> Shape:
    texts = tuple(value for value in values if isinstance(value, str))
    return Choice(texts) if texts else Plain.ANYTHING


def _container(origin: type, args: tuple[object, ...]) -> Shape:
    if issubclass(origin, Mapping):
        return ByName(shape(args[1])) if len(args) > 1 else ByName(Plain.ANYTHING)
    if issubclass(origin, Collection):
        return Many(either(shape(arg) for arg in args if arg is not Ellipsis))
    return Plain.ANYTHING


def _class(found: type) -> Shape:
    if issubclass(found, BaseModel):
        return Record(found)
    if issubclass(found, Enum):
        return _choice(member.value for member in found)
    if issubclass(found, Mapping):
        return ByName(Plain.ANYTHING)
    if issubclass(found, list | tuple | set | frozenset):
        return Many(Plain.ANYTHING)
    return Plain.TEXT


def follow(whole: Shape, path: tuple[str, ...]) -> Shape:
    """The type at the end of a path; through a list, the list of what each member has. Raises ``NoSuchPart``."""
    if not path or whole is Plain.ANYTHING:
        return whole
    match whole:
        case Many():
            return Many(follow(whole.member, path))
        case ByName():
            return follow(whole.member, path[1:])
        case Either():
            inner = [one for one in whole.shapes if one is not Plain.NOTHING]
            return either(follow(one, path) for one in inner)
        case Record():
            if path[0] not in whole.names():
                near = nearest(path[0], whole.names())
                msg = f"there is no {path[0]!r}; there is {', '.join(whole.names())}"
                raise NoSuchPart(msg, near)
            return follow(whole.part(path[0]), path[1:])
        case _:
            msg = f"{words(whole)} has no part {path[0]!r}"
            raise NoSuchPart(msg)


def fits(given: Shape, wanted: Shape) -> bool:
    """Whether every value of one type is (null aside) a value of the other. A null reference counts as no value."""
    if given is Plain.ANYTHING or wanted is Plain.ANYTHING:
        return True
    if isinstance(given, Either):
        return all(fits(one, wanted) for one in given.shapes if one is not Plain.NOTHING)
    if isinstance(wanted, Either):
        return any(fits(given, one) for one in wanted.shapes)
    return _one_fits(given, wanted)


def _one_fits(given: Shape, wanted: Shape) -> bool:
    """``fits`` for types without alternatives."""
    match given, wanted:
        case Choice(), Choice():
            return set(given.values) <= set(wanted.values)
        case (Choice(), Plain.TEXT) | (Plain.NUMBER, Plain.DECIMAL):
            return True
        case Many(), Many():
            return fits(given.member, wanted.member)
        case ByName(), ByName():
            return fits(given.member, wanted.member)
        case ByName(), Record():
            return given.member is Plain.ANYTHING
        case Record(), ByName():
            return all(fits(given.part(name), wanted.member) for name in given.names())
        case Record(), Record():
            return given.model is wanted.model or _record_fits(given, wanted)
        case _:
            return given == wanted


def _record_fits(given: Record, wanted: Record) -> bool:
    closed = wanted.model.model_config.get("extra") == "forbid"
    if closed and not set(given.names()) <= set(wanted.names()):
        return False
    if not set(wanted.required()) <= set(given.names()):
        return False
    return all(fits(given.part(name), wanted.part(name)) for name in wanted.names() if name in given.names())


def words(of: Shape) -> str:
    """A type as an author would call it."""
    match of:
        case Choice():
            return f"one of {', '.join(of.values)}"
        case Many():
            return f"a list ({words(of.member)} each)"
        case ByName():
            return f"a map ({words(of.member)} each)"
        case Either():
            return " or ".join(words(one) for one in of.shapes)
        case Record():
            return f"a map of {', '.join(of.names())}"
        case Plain():
            return of.value
