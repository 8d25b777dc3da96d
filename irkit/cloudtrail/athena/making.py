"""irkit's own table: its statement, shown as a plan before anything is made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from irkit.clients.athena import Execution, Where, WorkGroup
from irkit.cloudtrail.athena.days import FIRST
from irkit.cloudtrail.athena.estimate import LEAST
from irkit.cloudtrail.athena.literal import literal, remark
from irkit.cloudtrail.athena.running import run
from irkit.cloudtrail.athena.table import INPUT_FORMAT, SERDE
from irkit.cloudtrail.hear_out import hear_out
from irkit.errors import UsageError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

OWN_WORKGROUP = "irkit"
OWN_CUTOFF = 100_000_000_000
"""100 GB: half a dollar at the list price."""
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,254}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_KEY = re.compile(r"[A-Za-z0-9!_.*()/-]*")
_ORGANIZATION = re.compile(r"(?:o-[a-z0-9]{10,32})?")
_ACCOUNT = re.compile(r"\d{12}")
_REGION = re.compile(r"[a-z]{2,8}-[a-z0-9-]{3,30}")

_IDENTITY = """STRUCT<
        type: STRING,
        principalid: STRING,
        arn: STRING,
        accountid: STRING,
        invokedby: STRING,
        accesskeyid: STRING,
        username: STRING,
        identityprovider: STRING,
        onbehalfof: STRUCT<userid: STRING, identitystorearn: STRING>,
        sessioncontext: STRUCT<
            sourceidentity: STRING,
            attributes: STRUCT<mfaauthenticated: STRING, creationdate: STRING>,
            sessionissuer: STRUCT<
                type: STRING, principalid: STRING, arn: STRING, accountid: STRING, username: STRING>,
            ec2roledelivery: STRING,
            webidfederationdata: STRUCT<federatedprovider: STRING, attributes: MAP<STRING, STRING>>>>"""
_COLUMNS = (
    ("eventversion", "STRING"),
    ("useridentity", _IDENTITY),
    *((name, "STRING") for name in ("eventtime", "eventsource", "eventname", "awsregion", "sourceipaddress")),
    *((name, "STRING") for name in ("useragent", "errorcode", "errormessage", "requestparameters")),
    *((name, "STRING") for name in ("responseelements", "additionaleventdata", "requestid", "eventid", "readonly")),
    ("resources", "ARRAY<STRUCT<arn: STRING, accountid: STRING, type: STRING>>"),
    *((name, "STRING") for name in ("eventtype", "apiversion", "recipientaccountid", "serviceeventdetails")),
    *((name, "STRING") for name in ("sharedeventid", "vpcendpointid", "vpcendpointaccountid", "eventcategory")),
    ("sessioncredentialfromconsole", "STRING"),
    ("tlsdetails", "STRUCT<tlsversion: STRING, ciphersuite: STRING, clientprovidedhostheader: STRING>"),
)


@dataclass(frozen=True)
class TrailPlace:
    """Where a trail puts its files, as ``GetTrail`` tells it."""

    bucket: str
    accounts: tuple[str, ...]
    """Whose logs; empty when they are too many to list: then each query must name its accounts."""
    regions: tuple[str, ...]
    prefix: str = ""
    organization: str = ""
    """The id of an organization's trail: ``o-`` and its letters."""
    since: date = FIRST
    """Older days are not in the table."""

    @property
    def folder(self) -> str:
        """``s3://bucket/prefix/AWSLogs/o-exampleorg/``."""
        parts = (self.bucket, self.prefix.strip("/"), "AWSLogs", self.organization)
        return "s3://" + "/".join(part for part in parts if part) + "/"


@dataclass(frozen=True)
class TablePlan:
    """What would be made: nothing is until somebody agrees."""

    database: str
    table: str
    statement: str

    @property
    def changes(self) -> tuple[str, ...]:
        """In words, for whoever is asked."""
        return (
            f"make the Glue database {self.database}, if there is none",
            f"make the table {self.database}.{self.table} by the statement below; no data is moved or copied",
        )


