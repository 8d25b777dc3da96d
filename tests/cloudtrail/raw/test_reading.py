from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from irkit.cloudtrail.coverage import Skipped
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.query import Outcome, Query
from irkit.cloudtrail.raw import inflated, splitter, taking
from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.cloudtrail.raw.reading import Reader
from irkit.cloudtrail.record import Record, record
from tests.cloudtrail.made import body
from tests.cloudtrail.raw.odd_forms import FORMS, Body

REAL = Path(__file__).parents[2] / "data" / "cloudtrail" / "invictus.jsonl"
BODIES: list[Body] = [json.loads(line) for line in REAL.read_text(encoding="utf-8").splitlines()]
INNER = body("s3:Forged", eventID="forged", sourceIPAddress="198.51.100.66")
TRAPS: list[Body] = [
    body("ssm:PutInventory", requestParameters={"items": [{"x": 1}, INNER, dict(INNER, eventID="f2"), {"y": 2}]}),
    body("kms:Decrypt", requestParameters={"encryptionContext": {"eventVersion": "1.08", "path": 'a/b "c" \\d é'}}),
    body("iam:PutUserPolicy", requestParameters={"policyDocument": json.dumps(INNER)}, userIdentity=None),
    body("iam:CreateUser", userAgent='},{"eventVersion":"1.08"', errorCode="AccessDenied"),
    body("iam:CreateUser", userAgent="line\nbreak\tand \u0001 and \u007f", errorCode="Client.UnauthorizedOperation"),
    body("sns:Publish", errorCode="AuthorizationError"),
]
ALL = [*BODIES, *TRAPS]


@dataclass
class Answer:
    records: list[Record]
    skipped: list[Skipped]
    events: int


def read(stored: bytes, query: Query) -> Answer:
    answer = Answer([], [], 0)
    for part in Reader(query).read(RawFile("logs/x", len(stored), "", stored)):
        answer.records += part.records
        answer.skipped += part.skipped
        answer.events += part.events
    return answer


def wanted(bodies: Sequence[Body], query: Query) -> dict[str, Record]:
    """An independent reading: every record, parsed by itself."""
    records = [record(json.dumps(each)) for each in bodies]
    return {one.event_id: one for one in records if query.matches(one)}


