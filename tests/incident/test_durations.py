from __future__ import annotations

from datetime import timedelta

from irkit.incident.durations import durations
from tests.tui.story import Story


def test_a_reading_takes_from_its_start_to_its_end() -> None:
    assert durations(Story().opened().read("identify_key", seconds=4).records) == {"identify_key": timedelta(seconds=4)}


def test_the_time_that_people_took_to_approve_is_not_in_it() -> None:
    story = Story().opened().planned("deactivate_key")
    story.at += timedelta(hours=1)
    story.approved("deactivate_key").intended("deactivate_key").done("deactivate_key", seconds=7)
    assert durations(story.records) == {"deactivate_key": timedelta(seconds=7)}


def test_a_step_that_is_not_over_has_no_duration() -> None:
    assert durations(Story().opened().planned("deactivate_key").records) == {}
