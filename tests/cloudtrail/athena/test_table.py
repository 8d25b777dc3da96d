from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from irkit.clients.glue import GlueTable
from irkit.cloudtrail.athena.column import ALL
from irkit.cloudtrail.athena.making import TrailPlace, planned_table
from irkit.cloudtrail.athena.shape import DayColumn, TimeKind, columns_of
from irkit.cloudtrail.athena.statement import statement
from irkit.cloudtrail.athena.table import INPUT_FORMAT, SERDE, Weight, findings, shape_of
from irkit.cloudtrail.query import Query
from irkit.errors import UsageError
from tests.cloudtrail.athena.cloud import Cloud
from tests.cloudtrail.athena.log_files import ACCOUNT, OTHER

PLACE = TrailPlace(
    "acme-trail", (ACCOUNT, OTHER), ("eu-west-1", "us-east-1"), prefix="audit", organization="o-abcde12345"
)
IDENTITY = (
    "struct<type:string, principalid:string, arn:string, accountid:string, invokedby:string, accesskeyid:string,"
    " username:string, onbehalfof:struct<userid:string,identitystorearn:string>, sessioncontext:struct<attributes:"
    " struct<mfaauthenticated:string,creationdate:string>, sessionissuer:struct<type:string,principalid:string,"
    "arn:string,accountid:string,username:string>, ec2roledelivery:string, webidfederationdata:struct<"
    "federatedprovider:string, attributes:map<string,string>>>>"
)
_PLAIN = sorted(name for name in ALL if "." not in name and name not in {"useridentity", "resources"})
AWS_OWN = GlueTable(
    database="default",
    name="cloudtrail_logs_pp",
    columns=(
        ("useridentity", IDENTITY),
        *((name, "string") for name in _PLAIN),
        ("resources", "array<struct<arn:string,accountid:string,type:string>>"),
    ),
    partitions=(("timestamp", "string"),),
    location="s3://acme-trail/AWSLogs/123837392027/CloudTrail/us-east-1",
    serde=SERDE,
    input_format=INPUT_FORMAT,
    parameters={
        "projection.enabled": "true",
        "projection.timestamp.type": "date",
        "projection.timestamp.format": "yyyy/MM/dd",
        "projection.timestamp.range": "2020/01/01,NOW",
        "storage.location.template": "s3://acme-trail/AWSLogs/123837392027/CloudTrail/us-east-1/${timestamp}",
    },
)
"""A table as AWS's own page makes one."""


def _changed(table: GlueTable, **parameters: str) -> GlueTable:
    return table._replace(parameters={**table.parameters, **parameters})


def test_a_table_of_aws_own_statement_is_usable_and_what_it_lacks_is_named() -> None:
    shape = shape_of(AWS_OWN)
    assert shape.day == DayColumn("timestamp", "yyyy/MM/dd")
    assert (shape.first, shape.last) == (date(2020, 1, 1), None)
    told = [(one.weight, one.what) for one in findings(AWS_OWN)]
    assert Weight.WRONG not in {weight for weight, _ in told}
    assert (Weight.LACKING, "it has no useridentity.identityprovider: empty in every record") in told
    assert any("no partition by account and region" in what for _, what in told)


@pytest.mark.parametrize(
    ("table", "weight", "what"),
    [
        (AWS_OWN._replace(serde="org.openx.data.jsonserde.JsonSerDe"), Weight.WRONG, "its SerDe is"),
        (
            AWS_OWN._replace(input_format="org.apache.hadoop.mapred.TextInputFormat"),
            Weight.WRONG,
            "a row is a whole file",
        ),
        (AWS_OWN._replace(columns=AWS_OWN.columns[:5]), Weight.WRONG, "it has no column"),
        (AWS_OWN._replace(partitions=(), parameters={}), Weight.COSTLY, "no partition by day"),
        (AWS_OWN._replace(parameters={}), Weight.LACKING, "its partitions are not projected"),
        (_changed(AWS_OWN, **{"storage.location.template": "s3://b/"}), Weight.WRONG, "does not name timestamp"),
        (
            AWS_OWN._replace(location="s3://acme-trail/AWSLogs/", partitions=(), parameters={}),
            Weight.COSTLY,
            "holds more than log files",
        ),
    ],
)
def test_what_is_wrong_with_a_table_is_said(table: GlueTable, weight: Weight, what: str) -> None:
    assert any(one.weight is weight and what in one.what and one.hint for one in findings(table))


