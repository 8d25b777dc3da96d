from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from irkit.cloudtrail.athena.estimate import Estimate
from irkit.cloudtrail.athena.making import TrailPlace, made, planned_table, planned_workgroup
from irkit.cloudtrail.athena.source import Cutoff
from irkit.cloudtrail.query import Outcome, Query, Window
from irkit.cloudtrail.source import found
from irkit.errors import NotFound, OutsideError, Refused, UsageError
from tests.cloudtrail.athena.cloud import LIMIT, Cloud, laid, laid_as_lines
from tests.cloudtrail.athena.log_files import ACCOUNT, BOTH, ODD_DAY, OTHER, REAL_DAY, ROLE, local
from tests.cloudtrail.made import ARN, KEY, START

EVERYTHING = Query(windows=BOTH)


@pytest.mark.parametrize(
    "asked",
    [
        Query(),
        Query(keys=(KEY, "ASIA" + "Q3EGUZ7LMN4PXWYZ")),
        Query(arns=(ROLE, ARN), outcome=Outcome.SUCCEEDED),
        Query(users=("ci-deploy", "svc-deploy", "repo:octo/shop:ref:refs/heads/main")),
        Query(sessions=("run-1",), source_identities=("octo",)),
        Query(ips=("203.0.113.9", "AWS Internal"), agents=("aws-cli/2",)),
        Query(agents=("o'agent; DROP TABLE x --",)),
        Query(calls=("KMS:decrypt", "s3:*", "getparameter")),
        Query(mentions=('a "quoted" \\ name/ünïcode\n', "bucket-5", "stratus")),
        Query(mentions=("ünï",)),
        Query(accounts=(OTHER,), regions=("eu-west-1",), outcome=Outcome.DENIED),
        Query(outcome=Outcome.FAILED),
        Query(event_ids=("04e99aef-c0da-410b-91d5-4ff900bdc32e", "none")),
    ],
    ids=lambda asked: ",".join(name for name, value in vars(asked).items() if value) or "all",
)
def test_an_answer_is_the_same_as_of_the_files_themselves(cloud: Cloud, asked: Query) -> None:
    query = asked.within(BOTH)
    answer = found(cloud.athena(), query)
    assert answer.records == local(cloud.files, query)
    assert answer.records or "none" in asked.event_ids
    assert not answer.coverage.skipped


def test_a_window_is_kept_to_the_second_and_its_next_days_folder_is_read(cloud: Cloud) -> None:
    last = Window(START + timedelta(hours=11, minutes=54), START + timedelta(hours=12))
    query = Query(windows=(Window(START, START + timedelta(seconds=2, microseconds=1)), last))
    records = found(cloud.athena(), query).records
    assert [one.at - START for one in records] == [timedelta(seconds=1), timedelta(seconds=2), timedelta(hours=11.9)]


def test_each_record_says_which_file_it_is_from(cloud: Cloud) -> None:
    records = found(cloud.athena(), Query(windows=(REAL_DAY,))).records
    keys = {f"s3://{cloud.bucket}/{file.key}" for file in cloud.files if file.account == ACCOUNT}
    assert {one.locator.place for one in records} == keys


def test_the_coverage_says_what_was_read_and_what_it_cost(cloud: Cloud) -> None:
    text = found(cloud.athena(), EVERYTHING).coverage.text
    assert f"Athena table {cloud.database}.cloudtrail of eu-west-1, us-east-1" in text
    assert "Athena scanned" in text
    assert "statement" in text
    assert f"no trail of this account delivers to {cloud.bucket}" in text


def test_what_it_would_cost_is_told_before_it_runs_and_can_stop_it(cloud: Cloud) -> None:
    heard: list[Estimate] = []

    def refuse(estimate: Estimate) -> None:
        heard.append(estimate)
        raise Refused("too dear")

    with pytest.raises(Refused, match="too dear"):
        found(cloud.athena(refuse), Query(windows=(REAL_DAY,)))
    assert heard[0].files == 2
    assert 0 < heard[0].size < 1_000_000
    assert heard[0].cutoff == LIMIT
    assert heard[0].statement == cloud.athena().statement(Query(windows=(REAL_DAY,))).text
    assert "2 files: about $0.0001" in heard[0].text


def test_a_workgroup_without_a_limit_is_refused_unless_that_is_waived(cloud: Cloud) -> None:
    free = cloud.workgroup(f"{cloud.bucket}-free", None)
    with pytest.raises(Refused, match="does not limit"):
        found(cloud.athena(workgroup=free), EVERYTHING)
    waived = found(cloud.athena(workgroup=free, cutoff=Cutoff.WAIVED), EVERYTHING)
    assert waived.records == local(cloud.files, EVERYTHING)


def test_a_workgroup_of_irkits_own_has_a_limit(cloud: Cloud) -> None:
    one = planned_workgroup(f"s3://{cloud.bucket}-results/")
    cloud.clients.athena.create_workgroup(one)
    assert found(cloud.athena(workgroup=one.name), EVERYTHING).records == local(cloud.files, EVERYTHING)
    with pytest.raises(UsageError, match="no limit below 10,000,000"):
        planned_workgroup("s3://b/", 9_999_999)
    with pytest.raises(UsageError, match="no folder of S3"):
        planned_workgroup("results")


