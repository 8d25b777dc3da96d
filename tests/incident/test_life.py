from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.contract import Credential, CredentialKind, Means, Receipt, Seen, Sighting, Standing
from irkit.incident import events as ev
from irkit.incident.events import Direction, Resolution, StepId
from irkit.incident.life import GREEN, Liveness, Stage
from irkit.incident.lives import lives
from irkit.incident.state import fold
from tests.incident.biography import CUT, KEY, START, Biography, sighting

CUT_AT, SETTLED_AT = 10, 25
OTHER = StepId("deny_user")

looks = st.builds(
    sighting,
    st.sampled_from(Seen),
    st.integers(0, 60).map(float),
    st.sampled_from([Means.ATTEMPT, Means.LOG]),
)
"""What a log tells, at any time: of those the time alone says whether they are after the cut."""


def told(sightings: list[Sighting]) -> Biography:
    story = Biography().cut(CUT_AT)
    for each in sightings:
        story.looked(each)
    return story


def seconds(each: Sighting) -> float:
    return (each.at - START).total_seconds()


def after_cut(sightings: list[Sighting], seen: Seen) -> list[Sighting]:
    return [each for each in sightings if each.seen is seen and seconds(each) >= CUT_AT]


def test_a_credential_goes_from_live_to_proven_dead_by_evidence_alone() -> None:
    story = Biography().planned(KEY)
    stages = [story.stage(), story.intended().stage(), story.done().stage()]
    stages.append(story.looked(sighting(Seen.DENIED, 20)).stage())
    stages.append(story.looked(sighting(Seen.QUIET, 950, Means.LOG)).stage())
    assert stages == [Stage.LIVE, Stage.REVOKE_SENT, Stage.ACKNOWLEDGED, Stage.DENIED, Stage.PROVEN_DEAD]
    assert [turn.stage for turn in story.life.turns] == stages


@given(st.lists(looks, max_size=12))
def test_nothing_is_green_before_it_was_seen_denied_after_the_cut(sightings: list[Sighting]) -> None:
    life = told(sightings).life
    if life.stage in GREEN:
        denied = after_cut(sightings, Seen.DENIED)
        alive = after_cut(sightings, Seen.ALIVE)
        assert denied
        assert all(max(map(seconds, denied)) > seconds(each) for each in alive)
    assert all(turn.stage is not Stage.DENIED for turn in life.turns) or after_cut(sightings, Seen.DENIED)


@given(st.lists(looks, max_size=12))
def test_no_order_of_sightings_proves_death_without_a_refusal_and_silence_after_the_cut(
    sightings: list[Sighting],
) -> None:
    if told(sightings).stage() is Stage.PROVEN_DEAD:
        assert after_cut(sightings, Seen.DENIED)
        assert after_cut(sightings, Seen.QUIET)


@given(st.lists(looks, max_size=12), looks.filter(lambda each: seconds(each) < CUT_AT), st.integers(0, 12))
def test_what_was_seen_before_the_cut_moves_nothing(sightings: list[Sighting], early: Sighting, place: int) -> None:
    with_it = [*sightings[:place], early, *sightings[place:]]
    assert told(with_it).stage() is told(sightings).stage()


@given(st.lists(looks, max_size=12), st.integers(0, 12))
def test_what_could_not_be_asked_moves_nothing(sightings: list[Sighting], place: int) -> None:
    known = [each for each in sightings if each.seen is not Seen.UNKNOWN]
    unknown = sighting(Seen.UNKNOWN, 60)
    life = told([*known[:place], unknown, *known[place:]]).life
    assert life.stage is told(known).stage()
    assert life.liveness is Liveness.UNKNOWN or any(seconds(each) == 60 for each in known)


