"""Path patterns as in ``.gitignore``, matched in time that no pattern can blow up: a repository brings its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Same = Callable[[str, str], bool]
_ANY_FOLDERS = "**"


def glob_match(pattern: str, path: str) -> bool:
    """Whether a pattern covers a path, both from the root.

    ``**`` as a whole name stands for any folders, at the end for all below; ``*`` for any characters of one name,
    ``?`` for one of them. A ``/`` at the end means all below.
    """
    inside = f"{pattern}**" if pattern.endswith("/") else pattern
    return _walk(inside.removeprefix("/").split("/"), path.split("/"), _ANY_FOLDERS, _name)


def _name(pattern: str, name: str) -> bool:
    return pattern == name or _walk(pattern, name, "*", _character)


def _character(pattern: str, character: str) -> bool:
    return pattern in {character, "?"}


def _walk(pattern: Sequence[str], parts: Sequence[str], many: str, same: Same) -> bool:
    """Greedy, going back to the last ``many`` alone, which is enough: at most pattern times parts steps."""
    at = here = 0
    back, resumed = -1, 0
    while here < len(parts):
        if at < len(pattern) and pattern[at] == many:
            back, resumed = at, here
            at += 1
            if at == len(pattern):
                return True
        elif at < len(pattern) and same(pattern[at], parts[here]):
            at, here = at + 1, here + 1
        elif back >= 0:
            resumed += 1
            at, here = back + 1, resumed
        else:
            return False
    rest = pattern[at:]
    return not rest or (many == "*" and all(each == many for each in rest))
