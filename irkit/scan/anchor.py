"""What follows from a rule's expression: the prefilter's anchor, and the fixed texts that a value begins with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from irkit.scan.expression import ExpressionInvalid, Group, Piece, parsed, rendered
from irkit.scan.rule import Bounds

LEAST_LITERAL = 3
"""A prefilter is called once a hit: an anchor without a fixed text of so many bytes would be called all the time."""
_LEAST_WEIGHT = 30.0
"""So many bits do instead: ``SK[0-9a-f]{32}`` is rare enough, ``x[A-Za-z0-9]{20}`` is not."""
_CLASS_BITS = ((1, 5.0), (10, 3.0), (16, 2.0), (40, 1.0), (66, 0.5))
_ASCII = "".join(map(chr, range(128)))
_MOST_REPEATED = 1000
"""RE2 refuses more."""
MOST_WRITTEN_OUT = 2000
"""What Hyperscan compiles within a second; ten times as much takes it minutes."""
_MOST_VARIANTS = 32
_MOST_BEGINNINGS = 12
_LEAST_BEGINNING = 4
"""Each is searched for in several encodings."""


def anchor(pattern: str) -> str:
    """An expression that matches in every text that ``pattern`` matches in, without groups or open repetitions.

    What is optional at either end is left out, repetitions there are cut to their least; where a repetition without
    limit stands in the middle, the part with the longest fixed text is taken. Raises ``ExpressionInvalid`` when no
    part has a fixed text of ``LEAST_LITERAL`` bytes.
    """
    whole = parsed(pattern)
    if len(whole.branches) > 1:
        parts = [_best(branch) for branch in whole.branches]
        best: tuple[Piece, ...] = (Piece(Group(tuple(parts))),)
    else:
        best = _best(whole.branches[0])
    _check_selective(best)
    return rendered(Group((best,), flags=whole.flags))


def check_anchor(text: str) -> None:
    """Raises ``ExpressionInvalid`` when an anchor written by hand is open-ended or would match everywhere."""
    whole = parsed(text)
    if any(_is_open(piece) for branch in whole.branches for piece in branch):
        raise ExpressionInvalid(f"an anchor's repetitions need a limit, of {_MOST_REPEATED} at most")
    for branch in whole.branches:
        _check_selective(branch)


def check_size(text: str) -> None:
    """Raises ``ExpressionInvalid`` when an anchor's repetitions, written out, are more than can be compiled at once."""
    size = _size(parsed(text))
    if size > MOST_WRITTEN_OUT:
        raise ExpressionInvalid(
            f"its repetitions come to {size:,} characters when they are written out, {MOST_WRITTEN_OUT:,} is the most: "
            "lower their limits, or give an anchor that is a shorter part of the pattern"
        )


def _size(group: Group) -> int:
    return sum(_piece_size(piece) for branch in group.branches for piece in branch)


def _piece_size(piece: Piece) -> int:
    one = _size(piece.atom) if isinstance(piece.atom, Group) else 1
    return one * max(1, piece.least if piece.most is None else piece.most)


def check_value(pattern: str) -> None:
    """Raises ``ExpressionInvalid`` unless the expression has the group ``value`` and no other with a name."""
    if list(re.compile(pattern).groupindex) != ["value"]:
        raise ExpressionInvalid("it needs one group with a name, (?P<value>...)")


def check_before_value(pattern: str, bounds: Bounds) -> None:
    """Raises ``ExpressionInvalid`` when a fixed letter stands before the value and the bounds allow none there."""
    head = pattern.partition("(?P<value>")[0]
    before = "" if re.search(r"(?<!\\)(?:\\\\)*\\.\Z", head) else head[-1:]  # an escape is no letter
    never = {Bounds.TOKEN: "_-", Bounds.WORD: "_", Bounds.PREFIX: ""}
    if bounds in never and before and (before.isalnum() or before in never[bounds]):
        raise ExpressionInvalid(
            f"{before!r} before the value can never be there with bounds = {bounds.value!r}: "
            'take it into the group, or say bounds = "none"'
        )


def _check_selective(branch: tuple[Piece, ...]) -> None:
    length = literal_length(branch)
    if length < LEAST_LITERAL and not (length and _weight(branch) >= _LEAST_WEIGHT):
        raise ExpressionInvalid(f"it has no fixed text of {LEAST_LITERAL} characters to search by")


def _weight(branch: tuple[Piece, ...]) -> float:
    """How unlikely it is to match in a text, in bits, roughly: fixed characters say much, narrow classes little."""
    found = 0.0
    for piece in branch:
        if isinstance(piece.atom, Group):
            found += piece.least * min(_weight(one) for one in piece.atom.branches)
        elif not piece.is_zero_width:
            found += piece.least * _bits(piece.atom)
    return found


def _bits(atom: str) -> float:
    if len(atom) == 1:
        return 0.0 if atom == "." else 5.0
    if not atom.startswith("["):
        return 3.0 if atom == "\\d" else 5.0 if not atom[1].isalnum() else 0.0
    try:
        size = len(re.findall(f"(?s){atom}", _ASCII))
    except re.error:
        return 0.0
    return next((bits for most, bits in _CLASS_BITS if size <= most), 0.0)


def literal_length(branch: tuple[Piece, ...]) -> int:
    """The longest run of fixed characters that must occur where the branch matches."""
    longest = run = 0
    for piece in branch:
        if piece.is_zero_width:
            continue
        if isinstance(piece.atom, Group):
            inside = min(literal_length(one) for one in piece.atom.branches) if piece.least else 0
            fixed = _fixed_length(piece)
            longest = max(longest, run)
            run = run + fixed if fixed is not None else 0
            longest = max(longest, inside, run)
        elif piece.least == piece.most and _few(piece.atom):
            run += piece.least
        else:
            longest, run = max(longest, run), 0
    return max(longest, run)