@given(st.lists(looks, max_size=12), st.integers(CUT_AT, 70), st.integers(CUT_AT, 70))
def test_accepted_after_a_refusal_and_after_settling_is_alive_again(
    sightings: list[Sighting], refused: int, accepted: int
) -> None:
    """Whatever was seen before, and in whatever order; the last word is an accepted call later than all of it."""
    early = [each for each in sightings if seconds(each) < refused]
    life = told([*early, sighting(Seen.DENIED, refused), sighting(Seen.ALIVE, accepted)]).life
    if accepted > refused and accepted >= SETTLED_AT:
        assert life.stage is Stage.ALIVE_AGAIN
        assert life.rises
    elif accepted >= refused:
        assert life.stage is Stage.ACKNOWLEDGED or life.risen is not None
    if accepted <= refused:
        assert all(turn.at <= START + timedelta(seconds=refused) for turn in life.rises)


@given(st.lists(looks, max_size=12), st.integers(0, 40))
@settings(max_examples=50)
def test_folding_in_parts_is_folding_the_whole(sightings: list[Sighting], at: int) -> None:
    records = told(sightings).records
    whole = lives(records)
    assert lives(records[at:], lives(records[:at])) == whole
    assert fold(records).lives == whole


def test_between_acknowledgement_and_denial_an_accepted_call_is_told_and_changes_no_stage() -> None:
    life = told([sighting(Seen.ALIVE, 12)]).life
    assert life.stage is Stage.ACKNOWLEDGED
    assert life.alive is not None
    assert seconds(life.alive.sighting) == 12
    assert not life.rises


def test_accepted_after_a_refusal_but_before_settling_is_no_alarm_and_no_longer_green() -> None:
    story = told([sighting(Seen.DENIED, 12), sighting(Seen.ALIVE, 14)])
    assert story.stage() is Stage.ACKNOWLEDGED
    assert not story.life.rises


def test_an_accepted_call_that_the_log_tells_late_raises_the_alarm_though_it_is_denied_now() -> None:
    life = told([sighting(Seen.DENIED, 30), sighting(Seen.DENIED, 50), sighting(Seen.ALIVE, 40, Means.ATTEMPT)]).life
    assert [turn.stage for turn in life.turns[-2:]] == [Stage.ALIVE_AGAIN, Stage.DENIED]
    assert life.stage is Stage.DENIED


def test_the_silence_that_an_accepted_call_contradicts_is_void() -> None:
    proven = told([sighting(Seen.DENIED, 30), sighting(Seen.QUIET, 50, Means.LOG)])
    assert proven.stage() is Stage.PROVEN_DEAD
    assert proven.looked(sighting(Seen.ALIVE, 28, Means.ATTEMPT)).stage() is Stage.DENIED
    assert proven.looked(sighting(Seen.QUIET, 60, Means.LOG)).stage() is Stage.PROVEN_DEAD


def test_silence_and_an_accepted_call_in_one_answer_prove_no_silence() -> None:
    story = Biography().cut(CUT_AT).looked(sighting(Seen.ALIVE, 30, Means.ATTEMPT), sighting(Seen.QUIET, 50, Means.LOG))
    assert story.stage() is Stage.ACKNOWLEDGED


def test_a_second_cut_after_the_alarm_is_proven_anew() -> None:
    story = told([sighting(Seen.DENIED, 30), sighting(Seen.QUIET, 40, Means.LOG), sighting(Seen.ALIVE, 50)])
    assert story.stage() is Stage.ALIVE_AGAIN
    story.planned(KEY, step=OTHER).intended(OTHER, at=60)
    assert story.stage() is Stage.ALIVE_AGAIN
    assert story.done(OTHER, at=61).stage() is Stage.ACKNOWLEDGED
    story.looked(sighting(Seen.DENIED, 63))
    assert story.stage() is Stage.DENIED
    assert story.looked(sighting(Seen.ALIVE, 64)).stage() is Stage.ACKNOWLEDGED
    assert len(story.life.rises) == 1


