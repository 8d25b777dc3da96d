from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.color import Color
from textual.pilot import Pilot
from textual.widgets import OptionList

from irkit.scan.accepted.audit import Answer, Audit
from irkit.scan.accepted.hashed import hashed
from irkit.scan.finding import Sighting
from irkit.scan.rule import Confidence
from irkit.tui.ascii_twins import AsciiTwins
from irkit.tui.audit_app import AuditApp
from irkit.tui.capture import screen_text
from irkit.tui.look import Colour, Glyphs
from irkit.tui.screens.audit import AuditScreen
from tests.tui.driving import NARROW, WIDE, look, on, same_as_snapshot

PASSWORD = "correcthorse" + "BatteryStaple9"
TOKEN = "zz" + "live_" + "Q7" * 12
AT = datetime(2026, 1, 2, tzinfo=UTC)
Scene = Callable[[Pilot[str]], Coroutine[object, object, None]]


def seen(body: bytes) -> Sequence[Sighting]:
    """What a detector would see: the token."""
    at = body.find(TOKEN.encode())
    if at < 0:
        return ()
    return (Sighting("zz", TOKEN.encode(), at, at + len(TOKEN), 1, 1, (), Confidence.HIGH, b""),)


def entry(filename: str, kind: str, value: str, line: int, **more: object) -> dict[str, object]:
    digest = hashed(value)
    return {
        "type": kind,
        "filename": filename,
        "hashed_secret": digest,
        "is_verified": False,
        "line_number": line,
    } | more


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    (tmp_path / "conf").mkdir()
    before = "".join(f"line_{number} = {number}\n" for number in range(1, 9))
    (tmp_path / "conf" / "app.py").write_text(f'{before}password = "{PASSWORD}"  # \x1b[31m\nafter = 1\n')
    (tmp_path / "new.txt").write_text(f"a\nb\nkey: {TOKEN}\n")
    made = [
        entry("./new.txt", "Secret Keyword", TOKEN, 3),
        entry("conf/app.py", "Secret Keyword", PASSWORD, 9),
        entry("gone.py", "Secret Keyword", PASSWORD, 4, is_secret=True),
        entry("git history: old.py", "Secret Keyword", "x", 4),
    ]
    results: dict[str, list[object]] = {}
    for one in made:
        results.setdefault(str(one["filename"]), []).append(one)
    document = {"version": "1.5.0", "plugins_used": [], "results": results, "generated_at": "then"}
    (tmp_path / ".secrets.baseline").write_text(json.dumps(document))
    return Audit(tmp_path / ".secrets.baseline", tmp_path, seen)


def play(audit: Audit, scene: Scene, size: tuple[int, int] = WIDE, **more: object) -> AuditApp:
    app = AuditApp(audit, look(audit.file.parent / "screens", AT, **more))

    async def main() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            await on(pilot).says("Entries").until(lambda: not reading(pilot)).go()
            await scene(pilot)

    asyncio.run(main())
    return app


def reading(pilot: Pilot[str]) -> bool:
    return "reading" in screen_text(pilot.app.screen)


def written(audit: Audit) -> dict[str, object]:
    made = json.loads(audit.file.read_text())
    return {name: [one.get("is_secret") for one in listed] for name, listed in made["results"].items()}


def highlighted(pilot: Pilot[str]) -> int | None:
    return pilot.app.screen.query_one(OptionList).highlighted


@pytest.mark.parametrize(("name", "size"), [("audit_120x36", WIDE), ("audit_80x24", NARROW)])
def test_the_audit_shows_entries_and_the_code_around_the_selected_one(
    audit: Audit, name: str, size: tuple[int, int]
) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("1 of 4 decided").press("space").says("conf/app.py:9").says("password = ").go()
        await same_as_snapshot(pilot, name)

    play(audit, scene, size)


def test_on_a_tiny_terminal_the_judged_line_is_still_in_sight(audit: Audit) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("is small").says("••••••••").go()

    play(audit, scene, (60, 12))


def test_values_are_hidden_until_s_is_pressed_and_hidden_again_on_another_entry(audit: Audit) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("••••••••").says_not(TOKEN).says_not(TOKEN[:6]).go()
        await on(pilot).press("s").says(TOKEN).says("the screen shows secrets").go()
        await on(pilot).press("s").says_not(TOKEN).press("s").says(TOKEN).go()
        await on(pilot).press("down").says("password = ").says_not(TOKEN).says_not(PASSWORD).go()
        await on(pilot).press("s").says(PASSWORD).go()

    play(audit, scene)


def test_answers_are_written_as_detect_secrets_writes_them(audit: Audit) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("y").until(lambda: highlighted(pilot) == 1).press("n").says("3 of 4 decided").go()
        await on(pilot).says("2 real · 1 no secret").press("q").until(lambda: pilot.app.return_value is not None).go()

    app = play(audit, scene)
    assert written(audit) == {
        "./new.txt": [True],
        "conf/app.py": [False],
        "gone.py": [True],
        "git history: old.py": [None],
    }
    assert app.return_value == f"2 answers written into {audit.file}; 1 of 4 undecided"
    assert json.loads(audit.file.read_text())["generated_at"] == "then"


def test_undo_takes_back_the_last_answer_and_goes_to_its_entry(audit: Audit) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("y").until(lambda: highlighted(pilot) == 1).press("z").go()
        await on(pilot).until(lambda: highlighted(pilot) == 0).says("1 of 4 decided").go()
        await on(pilot).press("z").told("nothing was said").press("q").go()

    play(audit, scene)
    assert written(audit)["./new.txt"] == [None]


