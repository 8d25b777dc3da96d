from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.clients.cloudtrail import PAGE, Attribute
from irkit.clients.regions import ToldBy
from irkit.cloudtrail.event_history import EventHistory
from irkit.cloudtrail.patience import Patience
from irkit.cloudtrail.query import Outcome, Query, Window
from irkit.cloudtrail.record import Record, record
from irkit.cloudtrail.source import Batch, found, in_order
from irkit.drill.world.estate import REGIONS
from irkit.errors import Denied, OutsideError, Unreachable
from tests.bench import Bench
from tests.cloudtrail.fake_history import FakeHistory
from tests.cloudtrail.made import ARN, KEY, START, made, service_decrypt

REAL = tuple(
    record(line)
    for line in (Path(__file__).parents[1] / "data/cloudtrail/invictus.jsonl").read_text(encoding="utf-8").splitlines()
)
ROLE = "arn:aws:iam::111122223333:role/ci/deploy"
NOW = START + timedelta(days=1)


def history(*records: Record, **fields: object) -> FakeHistory:
    return FakeHistory(records, NOW, **fields)  # type: ignore[arg-type]


def source(fake: FakeHistory, regions: tuple[str, ...] = ()) -> EventHistory:
    return EventHistory(fake, regions)  # type: ignore[arg-type]


def of_role(call: str, after_s: float, session: str, **fields: object) -> Record:
    who = {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::111122223333:assumed-role/deploy/{session}",
        "accessKeyId": "ASIATFQR7NSC6V3LY3GE",
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": ROLE, "userName": "deploy"}},
    }
    return made(call, after_s, userIdentity=who, **fields)


def assumed(after_s: float, session: str, **fields: object) -> Record:
    return made("sts:AssumeRole", after_s, requestParameters={"roleArn": ROLE, "roleSessionName": session}, **fields)


def many(count: int, every_s: float = 1.0, **fields: object) -> tuple[Record, ...]:
    return tuple(made("ec2:DescribeInstances", number * every_s, **fields) for number in range(count))


FIELDS = {
    "keys": lambda one: one.key_id,
    "arns": lambda one: one.principal_arn,
    "users": lambda one: one.principal,
    "sessions": lambda one: one.session,
    "calls": lambda one: one.call.lower(),
    "ips": lambda one: one.ip,
    "event_ids": lambda one: one.event_id,
    "regions": lambda one: one.region,
}


@st.composite
def queries(draw: st.DrawFn) -> Query:
    taken = draw(st.sets(st.sampled_from(sorted(FIELDS)), max_size=2))
    held: dict[str, tuple[str, ...]] = {}
    for name in taken:
        several = draw(st.lists(st.sampled_from(REAL), min_size=1, max_size=3))
        held[name] = tuple(value for one in several if (value := FIELDS[name](one)))
    first = min(one.at for one in REAL)
    starts = draw(st.lists(st.tuples(st.integers(-60, 4000), st.integers(1, 900)), max_size=4))
    windows = tuple(
        Window(first + timedelta(seconds=start), first + timedelta(seconds=start + span)) for start, span in starts
    )
    outcome = draw(st.sampled_from((Outcome.ANY, Outcome.FAILED)))
    return Query(windows=windows, outcome=outcome, **held)  # type: ignore[arg-type]


@settings(max_examples=30, deadline=None)
@given(queries())
def test_the_history_gives_just_what_a_query_matches(query: Query) -> None:
    roles = {one.principal: one.issuer_arn for one in REAL if one.issuer_arn}
    at = max(one.at for one in REAL) + timedelta(hours=1)
    regions = tuple(sorted({one.region for one in REAL}))
    fake = FakeHistory(REAL, at, regions, roles=roles)
    wanted = in_order(one for one in REAL if query.matches(one))
    answer = found(source(fake), query).records
    assert answer == wanted


