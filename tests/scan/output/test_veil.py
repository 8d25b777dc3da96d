"""No name is told with a value in it, however the name spells it."""

from __future__ import annotations

from irkit.scan.finding import Place, PlaceKind
from irkit.scan.output.veil import HIDDEN, Veil
from tests.scan.output.reports import finding, value


def test_a_value_is_hidden_in_a_name_that_spells_it_in_percent_encoding() -> None:
    secret = value("", 12) + "/" + value("", 12) + "+"
    hide = Veil([finding(secret, Place(PlaceKind.FILE_NAME, "x"))])
    for spelt in (
        secret,
        secret.replace("/", "%2F").replace("+", "%2B"),
        secret.replace("/", "%2f").replace("+", "%2b"),
    ):
        assert hide(f"backup-{spelt}.txt") == f"backup-{HIDDEN}.txt"
