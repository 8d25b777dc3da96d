"""Containment is undone, with irkit killed by SIGKILL at every point of the undos, one after the other."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from pydantic import JsonValue

from irkit.clients.deny_all import DENY_ALL
from irkit.config import load
from irkit.drill.responder import RESPONDER, responder
from irkit.drill.spills import found_leaks
from irkit.engine.executor import Until
from irkit.incident.events import Direction, EffectIntended, StepId
from irkit.incident.state import Phase
from irkit.incident.verification import verification
from irkit.wiring.drills import Tempo, Terms, begin
from irkit.wiring.session import Session
from tests.crash.everywhere import KILLED, killed_everywhere

pytestmark = [pytest.mark.timeout(1800), pytest.mark.long]
NAME = "stop_and_undo"
RUNBOOK = f"""
runbook: {NAME}
title: A key is stopped, and given back
severity: SEV3
inputs:
  key_id: {{type: text, title: The key}}
steps:
  identify:
    uses: aws.identify_principal
    with: {{principal: $inputs.key_id}}
  quarantine:
    uses: aws.quarantine_principals
    with: {{principals: $identify.principals}}
  hold:
    uses: aws.hold_principals
    after: [quarantine]
    with: {{principals: $identify.principals}}
  end_sessions:
    uses: aws.revoke_sessions
    after: [hold]
    with: {{principal: $identify.arn}}
"""
UNDONE = tuple(map(StepId, ("end_sessions", "hold", "quarantine")))


def driven(session: Session) -> None:
    person = responder(session)
    person.start()
    session.run(Until.SETTLED)
    person.stop()


def changes(records: Sequence[Mapping[str, JsonValue]]) -> Counter[str]:
    """What irkit changed, by call and policy; what a hold puts for the race alone left out."""
    asked = [(str(one["eventName"]), one.get("requestParameters")) for one in records if not one.get("readOnly")]
    ours = [(name, params) for name, params in asked if isinstance(params, dict)]
    told = (f"{name} {params.get('policyName', '')} {params.get('status', '')}".strip() for name, params in ours)
    return Counter(name for name in told if "IrkitHold-" not in name)


def test_each_undo_goes_on_where_it_was_killed_and_leaves_all_as_it_was(tmp_path: Path) -> None:
    books = tmp_path / "runbooks"
    books.mkdir()
    (books / f"{NAME}.yaml").write_text(RUNBOOK, encoding="utf-8")
    own = load(environment={}, flags={"data_folder": str(tmp_path / "data"), "runbooks_folder": str(books)})
    session, rehearsal = begin(own, NAME, 1, Terms(tempo=Tempo.QUICK))
    try:
        driven(session)
        state = session.journal.state()
        assert {state.step(each).phase for each in UNDONE} == {Phase.DONE}
        before = len(rehearsal.records())
        for step in UNDONE:
            session.orders_of(RESPONDER).undo(step, "it was a false alarm")
        killed = killed_everywhere(rehearsal, session, tmp_path)
        assert killed.codes[-1] == 0, killed.log[-2000:]
        assert set(killed.codes[:-1]) == {KILLED}
        state = session.journal.state()
        assert {state.step(each).phase for each in UNDONE} == {Phase.UNDONE}
        begun = [one.event for one in session.journal.records() if isinstance(one.event, EffectIntended)]
        assert {one.step for one in begun if one.direction is Direction.UNDO} == set(UNDONE)
        within = {point.split()[1] for point in killed.points if point.startswith("within ")}
        assert within >= {"end_sessions", "quarantine"}
        done = changes(rehearsal.records()[before:])
        print(f"\n{len(killed.points)} kill points; {json.dumps(done)}")
        assert done[f"DeleteUserPolicy {DENY_ALL}"] == 1
        assert done["UpdateAccessKey  Active"] == 1
        assert set(done.values()) == {1}
        assert verification(session.folder.journal).broken == ""
        assert found_leaks(rehearsal.folder, session.config.data_folder) == []
    finally:
        rehearsal.stop()