def planned_table(database: str, table: str, place: TrailPlace) -> TablePlan:
    """The statement of a table over a trail's bucket, partitioned by account, region and day without upkeep.

    Raises ``UsageError`` for names that Athena or S3 do not have.
    """
    for name, pattern, what in (
        (database, _NAME, "a database's name (small letters, digits, _)"),
        (table, _NAME, "a table's name (small letters, digits, _)"),
        (place.bucket, _BUCKET, "a bucket's name"),
        (place.prefix, _KEY, "a prefix of a trail"),
        (place.organization, _ORGANIZATION, "the id of an organization"),
        *((each, _ACCOUNT, "an account's id (12 digits)") for each in place.accounts),
        *((each, _REGION, "a region") for each in place.regions),
    ):
        if not pattern.fullmatch(name):
            msg = f"{name!r} is not {what}"
            raise UsageError(msg, hint="take the names from the trail: aws cloudtrail describe-trails")
    if not place.regions:
        msg = "the table's regions are not given"
        raise UsageError(msg, hint="name the regions that the trail records")
    return TablePlan(database, table, "\n".join(_statement(database, table, place)))


def _statement(database: str, table: str, place: TrailPlace) -> Iterator[str]:
    yield remark(f"irkit: the log files of CloudTrail below {place.folder}")
    yield remark("Partitions are projected: none is ever added by hand, and only folders that are asked for are read.")
    yield f"CREATE EXTERNAL TABLE IF NOT EXISTS `{database}`.`{table}` ("
    yield ",\n".join(f"    `{name}` {kind}" for name, kind in _COLUMNS)
    yield ")"
    yield "COMMENT 'CloudTrail log files, for irkit'"
    yield "PARTITIONED BY (`account` STRING, `region` STRING, `day` STRING)"
    yield f"ROW FORMAT SERDE '{SERDE}'"
    yield f"STORED AS INPUTFORMAT '{INPUT_FORMAT}'"
    yield "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'"
    yield f"LOCATION {literal(place.folder)}"
    yield "TBLPROPERTIES ("
    yield ",\n".join(f"    {literal(name)} = {literal(value)}" for name, value in _properties(place))
    yield ")"


def _properties(place: TrailPlace) -> Iterator[tuple[str, str]]:
    yield "projection.enabled", "true"
    if place.accounts:
        yield "projection.account.type", "enum"
        yield "projection.account.values", ",".join(place.accounts)
    else:
        yield "projection.account.type", "injected"
    yield "projection.region.type", "enum"
    yield "projection.region.values", ",".join(place.regions)
    yield "projection.day.type", "date"
    yield "projection.day.format", "yyyy/MM/dd"
    yield "projection.day.range", f"{place.since:%Y/%m/%d},NOW+1DAYS"
    yield "projection.day.interval", "1"
    yield "projection.day.interval.unit", "DAYS"
    yield "storage.location.template", f"{place.folder}${{account}}/CloudTrail/${{region}}/${{day}}/"


def planned_workgroup(output: str, cutoff: int = OWN_CUTOFF) -> WorkGroup:
    """A workgroup of irkit's own, whose statements are ended at ``cutoff`` bytes; results go to an S3 folder.

    ``Clients.athena.create_workgroup`` makes it. Raises ``UsageError`` for a limit that Athena does not take.
    """
    if cutoff < LEAST:
        msg = f"Athena takes no limit below {LEAST:,} bytes"
        raise UsageError(msg, hint="name the most bytes that one statement may scan, such as 100000000000 (100 GB)")
    if not output.startswith("s3://"):
        raise UsageError(f"{output!r} is no folder of S3", hint="results need one: s3://bucket/folder/")
    return WorkGroup(OWN_WORKGROUP, is_enabled=True, cutoff=cutoff, output=output, is_enforced=True)


def made(clients: Clients, plan: TablePlan, where: Where) -> Execution:
    """Make what was planned, and wait until it is there. Raises what ``running.failure`` says, ``Denied``."""
    if plan.database not in clients.glue.databases(where.region):
        clients.glue.create_database(plan.database, where.region)
    return hear_out(run(clients.athena, plan.statement, where), lambda _: None)