def test_the_strongest_means_of_a_refusal_is_told() -> None:
    story = told([sighting(Seen.DENIED, 30, Means.SIMULATION), sighting(Seen.DENIED, 31, Means.ATTEMPT)])
    assert story.life.by is Means.ATTEMPT
    assert story.looked(sighting(Seen.DENIED, 32), sighting(Seen.DENIED, 33, Means.SIMULATION)).life.by is Means.PROBE


def test_what_verifying_saw_counts_like_a_readings_sightings() -> None:
    story = Biography().cut(CUT_AT).verified(sighting(Seen.DENIED, 12))
    assert story.stage() is Stage.DENIED
    assert story.life.since() is not None
    assert story.records[-1].seq in story.life.events


def test_an_own_look_begun_after_the_cut_counts_though_this_machines_clock_is_fast() -> None:
    """The receipt tells no time of the provider's, and this machine is 90 s ahead of it."""
    story = Biography().planned(KEY).intended(at=100).done(at=101)
    assert story.looked(sighting(Seen.DENIED, 20)).stage() is Stage.DENIED
    assert story.looked(sighting(Seen.ALIVE, 22, Means.ATTEMPT)).stage() is Stage.DENIED


def test_the_providers_time_of_the_cut_is_taken_where_the_result_tells_it() -> None:
    story = Biography().planned(KEY).intended(at=100).done(at=101, provider_at=11)
    assert story.life.turns[-1].clock == "its provider"
    assert story.looked(sighting(Seen.DENIED, 20, Means.ATTEMPT)).stage() is Stage.DENIED


def test_an_effect_that_did_not_happen_leaves_it_live() -> None:
    assert Biography().planned(KEY).intended().failed(Standing.UNTOUCHED).stage() is Stage.LIVE


@pytest.mark.parametrize("standing", [None, Standing.BETWEEN, Standing.IN_PLACE])
def test_an_effect_in_doubt_stays_sent_until_it_is_resolved(standing: Standing | None) -> None:
    story = Biography().planned(KEY).intended().failed(standing)
    assert story.stage() is Stage.REVOKE_SENT
    probed = ev.DoubtProbed(
        step=CUT, attempt=1, standing=Standing.IN_PLACE, seen="Inactive", receipt=Receipt(summary="it is Inactive")
    )
    story.tell(probed).tell(ev.DoubtResolved(step=CUT, attempt=1, resolution=Resolution.WAS_DONE))
    assert story.stage() is Stage.ACKNOWLEDGED


def test_a_doubt_resolved_as_not_done_leaves_it_live() -> None:
    story = Biography().planned(KEY).intended().failed(None)
    assert story.tell(
        ev.DoubtResolved(step=CUT, attempt=1, resolution=Resolution.WAS_NOT_DONE)
    ).stage() is Stage.LIVE  # fmt: skip


def test_a_cut_that_was_there_already_is_acknowledged_without_an_intent() -> None:
    assert Biography().planned(KEY).done().stage() is Stage.ACKNOWLEDGED


def test_an_undo_gives_it_back_and_what_was_proven_is_void() -> None:
    story = told([sighting(Seen.DENIED, 30), sighting(Seen.QUIET, 40, Means.LOG)])
    story.planned(revives=(KEY,), direction=Direction.UNDO).intended(direction=Direction.UNDO)
    assert story.stage() is Stage.LIVE
    story.done(direction=Direction.UNDO).looked(sighting(Seen.ALIVE, 60))
    assert story.stage() is Stage.LIVE
    assert not story.life.rises


def test_an_undo_of_one_of_two_cuts_leaves_the_other_to_be_proven_anew() -> None:
    story = Biography().cut(CUT_AT).planned(KEY, step=OTHER).intended(OTHER).done(OTHER)
    story.looked(sighting(Seen.DENIED, 30))
    undo = Direction.UNDO
    story.planned(revives=(KEY,), step=OTHER, direction=undo).intended(OTHER, undo).done(OTHER, undo)
    assert story.stage() is Stage.ACKNOWLEDGED
    assert story.life.given is None


