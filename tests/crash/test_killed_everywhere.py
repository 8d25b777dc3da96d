"""Each runbook's whole drill, with the irkit process killed by SIGKILL at every point, one after the other, and
resumed each time. Where that would take too long for every day, at the points of effects (``Where.EFFECTS``)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from irkit.clients.hold import LAYER
from irkit.config import load
from irkit.drill.rehearsal import Rehearsal
from irkit.drill.spills import found_leaks
from irkit.drill.world.settings import Membership
from irkit.incident import events as ev
from irkit.incident.state import Phase
from irkit.incident.verification import verification
from irkit.wiring.drills import Tempo, Terms, begin
from irkit.wiring.scripted_answers import Answers
from tests.crash.everywhere import KILLED, Killed, killed_everywhere
from tests.crash.killing import MODEL, Where, effect_point, point_of

pytestmark = pytest.mark.timeout(5400)  # some 440 processes, one after the other


@dataclass(frozen=True)
class Case:
    """A runbook, and what is to be expected of its drill along the recommended path, but for the answers."""

    runbook: str
    left_out: frozenset[str] = frozenset()
    """The steps that the path leaves out; all others are done."""
    unmade: Mapping[str, str] = field(default_factory=dict)
    """Calls that may come more than once, each with the call that takes it back: one is left in the end.

    As ``_effects`` says them, up to where they begin to differ. All other effects come once.
    """
    answers: Answers = field(default_factory=dict)
    """What the responder answers where that is not what irkit recommends."""
    membership: Membership = Membership.MEMBER
    """Where the account stands: where no SCP binds, the suspects are held instead."""


ALL_WELL = frozenset(
    {"hold", "hold_more", "hold_last", "let_innocents_go", "no_quarantine", "not_clean", "paths_open", "not_dead"}
)
"""The steps that containment leaves out when the organization binds and nothing is left open."""
STAYED_DEAD = frozenset({"dead_again", "measure_again", "came_back", "not_dead_again"})
"""Those that look after what came to life again."""
NO_DOUBT = frozenset({"pick_suspects", "doubts_left"})
"""Those that ask about callers of whom the log does not say whether they misused the key."""
LOST_KEY = {"CreateAccessKey svc-deploy": "DeleteAccessKey svc-deploy"}
"""A new key whose secret was lost with the process is taken away, and another made."""
KEY_LEAK = Case(MODEL, ALL_WELL | STAYED_DEAD | {"leave_history"}, LOST_KEY)
MOST_FINAL = (
    Case(
        "ci_runner_compromise",
        ALL_WELL | STAYED_DEAD | {"unknown_runners", "review_repos", "something_new", "not_retired"},
        LOST_KEY,
    ),
    Case("runtime_leak", ALL_WELL | STAYED_DEAD | {"revoke_by_hand", "tokens_not_dead"}, LOST_KEY),
)
"""Those with the most effects that nothing takes back."""
OTHERS = (
    Case("kms_misuse", ALL_WELL | STAYED_DEAD | {"disable_key", "rotate_key", "replace_key", "not_misused"} | NO_DOUBT),
    Case("offboarding", ALL_WELL | STAYED_DEAD | {"rotate_first"}),
)
KEY_ROTATED = Case(
    "kms_misuse",
    ALL_WELL | STAYED_DEAD | {"leave_key", "disable_key", "replace_key", "not_misused"} | NO_DOUBT,
    answers={"decide_key": ("rotate",)},
)
"""Its key gets new material, which nothing takes back, and which AWS lists some time later only."""
KEY_DISABLED = Case(
    "kms_misuse",
    ALL_WELL | STAYED_DEAD | {"leave_key", "rotate_key", "replace_key", "not_misused"} | NO_DOUBT,
    answers={"decide_key": ("disable",)},
)
HELD = Case(
    MODEL,
    (ALL_WELL - {"hold", "hold_more", "hold_last", "let_innocents_go", "no_quarantine"})
    | STAYED_DEAD
    | {"quarantine", "quarantine_more", "quarantine_last", "lift_freeze", "release_user", "leave_history"},
    LOST_KEY,
    membership=Membership.NONE,
)
"""No SCP binds: they are held by IAM alone."""


@dataclass(frozen=True)
class Driven(Killed):
    """A case's drill, driven to its end."""

    case: Case
    where: Where

    def named(self, event: ev.Event) -> str:
        """The point that an event is; empty when nobody dies at it."""
        if self.where is Where.EVERYWHERE:
            return point_of(event)
        return effect_point(event, self.session.runbook, self.where)


WHERE = (
    pytest.param((MOST_FINAL[0], Where.EFFECTS), id=f"{MOST_FINAL[0].runbook}-effects"),
    *(
        pytest.param((case, Where.EFFECTS), id=f"{case.runbook}-effects", marks=pytest.mark.long)
        for case in (*MOST_FINAL[1:], KEY_ROTATED)
    ),
    *(
        pytest.param((case, Where.EVERYWHERE), id=case.runbook, marks=pytest.mark.long)
        for case in (KEY_LEAK, *MOST_FINAL, *OTHERS)
    ),
    pytest.param((KEY_DISABLED, Where.EFFECTS), id="kms_misuse-disabled", marks=pytest.mark.long),
    pytest.param((HELD, Where.HOLDS), id="key_leak-held", marks=pytest.mark.long),
)


