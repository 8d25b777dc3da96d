from __future__ import annotations

import pytest

from irkit.incident.state import fold
from irkit.report.findings import Findings
from irkit.report.follow_up import questions
from irkit.report.party import Party, party
from irkit.runbook.load import load
from irkit.runbook.shelf import shipped_folder

GENERAL = {"impact", "leaked", "happened", "noticed", "needed", "lucky", "well", "told"}


@pytest.mark.parametrize(
    ("runbook", "whom", "asked"),
    [
        ("key_leak", Party.INTRUDER, {"noticed"}),
        ("runtime_leak", Party.INTRUDER, {"noticed"}),
        ("kms_misuse", Party.INTRUDER, {"noticed"}),
        ("ci_runner_compromise", Party.INTRUDER, {"noticed"}),
        ("offboarding", Party.PERSON, {"needed"}),
    ],
)
def test_a_report_blames_no_intruder_where_somebody_leaves_and_asks_of_no_leak_where_none_was(
    runbook: str, whom: Party, asked: set[str]
) -> None:
    """The others ask by a step of their own how it leaked, or happened."""
    found = Findings((), load(shipped_folder() / f"{runbook}.yaml"), ())
    assert party(found) is whom
    topics = {one.topic for one in questions(found, fold([]))}
    assert topics & GENERAL == asked | {"impact", "lucky", "well", "told"}