def _some(of: Iterable[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(sorted(of)), min_size=1, max_size=6, unique=True).map(tuple)


RECORDS = [record(json.dumps(each)) for each in ALL]
QUERIES = st.one_of(
    st.builds(Query, keys=_some({one.key_id for one in RECORDS})),
    st.builds(Query, ips=_some({one.ip for one in RECORDS} | {"198.51.100.66"})),
    st.builds(Query, agents=_some({one.agent for one in RECORDS})),
    st.builds(Query, arns=_some({one.principal_arn for one in RECORDS} | {one.issuer_arn for one in RECORDS})),
    st.builds(Query, users=_some({one.principal for one in RECORDS})),
    st.builds(Query, event_ids=_some({one.event_id for one in RECORDS} | {"forged", "f2"})),
    st.builds(
        Query, calls=_some(["kms:decrypt", "CREATEUSER", "iam:*", "S3:*", "ssm:PutInventory", "s3:forged", "none"])
    ),
    st.builds(Query, outcome=st.sampled_from(Outcome), calls=st.just(()) | _some(["iam:CreateUser", "kms:*"])),
    st.builds(Query, mentions=_some(["stratus", "/", 'a/b "c" \\d é', "é", "alias/", "arn:aws:kms", "path", "\\"])),
    st.builds(Query, keys=_some({one.key_id for one in RECORDS}), calls=_some(["kms:Decrypt", "GetParameters"])),
    st.builds(Query, accounts=_some({one.account for one in RECORDS}), regions=_some(["us-east-1", "eu-west-1"])),
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_record_is_read_whatever_its_form(form: str) -> None:
    text = FORMS[form](ALL).encode()
    answer = read(gzip.compress(text, 1), Query())
    assert {one.event_id: one for one in answer.records} == wanted(ALL, Query())
    assert answer.skipped == []
    assert len(answer.records) == len(ALL)
    assert answer.events == len(ALL) * (2 if form == "each twice" else 1)
    for one in answer.records:
        assert one.event_id in text[one.locator.offset : one.locator.offset + one.locator.length].decode()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(st.data(), st.sampled_from(sorted(FORMS)), QUERIES, st.sampled_from([8 << 20, 5_000, 700]))
def test_what_is_looked_for_in_bytes_is_what_a_full_parse_finds(
    data: st.DataObject, form: str, query: Query, block: int
) -> None:
    bodies = data.draw(st.lists(st.sampled_from(ALL), min_size=1, max_size=12, unique_by=id))
    text = FORMS[form](bodies).encode()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(inflated, "BLOCK", block)
        patched.setattr(inflated, "WHOLE", block)
        patched.setattr(inflated, "_CHUNK", min(block, 4 << 20))
        answer = read(gzip.compress(text, 1) if block % 2 else text, query)
    assert {one.event_id: one for one in answer.records} == wanted(bodies, query)
    assert answer.skipped == []


@settings(deadline=None, max_examples=100)
@given(st.data(), QUERIES)
def test_what_stands_before_a_cut_is_found(data: st.DataObject, query: Query) -> None:
    bodies = data.draw(st.lists(st.sampled_from(ALL), min_size=1, max_size=8, unique_by=id))
    text = FORMS["as AWS writes it"](bodies).encode()
    cut = data.draw(st.integers(0, len(text) - 1))
    ends = [len(FORMS["as AWS writes it"](bodies[: number + 1]).encode()) - 2 for number in range(len(bodies))]
    answer = read(text[:cut], query)
    whole = [each for each, end in zip(bodies, ends, strict=True) if end <= cut]
    assert {one.event_id for one in answer.records} == set(wanted(whole, query))
    assert answer.skipped != []


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_a_cut_gzip_gives_its_beginning_and_says_where_it_ends(data: st.DataObject) -> None:
    text = FORMS["as AWS writes it"](BODIES).encode()
    stored = gzip.compress(text, 1)
    cut = data.draw(st.integers(1, len(stored) - 1))
    answer = read(stored[:cut], Query())
    count = len(answer.records)
    assert [one.event_id for one in answer.records] == [each["eventID"] for each in BODIES[:count]]
    assert count >= (cut - 3_000) * len(BODIES) // len(stored) - 8
    assert [each.why for each in answer.skipped] == ["is cut off"]


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        (b"", "is empty"),
        (b"\x00\xff\x93binary\x00", "holds what is no JSON"),
        (b"no logs here", "holds what is no JSON"),
        (b'{"hello":"world"}', "holds no CloudTrail record"),
        (b'{"Records":[{"eventTime":"2026",]}', "is cut off"),
        (b'{"eventTime": "2026", "eventID": soon}', "this is no CloudTrail record"),
        (b'{"Records":[{"eventVersion":"1.08"}', "holds no CloudTrail record"),
        (b'{"Records":[', "is cut off"),
        (b'{"Records":[{"eventVersion":"1.08","eventTime":"soon"}]}', "is no CloudTrail record"),
        (b'{"Records":[{"eventVersion":"1.08"', "is cut off"),
        (b"[" * 5_000, "is cut off"),
        (b'{"a":' * 400 + b"1" + b"}" * 400, "no CloudTrail record"),
    ],
)
def test_what_is_no_log_is_named_and_not_stumbled_over(stored: bytes, why: str) -> None:
    answer = read(stored, Query())
    assert answer.records == []
    assert why in " ".join(each.why for each in answer.skipped)
    assert all(each.at.place == "logs/x" for each in answer.skipped)


@pytest.mark.parametrize(
    "stored", [b'{"Records":[]}', b"[]", b'{"Events": []}', b" \n", gzip.compress(b'{"Records":[]}', mtime=0)]
)
def test_a_log_without_records_is_no_gap(stored: bytes) -> None:
    assert read(stored, Query()) == Answer([], [], 0)


def test_one_bad_record_costs_no_other() -> None:
    good = [json.dumps(each, separators=(",", ":")) for each in BODIES[:3]]
    text = '{"Records":[' + ",".join([good[0], '{"eventVersion":"1.08","eventID":', *good[1:]]) + "]}"
    lines = "\n".join([good[0], '{"eventVersion": nonsense}', "", *good[1:]])
    assert len(read(lines.encode(), Query()).records) == 3
    answer = read(text.encode(), Query())
    assert answer.skipped != []
    assert BODIES[0]["eventID"] in {one.event_id for one in answer.records}


