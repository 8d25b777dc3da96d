"""A service's state as a flat map of its smallest parts, and back. Pure.

What a write replaces as a whole is one part: a policy's text, one attachment, one field of a record. Of lists of texts
(attached policies, a group's users) each member is a part, so that two attachments spread apart from each other.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import TypeAlias

Path: TypeAlias = "tuple[object, ...]"


class _Kind(Enum):
    TABLE = "table"
    LIST = "list"
    MEMBER = "member"


def parts(state: Mapping[str, object]) -> dict[Path, object]:
    """Every part of a state by its path."""
    return dict(_parts(dict(state), ()))


def tree(found: Mapping[Path, object]) -> dict[object, object]:
    """The state that the parts make. A part whose whole is missing is left out with it."""
    root: dict[object, object] = {}
    for path in sorted(found, key=len):
        if not path:
            continue
        whole = _at(root, path[:-1])
        if isinstance(whole, list):
            whole.append(path[-1])
        elif isinstance(whole, dict):
            whole[path[-1]] = _made(found[path])
    return root


def _parts(value: object, path: Path) -> Iterator[tuple[Path, object]]:
    if isinstance(value, dict):
        yield path, _Kind.TABLE
        for name, member in value.items():
            yield from _parts(member, (*path, name))
    elif isinstance(value, list) and all(isinstance(member, str) for member in value):
        yield path, _Kind.LIST
        for member in value:
            yield (*path, member), _Kind.MEMBER
    else:
        yield path, copy.deepcopy(value)


def _made(part: object) -> object:
    match part:
        case _Kind.TABLE:
            return {}
        case _Kind.LIST:
            return []
        case _:
            return copy.deepcopy(part)


def _at(root: dict[object, object], path: Path) -> object:
    place: object = root
    for name in path:
        if not isinstance(place, dict) or name not in place:
            return None
        place = place[name]
    return place