def test_an_undo_that_did_not_happen_leaves_the_cut_standing() -> None:
    story = Biography().cut(CUT_AT).planned(direction=Direction.UNDO).intended(direction=Direction.UNDO)
    assert story.failed(Standing.UNTOUCHED, direction=Direction.UNDO).stage() is Stage.ACKNOWLEDGED


def test_a_lift_on_purpose_ends_all_cuts_and_raises_no_alarm() -> None:
    lift = StepId("let_user_act")
    story = told([sighting(Seen.DENIED, 30)]).planned(revives=(KEY,), step=lift).intended(lift).done(lift)
    assert story.looked(sighting(Seen.ALIVE, 90)).stage() is Stage.LIVE


def test_a_new_key_is_live_from_its_receipt_on() -> None:
    new = Credential(kind=CredentialKind.ACCESS_KEY, id="key-2")
    story = Biography().planned(revives=(new,)).intended()
    assert lives(story.records).get(new.kind, new.id) is None
    life = lives(story.done().records).get(new.kind, new.id)
    assert life is not None
    assert life.stage is Stage.LIVE


def test_what_no_plan_cut_by_name_is_denied_by_a_refusal_alone() -> None:
    """A session that ended with its user's cut; a token that its owner revoked before."""
    story = Biography().looked(sighting(Seen.ALIVE, 3))
    assert (story.stage(), story.life.liveness) == (Stage.LIVE, Liveness.ACTIVE)
    assert story.looked(sighting(Seen.QUIET, 4, Means.LOG)).stage() is Stage.LIVE
    assert story.looked(sighting(Seen.DENIED, 5)).stage() is Stage.PROVEN_DEAD
    assert story.life.liveness is Liveness.INACTIVE
    assert story.looked(sighting(Seen.ALIVE, 30)).stage() is Stage.ALIVE_AGAIN


def test_what_was_seen_before_the_first_cut_says_nothing_of_it() -> None:
    story = Biography().looked(sighting(Seen.DENIED, 1)).looked(sighting(Seen.ALIVE, 2)).cut()
    assert story.stage() is Stage.ACKNOWLEDGED
    assert story.life.alive is None


def test_what_was_given_back_and_is_refused_for_a_while_raises_no_alarm_when_it_works() -> None:
    lift = StepId("let_user_act")
    story = told([sighting(Seen.DENIED, 30)]).planned(revives=(KEY,), step=lift).intended(lift).done(lift)
    story.looked(sighting(Seen.DENIED, 60)).looked(sighting(Seen.ALIVE, 90))
    assert story.stage() is Stage.LIVE
    assert not story.life.rises


@given(st.lists(looks, max_size=12))
def test_of_what_nobody_cut_nothing_is_green_without_a_refusal_that_came_last(sightings: list[Sighting]) -> None:
    story = Biography()
    for each in sightings:
        story.looked(each)
    life = lives(story.records).get(KEY.kind, KEY.id)
    denied = [seconds(each) for each in sightings if each.seen is Seen.DENIED]
    alive = [seconds(each) for each in sightings if each.seen is Seen.ALIVE]
    if life is not None and life.stage in GREEN:
        assert max(denied) > max(alive, default=-1)


def test_a_user_and_its_key_have_lives_of_their_own() -> None:
    user = Credential(kind=CredentialKind.USER, id="arn:aws:iam::111122223333:user/svc-deploy")
    story = Biography().planned(KEY, user).intended().done().looked(sighting(Seen.DENIED, 30))
    found = lives(story.records)
    assert story.stage() is Stage.DENIED
    assert [life.stage for life in found] == [Stage.DENIED, Stage.ACKNOWLEDGED]


def test_an_event_that_says_nothing_of_credentials_leaves_the_very_same_fold() -> None:
    before = told([sighting(Seen.DENIED, 30)])
    now = lives(before.records)
    assert lives(before.tell(ev.NoteAdded(text="hm")).records[-1:], now) is now
