"""Driving a real incident from the command line alone, two processes on one journal, and what goes wrong."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from irkit.config import Config, load
from irkit.drill.rehearsal import Rehearsal
from irkit.engine.orders import SKIPPABLE
from irkit.incident.events import Mode, StepId
from irkit.incident.state import Phase
from irkit.wiring.drills import Tempo, Terms, begin
from irkit.wiring.session import Session
from tests.e2e.commands import Command
from tests.patience import PATIENCE_S

QUICK = Terms(tempo=Tempo.QUICK)
"""CloudTrail answers twenty times a second, not twice: what its pace does is tried in ``test_drill.py``."""

REACHED = {"waits for you": Phase.PLANNED, "done": Phase.DONE}


@pytest.fixture
def irkit(tmp_path: Path) -> Command:
    return Command(tmp_path)


@pytest.fixture
def drill(irkit: Command) -> Iterator[tuple[Session, Rehearsal]]:
    session, rehearsal = begin(_own(irkit), "key_leak", 1, QUICK)
    yield session, rehearsal
    rehearsal.stop()


def _own(irkit: Command) -> Config:
    return load(environment={}, flags={"data_folder": str(irkit.data), "identity": "kim"})


@pytest.fixture(scope="module")
def unrun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Command, Session, Rehearsal]]:
    """A drill that nobody runs: incidents of other kinds are opened beside it, against its cloud."""
    irkit = Command(tmp_path_factory.mktemp("unrun"))
    session, rehearsal = begin(_own(irkit), "key_leak", 1, QUICK)
    yield irkit, session, rehearsal
    rehearsal.stop()


def step(irkit: Command, name: str, incident: str = "DRILL-0001") -> dict[str, object]:
    told = json.loads(irkit.run("status", incident, "--json").stdout)
    found: dict[str, object] = next(s for s in told["steps"] if s["step"] == name)
    return found


def until(irkit: Command, session: Session, name: str, state: str) -> dict[str, object]:
    """Waits for what becomes of a step, by its journal, and asks ``irkit status`` once it is there."""
    deadline = time.monotonic() + PATIENCE_S
    while (phase := session.journal.state().step(StepId(name)).phase) is not REACHED[state]:
        assert time.monotonic() < deadline, f"{name} is {phase}, not {state}"
        time.sleep(0.02)
    now = step(irkit, name, session.folder.incident)
    assert now["state"] == state
    return now


def test_one_process_runs_and_others_approve_the_current_plans_from_the_command_line(
    irkit: Command, drill: tuple[Session, Rehearsal]
) -> None:
    incident = drill[0].folder.incident
    runner = irkit.start("run", incident, "--watch", "--display", "quiet")
    try:
        until(irkit, drill[0], "quarantine", "waits for you")
        refused = irkit.run("approve", incident, "quarantine", "--plan", "0" * 12)
        assert refused.returncode == 4
        assert "not the current plan" in refused.stderr
        for name in ("quarantine", "deactivate_key", "deny_user", "revoke_sessions"):
            plan = str(until(irkit, drill[0], name, "waits for you")["plan"])
            approved = irkit.run("approve", incident, name, "--plan", plan[:12])
            assert approved.returncode == 0, approved.stderr
        until(irkit, drill[0], "sweep", "done")
        again = irkit.run("run", incident)
        assert again.returncode == 4
        assert "being run by another process" in again.stderr
        noted = irkit.run("note", incident, "the on-call's hunch: it was the batch job")
        assert noted.returncode == 0
        skipped = irkit.run("skip", incident, "shut_in_users", "--reason", "done by hand")
        assert skipped.returncode == 0, skipped.stderr
        undone = irkit.run("undo", incident, "deny_user")
        assert undone.returncode == 0, undone.stderr
        assert "1 other person must approve" in undone.stderr
        until(irkit, drill[0], "deny_user", "waits for you")
    finally:
        runner.terminate()
        runner.wait()
    assert irkit.run("verify", incident).returncode == 0


def test_a_dry_run_changes_nothing_outside(unrun: tuple[Command, Session, Rehearsal], tmp_path: Path) -> None:
    """A dry run against the same cloud, with the responder's own permissions, as ``irkit respond`` opens it."""
    irkit, session, rehearsal = unrun
    config = tmp_path / "dry.toml"
    config.write_text(Path(rehearsal.facts.config_file).read_text())
    given = [w for name, value in rehearsal.inputs().items() for w in ("--input", f"{name}={_word(value)}")]
    before = [r["eventID"] for r in rehearsal.records() if not r.get("readOnly")]
    ended = irkit.run("respond", "key_leak", *given, "--config", str(config), "--display", "plain")
    incident = opened(ended.stderr)
    assert step(irkit, "deactivate_key", incident)["state"] == "previewed"
    ours = [r for r in rehearsal.records() if f"irkit/{incident}" in str(r.get("userAgent"))]
    assert ours, "the dry run asked the cloud nothing"
    assert [r["eventName"] for r in ours if not r.get("readOnly")] == []
    assert [r["eventID"] for r in rehearsal.records() if not r.get("readOnly")] == before
    assert session.opened.mode is Mode.DRILL
    assert not (rehearsal.folder / "slack" / "slack.jsonl").exists()


