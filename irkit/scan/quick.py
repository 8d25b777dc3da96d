"""What is needed of ``typing``, whose import would take an eighth of the hook's time; type checkers see the real one.

For modules that every run of the hook loads. Tests hold the tuples made here to those of ``typing``.
"""

from __future__ import annotations

__all__ = ["TYPE_CHECKING", "NamedTuple", "Protocol", "cast", "overload"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple, Protocol, cast, overload
else:
    from collections import namedtuple

    _OF_THE_CLASS = {"__annotations__", "__module__", "__qualname__", "__orig_bases__"}

    class _Named(type):
        """Makes a tuple of a class's annotations, with the docstring and the methods of its body."""

        def __new__(cls, name: str, _bases: tuple[type, ...], body: dict[str, object]) -> type:
            fields = body.get("__annotations__", {})
            defaults = [body[field] for field in fields if field in body]
            made = namedtuple(name, fields, defaults=defaults)  # noqa: PYI024 - this is what makes them
            made.__annotations__ = fields
            made.__module__ = body["__module__"]
            made.__qualname__ = body["__qualname__"]
            for key in body.keys() - fields.keys() - _OF_THE_CLASS:
                setattr(made, key, body[key])
            return made

    NamedTuple = type.__new__(_Named, "NamedTuple", (), {})

    class Protocol:
        """A class of nothing but methods that others have too."""

    def cast(_type: object, value: object) -> object:
        """The value, which is of that type."""
        return value

    def overload(function: object) -> object:
        """A signature, which the function behind it replaces."""
        return function