def test_the_worst_of_a_table_is_said_first() -> None:
    weights = [one.weight for one in findings(AWS_OWN._replace(serde="x", parameters={}))]
    assert weights == sorted(weights, key=list(Weight).index)
    assert weights[0] is Weight.WRONG


def test_a_converted_table_may_be_asked_by_its_timestamps() -> None:
    parquet = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    columns = tuple((name, "timestamp" if name == "eventtime" else kind) for name, kind in AWS_OWN.columns)
    table = AWS_OWN._replace(input_format=parquet, serde="ParquetHiveSerDe", columns=columns)
    assert shape_of(table).times is TimeKind.TIMESTAMP
    assert Weight.WRONG not in {one.weight for one in findings(table)}
    assert any("not CloudTrail's own (MapredParquetInputFormat)" in one.what for one in findings(table))


def test_parameters_that_are_objects_are_asked_for_as_json() -> None:
    columns = (*AWS_OWN.columns, ("requestparameters", "map<string,string>"))
    shape = shape_of(AWS_OWN._replace(columns=columns))
    assert shape.nested == {"requestparameters"}
    text = statement(Query(mentions=("prod",)), shape, date(2026, 11, 21)).text
    assert "CAST(requestparameters AS json) AS requestparameters" in text
    assert "    responseelements," in text
    assert "said" not in text


def test_partitions_are_known_whatever_they_are_called() -> None:
    keys = (
        ("aws_account", "string"),
        ("awsregion", "string"),
        ("year", "string"),
        ("month", "string"),
        ("day", "string"),
    )
    values = {"projection.aws_account.type": "injected", "projection.awsregion.type": "enum"}
    table = AWS_OWN._replace(
        partitions=keys, parameters={**values, "projection.awsregion.values": "eu-west-1, us-east-1"}
    )
    shape = shape_of(table)
    assert (shape.account, shape.region, shape.day) == ("aws_account", "awsregion", None)
    assert shape.year_month_day == ("year", "month", "day")
    assert shape.injected == ("aws_account",)
    assert shape.regions == ("eu-west-1", "us-east-1")


def test_fields_of_structs_are_columns_too() -> None:
    found = columns_of(
        {"userIdentity": "struct<arn:string,\n sessionContext:struct<sourceIdentity:string,m:map<string,string>>>"}
    )
    assert "useridentity.sessioncontext.sourceidentity" in found
    assert "useridentity.sessioncontext.m" in found


def test_a_planned_table_says_all_of_it_before_anything_is_made() -> None:
    plan = planned_table("irkit", "cloudtrail", PLACE)
    folder = "s3://acme-trail/audit/AWSLogs/o-abcde12345/"
    assert f"LOCATION '{folder}'" in plan.statement
    assert f"'storage.location.template' = '{folder}${{account}}/CloudTrail/${{region}}/${{day}}/'" in plan.statement
    assert "'projection.account.values' = '123837392027,111122223333'" in plan.statement
    assert "`identityprovider`" not in plan.statement
    assert "identityprovider: STRING" in plan.statement
    assert len(plan.changes) == 2
    many = planned_table("irkit", "cloudtrail", replace(PLACE, accounts=()))
    assert "'projection.account.type' = 'injected'" in many.statement


@pytest.mark.parametrize(
    ("database", "table", "place", "what"),
    [
        ("Bad-Name", "t", PLACE, "a database's name"),
        ("d", "t`; DROP", PLACE, "a table's name"),
        ("d", "t", replace(PLACE, bucket="no_such'bucket"), "a bucket's name"),
        ("d", "t", replace(PLACE, prefix="a'b"), "a prefix"),
        ("d", "t", replace(PLACE, organization="x"), "an organization"),
        ("d", "t", replace(PLACE, accounts=("1,2",)), "12 digits"),
        ("d", "t", replace(PLACE, regions=("eu west",)), "a region"),
        ("d", "t", replace(PLACE, regions=()), "regions are not given"),
    ],
)
def test_names_that_could_break_a_statement_are_refused(
    database: str, table: str, place: TrailPlace, what: str
) -> None:
    with pytest.raises(UsageError, match=what):
        planned_table(database, table, place)


def test_irkits_own_table_is_made_by_athena_and_lacks_nothing(cloud: Cloud) -> None:
    described = cloud.athena().described
    assert findings(described._replace(parameters=described.parameters)) == ()
    shape = shape_of(described)
    assert shape.lacking == ()
    assert (shape.account, shape.region, shape.day) == ("account", "region", DayColumn("day", "yyyy/MM/dd"))
    assert shape.accounts == tuple(sorted((ACCOUNT, OTHER)))
    assert shape.first == date(2013, 11, 1)