def test_an_answer_is_of_a_value_and_so_of_all_its_entries_in_the_file(tmp_path: Path) -> None:
    kinds = ("Base64 High Entropy String", "Secret Keyword")
    results = {
        "a.py": [entry("a.py", kind, PASSWORD, 1) for kind in kinds],
        "b.py": [entry("b.py", "Secret Keyword", PASSWORD, 1)],
    }
    (tmp_path / "twice").write_text(json.dumps({"version": "1.5.0", "results": results}))
    twice = Audit(tmp_path / "twice", tmp_path, seen)

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("y").says("2 of 3 decided").until(lambda: highlighted(pilot) == 2).press("z").go()
        await on(pilot).says("0 of 3 decided").until(lambda: highlighted(pilot) == 0).press("n", "q").go()

    play(twice, scene)
    assert written(twice) == {"a.py": [False, False], "b.py": [None]}


def test_u_takes_back_what_an_earlier_audit_said(audit: Audit) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("end").says("✗ real").press("u").says("0 of 4 decided").press("q").go()

    play(audit, scene)
    assert written(audit)["gone.py"] == [None]


def test_a_file_that_is_gone_or_in_the_history_is_said(audit: Audit) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("down", "down").says("it stands in the git history alone").go()
        await on(pilot).press("down").says("there is no such file here").go()
        await on(pilot).press("s").told("there is no secret on the screen").go()

    play(audit, scene)


def test_an_audit_that_is_left_by_ctrl_c_is_written_all_the_same(audit: Audit) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("y").until(lambda: highlighted(pilot) == 1).press("ctrl+c").go()

    assert play(audit, scene).return_value == f"1 answer written into {audit.file}; 2 of 4 undecided"
    assert written(audit)["./new.txt"] == [True]


def test_nothing_is_written_when_nothing_was_said(audit: Audit) -> None:
    before = audit.file.read_bytes()

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("space", "space", "q").go()

    play(audit, scene)
    assert audit.file.read_bytes() == before


def test_a_baseline_that_cannot_be_written_keeps_the_screen_open_and_says_why(audit: Audit) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("y").until(lambda: highlighted(pilot) == 1).go()
        audit.file.unlink()
        await on(pilot).press("q").told("No such file").says("Entries").go()
        await on(pilot).press("ctrl+c").go()

    app = play(audit, scene)
    assert app.return_code == 1
    assert "the answers are not written" in str(app.return_value)


def test_answers_go_into_a_baseline_that_another_program_has_changed_meanwhile(audit: Audit) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("y").until(lambda: highlighted(pilot) == 1).go()
        made = json.loads(audit.file.read_text())
        made["results"]["added.py"] = [entry("added.py", "Secret Keyword", "z", 1)]
        del made["results"]["gone.py"]
        audit.file.write_text(json.dumps(made))
        await on(pilot).press("q").go()

    play(audit, scene)
    assert set(written(audit)) == {"./new.txt", "conf/app.py", "git history: old.py", "added.py"}
    assert written(audit)["./new.txt"] == [True]


def test_the_screen_is_not_saved_while_it_shows_secrets(audit: Audit) -> None:
    folder = audit.file.parent / "screens"

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("s").says(TOKEN).press("S").told("the screen shows secrets: hide them first").go()
        assert not folder.exists()
        await on(pilot).press("s").says_not(TOKEN).press("S").told("saved").go()

    play(audit, scene)
    (saved,) = folder.iterdir()
    assert TOKEN not in saved.read_text()


def test_an_empty_baseline_says_that_there_is_nothing_to_audit(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text('{"version": "1.5.0", "results": {}}')
    empty = Audit(tmp_path / "empty", tmp_path, seen)

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("0 of 0 decided").press("y").told("there is no entry").press("z", "space", "s").go()

    play(empty, scene)


def test_without_colours_the_answers_still_differ(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("y").press("n").says("✗ ./new.txt:3").says("✓ conf/app.py:9").says("· git history").go()

    play(audit, scene, colour=Colour.NONE)
    assert audit.counts()[Answer.NO_SECRET] == 1


def test_in_ascii_nothing_else_is_drawn(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("y").press("s").go()
        strips = pilot.app.screen._compositor.render_strips()
        drawn.extend(strip.apply_filter(AsciiTwins(), Color(0, 0, 0)).text for strip in strips)

    play(audit, scene, glyphs=Glyphs.ASCII)
    assert drawn
    assert {c for line in drawn for c in line if not c.isascii()} <= {"\ufffd"}


def test_help_lists_the_keys_of_the_audit(audit: Audit) -> None:
    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).press("question_mark").says("Audit: It is a real secret").types("undo").press("enter").go()
        await on(pilot).told("nothing was said in this audit yet").press("escape").go()
        assert isinstance(pilot.app.screen, AuditScreen)

    play(audit, scene)


def test_a_thousand_entries_are_listed_at_once(tmp_path: Path) -> None:
    listed = [entry(f"f{number}.py", "Secret Keyword", str(number), 1) for number in range(1000)]
    (tmp_path / "big").write_text(
        json.dumps({"version": "1.5.0", "results": {str(e["filename"]): [e] for e in listed}})
    )

    async def scene(pilot: Pilot[str]) -> None:
        await on(pilot).says("0 of 1000 decided").press("end").says("f999.py").go()

    play(Audit(tmp_path / "big", tmp_path, seen), scene)
