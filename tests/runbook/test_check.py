"""What the checker finds in a runbook, typed against its actions."""

# ruff: noqa: E501 - a table of findings reads best with a row on a line
from __future__ import annotations

import pytest

from tests.runbook.sample import TEXT, changed, checked


def test_nothing_is_found_in_the_sample() -> None:
    assert checked(TEXT) == []


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("uses: badge.identify", "uses: badge.identfy", "there is no action 'badge.identfy' (did you mean 'badge.identify'?)"),
        ("badge: $inputs.badge", "bagde: $inputs.badge", "badge.identify takes no 'bagde' (did you mean 'badge'?)"),
        ("badge: $inputs.badge", "bagde: $inputs.badge", "28:11: identify lacks badge (a text), which badge.identify needs"),
        ("badge: $inputs.badge", "badge: 7", "30:14: badge must be a text, not a whole number"),
        ("badge: $inputs.badge", "badge: null", "badge must be a text, not null"),
        ("badge: $inputs.badge", "badge: [a]", "badge must be a text, not a list"),
        ("badge: $inputs.badge", "badge: B", "30:14: badge: String should have at least 3 characters"),
        ("badge: $inputs.badge", "badge: $inputs.known_doors", "not $inputs.known_doors (a list (a text each))"),
        ("door: $item.door", "door: $item.dor", "61:13: $item: there is no 'dor'; there is door, at, times (did you mean 'door'?)"),
        ("door: $item.door", "door: $item.times", "door must be a text, not $item.times (a whole number)"),
        ("door: $item.door", "door: $item", "door must be a text, not $item (a map of door, at, times)"),
        ("uses: $measure.uses", "uses: $measure.uess", "$measure: there is no 'uess'; there is uses, raw (did you mean 'uses'?)"),
        ("uses: $measure.uses", "uses: $identify.floors", "uses must be a list (a map of door, at, times each), not $identify.floors"),
        ("uses: $measure.uses", "uses: [{door: a, at: b}]", "a member of uses lacks times (a whole number)"),
        ("uses: $measure.uses", "uses: [{door: a, at: b, time: 1}]", "a member of uses has no 'time' (did you mean 'times'?)"),
        ("uses: $measure.uses", "uses: [{door: a, at: noon, times: 1}]", "52:28: uses: Input should be a valid datetime"),
        ("for_each: $measure.uses", "for_each: $identify.owner", "for_each goes through a list, and $identify.owner is a text"),
        ("for_each: $measure.uses", "for_each: $identify.floors", "a whole number has no part 'door'"),
        ("things: $search.found", "things: $search.fund", "$search: there is no 'fund'; there is found (did you mean 'found'?)"),
        ("things: $search.found", "things: $identify.owner", "things must be a list (a text each), not $identify.owner (a text)"),
        ("owner: $identify.owner,", "owner: $identify.floors,", "labels.owner must be a text, not $identify.floors"),
        ("to: [$identify.owner, ", "to: [$identify.vip, ", "a member of to must be a text, not $identify.vip (true or false)"),
        ("tone: $inputs.tone", "tone: lound", "tone must be one of calm, loud, not 'lound' (did you mean 'loud'?)"),
        ("tone: $inputs.tone", "tone: $inputs.badge", "tone must be one of calm, loud, not $inputs.badge (a text)"),
        ("options: [calm, loud]", "options: [calm, loud, shrill]", "not $inputs.tone (one of calm, loud, shrill)"),
        ("is abused", "is abusd", "$judge.outcome is never 'abusd'; it is one of abused, not_abused, unclear (did you mean 'abused'?)"),
        ("$judge.outcome is abused", "$identify.owner is me", "$identify.owner is a text; when tests only enums and true or false"),
        ("$judge.outcome is abused", "$identify.vip is maybe", "$identify.vip is true or false, never 'maybe'"),
        ("is not unclear", "is abused", "nothing says what happens when $judge.outcome is not_abused or unclear"),
        ("$decide.choice is not wait", "$decide.choice is replce", "$decide.choice is never 'replce'; it is one of replace, wait"),
        ("$decide.choice is not wait", "$decide.choice is replace", "nothing says what happens when $decide.choice is wait"),
        ("options: [replace, wait]", "options: $identify.floors", "$decide.choice is a text; when tests only enums"),
        ("    phase: contain\n", "    phase: contain\n    approve: 2\n    for_each: [a]\n", ""),
        ("    uses: ask.decide\n", "    uses: ask.decide\n    for_each: [a]\n", "decide: ask.decide asks once, so it goes through no list"),
        ("    title: Whose badge is it\n", "    approve: 2\n", "26:3: identify: approve strengthens a gate, and badge.identify has none"),
    ],
)  # fmt: skip
def test_a_wrong_runbook_is_told_with_a_place(old: str, new: str, finding: str) -> None:
    found = checked(changed(old, new))
    assert any(finding in line for line in found) if finding else found == [], found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("when: $decide.choice is not wait", "when: $identify.vip is true"),
        ("to: [$identify.owner, $replace.badge, desk]", "to: $search.found"),
        ("to: [$identify.owner, $replace.badge, desk]", "to: $measure.uses.door"),
        ("to: [$identify.owner, $replace.badge, desk]", "to: $measure.raw"),
        ("to: [$identify.owner, $replace.badge, desk]", "to: $measure.raw.people.name"),
        ("tone: $inputs.tone", "floor: null"),
        ("for_each: $measure.uses\n    uses: door.search\n    with:\n      door: $item.door",
         "for_each: [front, back]\n    uses: door.search\n    with:\n      door: $item"),
        ("door: $item.door", "door: $inputs.reporter"),
    ],
)  # fmt: skip
def test_what_fits_is_not_told(old: str, new: str) -> None:
    assert checked(changed(old, new)) == []


def test_the_result_of_a_for_each_step_is_a_list_from_outside() -> None:
    found = checked(changed("badge: $identify.spare", "badge: $search.found"))
    assert found == ["87:14: badge must be a text, not $search.found (a list (a text each))"]


def test_a_wrong_reference_is_told_once() -> None:
    assert len(checked(changed("things: $search.found", "things: $search.fund"))) == 1


def test_an_unknown_action_is_told_once_and_what_refers_to_it_is_let_be() -> None:
    found = checked(changed("uses: badge.judge", "uses: badge.guess"))
    assert len(found) == 1, found


def test_a_step_that_asks_for_what_rules_out_what_it_needs_can_never_run() -> None:
    text = changed("when: $decide.choice is not wait", "when: $judge.outcome is unclear")
    assert checked(text) == []
    text = text.replace("badge: $identify.spare", "badge: $decide.choice")
    assert checked(text) == ["81:3: replace can never run: $judge.outcome would have to be two things at once"]


def test_only_the_first_step_that_can_never_run_is_told() -> None:
    text = changed("when: $decide.choice is not wait", "when: $judge.outcome is unclear")
    text = text.replace("badge: $identify.spare", "badge: $decide.choice")
    text += "  again:\n    uses: badge.lock\n    with: {badge: $replace.badge}\n"
    assert len(checked(text)) == 1
