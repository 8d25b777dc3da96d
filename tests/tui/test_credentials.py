from __future__ import annotations

from datetime import timedelta

import pytest
from textual.pilot import Pilot

from irkit.contract import Credential, CredentialKind, Effect, Means, Plan, Receipt, Seen, Sighting
from irkit.engine.approval import plan_hash
from irkit.incident import events as ev
from irkit.incident.events import Direction, StepId
from irkit.incident.life import GREEN, Stage
from irkit.incident.lives import lives
from irkit.incident.state import fold
from irkit.tui.life_lines import alarms, life_lines
from irkit.tui.life_rows import life_row, life_style, life_tally
from irkit.tui.widgets.credentials import CredentialsPane
from tests.incident.biography import Biography, sighting
from tests.tui.conftest import Play
from tests.tui.driving import NARROW, WIDE, on, same_as_snapshot
from tests.tui.story import ScriptedDesk, Story, plan_of

LEAKED = Credential(kind=CredentialKind.ACCESS_KEY, id="key-1", label="key AKIA…WXYZ of svc-deploy")
USER = Credential(kind=CredentialKind.USER, id="arn:aws:iam::111143210000:user/svc-deploy", label="user svc-deploy")
NEW = Credential(kind=CredentialKind.ACCESS_KEY, id="key-2", label="key AKIA…5TUV of svc-deploy")
CUT = StepId("deactivate_key")


def cut(story: Story, step: str = "deactivate_key", *cuts: Credential) -> Story:
    """Planned, approved and acknowledged; settling takes 15 s."""
    plan = plan_of(step).model_copy(update={"cuts": cuts})
    return carried_out(story, step, plan)


def carried_out(story: Story, step: str, plan: Plan) -> Story:
    place = StepId(step)
    story.tell(ev.StepStarted(step=place, attempt=1, effect=Effect.REVERSIBLE))
    hashed = plan_hash(place, Direction.DO, Effect.REVERSIBLE, [plan])
    story.tell(ev.StepPlanned(step=place, attempt=1, effect=Effect.REVERSIBLE, plans=(plan,), plan_hash=hashed))
    story.approved(step).intended(step)
    receipt = Receipt(summary=f"{step} acknowledged")
    return story.tell(ev.EffectDone(step=place, attempt=1, receipt=receipt)).done(step)


def saw(story: Story, *what: tuple[Credential, Seen, Means], after: float = 1) -> Story:
    """A reading step that tells these, at the time of its end."""
    story.started("verify_dead", Effect.READ, after)
    at = story.at + timedelta(seconds=1)
    told = [Sighting(credential=c, seen=s, by=m, at=at, says=f"sts:GetCallerIdentity {s}") for c, s, m in what]
    result = {"sightings": [each.model_dump(mode="json") for each in told]}
    return story.tell(ev.StepDone(step=StepId("verify_dead"), attempt=1, results=(result,), summary="looked"))


def contained() -> Story:
    story = cut(Story().opened().read("identify_key"), "deactivate_key", LEAKED, USER)
    return saw(story, (LEAKED, Seen.DENIED, Means.PROBE), after=30)


def risen() -> Story:
    return saw(contained(), (LEAKED, Seen.ALIVE, Means.ATTEMPT), after=30)


@pytest.mark.parametrize(("size", "name"), [(WIDE, "credentials_pane_120x36"), (NARROW, "credentials_strip_80x24")])
def test_the_incident_shows_where_each_credential_is_in_its_life(play: Play, size: tuple[int, int], name: str) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await same_as_snapshot(pilot, name)

    play(ScriptedDesk(saw(contained(), (USER, Seen.UNKNOWN, Means.PROBE))), size, scene)


