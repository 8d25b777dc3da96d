"""The page of a drill that is over."""

from __future__ import annotations

from pathlib import Path

import pytest

from irkit.drill.judgement import NAME, Judgement, kept
from irkit.drill.score import Aside, Belief, Deed, Refusal, Truth
from irkit.drill.score_page import page
from irkit.errors import IrkitError
from irkit.report.statement import Basis
from irkit.report.timeline import Row
from tests.drill.verdicts import BELIEF, DEEDS, NOTHING_ASIDE, TRUTH, at, innocent, score


def judgement(truth: Truth = TRUTH, belief: Belief = BELIEF, aside: Aside = NOTHING_ASIDE) -> Judgement:
    tries = {"leaked key": "InvalidClientTokenId"}
    return Judgement(
        incident="DRILL-0001",
        judged_at=at(100),
        score=score(truth, belief, tries, aside),
        truth=truth,
        tries=tries,
        belief=belief,
    )


def row(seconds: float, text: str) -> Row:
    return Row(
        at=at(seconds), clock="this machine", uncertainty_ms=0, step="deny_user", who="kim", text=text,
        basis=Basis.OBSERVED, event=1,
    )  # fmt: skip


def lines(judged: Judgement, *rows: Row) -> list[str]:
    return page(judged, rows).splitlines()


def test_truth_stands_beside_belief_by_time() -> None:
    told = lines(judgement(), row(3, "planned"), row(8, "done"))
    shown = [line for line in told if line.startswith(("| 06:", "| 2026-"))][-5:]
    assert [line.split("|")[1].split()[-1] for line in shown] == [
        "06:00:00", "06:00:03", "06:00:04", "06:00:05", "06:00:08",
    ]  # fmt: skip
    assert shown[2] == "| 06:00:04 | kms:Decrypt as svc-deploy |   |"
    assert shown[4] == "| 06:00:08 |   | deny_user: done |"


def test_within_a_second_what_was_known_keeps_the_order_of_the_journal_whatever_clock_told_it() -> None:
    told = "\n".join(lines(judgement(), row(3.6, "sent"), row(3.0, "acknowledged"), row(4.0, "proven")))
    assert told.index("deny_user: sent") < told.index("deny_user: acknowledged") < told.index("deny_user: proven")


def test_what_the_adversary_does_over_and_over_stands_there_once() -> None:
    looks = tuple(Deed(id=f"l{n}", at=at(20 + n), call="iam:ListAccessKeys", by="svc-deploy") for n in range(5))
    told = lines(judgement(TRUTH.model_copy(update={"deeds": (*DEEDS, *looks)})), row(10, "done"))
    assert "| 06:00:20 | iam:ListAccessKeys as svc-deploy (×5 in 4 s) |   |" in told


def test_a_call_that_goes_on_stands_once_beside_all_that_was_done_meanwhile_and_anew_where_its_answer_changes() -> None:
    looks = tuple(
        Deed(id=f"l{n}", at=at(20 + n), call="iam:ListUsers", by="x", error="AccessDenied" if n in {4, 5} else "")
        for n in range(8)
    )
    rows = [row(20.5 + n, f"look {n}") for n in range(7)]
    told = lines(judgement(TRUTH.model_copy(update={"deeds": looks})), *rows)
    assert [line for line in told if "ListUsers" in line] == [
        "| 06:00:20 | iam:ListUsers as x (×4 in 3 s) |   |",
        "| 06:00:24 | iam:ListUsers as x: refused (AccessDenied) (×2 in 1 s) |   |",
        "| 06:00:26 | iam:ListUsers as x (×2 in 1 s) |   |",
    ]


def test_a_job_that_stopped_by_the_responders_decision_is_told_so() -> None:
    refusal = Refusal(at=at(95), code="DisabledException", says="key/k1 is disabled.")
    job = innocent("svc-x").model_copy(update={"refusals": (refusal,)})
    chosen = BELIEF.model_copy(update={"disabled": {"key/k1": ("user/svc-x",)}})
    told = lines(judgement(TRUTH.model_copy(update={"bystanders": (job,)}), chosen))
    assert any("svc-x" in line and "refused by your decision: the key is disabled" in line for line in told)


def test_a_missed_decrypt_tells_when_it_could_have_been_seen() -> None:
    told = lines(judgement(belief=BELIEF.model_copy(update={"decrypts": frozenset({"d1"}), "seen": {"d2": at(9)}})))
    assert "## Decrypts that were missed" in told
    assert "| d2 | 2026-01-07 06:00:04 | 06:00:06 | 06:00:09 | svc-deploy | **no** |" in told
    assert "| d1 | 2026-01-07 05:00:00 | 05:00:02 | never | svc-deploy | yes |" in told


def test_a_win_has_no_list_of_misses() -> None:
    told = page(judgement(), ())
    assert "LOST" not in told
    assert "missed" not in told
    assert "won against persistent (seed 3)" in told


def test_an_innocent_that_was_stopped_is_told_apart_from_one_that_acts_as_a_suspect() -> None:
    jobs = (innocent("backup", (20,), ok=10), innocent("reader", (20,), ok=10, rides_on="arn:x"))
    told = lines(judgement(TRUTH.model_copy(update={"bystanders": jobs})))
    assert any(line.startswith("| backup |") and line.endswith("| refused |") for line in told)
    assert any(line.startswith("| reader |") and "rightly" in line for line in told)


def test_what_the_intruder_named_does_no_harm_on_the_page() -> None:
    odd = (Deed(id="x", at=at(30), call="iam:CreateUser", by="a|b<script>\n# c"),)
    told = page(judgement(TRUTH.model_copy(update={"deeds": odd})), ())
    assert "<script>" not in told
    assert "\n# c" not in told


def test_a_judgement_is_read_back_as_it_was_kept(tmp_path: Path) -> None:
    assert kept(tmp_path) is None
    (tmp_path / NAME).write_text(judgement().model_dump_json())
    assert kept(tmp_path) == judgement()


def test_a_broken_judgement_is_not_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("{}")
    with pytest.raises(IrkitError, match="no judgement"):
        kept(tmp_path)
