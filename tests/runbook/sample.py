"""The sample runbook, and ways to change it a little."""

from __future__ import annotations

from pathlib import Path

import pytest

from irkit.errors import RunbookInvalid
from irkit.runbook.check import check
from irkit.runbook.load import loads
from irkit.runbook.model import Runbook
from tests.runbook.catalogue import Catalogue

SAMPLE = Path(__file__).parent.parent / "data" / "runbooks" / "stolen_badge.yaml"
TEXT = SAMPLE.read_text(encoding="utf-8")


def changed(old: str, new: str) -> str:
    """The sample with one part replaced; the part must be there just once."""
    assert TEXT.count(old) == 1, f"{old!r} stands {TEXT.count(old)} times in the sample"
    return TEXT.replace(old, new)


def refused(text: str) -> list[str]:
    """The findings with which the loader refuses a text, without the file's name."""
    with pytest.raises(RunbookInvalid) as caught:
        loads(text, "f")
    lines = caught.value.message.splitlines()
    assert all(line.startswith("f:") for line in lines)
    return [line.removeprefix("f:") for line in lines]


def checked(text: str) -> list[str]:
    """What the checker finds in a text that the loader takes, without the file's name."""
    return [str(finding).removeprefix("f:") for finding in check(loads(text, "f"), Catalogue())]


def sample() -> Runbook:
    """The sample, loaded."""
    return loads(TEXT, str(SAMPLE))