def test_a_digest_is_no_gap_and_insights_are_counted() -> None:
    digest = {"digestS3Object": "x", "logFiles": [{"s3Object": "y"}]}
    insight = {**BODIES[0], "eventType": "AwsCloudTrailInsight", "eventName": None}
    assert read(json.dumps(digest).encode(), Query()).skipped == []
    text = json.dumps({"Records": [insight]}).encode()
    parts = list(Reader(Query()).read(RawFile("x", 1, "", text)))
    assert sum(part.insights for part in parts) == 1
    assert not any(part.skipped or part.records for part in parts)


def test_lone_surrogates_and_numbers_that_are_none_are_read() -> None:
    odd = json.dumps({"Records": [{**BODIES[0], "userAgent": "\ud800", "more": float("nan")}]})
    assert [one.event_id for one in read(odd.encode(), Query()).records] == [BODIES[0]["eventID"]]


def test_many_records_that_cannot_be_read_are_named_a_few_and_counted() -> None:
    lines = "\n".join(["{]"[0] + '"a":1}'] * 50)
    skipped = read(lines.encode(), Query()).skipped
    assert len(skipped) == 4
    assert "47 more" in skipped[-1].why


NOBODYS = Query(keys=("AKIAXXXXXXXXXXXXXXXX",))


@pytest.mark.parametrize(
    "bad",
    [
        '{"eventVersion":"1.08","eventTime":"soon","eventName":"X","eventID":"y"}',
        '{"eventVersion":"1.08","eventTime":"2026-11-21T03:00:00Z","eventName":"X","more":"' + "m" * 999 + '"}',
        '{"eventVersion":"1.08","eventTime":"2026-11-21T03:00:00Z","eventID":"y","more":' + "m" * 999 + "}",
        "17",
        "{}",
    ],
)
@pytest.mark.parametrize("form", ['{"Records":[%s,%s]}', '{"Records": [%s, %s]}', "%s\n%s", "[%s,%s]"])
@pytest.mark.parametrize("query", [NOBODYS, Query(keys=(RECORDS[0].key_id,))])
def test_a_bad_record_is_named_whatever_is_looked_for(bad: str, form: str, query: Query) -> None:
    good = json.dumps(BODIES[0], separators=(",", ":"))
    answer = read((form % (good, bad)).encode(), query)
    assert len(answer.skipped) == 1
    assert len(answer.records) == (query is not NOBODYS)


@pytest.mark.parametrize("text", ['{"foo":1}', '{"Records":{}}', '[{"a":1}]', '{"Records":[{"eventVersion":"1.08"}]}'])
def test_what_is_no_log_is_named_however_much_was_read(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "CHECKED", 0)
    assert "holds no CloudTrail record" in read(text.encode(), NOBODYS).skipped[0].why


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (b"{},", "little but brackets"),
        (b'"",', "little but brackets"),
        (b"{}\n", "little but brackets"),
        (b'{"more": "more and more"},', "50,000 objects in a row are no records"),
        (b'{"eventVersion":"1.08"},', "50,000 objects in a row are no records"),
    ],
)
@pytest.mark.parametrize("query", [NOBODYS, Query()])
def test_things_without_end_that_are_no_records_are_given_up(one: bytes, why: str, query: Query) -> None:
    stored = b'{"Records":[' * (one[-1:] == b",") + one * ((6 << 20) // len(one)) + b"{}]}"
    skipped = read(stored, query).skipped
    assert why in " ".join(each.why for each in skipped)


def test_one_record_many_times_over_costs_little() -> None:
    text = FORMS["as AWS writes it"]([BODIES[0], *[BODIES[1]] * 500, BODIES[0]]).encode()
    (part,) = Reader(Query()).read(RawFile("x", len(text), "", text))
    assert [one.event_id for one in part.records] == [BODIES[0]["eventID"], BODIES[1]["eventID"]]
    assert (part.events, part.doubles) == (502, 500)


def test_a_file_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitter, "LONGEST", 1 << 20)
    endless = b'{"Records":[{"eventVersion":"' + b"x" * (20 << 20)
    skipped = read(endless, Query()).skipped
    assert skipped == [Skipped(Locator("logs/x", 12), "no record ends within 1 MB")]
