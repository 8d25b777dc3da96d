"""The hook's own ``NamedTuple`` is held to that of ``typing``, and the names beside it to what they stand for."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import typing

import pytest

from irkit.scan import quick


class Ours(quick.NamedTuple):
    """A place."""

    path: str
    """In the tree."""
    line: int = 0
    via: tuple[str, ...] = ("zip",)

    def __repr__(self) -> str:
        return f"at {self.path}"

    @property
    def is_first(self) -> bool:
        """Whether it is the first line."""
        return self.line == 1

    @classmethod
    def of(cls, text: str) -> Ours:
        return cls(*text.split(":"))  # type: ignore[arg-type] # no type is checked at run time


class Theirs(typing.NamedTuple):
    """A place."""

    path: str
    """In the tree."""
    line: int = 0
    via: tuple[str, ...] = ("zip",)

    def __repr__(self) -> str:
        return f"at {self.path}"

    @property
    def is_first(self) -> bool:
        """Whether it is the first line."""
        return self.line == 1

    @classmethod
    def of(cls, text: str) -> Theirs:
        return cls(*text.split(":"))  # type: ignore[arg-type] # no type is checked at run time


class Plain(quick.NamedTuple):
    path: str
    line: int = 0


def test_it_is_made_without_typing() -> None:
    look = "import sys; from irkit.scan import quick; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-S", "-c", look], capture_output=True, check=True, text=True)
    assert "irkit.scan.quick" in ran.stdout.split()
    assert not {"typing", "re"} & set(ran.stdout.split())


def test_a_tuple_is_the_same_as_that_of_typing() -> None:
    for made in typing.cast("tuple[type[Ours], ...]", (Ours, Theirs)):
        one = made("a", line=1)
        assert (one.path, one.line, one.via, one.is_first) == ("a", 1, ("zip",), True)
        assert one._replace(line=2) == made("a", 2) == made._make(("a", 2, ("zip",)))
        assert repr(one) == "at a"
        assert tuple(made.of("b:3")) == ("b", "3", ("zip",))
        assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == one  # noqa: S301 - our own
        assert one == ("a", 1, ("zip",))
    for name in ("_fields", "_field_defaults", "__doc__", "__mro__", "__match_args__", "__module__", "__slots__"):
        ours, theirs = getattr(Ours, name), getattr(Theirs, name)
        assert ours == theirs or (name == "__mro__" and ours[1:] == theirs[1:]), name
    assert Ours.__qualname__ == "Ours"
    assert typing.get_type_hints(Ours) == typing.get_type_hints(Theirs)
    assert repr(Plain("a")) == "Plain(path='a', line=0)"
    assert set(dir(Ours)) <= set(dir(Theirs))


@pytest.mark.parametrize("made", [Ours, Theirs])
def test_a_field_that_is_missing_or_unknown_is_refused(made: type[Ours]) -> None:
    with pytest.raises(TypeError, match="path"):
        made()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="column"):
        made("a", column=1)  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        made("a").line = 2  # type: ignore[misc]


def test_the_other_names_do_nothing_at_run_time() -> None:
    class Looks(quick.Protocol):
        def look(self) -> int: ...

    assert Looks().look() is None  # type: ignore[misc] # at run time it is a class
    assert str(quick.cast("int", "a")) == "a"
    assert quick.overload(len) is len
    assert not quick.TYPE_CHECKING