def noise(region: str = "eu-west-1") -> tuple[Record, ...]:
    """More than what is read of a region just so."""
    other = {"type": "IAMUser", "arn": f"{ARN}-2", "userName": "svc-deploy-2", "accessKeyId": "AKIAQ3EGUZ7LMN4POTHE"}
    return tuple(
        made("ec2:DescribeInstances", 3700 + each, userIdentity=other, awsRegion=region) for each in range(1200)
    )


def test_all_that_a_role_did_is_found_where_little_happened() -> None:
    calls = (of_role("s3:ListBuckets", 7200, "old"), of_role("kms:Decrypt", 7300, "old", awsRegion="us-east-1"))
    fake = history(*calls, roles={"deploy": ROLE})
    for query in (Query(users=("deploy",)), Query(arns=(ROLE,))):
        answer = found(source(fake), query)
        assert answer.records == calls
        assert answer.coverage.is_whole


def test_where_much_happened_a_role_is_found_by_the_sessions_that_began_before_the_window() -> None:
    calls = (of_role("s3:ListBuckets", 7200, "run-1"), of_role("kms:Decrypt", 7300, "run-1", awsRegion="us-east-1"))
    births = assumed(0, "run-1"), assumed(10, "other", awsRegion="us-east-1")
    fake = history(*births, *calls, *noise(), *noise("us-east-1"), roles={"deploy": ROLE})
    for query in (Query(users=("deploy",)), Query(arns=(ROLE,))):
        window = Window(START + timedelta(hours=1), START + timedelta(hours=5))
        answer = found(source(fake), query.within([window]))
        assert answer.records == calls
        why = "only sessions named run-1, other, whose beginning is in the history, were looked for"
        assert answer.coverage.not_seen in (
            {"eu-west-1": why, "us-east-1": why},
            {region: why.replace("run-1, other", "other, run-1") for region in ("eu-west-1", "us-east-1")},
        )


def test_a_proof_reads_all_of_a_role_where_much_happened() -> None:
    calls = (of_role("s3:ListBuckets", 3650, "old"), of_role("kms:Decrypt", 7300, "old", awsRegion="us-east-1"))
    fake = history(*calls, *noise(), *noise("us-east-1"), roles={"deploy": ROLE})
    window = Window(START + timedelta(hours=1), START + timedelta(hours=5))
    patient = EventHistory(fake, patience=Patience.PROOF)  # type: ignore[arg-type]
    answer = found(patient, Query(arns=(ROLE,)).within([window]))
    assert answer.records == calls
    assert answer.coverage.is_whole


def test_a_proof_does_not_begin_to_read_what_would_take_hours() -> None:
    fake = history(*many(2000, 0.5, awsRegion="eu-west-1"), roles={"deploy": ROLE})
    patient = EventHistory(fake, patience=Patience.PROOF)  # type: ignore[arg-type]
    answer = found(patient, Query(arns=(ROLE,)).within([Window(NOW - timedelta(days=80), NOW)]))
    assert "no session of a role has its beginning in the history" in answer.coverage.not_seen["eu-west-1"]
    assert [asked.attribute for region, asked in fake.asked if region == "eu-west-1"].count(None) == Patience.QUESTION


def test_a_session_of_unknown_beginning_where_much_happened_is_no_silent_gap() -> None:
    fake = history(of_role("s3:ListBuckets", 3650, "old"), *noise(), roles={"deploy": ROLE})
    answer = found(source(fake), Query(users=("deploy",)))
    assert answer.records == ()
    assert answer.coverage.seen == ("us-east-1",)
    assert "no session of a role has its beginning in the history" in answer.coverage.not_seen["eu-west-1"]


def test_a_role_that_is_not_there_is_not_looked_for() -> None:
    fake = history(made("iam:ListUsers"))
    assert len(found(source(fake), Query(users=("svc-deploy",))).records) == 1
    assert Attribute.RESOURCE_NAME not in {asked.attribute for _, asked in fake.asked}