def opened(told: str) -> str:
    """The id of the dry run that was opened."""
    found = re.search(r"(DRY-\d{4}) opened, DRY-RUN", told)
    assert found, told
    return found[1]


def _word(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def test_a_pasted_credential_gives_the_key_and_is_stored_nowhere(unrun: tuple[Command, Session, Rehearsal]) -> None:
    irkit, _, rehearsal = unrun
    planted = json.loads((rehearsal.folder / "vault" / "planted.json").read_text())
    key_id = rehearsal.facts.key_id
    secret = planted[f"secret of {key_id}"] if f"secret of {key_id}" in planted else _leaked(planted)
    given = [
        w
        for name, value in rehearsal.inputs().items()
        if name != "key_id"
        for w in ("--input", f"{name}={_word(value)}")
    ]
    config = ["--config", rehearsal.facts.config_file, "--display", "plain"]
    text = f"AWS_ACCESS_KEY_ID={key_id}\nAWS_SECRET_ACCESS_KEY={secret}\n"
    ended = irkit.run("respond", "key_leak", "--secret-stdin", *given, *config, stdin=text)
    assert step(irkit, "identify_key", opened(ended.stderr))["state"] == "done", ended.stderr
    left = [f for f in (irkit.data / "incidents").rglob("*") if f.is_file() and secret.encode() in f.read_bytes()]
    assert left == []
    assert secret not in ended.stdout + ended.stderr


def _leaked(planted: dict[str, str]) -> str:
    return next(value for name, value in planted.items() if "leaked" in name)


def test_a_slack_that_is_down_holds_nothing_up_and_gets_its_messages_later(
    irkit: Command, drill: tuple[Session, Rehearsal]
) -> None:
    session, rehearsal = drill
    incident = session.folder.incident
    rehearsal.inject({"service": "slack", "outage": "on"})
    irkit.run("run", incident)
    assert step(irkit, "open_channel")["state"] == "undelivered"
    assert step(irkit, "quarantine")["state"] == "waits for you"
    assert step(irkit, "measure_use")["state"] == "done"
    rehearsal.inject({"service": "slack", "outage": "off"})
    irkit.run("retry", incident, "open_channel")
    irkit.run("run", incident)
    assert step(irkit, "tell_opened")["state"] == "done"


def test_a_data_folder_that_cannot_be_written_is_refused_before_anything_is_done(
    irkit: Command, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder")
    ended = irkit.run("drill", "key_leak", "--unattended", "--data", str(tmp_path / "file" / "data"))
    assert ended.returncode != 0
    assert "Traceback" not in ended.stderr
    assert ended.stderr.startswith("irkit: ")


def test_an_unknown_incident_names_those_there_are(unrun: tuple[Command, Session, Rehearsal]) -> None:
    irkit, session, _ = unrun
    ended = irkit.run("status", "DRILL-9999")
    assert ended.returncode == 2
    assert session.folder.incident in ended.stderr


def test_a_drill_whose_cloud_has_ended_can_be_looked_at_but_not_run(
    irkit: Command, drill: tuple[Session, Rehearsal]
) -> None:
    session, rehearsal = drill
    stopped = irkit.run("drill", "stop", session.folder.incident)
    assert stopped.returncode == 0, stopped.stderr
    assert not (rehearsal.folder / "facts.json").exists()
    assert irkit.run("status", session.folder.incident).returncode == 3
    ended = irkit.run("run", session.folder.incident)
    assert ended.returncode == 2
    assert "has ended" in ended.stderr


PHRASE = "purge acme/payments"


def leave_all_but(session: Session, *steps: str) -> None:
    """Skip what has not run yet, but for these."""
    for one in session.runbook.steps:
        if one.id not in steps and session.journal.state().step(one.id).phase in SKIPPABLE:
            session.orders.skip(one.id, "this is about the colleague")


def test_a_resumed_drill_has_its_colleague_and_ends_its_cloud_when_every_step_has(
    irkit: Command, drill: tuple[Session, Rehearsal]
) -> None:
    session, rehearsal = drill
    incident = session.folder.incident
    left = irkit.run("resume", incident)
    assert left.returncode == 3
    assert "waits for approval" in left.stdout
    assert f"irkit approve {incident} quarantine --plan" in left.stderr
    assert f"irkit drill stop {incident}" in left.stderr
    assert "\x1b" not in left.stdout + left.stderr
    leave_all_but(session, "rewrite_history", "purge_history")
    irkit.run("resume", incident)
    irkit.run("decide", incident, "rewrite_history", "rewrite")
    irkit.run("resume", incident)
    plan = str(step(irkit, "purge_history")["plan"])
    approved = irkit.run("approve", incident, "purge_history", "--plan", plan[:12], "--phrase", PHRASE)
    assert approved.returncode == 0, approved.stderr
    for _ in range(20):
        if irkit.run("resume", incident).returncode == 0:
            break
    assert step(irkit, "purge_history")["state"] == "done"
    assert json.loads(irkit.run("status", incident, "--json").stdout)["outcome"] == "every step has ended"
    assert "riley" in irkit.run("timeline", incident).stdout
    assert not (rehearsal.folder / "facts.json").exists()
