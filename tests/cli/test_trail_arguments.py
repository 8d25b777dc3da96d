"""No option of ``irkit trail`` writes into another's place: ``--accounts`` says where to ask, ``--account`` of whom."""

from __future__ import annotations

import argparse
from collections import Counter

from irkit.cli.trail_arguments import add_output, add_what, add_where, query
from irkit.cli.trail_source import Whence


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser()
    for add in (add_where, add_what, add_output):
        add(made)
    return made


def test_each_option_has_a_place_of_its_own() -> None:
    places = Counter(each.dest for each in parser()._actions if each.dest != "outcome")
    assert max(places.values()) == 1


def test_accounts_to_ask_in_are_no_accounts_asked_for() -> None:
    args = parser().parse_args(["--accounts", "all", "--role", "reader", "--from", "event-history"])
    assert query(args).accounts == ()
    assert Whence(args).reach.accounts == ("all",)
    args = parser().parse_args(["--account", "111122223333", "--from", "event-history"])
    assert query(args).accounts == ("111122223333",)
    assert Whence(args).reach.accounts == ()
