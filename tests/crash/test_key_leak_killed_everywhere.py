"""The whole key_leak drill, with the irkit process killed by SIGKILL at every point, one after the other, and
resumed each time."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from irkit.config import load
from irkit.drill.rehearsal import Rehearsal
from irkit.incident import events as ev
from irkit.incident.state import Phase
from irkit.incident.verification import verification
from irkit.wiring.drills import begin
from irkit.wiring.session import Session
from tests.crash.killing import point_of
from tests.leaks import found_leaks

pytestmark = pytest.mark.timeout(1800)  # some 440 processes, one after the other

KILLED = -9
MOST_CHILDREN = 900


@dataclass
class Killed:
    """A drill that was driven to its end by children that were killed."""

    rehearsal: Rehearsal
    session: Session
    points: list[str]
    codes: list[int]
    log: str


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killed]:
    folder = tmp_path_factory.mktemp("killed")
    data, points, log = folder / "data", folder / "points", folder / "log"
    session, rehearsal = begin(load(environment={}, flags={"data_folder": str(data)}), "key_leak", 1)
    order = f"{rehearsal.facts.config_file}\t{data}\t{session.folder.incident}\t{points}\n"
    try:
        with (
            log.open("w") as errors,
            subprocess.Popen(
                [sys.executable, "-m", "tests.crash.killing"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            ) as zygote,
        ):
            assert zygote.stdin is not None
            assert zygote.stdout is not None
            codes: list[int] = []
            while not codes or (codes[-1] == KILLED and len(codes) < MOST_CHILDREN):
                zygote.stdin.write(order)
                zygote.stdin.flush()
                codes.append(int(zygote.stdout.readline()))
            zygote.stdin.close()
        yield Killed(rehearsal, session, points.read_text().splitlines(), codes, log.read_text())
    finally:
        rehearsal.stop()


def test_the_drill_reaches_its_end_through_all_the_kills(killed: Killed) -> None:
    assert killed.codes[-1] == 0, killed.log[-2000:]
    assert killed.codes[:-1] == [KILLED] * len(killed.points)
    assert len(killed.points) == len(set(killed.points))
    print(f"\n{len(killed.points)} kill points: {Counter(p.split(' ')[0] for p in killed.points)}")
    state = killed.session.journal.state()
    phases = {step.id: state.step(step.id).phase for step in killed.session.runbook.steps}
    assert {p for s, p in phases.items() if s != "leave_history"} == {Phase.DONE}
    assert phases["leave_history"] is Phase.OMITTED


def test_every_event_boundary_was_killed_on_both_sides(killed: Killed) -> None:
    """Whatever stands in the journal was died at just before and right after it was written."""
    written = {point_of(record.event) for record in killed.session.journal.records()[1:]}
    assert {f"{side} {point}" for side in ("before", "after") for point in written} <= set(killed.points)
    for effect in (point.removeprefix("effect_intended") for point in written if point.startswith("effect_intended")):
        step = effect.split()[0]
        between = {p for p in killed.points if p == f"before effect_done{effect}" or p.startswith(f"within {step} ")}
        assert f"after effect_intended{effect}" in killed.points
        assert between, f"nobody died between the effect and the receipt of {step}"


def test_the_chain_is_whole(killed: Killed) -> None:
    result = verification(killed.session.folder.journal)
    assert result.broken == ""
    assert result.events == killed.session.journal.state().seq


def test_what_was_in_doubt_was_probed_before_anything_else_happened_to_it(killed: Killed) -> None:
    in_doubt: dict[tuple[str, int | None], str] = {}
    for record in killed.session.journal.records():
        match record.event:
            case ev.EffectIntended(step=step, item=item):
                assert in_doubt.get((step, item), "settled") == "settled", f"{step} was begun again while in doubt"
                in_doubt[step, item] = "open"
            case ev.EffectDone(step=step, item=item):
                in_doubt[step, item] = "settled"
            case ev.DoubtProbed(step=step, item=item):
                in_doubt[step, item] = "probed"
            case ev.DoubtResolved(step=step, item=item):
                assert in_doubt[step, item] == "probed"
                in_doubt[step, item] = "settled"
            case _:
                pass


def test_no_effect_was_applied_twice(killed: Killed) -> None:
    """By the cloud's own record of what reached it: CloudTrail, Slack's store, GitHub's store."""
    calls = Counter(_effects(killed.rehearsal))
    once = {name: count for name, count in calls.items() if not name.startswith(("CreateAccessKey", "DeleteAccessKey"))}
    assert once, "the record shows no effects at all"
    assert {name: count for name, count in once.items() if count != 1} == {}
    made = sum(count for name, count in calls.items() if name.startswith("CreateAccessKey svc-deploy"))
    unmade = sum(count for name, count in calls.items() if name.startswith("DeleteAccessKey svc-deploy"))
    assert made - unmade == 1, "exactly one new key is left; one whose secret was lost with the process was taken away"
    tokens = Counter(_tokens(killed.rehearsal))
    assert tokens
    assert set(tokens.values()) == {1}


def _effects(rehearsal: Rehearsal) -> Iterator[str]:
    """What irkit changed at AWS, one line a call that succeeded, as CloudTrail has it."""
    for record in rehearsal.records():
        ours = str(record.get("userAgent", "")).find("irkit/DRILL-") >= 0
        if not ours or record.get("readOnly") or record.get("errorCode"):
            continue
        asked = record.get("requestParameters")
        asked = asked if isinstance(asked, dict) else {}
        names = ("userName", "policyName", "accessKeyId", "status", "service", "secretId", "versionStage")
        yield " ".join([str(record["eventName"]), *(str(asked[name]) for name in names if asked.get(name))])


def _tokens(rehearsal: Rehearsal) -> Iterator[str]:
    """The idempotency token of each message that Slack took."""
    store = rehearsal.folder / "slack" / "slack.jsonl"
    for line in store.read_text(encoding="utf-8").splitlines():
        if found := re.search(r'"token": ?"([0-9a-f]{32})"', line):
            yield found[1]


def test_no_secret_was_left_anywhere(killed: Killed) -> None:
    assert found_leaks(killed.rehearsal.folder, killed.session.config.data_folder) == []
