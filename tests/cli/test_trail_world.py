"""``irkit trail`` against the rehearsal cloud: the event history of all regions, and the trail's bucket."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.cli.test_trail import Ask, ask
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from irkit.drill.world.world import World

__all__ = ["ask"]


def test_the_event_history_and_the_trails_bucket_agree_on_what_a_key_did(ask: Ask, world: World) -> None:
    facts = world.facts
    place = ["--config", facts.config_file, "--format", "json"]
    asked = ["activity", "--key", facts.key_id]
    history = ask(*asked, "--from", "event-history", *place)
    rows = {row["event_id"]: row for row in history.document["rows"]}
    assert (history.code, len(rows) > 0) == (0, True)
    assert any(row["via"] for row in rows.values()), "what services made for the key is missing"
    assert "never" in history.document["coverage"]["text"]
    until = time.monotonic() + PATIENCE_S
    found: dict[str, dict[str, object]] = {}
    while not set(found) >= set(rows) and time.monotonic() < until:
        bucket = ask(*asked, "--from", f"s3://{facts.trail_bucket}", *place)
        found = {row["event_id"]: row for row in bucket.document["rows"]} if bucket.out else {}
        time.sleep(0.2)
    same = [name for name in next(iter(rows.values())) if name != "locator"]
    assert {key: [found[key][name] for name in same] for key in rows} == {
        key: [row[name] for name in same] for key, row in rows.items()
    }
    assert bucket.document["coverage"]["counts"]["files"] > 0
    shown = ask("show", next(iter(found.values()))["locator"], "--config", facts.config_file).document
    assert shown["eventID"] == next(iter(found))
    told = ask("coverage", "--from", f"s3://{facts.trail_bucket}", "--config", facts.config_file)
    assert (told.code, "eu-west-1" in told.out) == (0, True)


def test_the_store_of_a_bucket_is_built_of_objects_that_no_question_has_fetched(ask: Ask, world: World) -> None:
    place = ["--from", f"s3://{world.facts.trail_bucket}", "--config", world.facts.config_file]
    counting = ["seen", "--follow", "alone", "--format", "json", *place]
    until = time.monotonic() + PATIENCE_S
    while not ask(*counting, "--no-cache").out and time.monotonic() < until:
        time.sleep(0.2)
    counted = ask(*counting)
    assert (counted.code, len(counted.document["rows"]) > 0) == (0, True)
    assert any("counted where the records lie" in each for each in counted.document["notes"])
    assert ask("cache", "--drop", *place).code == 0
    built = ask("cache", "--build", *place)
    assert (built.code, "irkit trail: 0 files" in built.err) == (0, False)
