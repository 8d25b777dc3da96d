"""A result as people read it."""

from __future__ import annotations

from irkit.tui.outline import outline


def rows(**values: object) -> list[str]:
    return [row.plain for row in outline(values)]  # type: ignore[arg-type]


def test_names_and_values_stand_in_columns_without_quotes_and_brackets() -> None:
    assert rows(outcome="found", looks=3, sure=True) == ["outcome  found", "looks    3", "sure     yes"]


def test_each_row_of_a_list_begins_with_a_dash_and_goes_on_below_it() -> None:
    users = [{"user": "svc-backup2", "by": "svc-deploy"}, {"user": "ops9", "keys": ["a", "b"]}]
    assert rows(users=users, found=2) == [
        "users",
        "  - user  svc-backup2",
        "    by    svc-deploy",
        "  - user  ops9",
        "    keys",
        "      - a",
        "      - b",
        "found  2",
    ]


def test_what_is_empty_is_left_out_and_what_does_not_print_is_made_visible() -> None:
    (row,) = rows(none=[], nothing=None, agent="a\x1b[2Jb")
    assert row.startswith("agent  a")
    assert "\x1b" not in row