def test_a_users_federated_sessions_are_found_by_their_own_names() -> None:
    who = {
        "type": "FederatedUser",
        "arn": "arn:aws:sts::111122223333:federated-user/backdoor",
        "sessionContext": {"sessionIssuer": {"type": "IAMUser", "arn": ARN, "userName": "svc-deploy"}},
    }
    begun = made("sts:GetFederationToken", 0, requestParameters={"name": "backdoor"}, awsRegion="us-east-1")
    others = made("sts:GetFederationToken", 0, requestParameters={"name": "x"}, userIdentity={"userName": "somebody"})
    call = made("iam:ListUsers", 3600 * 30, userIdentity=who)
    fake = history(begun, others, call)
    fake.at = START + timedelta(days=3)
    window = Window(START + timedelta(hours=29), START + timedelta(hours=40))
    for query in (Query(users=("svc-deploy",)), Query(arns=(ARN,))):
        assert found(source(fake), query.within([window])).records == (call,)
    assert "x" not in {asked.value for _, asked in fake.asked}


def test_decrypts_of_a_user_are_asked_for_by_name_too() -> None:
    fake = history(service_decrypt())
    found(source(fake), Query(arns=(ARN,), calls=("kms:Decrypt", "ssm:*")))
    assert {"Decrypt", "svc-deploy"} <= {asked.value for _, asked in fake.asked}


@pytest.mark.parametrize(
    ("query", "attribute", "value"),
    [
        (Query(keys=(KEY,), users=("svc-deploy",)), "AccessKeyId", KEY),
        (Query(sessions=("run-1",), calls=("ssm:*",)), "Username", "run-1"),
        (Query(arns=(ROLE,), calls=("kms:decrypt",)), "EventName", "Decrypt"),
        (Query(calls=("kms:*",)), "EventSource", "kms.amazonaws.com"),
        (Query(calls=("kms:nothingofthekind",)), "EventSource", "kms.amazonaws.com"),
        (Query(event_ids=("e-1",), keys=(KEY,)), "EventId", "e-1"),
        (Query(sessions=("run-1",)), "Username", "run-1"),
    ],
)
def test_the_one_best_attribute_is_asked_by(query: Query, attribute: str, value: str) -> None:
    fake = history(service_decrypt())
    found(source(fake), query)
    assert {(str(asked.attribute), asked.value) for _, asked in fake.asked} == {(attribute, value)}


def test_what_no_attribute_can_narrow_is_read_whole() -> None:
    fake = history(made("iam:ListUsers", sourceIPAddress="198.51.100.1"), made("iam:ListRoles"))
    assert len(found(source(fake), Query(ips=("198.51.100.1",))).records) == 1
    assert {asked.attribute for _, asked in fake.asked} == {None}


def test_several_keys_are_several_looks() -> None:
    fake = history(made("iam:ListUsers"))
    found(source(fake, ("eu-west-1",)), Query(keys=(KEY, "AKIAQ3EGUZ7LMN4POTHE")))
    assert [asked.value for _, asked in fake.asked] == [KEY, "AKIAQ3EGUZ7LMN4POTHE"]


def test_spans_among_few_events_are_one_request_and_those_among_many_are_leapt_between() -> None:
    windows = [
        Window(START + timedelta(minutes=each), START + timedelta(minutes=each, seconds=5)) for each in (0, 30, 59)
    ]
    quiet, busy = history(*many(40, 90)), history(*many(9000, 0.4))
    for fake in (quiet, busy):
        answer = found(source(fake, ("eu-west-1",)), Query(calls=("ec2:DescribeInstances",)).within(windows))
        assert answer.records == in_order(one for one in fake.records if any(each.holds(one.at) for each in windows))
    assert len(quiet.asked) == 1
    # 9,000 events in the hour are 180 pages; the 3 spans are a page each, and a bit.
    assert len(busy.asked) <= 9


def test_a_look_that_breaks_off_goes_on_from_where_it_was() -> None:
    fake = history(*many(170), fails=lambda _region, request: Unreachable("a moment") if request == 3 else None)
    answer = found(source(fake, ("eu-west-1",)), Query(keys=(KEY,)))
    assert len(answer.records) == 170
    assert answer.coverage.is_whole


