"""Whether rules do what their examples say: each is made several times and looked at by the real detector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from irkit.scan.detect.confirm import Confirm
from irkit.scan.detect.detector import Detector
from irkit.scan.example import TemplateInvalid, example
from irkit.scan.rule import Rule
from irkit.scan.ruleset import shipped

SEEDS = 3
"""How often each example is made anew."""


class Wanted(StrEnum):
    """What an example is for."""

    MATCH = "match"
    MISS = "miss"


class Failure(NamedTuple):
    """An example that does not do what it is for. The template is kept, not the text made from it."""

    rule: str
    wanted: Wanted
    template: str
    why: str


def failures(rules: Sequence[Rule], detector: Detector) -> Iterator[Failure]:
    """The examples of these rules, all of which the detector has, that fail.

    An example is found when the rule finds it; another rule that is surer may speak for the same place.
    """
    ours = frozenset(shipped())
    for rule in rules:
        confirm = Confirm(rule, spans_lines=True, is_ours=rule in ours)
        for template in rule.matches:
            why = _why_not_found(template, confirm, detector)
            if why:
                yield Failure(rule.id, Wanted.MATCH, template, why)
        for template in rule.misses:
            why = _why_found(template, rule, detector)
            if why:
                yield Failure(rule.id, Wanted.MISS, template, why)
        if not rule.matches:
            yield Failure(rule.id, Wanted.MATCH, "", "the rule has no example that must be found")


def _why_not_found(template: str, confirm: Confirm, detector: Detector) -> str:
    for seed in range(SEEDS):
        try:
            text = example(template, seed).encode()
        except TemplateInvalid as error:
            return str(error)
        seen = detector.look(text).sightings
        own = [one for one in seen if one.rule == confirm.rule.id]
        if any(not one.dismissed for one in own):
            continue
        if own:
            return f"dismissed: {own[0].dismissed}"
        others = [one.rule for one in seen if not one.dismissed]
        alone = confirm.verdicts(text, 0, len(text))
        if not others or not any(not one.dismissed for one in alone):
            reasons = [one.dismissed for one in alone if one.dismissed]
            return f"dismissed: {reasons[0]}" if reasons else "not found" if not alone else "not found by its anchor"
    return ""


def _why_found(template: str, rule: Rule, detector: Detector) -> str:
    for seed in range(SEEDS):
        try:
            text = example(template, seed).encode()
        except TemplateInvalid as error:
            return str(error)
        if any(one.rule == rule.id and not one.dismissed for one in detector.look(text).sightings):
            return "found"
    return ""
