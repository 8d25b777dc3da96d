from __future__ import annotations

import json

import pytest

from irkit.cloudtrail.nesting import MOST, is_too_deep
from irkit.cloudtrail.query import Query, texts
from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.cloudtrail.raw.reading import Reader
from irkit.cloudtrail.record import record
from irkit.cloudtrail.store import typed
from irkit.errors import OutsideError
from tests.cloudtrail.made import body

DEEP = [MOST + 1, 600, 2_000, 50_000]
"""Deeper than irkit reads; than a stack of Python's has room for; than any parser goes."""


def _nested(depth: int) -> str:
    """A record in AWS's own form in which so many brackets are open at once."""
    text = json.dumps(body("ssm:PutInventory", eventID=f"deep-{depth}", requestParameters={"x": 0}))
    maps = (depth - 2) // 2
    lists = depth - 2 - maps
    inner = "[" * lists + '{"A":' * maps + "1" + "}" * maps + "]" * lists
    return text.replace('"x": 0', f'"x":{inner}').replace(", ", ",").replace(": ", ":")


def _several(deep: str) -> list[str]:
    before, after = (json.dumps(body("iam:CreateUser", eventID=each), separators=(",", ":")) for each in ("a", "b"))
    return [before, deep, after]


def _forms(deep: str) -> dict[str, str]:
    several = _several(deep)
    return {
        "aws": f'{{"Records":[{",".join(several)}]}}',
        "lines": "\n".join(several),
        "blanks": f'{{ "Records": [ {" , ".join(several)} ] }}',
    }


@pytest.mark.parametrize("depth", DEEP)
@pytest.mark.parametrize("form", ["aws", "lines", "blanks"])
def test_a_record_nested_too_deeply_is_named_and_costs_no_other(form: str, depth: int) -> None:
    deep = _nested(depth)
    stored = _forms(deep)[form].encode()
    parts = list(Reader(Query()).read(RawFile("logs/x", len(stored), "", stored)))
    assert [one.event_id for part in parts for one in part.records] == ["a", "b"]
    ((where, why),) = [(each.at, each.why) for part in parts for each in part.skipped]
    assert (where.offset, where.length) == (stored.index(deep.encode()), len(deep))
    assert "nested" in why


@pytest.mark.parametrize("name", ["iam:*", "ssm:PutInventory"])
def test_what_looks_for_something_passes_a_deep_record_over_or_names_it(name: str) -> None:
    stored = _forms(_nested(2_000))["aws"].encode()
    parts = list(Reader(Query(calls=(name,))).read(RawFile("logs/x", len(stored), "", stored)))
    assert [one.event_id for part in parts for one in part.records] == (["a", "b"] if name == "iam:*" else [])
    assert sum(len(part.skipped) for part in parts) == 1


def test_what_is_just_not_too_deep_is_read_to_its_last_word() -> None:
    one = record(_nested(MOST).replace(":1}", ':"leaf"}', 1))
    assert "leaf" in list(texts(one.params))
    assert typed.row(_nested(MOST).encode(), "logs/x", 0) is not None


@pytest.mark.parametrize("depth", DEEP)
def test_the_store_leaves_a_deep_record_to_the_full_reading_which_refuses_it(depth: int) -> None:
    assert typed.row(_nested(depth).encode(), "logs/x", 0) is None
    with pytest.raises(OutsideError, match="nested"):
        record(_nested(depth))


def test_parameters_written_as_a_text_may_be_as_deep_as_they_like() -> None:
    text = json.dumps(body("ssm:PutInventory", requestParameters='{"a":' * 5_000 + "1" + "}" * 5_000))
    assert list(texts(record(text).params)) == []


def test_brackets_within_strings_do_not_count() -> None:
    assert not is_too_deep(json.dumps({"a": '\\"[{' * 1_000}))
    assert not is_too_deep("[" + ",".join(["[]"] * 1_000) + "]")
    assert is_too_deep("[" * (MOST + 1) + "]" * (MOST + 1))
    assert not is_too_deep("[" * MOST + "]" * MOST)


def test_a_file_of_nothing_but_open_brackets_ends() -> None:
    stored = b'{"Records":[' + b'{"a":[' * 20_000
    parts = list(Reader(Query()).read(RawFile("logs/x", len(stored), "", stored)))
    assert [each.why for part in parts for each in part.skipped] == ["is cut off"]


def test_in_a_document_that_is_read_as_one_it_costs_no_other_either() -> None:
    stored = f'{{"at":1,"Records":[{",".join(_several(_nested(600)))}]}}'.encode()
    parts = list(Reader(Query()).read(RawFile("logs/x", len(stored), "", stored)))
    assert [one.event_id for part in parts for one in part.records] == ["a", "b"]
    assert ["nested" in each.why for part in parts for each in part.skipped] == [True]