def test_a_region_that_stops_says_how_far_back_it_was_seen() -> None:
    def fails(region: str, request: int) -> Exception | None:
        return Unreachable("it is out") if region == "us-east-1" and request > 1 else None

    fake = history(*many(120), *many(120, awsRegion="us-east-1"), fails=fails)
    answer = found(source(fake), Query(keys=(KEY,)))
    assert answer.coverage.not_seen == {"us-east-1": "it is out (seen back to 2026-11-21T12:01:10Z)"}
    assert len(answer.records) == 120 + 50
    assert answer.coverage.seen == ("eu-west-1",)


def test_no_region_at_all_is_an_error() -> None:
    fake = history(made("iam:ListUsers"), fails=lambda *_: Denied("not allowed"))
    with pytest.raises(Denied):
        found(source(fake), Query())


def test_what_was_found_before_a_session_ended_in_all_regions_stays() -> None:
    def fails(_region: str, request: int) -> Exception | None:
        return Denied("ExpiredTokenException") if request > 1 else None

    answer = found(source(history(*many(120), *many(120, awsRegion="us-east-1"), fails=fails)), Query(keys=(KEY,)))
    assert len(answer.records) == 100
    assert set(answer.coverage.not_seen) == {"eu-west-1", "us-east-1"}
    assert all("seen back to" in why for why in answer.coverage.not_seen.values())


def test_regions_that_are_not_enabled_are_named_and_not_asked() -> None:
    fake = history(made("iam:ListUsers"))
    coverage = found(source(fake), Query()).coverage
    assert "not enabled, so not asked: af-south-1" in coverage.text
    assert "other regions" not in coverage.text
    assert "data events" in coverage.text
    assert {region for region, _ in fake.asked} == {"eu-west-1", "us-east-1"}


def test_regions_that_take_no_credentials_are_named_when_nobody_tells_which_are_enabled() -> None:
    def fails(region: str, _request: int) -> Exception | None:
        return Denied("cloudtrail:LookupEvents: UnrecognizedClientException: invalid") if region[0] == "a" else None

    enabled = ("af-south-1", "ap-east-1", "eu-west-1")
    fake = history(made("iam:ListUsers"), enabled=enabled, told_by=ToldBy.SDK, fails=fails)
    coverage = found(source(fake), Query()).coverage
    assert coverage.regions == ("eu-west-1",)
    assert list(coverage.not_seen) == ["af-south-1, ap-east-1"]
    assert "account:ListRegions" in coverage.text


def test_another_account_is_not_seen() -> None:
    fake = history(made("iam:ListUsers"))
    other = found(source(fake), Query(accounts=("444455556666",))).coverage
    assert other.not_seen == {"444455556666": "the event history asked is that of 111122223333"}
    assert not fake.asked
    both = found(source(fake), Query(accounts=("444455556666", "111122223333"))).coverage
    assert list(both.not_seen) == ["444455556666"]


def test_an_answer_is_whole_where_sts_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = history(made("iam:ListUsers"))

    def out() -> object:
        raise Unreachable("sts is out of reach")

    monkeypatch.setattr(fake, "own_identity", out)
    answer = found(source(fake), Query())
    assert len(answer.records) == 1
    assert answer.coverage.accounts == ()


def test_what_lies_before_its_90_days_is_not_asked_for_and_said() -> None:
    fake = history(made("iam:ListUsers"))
    old = Window(NOW - timedelta(days=200), NOW - timedelta(days=100))
    assert "it holds 90 days" in found(source(fake), Query(windows=(old,))).coverage.text
    assert not fake.asked
    half = Window(NOW - timedelta(days=200), NOW)
    found(source(fake), Query(windows=(half,)))
    assert all(asked.start > NOW - timedelta(days=90) for _, asked in fake.asked)