def beginnings(pattern: str) -> tuple[str, ...]:
    """The fixed texts that the group ``value`` can begin with, when they are few and long enough to search by."""
    value = _value(parsed(pattern))
    if value is None:
        return ()
    found = _variants(value)
    is_few = 0 < len(found) <= _MOST_BEGINNINGS and all(map(_is_rare, found))
    return tuple(sorted(found)) if is_few else ()


def _is_rare(beginning: str) -> bool:
    """Whether it is worth to be searched for: ``re_`` is, ``pat`` stands in other words."""
    return len(beginning) >= _LEAST_BEGINNING or (len(beginning) == LEAST_LITERAL and not beginning.isalnum())


def least_value(pattern: str) -> int:
    """How many bytes the group ``value`` has at least; 0 where it has none."""
    value = _value(parsed(pattern))
    return _least(value) if value else 0


def _least(group: Group) -> int:
    return min(sum(_least_piece(piece) for piece in branch) for branch in group.branches)


def _least_piece(piece: Piece) -> int:
    if isinstance(piece.atom, Group):
        return piece.least * _least(piece.atom)
    return 0 if piece.is_zero_width else piece.least


def _value(group: Group) -> Group | None:
    if group.name == "value":
        return group
    inside = (_value(piece.atom) for branch in group.branches for piece in branch if isinstance(piece.atom, Group))
    return next((one for one in inside if one is not None), None)


def _variants(group: Group) -> set[str]:
    if group.flags:
        return set()
    found: set[str] = set()
    for branch in group.branches:
        starts = {""}
        for piece in branch:
            more = _choices(piece)
            if not more or len(starts) * len(more) > _MOST_VARIANTS:
                break
            starts = {start + one for start in starts for one in more}
        found |= starts
    return found if len(found) <= _MOST_VARIANTS else set()


def _choices(piece: Piece) -> set[str]:
    """The few fixed texts a piece stands for; none when they are many or it may be left out."""
    if piece.least != 1 or piece.most != 1:
        return set()
    if isinstance(piece.atom, str):
        return _few(piece.atom)
    group = piece.atom
    if group.flags or any(one.least != 1 or one.most != 1 for branch in group.branches for one in branch):
        return set()
    whole: set[str] = set()
    for branch in group.branches:
        texts = {""}
        for one in branch:
            more = _choices(one)
            if len(texts) * len(more) > _MOST_VARIANTS:
                return set()
            texts = {text + choice for text in texts for choice in more}
        if not texts:
            return set()
        whole |= texts
    return whole if len(whole) <= _MOST_VARIANTS else set()


def _few(atom: str) -> set[str]:
    """The one character that an atom is, or the few of a short class; empty when they are many."""
    if len(atom) == 1:
        return set() if atom == "." else {atom}
    if atom[0] == "\\":
        return {atom[1]} if len(atom) == 2 and not atom[1].isalnum() else set()  # noqa: PLR2004
    inner = atom[1:-1]
    letters = re.sub(r"\\([^A-Za-z0-9])", r"\1", inner)
    is_plain = inner[:1] != "^" and not re.search(r"\\[A-Za-z0-9]|[^\\]-.", inner)
    return set(letters) if is_plain and len(letters) <= 8 else set()  # noqa: PLR2004


def _fixed_length(piece: Piece) -> int | None:
    """How many fixed characters a group is made of throughout; None when it varies."""
    if not isinstance(piece.atom, Group) or piece.least != piece.most:
        return None
    lengths = [literal_length(branch) for branch in piece.atom.branches]
    is_fixed = all(
        isinstance(one.atom, str) and one.least == one.most == 1 and bool(_few(one.atom))
        for branch in piece.atom.branches
        for one in branch
    )
    return min(lengths) * piece.least if is_fixed else None


def _is_open(piece: Piece) -> bool:
    if piece.most is None or piece.most > _MOST_REPEATED:
        return True
    return isinstance(piece.atom, Group) and any(_is_open(one) for branch in piece.atom.branches for one in branch)


def _best(branch: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The part between open repetitions that has the longest fixed text, trimmed at both ends."""
    parts: list[list[Piece]] = [[]]
    for piece in _trimmed(tuple(_flat(branch))):
        if _is_open(piece):
            parts.append([])
        else:
            parts[-1].append(piece)
    return max((_trimmed(tuple(part)) for part in parts), key=literal_length)


def _flat(branch: tuple[Piece, ...]) -> Iterator[Piece]:
    """The pieces, those of groups that add nothing (one branch, once, no flags) in the group's place."""
    for piece in branch:
        group = piece.atom
        if isinstance(group, Group) and len(group.branches) == 1 and piece.least == piece.most == 1 and not group.flags:
            yield from _flat(group.branches[0])
        else:
            yield piece


def _trimmed(branch: tuple[Piece, ...]) -> tuple[Piece, ...]:
    backwards = _cut(branch[::-1], -1)[::-1]
    return _cut(backwards, 1)


def _cut(branch: tuple[Piece, ...], direction: int) -> tuple[Piece, ...]:
    """The branch (given in that direction) without what is optional at its start; what must be there, at its least."""
    for index, piece in enumerate(branch):
        if piece.is_zero_width or piece.least == 0:
            continue
        first = piece._replace(most=piece.least)
        if isinstance(piece.atom, Group) and piece.least == 1:
            inner = tuple(_cut(one[::direction], direction)[::direction] for one in piece.atom.branches)
            if not all(inner):
                continue
            first = Piece(piece.atom._replace(branches=inner))
        return (first, *branch[index + 1 :])
    return ()
