"""Which access key id a secret belongs to that stands in the same text. A wrong one would cut off a wrong key."""

from __future__ import annotations

from collections.abc import Iterable

from irkit.scan.detect.detector import Detector
from irkit.scan.finding import Sighting
from irkit.wiring.read_again import Passage
from irkit.wiring.scan_report import KEY_ID_RULE, SECRET_RULE

_PERCENT = "percent"
"""The step by which a value is read that stands in percent encoding."""


def key_ids_beside(passage: Passage, detector: Detector) -> list[str]:
    """The ids that may be meant: none, the one, or several when the order of the text does not tell.

    Between a secret and its id stands no other secret. Where that leaves one before and one after it, a text of pairs
    (id, secret, id, secret) tells by its order. Of what is packed (an archive's member) no order is known: there an id
    is meant when it is the only one beside the only secret.
    """
    ways = {passage.via, tuple(passage.place.via)}  # a value that is spelt as it is may stand in an encoded text
    ways |= {way[:-1] for way in ways if way[-1:] == (_PERCENT,)}  # where an id is spelt as it is
    seen = detector.look(passage.text).sightings
    row = sorted(
        (one for one in seen if not one.dismissed and one.via in ways and _is_half(one)),
        key=lambda one: one.start,
    )
    packed = [one for one in row if (one.start, one.end) == (passage.at, passage.at + passage.size)]
    if any(one.rule == KEY_ID_RULE for one in packed):
        return _packed_together(packed)
    before = _nearest(one for one in reversed(row) if one.start < passage.at)
    after = _nearest(one for one in row if one.start > passage.at)
    ids = list(dict.fromkeys(each for each in (before, after) if each))
    kinds = "".join("i" if one.rule == KEY_ID_RULE else "s" for one in row)
    if len(ids) > 1 and kinds == "is" * (len(kinds) // 2):
        return [before]
    if len(ids) > 1 and kinds == "si" * (len(kinds) // 2):
        return [after]
    return ids


def _packed_together(packed: Iterable[Sighting]) -> list[str]:
    values = {one.value: one for one in packed}.values()
    ids = [one.value.decode("ascii", "replace") for one in values if one.rule == KEY_ID_RULE]
    is_sure = len(ids) > 1 or len(values) - len(ids) == 1
    return ids if is_sure else []


def _is_half(one: Sighting) -> bool:
    return one.rule == KEY_ID_RULE or one.rule.startswith(SECRET_RULE)


def _nearest(row: Iterable[Sighting]) -> str:
    """The first of them, if it is an id."""
    first = next(iter(row), None)
    return first.value.decode("ascii", "replace") if first and first.rule == KEY_ID_RULE else ""