@pytest.fixture(scope="module", params=WHERE)
def killed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Driven]:
    case, where = request.param
    folder = tmp_path_factory.mktemp("killed")
    own = load(environment={}, flags={"data_folder": str(folder / "data")})
    session, rehearsal = begin(own, case.runbook, 1, _terms(case))
    try:
        yield Driven(**vars(killed_everywhere(rehearsal, session, folder, where)), case=case, where=where)
    finally:
        rehearsal.stop()


def _terms(case: Case) -> Terms:
    return Terms(tempo=Tempo.QUICK, answers=case.answers, membership=case.membership)


def test_the_drill_reaches_its_end_through_all_the_kills(killed: Driven) -> None:
    assert killed.codes[-1] == 0, killed.log[-2000:]
    assert killed.codes[:-1] == [KILLED] * len(killed.points)
    assert len(killed.points) == len(set(killed.points))
    print(f"\n{len(killed.points)} kill points: {Counter(p.split(' ')[0] for p in killed.points)}")
    state = killed.session.journal.state()
    phases = {step.id: state.step(step.id).phase for step in killed.session.runbook.steps}
    expected = {step: Phase.OMITTED if step in killed.case.left_out else Phase.DONE for step in phases}
    assert phases == expected


def test_every_event_boundary_was_killed_on_both_sides(killed: Driven) -> None:
    """Whatever stands in the journal was died at just before and right after it was written."""
    written = {killed.named(record.event) for record in killed.session.journal.records()[1:]} - {""}
    assert {f"{side} {point}" for side in ("before", "after") for point in written} <= set(killed.points)
    for effect in (point.removeprefix("effect_intended") for point in written if point.startswith("effect_intended")):
        step = effect.split()[0]
        within = "within " if killed.where is Where.HOLDS else f"within {step} "
        between = {p for p in killed.points if p == f"before effect_done{effect}" or p.startswith(within)}
        assert f"after effect_intended{effect}" in killed.points
        assert between, f"nobody died between the effect and the receipt of {step}"


def test_the_chain_is_whole(killed: Driven) -> None:
    result = verification(killed.session.folder.journal)
    assert result.broken == ""
    assert result.events == killed.session.journal.state().seq


def test_what_was_in_doubt_was_probed_before_anything_else_happened_to_it(killed: Driven) -> None:
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


def test_no_effect_was_applied_twice(killed: Driven) -> None:
    """By the cloud's own record of what reached it: CloudTrail, Slack's store, GitHub's store."""
    calls = Counter(_effects(killed.rehearsal))
    for made, unmade in killed.case.unmade.items():
        left = _taken(calls, made) - _taken(calls, unmade)
        assert left == 1, f"of {made}, {left} are left"
    assert calls, "the record shows no effects at all"
    assert _layers_left(calls) == {}
    assert {name: count for name, count in calls.items() if count != 1} == {}
    tokens = Counter(_tokens(killed.rehearsal))
    tells = any(step.uses == "slack.post_message" for step in killed.session.runbook.steps)
    assert set(tokens.values()) == ({1} if tells else set())


def _taken(calls: Counter[str], beginning: str) -> int:
    """How many calls begin so; they are taken out."""
    return sum(calls.pop(name) for name in list(calls) if name.startswith(beginning))


def _layers_left(calls: Counter[str]) -> dict[str, int]:
    """Which of the denials that a hold takes away again were put more often than taken away; all are taken out."""
    left: Counter[str] = Counter()
    for name in [name for name in calls if f" {LAYER}" in name]:
        call, _, whose = name.partition(" ")
        left[whose] += calls.pop(name) * (1 if call.startswith("Put") else -1)
    return {whose: count for whose, count in left.items() if count}


def _effects(rehearsal: Rehearsal) -> Iterator[str]:
    """What irkit changed at AWS, one line a call that succeeded, as CloudTrail has it."""
    for record in rehearsal.records():
        ours = str(record.get("userAgent", "")).find("irkit/DRILL-") >= 0
        if not ours or record.get("readOnly") or record.get("errorCode"):
            continue
        asked = record.get("requestParameters")
        asked = asked if isinstance(asked, dict) else {}
        names = ("userName", "roleName", "policyName", "accessKeyId", "status", "service", "secretId", "versionStage")
        yield " ".join([str(record["eventName"]), *(str(asked[name]) for name in names if asked.get(name))])


def _tokens(rehearsal: Rehearsal) -> Iterator[str]:
    """The idempotency token of each message that Slack took."""
    store = rehearsal.folder / "slack" / "slack.jsonl"
    for line in store.read_text(encoding="utf-8").splitlines() if store.exists() else ():
        if found := re.search(r'"token": ?"([0-9a-f]{32})"', line):
            yield found[1]


def test_no_secret_was_left_anywhere(killed: Driven) -> None:
    assert found_leaks(killed.rehearsal.folder, killed.session.config.data_folder) == []
