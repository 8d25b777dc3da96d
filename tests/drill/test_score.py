"""The score: each way to lose, and that no number stands without its list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.drill.score import Aside, Belief, Deed, Innocent, LeftDoor, Refusal, Score, Truth
from irkit.drill.score_words import sentences, verdict
from tests.drill.verdicts import BELIEF, DEEDS, TRUTH, at, innocent, score

IDS = st.frozensets(st.sampled_from([f"d{number}" for number in range(8)]))


def truth(**changed: object) -> Truth:
    return TRUTH.model_copy(update=changed)


def belief(**changed: object) -> Belief:
    return BELIEF.model_copy(update=changed)


LATE = Deed(id="x1", at=at(50), call="sts:GetCallerIdentity")
REFUSED = LATE.model_copy(update={"error": "AccessDenied"})


def test_all_contained_and_found_is_a_win() -> None:
    won = score()
    assert won.is_win
    assert won.is_contained
    assert (won.recall, won.precision) == (1.0, 1.0)
    assert won.time_to_dead == timedelta(seconds=35)


@pytest.mark.parametrize(
    ("why", "lost"),
    [
        ("still gets through: leaked key", score(tries={"leaked key": "works"})),
        ("back doors open: user x", score(truth(doors=(LeftDoor(kind="user", name="x", open=True),)))),
        ("not proven dead: key 1 (denied)", score(belief=belief(undead=("key 1 (denied)",)))),
        ("acted after all was believed dead: sts:GetCallerIdentity", score(truth(after_alarm=(*DEEDS[1:], LATE)))),
        ("decrypts missed: 1 of 2", score(belief=belief(decrypts=frozenset({"d1"})))),
        ("decrypts missed: 2 of 2", score(belief=belief(decrypts=None))),
        ("decrypts invented: 1 of 3", score(belief=belief(decrypts=frozenset({"d1", "d2", "e9"})))),
        ("innocents stopped: backup", score(truth(bystanders=(innocent("backup", (20, 95), ok=10),)))),
        ("secrets spilled: key in log", score(aside=Aside(spilled=("key in log",)))),
        ("carried out unapproved: purge", score(belief=belief(unapproved=("purge",)))),
        ("the run did not end: it waits", score(belief=belief(ended=False, how="it waits for a human"))),
    ],
)
def test_each_way_to_lose_is_told(why: str, lost: Score) -> None:
    assert not lost.is_win
    assert len(lost.losses) == 1
    assert lost.losses[0].startswith(why)
    assert verdict(lost).startswith("lost")
    assert f"LOST: {lost.losses[0]}" in list(sentences(lost))


NOTHING = belief(cut=(), dead_at=None, first_act_at=None, undead=("nothing was cut",), decrypts=frozenset())
FALSE_ALARM = truth(harmless=True, decrypts=(), deeds=(), after_alarm=(), doors=())


def test_in_a_false_alarm_it_is_won_by_cutting_nothing() -> None:
    assert score(FALSE_ALARM, belief=NOTHING).is_win


def test_in_a_false_alarm_what_was_cut_was_cut_without_cause() -> None:
    lost = score(FALSE_ALARM, belief=belief(cut=("user svc-deploy",), decrypts=frozenset()))
    assert lost.losses == ("cut without cause: user svc-deploy",)


def test_where_there_was_somebody_to_cut_cutting_nothing_loses() -> None:
    assert "not proven dead: nothing was cut" in score(belief=NOTHING).losses


def test_what_is_refused_to_the_adversary_is_no_act_of_theirs() -> None:
    held = score(truth(after_alarm=(*DEEDS[1:], REFUSED)))
    assert held.is_win
    assert held.after_first_act == ()


def test_an_innocent_that_works_again_was_hindered_and_not_stopped() -> None:
    held = score(truth(bystanders=(innocent("backup", (20,), ok=30),)))
    assert held.is_win
    assert held.hindered[0].startswith("backup")


def test_a_refusal_before_the_first_act_is_not_the_responders() -> None:
    assert score(truth(bystanders=(innocent("backup", (2,), ok=30),))).hindered == ()


def test_a_job_that_acts_as_a_suspect_is_rightly_stopped() -> None:
    rider = innocent("reader", (20,), ok=10, rides_on="arn:aws:iam::111122223333:role/ci-reader")
    assert score(truth(bystanders=(rider,))).is_win


KEY = "arn:aws:kms:eu-west-1:111122223333:key/k1"


def stopped(principal: str, code: str = "DisabledException") -> Innocent:
    refusal = Refusal(at=at(95), code=code, says=f"{code}: {KEY} is disabled.")
    return innocent("ledger").model_copy(update={"principal": principal, "refusals": (refusal,)})


@pytest.mark.parametrize(
    ("principal", "named"), [("user/teams/svc-x", "user/svc-x"), ("role/ledger-reader", "ledger-reader/reports")]
)
def test_who_was_named_as_stopping_by_a_key_that_one_chose_to_disable_is_told_apart(principal: str, named: str) -> None:
    job = stopped(f"arn:aws:iam::111122223333:{principal}")
    won = score(truth(bystanders=(job,)), belief(disabled={KEY: ("user/other", named)}))
    assert (won.is_win, won.stopped) == (True, ())
    assert won.chosen[0].startswith("ledger")
    assert any(line.startswith("stopped by your decision") for line in sentences(won))
    assert "no innocent job was refused anything" not in sentences(won)


@pytest.mark.parametrize(
    ("job", "disabled"),
    [
        (stopped("arn:aws:iam::111122223333:user/svc-x"), {KEY: ("user/other",)}),
        (
            stopped("arn:aws:iam::111122223333:user/svc-x"),
            {"arn:aws:kms:eu-west-1:111122223333:key/k2": ("user/svc-x",)},
        ),
        (stopped("arn:aws:iam::111122223333:user/svc-x", "AccessDenied"), {KEY: ("user/svc-x",)}),
        (stopped("arn:aws:iam::111122223333:role/svc-x"), {KEY: ("user/svc-x",)}),
    ],
    ids=["not named", "another key", "refused otherwise", "another principal"],
)
def test_who_stops_by_anything_else_than_what_the_card_said_is_an_innocent_stopped(
    job: Innocent, disabled: dict[str, tuple[str, ...]]
) -> None:
    lost = score(truth(bystanders=(job,)), belief(disabled=disabled))
    assert (lost.is_win, lost.chosen) == (False, ())


def test_what_nobody_confirmed_is_told() -> None:
    told = sentences(score(belief=belief(unconfirmed=("came_back: dead_again says alive",))))
    assert "left out, and not confirmed by anybody: came_back: dead_again says alive" in told


def test_without_a_death_there_is_no_time_of_it() -> None:
    assert score(belief=belief(dead_at=None, undead=("key 1 (denied)",))).time_to_dead is None


def test_a_miss_tells_when_it_could_have_been_seen_and_whether_it_was() -> None:
    missed = score(belief=belief(decrypts=frozenset({"d1"}), seen={"d2": at(12)})).missed
    assert missed == ("d2 of 06:00:04Z, in the log from 06:00:06Z, in the evidence at 06:00:12Z",)
    assert score(belief=belief(decrypts=frozenset({"d1"}))).missed[0].endswith("never seen")


def test_a_long_list_is_cut_and_says_so() -> None:
    spilled = tuple(f"key in {number}" for number in range(7))
    assert score(aside=Aside(spilled=spilled)).losses[0].endswith("key in 3 and 3 more")


@given(theirs=IDS, told=IDS)
def test_the_lists_and_the_shares_say_the_same(theirs: frozenset[str], told: frozenset[str]) -> None:
    found = score(truth(decrypts=tuple(theirs)), belief(decrypts=told))
    assert found.found + len(found.missed) == found.made == len(theirs)
    assert found.found + len(found.invented) == len(told)
    assert found.is_win == (theirs == told)
    assert found.is_win == (found.recall == found.precision == 1.0)


@given(theirs=IDS, told=IDS)
def test_a_score_reads_back_from_its_json(theirs: frozenset[str], told: frozenset[str]) -> None:
    found = score(truth(decrypts=tuple(theirs)), belief(decrypts=told))
    assert Score.model_validate_json(found.model_dump_json()) == found
