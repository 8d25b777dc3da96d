"""The ways in that are left, as the postmortem tells them: open ones first, and what shuts the others."""

from __future__ import annotations

from datetime import UTC, datetime

from irkit.actions.catalog import ACTIONS
from irkit.contract import ActionId
from irkit.report.findings import Findings, Found
from irkit.report.intruder import intruder
from irkit.report.residual import Residue, residual
from irkit.runbook.load import load
from irkit.runbook.shelf import shipped_folder
from tests.report.test_views import missing

AT = datetime(2026, 11, 21, 2, tzinfo=UTC)
ROLE = "arn:aws:iam::111122223333:role/release-manager"
JANE = "arn:aws:iam::111122223333:user/jane.doe"
SHUT = {
    "principal": JANE, "how": "assumable role", "through": ROLE, "lets": "may take it on",
    "covered_by": "the SCP quarantine",
}  # fmt: skip
OPEN = {**SHUT, "how": "group", "through": "engineers", "lets": "may kms:Decrypt", "covered_by": ""}


def found(*paths: dict[str, str], not_seen: tuple[str, ...] = ()) -> Findings:
    result = {"outcome": "open", "paths": paths, "open": [], "not_seen": not_seen}
    row = Found("residual_paths", "aws.find_residual_paths", 9, AT, "", (result,))  # type: ignore[arg-type]
    return Findings((row,), load(shipped_folder() / "offboarding.yaml"), ())


def test_every_field_that_is_read_is_one_that_the_action_tells() -> None:
    assert missing(Residue, [ACTIONS[ActionId("aws.find_residual_paths")].result]) == []


def test_open_ways_come_first_and_shut_ones_say_what_shuts_them() -> None:
    first, second, third = (one.text for one in residual(found(SHUT, OPEN, not_seen=("eu-west-3",))))
    assert first == "WAY IN, OPEN: user/jane.doe may kms:Decrypt (group engineers)"
    assert second.startswith("way in, shut by the SCP quarantine and by nothing else: user/jane.doe may take it on")
    assert third == "ways in NOT LOOKED FOR: eu-west-3"


def test_where_no_way_is_left_that_is_said() -> None:
    assert [one.text for one in residual(found())] == ["no way in is left, not even one that is shut"]


def test_they_stand_with_what_was_left_behind() -> None:
    assert "WAY IN, OPEN" in intruder(found(OPEN)).left_behind[0].text
