"""Of the ways in which files keep credentials every value is found, and what stands for one is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from irkit.scan.detect.by_path import dismissed_at
from irkit.scan.detect.detector import Detector, load_detector
from tests.scan.credential_shapes import DECOYS, FORMS, HEX, PASSWORDS, SHAPES, Shape

_BASE64 = {"base64", "pair"}
_WORDS = {"placeholder in words", "what it is"}
"""In base64 they are told apart where a pair of user and password stands, not where any text does."""


@pytest.fixture(scope="module")
def detector(rules_cache: Path) -> Detector:
    return load_detector(cache=rules_cache / "irkit")


def found(detector: Detector, text: str, path: str) -> set[str]:
    return {
        one.value.decode()
        for one in detector.look(text.encode()).sightings
        if not (one.dismissed or dismissed_at(detector.rule(one.rule), one.value, one.near, path))
    }


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_every_kind_of_value_is_found_in_this_shape(detector: Detector, shape: Shape) -> None:
    missed = [
        value
        for value in shape.values
        if not found(detector, shape.holding(value), shape.path) & {value, FORMS[shape.form](value)}
    ]
    assert missed == []


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_what_stands_for_a_value_is_not_reported_in_this_shape(detector: Detector, shape: Shape) -> None:
    reported = {
        name
        for name, decoy in DECOYS.items()
        if (shape.form != "address" or not set("/#[@ ") & set(decoy))
        and found(detector, shape.holding(decoy), shape.path)
    }
    is_any = shape.name == "FileZilla"  # whose passwords are known by their place alone
    assert reported <= (set(DECOYS) if is_any else _WORDS if shape.form in _BASE64 else set())


def test_a_key_alone_in_a_file_is_one_by_its_path_alone(detector: Detector) -> None:
    for path in ("config/master.key", "engines/shop/config/credentials/staging.key"):
        assert found(detector, HEX + "\n", path) == {HEX}
    for path in ("", "config/app.key", "files/master.key", "x.md5"):
        assert found(detector, HEX + "\n", path) == set()
    assert found(detector, HEX + "\nmore\n", "config/master.key") == set()
    assert found(detector, "RAILS_MASTER_KEY=" + HEX, ".env") == {HEX}


def test_every_row_of_a_table_is_looked_at_until_the_table_ends(detector: Detector) -> None:
    one, other = PASSWORDS["random"], PASSWORDS["with signs"]
    rows = f"user,password,note\nann,{one},x\nbob,{other},y\n"
    assert found(detector, rows, "users.csv") == {one, other}
    assert found(detector, rows.replace(",y", ""), "users.csv") == {one}
    assert found(detector, rows.replace("password", "pet"), "users.csv") == set()
    quoted = f'"user","password","note"\n"a, b","{one}","he said ""x, y"""\n'
    assert found(detector, quoted, "users.csv") == {one}


def test_a_table_cut_off_ends_with_its_last_whole_row(detector: Detector) -> None:
    assert found(detector, f"user,password\nann,{PASSWORDS['random']}", "users.csv") == {PASSWORDS["random"]}
    assert found(detector, "user,password\nann", "users.csv") == set()
    assert found(detector, "user,password\n", "users.csv") == set()


@pytest.mark.parametrize(
    "line", ["- name: DB_@\n  value: ^", "tool --db-@ ^", "ENV DB_@ ^", '{"key": "db_@", "value": "^"}'], ids=repr
)
def test_a_password_that_people_make_is_one_where_its_name_says_so(detector: Detector, line: str) -> None:
    value = PASSWORDS["of people"]
    named = line.replace("^", value)
    assert found(detector, named.replace("@", "PASSWORD" if "DB" in line else "password"), "deploy.yaml") == {value}
    assert found(detector, named.replace("@", "PASSWORD" if "DB" in line else "password"), "docs/usage.md") == set()
    assert found(detector, named.replace("@", "TOKEN" if "DB" in line else "token"), "deploy.yaml") == set()
