from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.scan.accepted.glob_match import glob_match


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("a/b.py", "a/b.py"),
        ("/a/b.py", "a/b.py"),
        ("**", "a/b/c"),
        ("a/**", "a/b/c"),
        ("a/", "a/b/c"),
        ("**/c", "c"),
        ("**/c", "a/b/c"),
        ("a/**/c", "a/c"),
        ("a/**/c", "a/b/b/c"),
        ("a/**/b/**/c", "a/x/b/c/b/c"),
        ("a/*.py", "a/.py"),
        ("a*c*", "abc"),
        ("?.py", "é.py"),
        ("a/x**", "a/xyz"),
        ("*\n*", "a\nb"),
    ],
)
def test_a_pattern_covers_what_git_s_would(pattern: str, path: str) -> None:
    assert glob_match(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("a", "a/b"),
        ("a/**", "a"),
        ("a/", "a"),
        ("*", "a/b"),
        ("a/*", "a/b/c"),
        ("**/c", "a/c/d"),
        ("?", ""),
        ("??", "a"),
        ("a/**/c", "ac"),
        ("A", "a"),
        ("[a]", "a"),
        ("", "a"),
    ],
)
def test_a_pattern_does_not_cover_anything_else(pattern: str, path: str) -> None:
    assert not glob_match(pattern, path)


def by_expression(pattern: str, path: str) -> bool:
    """The same by Python's expressions, which a hostile pattern could hang."""
    inside = f"{pattern}**" if pattern.endswith("/") else pattern
    parts = inside.removeprefix("/").split("/")
    made = ""
    for number, part in enumerate(parts):
        is_last = number == len(parts) - 1
        if part == "**":
            made += ".+" if is_last else "(?:[^/]*/)*"
        else:
            names = "".join({"*": "[^/]*", "?": "[^/]"}.get(each, re.escape(each)) for each in part)
            made += names if is_last else f"{names}/"
    return re.fullmatch(made, path, re.DOTALL) is not None


paths = st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=4).map("/".join)


@settings(max_examples=500, deadline=None)
@given(st.text("ab/*?", min_size=1, max_size=8), paths)
def test_the_walk_agrees_with_an_expression(pattern: str, path: str) -> None:
    assert glob_match(pattern, path) == by_expression(pattern, path)


def test_a_hostile_pattern_does_not_hang() -> None:
    assert not glob_match("**/" * 50 + "*a" * 200 + "b", "a/" * 100 + "a" * 1000 + "c")