def test_a_window_to_the_end_of_time_is_asked_for_until_now() -> None:
    fake = history(made("iam:ListUsers"))
    ever = Window(START - timedelta(hours=1), datetime.max.replace(tzinfo=UTC))
    assert len(found(source(fake), Query(windows=(ever,))).records) == 1
    assert all(asked.end < NOW + timedelta(hours=1) for _, asked in fake.asked)
    before = len(fake.asked)
    assert found(source(fake), Query(windows=(Window(NOW + timedelta(days=1), ever.end),))).records == ()
    assert len(fake.asked) == before


def test_a_record_that_cannot_be_read_is_named() -> None:
    good = made("iam:ListUsers")
    bad = made("iam:ListRoles")._replace(text=json.dumps({"eventID": "x"}))
    answer = found(source(history(good, bad)), Query())
    assert answer.records == (good,)
    assert answer.coverage.skipped[0].at.place == "event-history:eu-west-1"
    assert not answer.coverage.is_whole


def test_progress_says_how_much_is_left() -> None:
    told: list[Batch] = []
    window = Window(START, START + timedelta(seconds=600))
    slow = history(*many(500), fails=lambda *_: time.sleep(0.02))
    found(source(slow), Query(keys=(KEY,)).within([window]), told.append)
    assert told[-1].progress.done == told[-1].progress.total == 2
    assert told[-1].progress.seconds_left == 0
    assert told[-1].progress.events == 500
    assert any((batch.progress.seconds_left or 0) > 0 for batch in told)


def test_the_dense_hours_that_are_read_first_tell_nothing_of_how_much_is_left() -> None:
    told: list[Batch] = []
    window = Window(NOW - timedelta(days=80), NOW)
    slow = history(*many(500), fails=lambda *_: time.sleep(0.02))
    found(source(slow), Query(keys=(KEY,)).within([window]), told.append)
    assert {one.progress.seconds_left for one in told} <= {None, 0.0}


def test_a_look_that_is_closed_ends_its_requests() -> None:
    fake = history(*many(5000), fails=lambda *_: time.sleep(0.01))
    look = source(fake, ("eu-west-1",)).look(Query(keys=(KEY,)))
    next(look)
    next(look)
    look.close()
    assert not [each for each in threading.enumerate() if each.name.startswith("history")]
    assert len(fake.asked) < 100


def test_the_rehearsals_history_is_read_in_all_its_regions(on: Bench) -> None:
    suspect = on.suspect()
    calls, arranging = PAGE + 7, on.clients("arrange")
    for _ in range(calls):
        arranging.sts.probe_key(suspect.key.key_id, suspect.key.secret)
    clients = on.clients()
    now = datetime.now(UTC)
    query = Query(windows=(Window(now - timedelta(hours=1), now + timedelta(minutes=1)),), users=(suspect.user,))
    answer = found(EventHistory(clients, ("eu-west-1", "us-east-1")), query)
    assert [one.call for one in answer.records] == ["sts:GetCallerIdentity"] * calls
    errors = [call.error for call in clients.drain_calls() if call.text.startswith("cloudtrail:LookupEvents")]
    assert not any(errors), "the pace that AWS allows was not kept"
    assert all(json.loads(one.text)["eventID"] == one.event_id for one in answer.records)
    assert answer.coverage.accounts == (on.world.facts.account,)


def test_without_a_region_list_every_region_of_the_account_is_asked(on: Bench) -> None:
    clients = on.clients()
    answer = found(EventHistory(clients), Query(event_ids=("00000000-0000-0000-0000-000000000000",)))
    assert set(answer.coverage.regions) == set(REGIONS)
    assert answer.records == ()
    noted = [call.text for call in clients.drain_calls()]
    assert any(text.startswith("account:ListRegions") for text in noted)


def test_a_name_in_the_wrong_case_is_asked_for_in_awss_own(on: Bench) -> None:
    session = on.clients().aws.session
    assert session.operation("kms", "decrypt") == "Decrypt"
    assert session.operation("nothing", "decrypt") == ""


def test_an_error_that_is_no_answer_is_not_an_empty_one() -> None:
    fake = history(fails=lambda *_: OutsideError("odd"))
    with pytest.raises(OutsideError, match="odd"):
        found(source(fake), Query())
