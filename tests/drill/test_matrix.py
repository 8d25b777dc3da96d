"""The matrix as a table, and which bouts are asked for."""

from __future__ import annotations

import pytest

from irkit.drill.inject import Inject
from irkit.drill.matrix import COLUMNS, Bout, Fought, bouts, by_name, rows, seeds, table
from irkit.drill.score import Belief
from irkit.drill.world.settings import Membership
from tests.drill.verdicts import BELIEF, score

NEVER: Belief = BELIEF.model_copy(update={"dead_at": None, "undead": ("key 1 (denied)",)})


def fought(adversary: str, seed: int, belief: Belief = BELIEF) -> Fought:
    return Fought(bout=Bout(runbook="key_leak", adversary=adversary, seed=seed), score=score(belief=belief), seconds=30)


HUNG = Fought(
    bout=Bout(runbook="key_leak", adversary="smash", seed=2),
    score=None,
    why="it had not ended after 360 s",
    seconds=360,
)


@pytest.mark.parametrize(
    ("text", "named"),
    [("3", (1, 2, 3)), ("7-9", (7, 8, 9)), ("3,5,3", (3, 5)), ("1-2,8", (1, 2, 8)), ("5-5", (5,)), ("9-7", ())],
)
def test_seeds_are_named_by_count_range_or_list(text: str, named: tuple[int, ...]) -> None:
    assert seeds(text) == named


@pytest.mark.parametrize("text", ["", "a", "1-", "-", "1,,2", "2-x"])
def test_what_names_no_seeds_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        seeds(text)


def test_seeds_come_one_after_the_other_so_that_a_stopped_matrix_saw_all_pairs() -> None:
    asked = list(bouts(("a", "b"), ("x", "y"), (1, 2)))
    assert [bout.name for bout in asked[:4]] == ["a-x-1", "a-y-1", "b-x-1", "b-y-1"]
    assert len(asked) == len({bout.name for bout in asked}) == 8


def test_what_goes_wrong_beside_the_adversary_makes_another_bout_of_it() -> None:
    asked = list(bouts(("a",), ("x",), (1,), (Inject.SLACK_DOWN, Inject.KILLED)))
    assert [bout.name for bout in asked] == ["a-x-1+killed+slack-down"]


def test_a_row_folds_its_seeds_and_names_the_lost_ones() -> None:
    told = table([fought("quiet", 1), fought("quiet", 2, NEVER), fought("smash", 1), HUNG])
    lines = told.splitlines()
    assert lines[0].split()[:3] == list(COLUMNS[:3])
    assert lines[1].split("  ")[2:4] != []
    quiet, smash = (
        row.cells for row in rows([fought("quiet", 1), fought("quiet", 2, NEVER), fought("smash", 1), HUNG])
    )
    assert quiet[2] == "1/2"
    assert quiet[4] == "35 s or never"
    assert quiet[-1] == "2"
    assert smash[3] == "1/2"
    assert "lost key_leak-quiet-2: not proven dead: key 1 (denied)" in lines
    assert "lost key_leak-smash-2: it had not ended after 360 s" in lines


def test_the_columns_of_a_table_stand_under_each_other() -> None:
    lines = table([fought("quiet", 1), fought("persistent", 11)]).splitlines()
    places = [line.index("1/1") for line in lines[1:]]
    assert places == [lines[0].index("won")] * 2


def test_an_empty_matrix_is_its_head_alone() -> None:
    assert table([]).splitlines() == ["  ".join(COLUMNS)]


def test_a_bout_that_could_not_be_scored_is_lost() -> None:
    assert not HUNG.is_win
    assert by_name([HUNG])["key_leak-smash-2"].losses == ("it had not ended after 360 s",)


def test_a_bout_reads_back_from_its_line() -> None:
    for one in (HUNG, fought("quiet", 1)):
        assert Fought.model_validate_json(one.model_dump_json()) == one


def test_where_the_account_stands_makes_another_bout_of_it() -> None:
    asked = list(bouts(("a",), ("x",), (1,), organization=Membership.NONE))
    assert [bout.name for bout in asked] == ["a-x-1+none"]