def test_a_workgroup_of_an_older_engine_is_refused(cloud: Cloud) -> None:
    athena = cloud.athena()
    older = athena.workgroup._replace(engine="Athena engine version 2")
    with pytest.raises(OutsideError, match="version 2, whose JSON"):
        athena.refuse_unfit(older)


def test_what_was_listed_once_is_not_listed_again(cloud: Cloud) -> None:
    heard: list[Estimate] = []
    athena = cloud.athena(heard.append)
    for keys in ((), ("nobody",)):
        cloud.clients.drain_calls()
        found(athena, replace(EVERYTHING, keys=keys))
        listings = [one.text for one in cloud.clients.drain_calls() if "ListObjects" in one.text]
        assert bool(listings) is not bool(keys)
    assert heard[0].size == heard[1].size > 0


def test_a_query_that_the_limit_would_end_is_not_started(cloud: Cloud) -> None:
    tight = cloud.workgroup(f"{cloud.bucket}-tight", 10_000_000)
    cloud.clients.aws.call(
        "s3", "put_object", Bucket=cloud.bucket, Key=f"big/{cloud.files[0].key}", Body=bytes(10**7 + 1)
    )
    place = TrailPlace(cloud.bucket, (ACCOUNT,), ("us-east-1",), prefix="big")
    made(cloud.clients, planned_table(cloud.database, "big", place), cloud.athena().spot.where)
    with pytest.raises(Refused, match="ends a statement at 10,000,000 bytes"):
        found(cloud.athena(lambda _: None, workgroup=tight, table="big"), EVERYTHING)


def test_a_table_or_workgroup_that_is_not_there_is_named(cloud: Cloud) -> None:
    with pytest.raises(NotFound, match="no_such_table"):
        found(cloud.athena(table="no_such_table"), EVERYTHING)
    with pytest.raises(NotFound, match="no-such-group"):
        found(cloud.athena(workgroup="no-such-group"), EVERYTHING)


def test_a_table_over_other_days_says_so(cloud: Cloud) -> None:
    athena = cloud.athena()
    shape = athena.shape
    athena.__dict__["shape"] = replace(shape, first=ODD_DAY.start.date(), last=ODD_DAY.start.date())
    text = found(athena, Query(windows=(REAL_DAY, Window(START, START + timedelta(days=3))))).coverage.text
    assert "begins at 2026-11-21: NOTHING BEFORE IT was read" in text
    assert "ends at 2026-11-21: NOTHING AFTER IT was read" in text


def test_accounts_and_regions_that_the_table_does_not_hold_are_named(cloud: Cloud) -> None:
    text = found(cloud.athena(), Query(windows=BOTH, accounts=("000000000000",), regions=("sa-east-1",))).coverage.text
    assert "does not hold account 000000000000" in text
    assert "does not hold region sa-east-1" in text


def test_an_engine_that_knows_no_path_is_asked_without_it(cloud: Cloud) -> None:
    there = laid(cloud.clients, cloud.files[:1], left_out="$path")
    answer = found(there.athena(), EVERYTHING)
    assert answer.records == local(there.files, EVERYTHING)
    assert {one.locator.text for one in answer.records} == {""}
    assert "does not say which file" in answer.coverage.text


def test_an_engine_that_takes_texts_for_objects_and_lacks_columns_gives_every_record(cloud: Cloud) -> None:
    there = laid_as_lines(cloud.clients, [one for one in cloud.files if one.account == ACCOUNT])
    query = Query(windows=(REAL_DAY,), mentions=("stratus",))
    answer = found(there.athena(), query)
    expected = local(there.files, query)
    assert answer.records
    assert [one.event_id for one in answer.records] == [one.event_id for one in expected]
    assert [one.param("encryptionContext", "SecretARN") for one in answer.records] == [
        one.param("encryptionContext", "SecretARN") for one in expected
    ]
    assert [set(one.params) for one in answer.records] == [set(one.params) for one in expected]
    assert "has no additionaleventdata" in answer.coverage.text
    assert "partitions are not projected" in answer.coverage.text


def test_a_table_of_aws_own_files_fails_in_words_on_an_engine_that_cannot_read_them(cloud: Cloud) -> None:
    """The emulator has no CloudTrailInputFormat: what AWS writes is one column, Records, to it."""
    key = f"raw/{cloud.files[0].key}"
    cloud.clients.aws.call("s3", "put_object", Bucket=cloud.bucket, Key=key, Body=cloud.files[0].gzipped())
    place = TrailPlace(cloud.bucket, (ACCOUNT,), ("us-east-1",), prefix="raw")
    made(cloud.clients, planned_table(cloud.database, "raw", place), cloud.athena().spot.where)
    with pytest.raises(OutsideError, match="Athena could not answer") as failed:
        found(cloud.athena(table="raw"), EVERYTHING)
    assert failed.value.hint == "check the table, or make irkit's own"
