"""What comes out of the store is what a raw look gives: every record, every query."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from irkit.cloudtrail.local import LocalFiles
from irkit.cloudtrail.query import Outcome, Query, Spare, Window, texts
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import found
from irkit.cloudtrail.store import stored
from irkit.cloudtrail.store.manifest import StoreBroken
from irkit.cloudtrail.store.rows import SELECTED
from irkit.cloudtrail.store.stored import Stored
from irkit.errors import NotFound
from tests.cloudtrail.athena.log_files import sign_ins
from tests.cloudtrail.made import body
from tests.cloudtrail.store.conftest import Kept
from tests.cloudtrail.store.logs import aws_form, aws_name, build, cached, log, raw


@pytest.fixture(scope="module")
def records(kept: Kept) -> tuple[Record, ...]:
    return raw(kept.logs, Query())


def test_every_record_of_the_store_equals_the_one_read_raw(kept: Kept, records: tuple[Record, ...]) -> None:
    assert len(records) == 75 + 11
    assert found(Stored(kept.folder), Query()).records == records


def test_a_field_that_nobody_looks_at_is_not_read_and_all_else_is_the_same(
    kept: Kept, records: tuple[Record, ...]
) -> None:
    held = found(Stored(kept.folder), Query(spare=tuple(Spare))).records
    plain = [one for one in held if one.request_id == ""]
    assert len(plain) > len(held) // 2
    assert any(one.request_id for one in records)
    whole = {one.event_id: one for one in records}
    assert [one._replace(request_id=whole[one.event_id].request_id) for one in held] == list(records)


def test_a_record_of_the_store_says_where_its_raw_text_lies(kept: Kept, records: tuple[Record, ...]) -> None:
    stored = found(Stored(kept.folder), Query()).records
    raw_places = {one.event_id: one.locator.place for one in records}
    assert all(one.locator.length > 0 for one in stored)
    assert {one.locator.place for one in stored} <= {str(each) for each in kept.logs.rglob("*")}
    assert set(raw_places) == {one.event_id for one in stored}


def queries(records: tuple[Record, ...]) -> list[Query]:
    asked = []
    for one in records[::3]:
        asked += [
            Query(keys=(one.key_id,)),
            Query(arns=(one.principal_arn,), outcome=Outcome.FAILED),
            Query(arns=(one.issuer_arn, "arn:none")),
            Query(users=(one.principal,), outcome=Outcome.SUCCEEDED),
            Query(sessions=(one.session,)),
            Query(source_identities=(one.source_identity,)),
            Query(ips=(one.ip,), agents=(one.agent,)),
            Query(calls=(one.call.upper(), "iam:*")),
            Query(calls=(one.name,), accounts=(one.account,), regions=(one.region,)),
            Query(event_ids=(one.event_id,)),
            Query(windows=(Window(one.at, one.at + timedelta(seconds=1)),)),
            *(Query(mentions=(text[-20:],)) for text in itertools.islice(texts(one.params), 2)),
            *(Query(mentions=(arn,)) for arn in one.resources[:1]),
        ]
    either = [Query(any_of=(one, other), outcome=other.outcome) for one, other in itertools.pairwise(asked[::5])]
    asked += [*either, *(Query(any_of=(one, Query(any_of=(other,)))) for one, other in itertools.pairwise(asked[::9]))]
    return [*asked, Query(outcome=Outcome.DENIED), Query(mentions=("",)), Query(calls=("ÅSource:X",))]


def test_many_texts_that_are_mentioned_are_looked_for_as_they_stand(kept: Kept, records: tuple[Record, ...]) -> None:
    """By one expression, to which signs mean nothing: only these records hold them."""
    some = list(dict.fromkeys(text[-20:] for one in records for text in texts(one.params) if len(text) > 4))[:40]
    several = (*some, "a.b*c", "(", "[x", "é|ü", "^$", "{2}", "\\Q")
    query = Query(mentions=several)
    expected = [one for one in records if query.matches(one)]
    assert 0 < len(expected) < len(records)
    assert list(found(Stored(kept.folder), query).records) == expected
    nothing = Query(mentions=("a.b*c", "(", "[x", "é|ü", "^$", "{2}", "\\Q", "none", ".*"))
    assert list(found(Stored(kept.folder), nothing).records) == [one for one in records if nothing.matches(one)]


def test_every_query_gives_what_it_gives_on_raw_records(kept: Kept, records: tuple[Record, ...]) -> None:
    asked = queries(records)
    assert len(asked) > 300
    for query in asked[::7]:
        expected = [one for one in records if query.matches(one)]
        assert list(found(Stored(kept.folder), query).records) == expected, query


@pytest.mark.parametrize(
    ("outcome", "named"),
    [
        (Outcome.FAILED, {"ConsoleLogin", "CredentialVerification"}),
        (Outcome.DENIED, {"ConsoleLogin", "CredentialVerification"}),
        (Outcome.SUCCEEDED, {"SwitchRole", "GetSigninToken", "PutEvaluations"}),
    ],
)
def test_sign_ins_that_failed_are_told_raw_and_from_the_store(
    tmp_path: Path, outcome: Outcome, named: set[str]
) -> None:
    log(tmp_path / "logs" / "a.json", aws_form(sign_ins()))
    build(tmp_path / "logs", tmp_path / "store")
    query = Query(outcome=outcome)
    assert {one.name for one in raw(tmp_path / "logs", query)} == named
    assert {one.name for one in found(Stored(tmp_path / "store"), query).records} == named
    assert found(Stored(tmp_path / "store"), Query()).records == raw(tmp_path / "logs", Query())


@pytest.mark.parametrize(
    "calls",
    [
        ("kms:*",),
        ("KMS:*", "kms:decrypt"),
        ("decrypt", "s3:*"),
        ("*:Decrypt",),
        ("*", "kms:Decrypt"),
        ("*:*",),
        ("sts:AssumeRole", "sts:GetCallerIdentity", "iam:CreateUser", "ListBuckets"),
        (":Decrypt", "iam:*"),
    ],
)
def test_calls_are_found_however_they_are_named(
    kept: Kept, records: tuple[Record, ...], calls: tuple[str, ...]
) -> None:
    query = Query(calls=calls)
    assert list(found(Stored(kept.folder), query).records) == [one for one in records if query.matches(one)]


def test_many_spans_of_time_hold_what_they_hold(kept: Kept, records: tuple[Record, ...]) -> None:
    times = sorted({one.at for one in records})
    ends = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    spans = tuple(Window(first, second) for first, second in zip(times[::3], times[1::3], strict=False))
    for windows in (spans, (*spans, Window(ends[0], times[1])), (Window(times[-1], ends[1]), spans[0])):
        query = Query(windows=windows)
        assert list(found(Stored(kept.folder), query).records) == [one for one in records if query.matches(one)]


@pytest.mark.parametrize(
    ("query", "event_id"),
    [
        (Query(agents=("a\ud800b",)), "lone"),
        (Query(mentions=("x\udfffy",)), "lone"),
        (Query(mentions=("logs/archive",)), "text"),
        (Query(agents=("a\x00b\u2028é",)), "nul"),
        (Query(mentions=("Logs",)), "pascal"),
        (Query(mentions=("arn:2",)), "resources"),
    ],
)
def test_what_an_intruder_may_write_oddly_is_found(kept: Kept, query: Query, event_id: str) -> None:
    assert event_id in {one.event_id for one in found(Stored(kept.folder), query).records}


def test_texts_that_hold_the_store_s_own_separator_come_back_as_they_were(tmp_path: Path) -> None:
    there, folder = tmp_path / "logs", tmp_path / "store"
    odd = [body("s3:Get\x1fObject", userAgent="a\x1fb"), body("s3:GetObject", sourceIPAddress="\x1f")]
    log(there / aws_name(), aws_form([*odd, body("s3:GetObject", userAgent="\x1e")]))
    build(there, folder)
    assert found(Stored(folder), Query()).records == raw(there, Query())
    assert [one.agent for one in found(Stored(folder), Query(agents=("a\x1fb",))).records] == ["a\x1fb"]


def test_rows_that_cannot_be_taken_apart_are_not_believed(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    other = SELECTED.replace("chr(31)", "chr(31) || chr(31)")  # as if an older store held such texts
    monkeypatch.setattr(stored, "SELECTED", other)
    with pytest.raises(StoreBroken, match="another version"):
        found(Stored(kept.folder), Query())
    records, coverage = cached(kept.logs, kept.folder, Query())
    assert records == raw(kept.logs, Query())
    assert any("store was not used" in note for note in coverage.notes)


def test_the_coverage_tells_accounts_spans_and_what_could_not_be_read(kept: Kept) -> None:
    coverage = found(Stored(kept.folder), Query()).coverage
    assert "111122223333" not in coverage.accounts, "names are not believed: no event is of it"
    assert "123837392027" in coverage.accounts
    assert set(coverage.skipped) == set(found(LocalFiles([kept.logs]), Query()).coverage.skipped)
    assert not any(each.at.place.endswith("notes.txt") for each in coverage.skipped), "that is no log"
    assert any("eventID" in each.why for each in coverage.skipped), "a record without id is named"
    assert coverage.asked_at == datetime(2026, 11, 21, 14, 5, tzinfo=UTC)


def test_an_event_in_several_files_counts_once_and_the_coverage_says_so(kept: Kept) -> None:
    counts = found(Stored(kept.folder), Query()).coverage.counts
    assert counts.doubles == 10 + 10 + 3
    assert counts.events - counts.doubles == 75 + 11


def test_of_an_event_that_a_file_holds_twice_store_and_file_give_that_which_stands_first(tmp_path: Path) -> None:
    there, folder = tmp_path / "logs", tmp_path / "store"
    log(there / aws_name(), aws_form([body("s3:GetObject", after_s, eventID="twice") for after_s in (9, 5)]))
    build(there, folder)
    of_store, of_file = (found(source, Query()).records for source in (Stored(folder), LocalFiles([there])))
    assert [one.locator for one in of_store] == [one.locator for one in of_file]
    assert [one.at for one in of_store] == [one.at for one in of_file]


def test_bytes_that_are_no_text_are_the_same_in_the_store_and_in_the_file(tmp_path: Path) -> None:
    there, folder = tmp_path / "logs", tmp_path / "store"
    content = aws_form([body("s3:GetObject", 1, userAgent="a?b", requestParameters={"key": "x?y"})])
    log(there / aws_name(), content.replace(b"?", b"\xed\xa0\x80"))
    build(there, folder)
    (of_store,), (of_file,) = (found(source, Query()).records for source in (Stored(folder), LocalFiles([there])))
    assert of_store.agent == of_file.agent == "a\ufffd\ufffd\ufffdb"
    assert of_store == of_file


def test_a_store_tells_files_and_regions_that_are_not_what_the_names_say(tmp_path: Path) -> None:
    there, folder = tmp_path / "logs", tmp_path / "store"
    good = log(there / aws_name(hour=12), aws_form([body("s3:GetObject", 60)]))
    late = log(there / aws_name(hour=20), aws_form([body("s3:GetObject", 70, awsRegion="us-east-1")]))
    build(there, folder)
    records, coverage = cached(there, folder, Query(regions=("us-east-1",)))
    assert len(records) == 1
    assert coverage.regions == ("us-east-1",)
    assert coverage.is_whole, "the region's events are there, in a file of another name"
    assert f"1 file holds other events than its name says ({late}): all were read" in coverage.notes
    assert str(good) not in coverage.text
    assert cached(there, folder, Query(regions=("eu-south-1",)))[1].not_seen == {"eu-south-1": "there is no file of it"}


def test_where_names_were_found_wrong_no_file_counts_as_left_out_by_its_own(kept: Kept) -> None:
    nothing = Query(windows=(Window(datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC)),))
    coverage = found(Stored(kept.folder), nothing).coverage
    assert (coverage.counts.files, coverage.counts.pruned) == (5, 0)


def test_store_and_files_together_answer_as_the_files_alone(kept: Kept) -> None:
    query = Query(outcome=Outcome.FAILED)
    records, coverage = cached(kept.logs, kept.folder, query)
    assert records == raw(kept.logs, query)
    assert "files read from the store: 5" in coverage.notes


def test_asking_where_no_store_is_says_how_to_make_one(kept: Kept) -> None:
    with pytest.raises(NotFound, match="no store"):
        found(Stored(kept.logs), Query())
