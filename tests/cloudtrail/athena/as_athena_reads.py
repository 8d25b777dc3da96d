"""Real log files as Athena's SerDe hands them to its engine, for an engine that has no CloudTrailInputFormat.

The emulator's Athena runs SQL in DuckDB and reads a table's objects by itself: of AWS's own files it would see one
column, ``Records``. So the objects keep AWS's names and hold Parquet with the columns and types of the table: what a
row of the real table holds, ``"$path"`` and partitions included.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from tests.cloudtrail.athena.log_files import LogFile

_TEXTS = ("requestParameters", "responseElements", "additionalEventData", "serviceEventDetails")
_IDENTITY = (
    "STRUCT(type VARCHAR, principalid VARCHAR, arn VARCHAR, accountid VARCHAR, invokedby VARCHAR, accesskeyid VARCHAR,"
    " username VARCHAR, identityprovider VARCHAR, onbehalfof STRUCT(userid VARCHAR, identitystorearn VARCHAR),"
    " sessioncontext STRUCT(sourceidentity VARCHAR, attributes STRUCT(mfaauthenticated VARCHAR, creationdate VARCHAR),"
    " sessionissuer STRUCT(type VARCHAR, principalid VARCHAR, arn VARCHAR, accountid VARCHAR, username VARCHAR),"
    " ec2roledelivery VARCHAR,"
    " webidfederationdata STRUCT(federatedprovider VARCHAR, attributes MAP(VARCHAR, VARCHAR))))"
)
_RESOURCES = "STRUCT(arn VARCHAR, accountid VARCHAR, type VARCHAR)[]"
_TOP = (
    *("eventversion", "eventtime", "eventsource", "eventname", "awsregion", "sourceipaddress", "useragent"),
    *("errorcode", "errormessage", "requestparameters", "responseelements", "additionaleventdata", "requestid"),
    *("eventid", "readonly", "eventtype", "apiversion", "recipientaccountid", "serviceeventdetails"),
    *("sharedeventid", "vpcendpointid", "eventcategory", "account", "region", "day", "$path"),
)
TYPES = {"useridentity": _IDENTITY, "resources": _RESOURCES, **dict.fromkeys(_TOP, "VARCHAR")}


def parquet(file: LogFile, bucket: str, left_out: str = "") -> bytes:
    """The rows of a log file as a table's engine sees them; a column may be left out."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as engine:
        rows_table(engine, (file,), "rows", bucket)
        chosen = ", ".join(f'"{name}"' for name in TYPES if name != left_out)
        target = Path(folder) / "rows.parquet"
        engine.table("rows").project(chosen).write_parquet(str(target))
        return target.read_bytes()


def rows_table(engine: duckdb.DuckDBPyConnection, files: Sequence[LogFile], name: str, bucket: str = "b") -> None:
    """A table of all rows of some log files."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as lines:
        for file in files:
            about = {"account": file.account, "region": file.region, "day": file.day}
            about["$path"] = f"s3://{bucket}/{file.key}"
            lines.writelines(json.dumps(_row(one) | about) + "\n" for one in file.records)
        lines.flush()
        engine.read_json(lines.name, format="newline_delimited", columns=TYPES).create(name)


def _row(one: Mapping[str, Any]) -> dict[str, Any]:
    """Names in small letters; parameters, answer and extras as texts of JSON; numbers and truths as texts."""
    row = {name.lower(): value for name, value in one.items() if name not in _TEXTS}
    for name in _TEXTS:
        value = one.get(name)
        row[name.lower()] = None if value is None else json.dumps(value, separators=(",", ":"))
    row["useridentity"] = _small(one.get("userIdentity"))
    row["resources"] = [_small(each) for each in one["resources"]] if one.get("resources") else None
    return {name: row.get(name) for name in TYPES if name in row}


def _small(value: object) -> object:
    if isinstance(value, dict):
        return {name.lower(): _small(inner) for name, inner in value.items()}
    return value