def test_the_pane_has_a_row_a_credential_after_a_screen_that_had_no_room_for_it(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        pane = pilot.app.screen.query_one(CredentialsPane)
        await on(pilot).until(lambda: not pane.display).go()
        await pilot.resize_terminal(*WIDE)
        await on(pilot).says("Credentials (2)").go()
        assert pane.content_size.height == 2

    long = USER.model_copy(update={"label": "user " + "svc-deploy" * 12})
    play(ScriptedDesk(cut(Story().opened().read("identify_key"), "deactivate_key", LEAKED, long)), NARROW, scene)


def test_there_is_no_pane_before_a_credential_is_known(play: Play, begun: Story) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        assert not pilot.app.screen.query_one(CredentialsPane).display

    play(ScriptedDesk(begun), WIDE, scene)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_what_is_alive_again_rings_and_takes_the_headline(
    play: Play, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[str] = []
    monkeypatch.setattr("irkit.tui.app.IrkitApp.bell", lambda _: rung.append("bell"))
    desk = ScriptedDesk(contained())

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says_not("ALIVE AGAIN").go()
        assert rung == []
        saw(desk.story, (LEAKED, Seen.ALIVE, Means.ATTEMPT), after=30)
        await on(pilot).says("ALIVE AGAIN: key AKIA…WXYZ").told("ALIVE AGAIN: key AKIA…WXYZ").go()
        assert rung == ["bell"]
        saw(desk.story, (LEAKED, Seen.ALIVE, Means.ATTEMPT), after=5)
        await on(pilot).press("3").go()
        assert rung == ["bell"]

    play(desk, size, scene)


def test_the_whole_life_is_a_key_away(play: Play) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("c").says("▲ alive again").says("by this machine: acknowledged").go()
        await same_as_snapshot(pilot, "credentials_120x36")
        await on(pilot).press("escape").says("Waits for you").go()

    play(ScriptedDesk(risen()), WIDE, scene)


def test_the_activity_tells_each_turn() -> None:
    story = risen()
    told = [str(line) for _, lines in sorted(life_lines(fold(story.records).lives, 0).items()) for line in lines]
    assert [line.partition("svc-deploy: ")[2].partition(" (")[0] for line in told if "AKIA" in line] == [
        "revoke sent",
        "acknowledged",
        "denied",
        "alive again",
    ]


def test_no_stage_is_green_before_denied() -> None:
    story, styles = Biography().planned(sighting(Seen.ALIVE, 0).credential), []
    for tell in (story.intended, story.done):
        styles.append((story.life.stage, life_style(story.life)))
        tell()
    story.looked(sighting(Seen.QUIET, 900, Means.LOG))
    styles.append((story.life.stage, life_style(story.life)))
    story.looked(sighting(Seen.DENIED, 901))
    styles.append((story.life.stage, life_style(story.life)))
    assert {stage: "green" in style for stage, style in styles} == {
        Stage.LIVE: False,
        Stage.REVOKE_SENT: False,
        Stage.QUIET: False,
        Stage.PROVEN_DEAD: True,
    }
    assert all(("green" in style) == (stage in GREEN) for stage, style in styles)


def test_a_new_key_is_not_drawn_as_a_danger_and_comes_last() -> None:
    plan = plan_of("issue_new_key").model_copy(update={"revives": (NEW,)})
    found = fold(carried_out(contained(), "issue_new_key", plan).records).lives
    rows = {life.credential.id: life_row(life).plain for life in found}
    assert "given on purpose" in rows[NEW.id]
    assert life_tally(found).plain == "● 1 live · » 1 acknowledged · ✓ 1 denied"


def test_an_alarm_is_told_once() -> None:
    story = risen()
    before, now = lives(story.records[:-1]), lives(story.records)
    assert len(alarms(before, now)) == 1
    assert alarms(now, now) == []


def test_on_opening_only_what_is_alive_again_now_is_told() -> None:
    story = risen()
    assert len(alarms(None, lives(story.records))) == 1
    again = saw(cut(story, "deny_policy", LEAKED), (LEAKED, Seen.DENIED, Means.PROBE))
    assert alarms(None, lives(again.records)) == []
