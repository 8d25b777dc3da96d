"""What is needed of ``typing``, whose import would take an eighth of the hook's time; type checkers see the real one.

For modules that every run of the hook loads. Tests hold the tuples made here to those of ``typing``.
"""

from __future__ import annotations

__all__ = ["TYPE_CHECKING", "NamedTuple", "Protocol", "cast", "overload"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NamedTuple, Protocol, cast, overload
else:
    from collections import namedtuple
    from operator import itemgetter

    try:
        from _collections import _tuplegetter
    except ImportError:  # another Python than CPython

        def _tuplegetter(at: int, doc: str) -> property:
            return property(itemgetter(at), doc=doc)

    _new = tuple.__new__
    _NEW = (
        lambda _cls, a: _new(_cls, (a,)),
        lambda _cls, a, b: _new(_cls, (a, b)),
        lambda _cls, a, b, c: _new(_cls, (a, b, c)),
        lambda _cls, a, b, c, d: _new(_cls, (a, b, c, d)),
        lambda _cls, a, b, c, d, e: _new(_cls, (a, b, c, d, e)),
        lambda _cls, a, b, c, d, e, f: _new(_cls, (a, b, c, d, e, f)),
        lambda _cls, a, b, c, d, e, f, g: _new(_cls, (a, b, c, d, e, f, g)),
        lambda _cls, a, b, c, d, e, f, g, h: _new(_cls, (a, b, c, d, e, f, g, h)),
    )
    """To make a tuple of one field, of two ... ``namedtuple`` compiles such a line for each class: 60 of its 80 us."""

    def _of_each(cls: type, fields: Iterable[object]) -> tuple:
        made = _new(cls, fields)
        if len(made) != len(cls._fields):
            msg = f"Expected {len(cls._fields)} arguments, got {len(made)}"
            raise TypeError(msg)
        return made

    def _replace(self: tuple, /, **changed: object) -> tuple:
        """The same with these fields instead."""
        made = self._make(map(changed.pop, self._fields, self))
        if changed:
            msg = f"Got unexpected field names: {list(changed)!r}"
            raise ValueError(msg)
        return made

    def _plain(self: tuple) -> tuple:
        return tuple(self)

    def _repr(self: tuple) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
        return f"{type(self).__name__}({shown})"

    _METHODS = {
        "_make": classmethod(_of_each),
        "_replace": _replace,
        "_asdict": lambda self: dict(zip(self._fields, self, strict=True)),
        "__repr__": _repr,
        "__getnewargs__": _plain,
    }

    def _tuple_of(name: str, fields: tuple[str, ...], defaults: tuple[object, ...]) -> type:
        """As ``collections.namedtuple`` makes it."""
        if not 0 < len(fields) <= len(_NEW):
            return namedtuple(name, fields, defaults=defaults)  # noqa: PYI024 - this is what makes them
        code = _NEW[len(fields) - 1].__code__.replace(co_varnames=("_cls", *fields), co_name="__new__")
        new = type(_repr)(code, globals(), "__new__", defaults)
        body = {field: _tuplegetter(at, f"Alias for field number {at}") for at, field in enumerate(fields)}
        last = zip(fields[len(fields) - len(defaults) :], defaults, strict=True)
        told = {"_fields": fields, "_field_defaults": dict(last), "__match_args__": fields, "__slots__": ()}
        shown = f"{name}({', '.join(fields)})"
        return type(name, (tuple,), {"__doc__": shown, "__new__": new, **_METHODS, **told, **body})

    _OF_THE_CLASS = {"__annotations__", "__module__", "__qualname__", "__orig_bases__"}

    class _Named(type):
        """Makes a tuple of a class's annotations, with the docstring and the methods of its body."""

        def __new__(cls, name: str, _bases: tuple[type, ...], body: dict[str, object]) -> type:
            fields = body.get("__annotations__", {})
            made = _tuple_of(name, tuple(fields), tuple(body[field] for field in fields if field in body))
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
