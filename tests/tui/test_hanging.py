from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.text import Text

from irkit.tui.hanging import hanging

LONG = "    SCP absent → refuses everything to arn:aws:iam::111122223333:user/svc-deploy"


def test_what_does_not_fit_goes_on_below_and_indented() -> None:
    assert hanging([Text(LONG), Text("short")], 40).plain.splitlines() == [
        "    SCP absent → refuses everything to",
        "        arn:aws:iam::111122223333:user/s",
        "        vc-deploy",
        "short",
    ]


@settings(deadline=None)
@given(st.lists(st.text(alphabet="ab: /", max_size=90), max_size=4), st.integers(1, 60))
def test_no_line_is_wider_than_the_screen_and_no_letter_is_lost(rows: list[str], width: int) -> None:
    broken = hanging(map(Text, rows), width)
    assert all(len(line) <= max(width, 20) for line in broken.plain.splitlines())
    assert "".join(broken.plain.split()) == "".join("".join(rows).split())
