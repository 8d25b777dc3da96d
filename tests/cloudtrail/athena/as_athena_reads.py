"""Real log files as Athena's SerDe hands them to its engine, for an engine that has no CloudTrailInputFormat.

The emulator's Athena runs SQL in DuckDB and reads a table's objects by itself: of AWS's own files it would see one
column, ``Records``. So the objects keep AWS's names and hold Parquet with the columns and types of the table: what a
row of the real table holds, ``"$path"`` and partitions included.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

_TEXTS = ("requestParameters", "responseElements", "additionalEventData")
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


@dataclass(frozen=True)
class LogFile:
    """One log file: the key that AWS would give it, and the records in it."""

    account: str
    region: str
    day: str
    """``2023/07/10``."""
    name: str
    records: Sequence[Mapping[str, Any]]

    @property
    def key(self) -> str:
        return f"AWSLogs/{self.account}/CloudTrail/{self.region}/{self.day}/{self.name}"

    def write(self, folder: Path) -> Path:
        """As AWS writes it."""
        path = folder / self.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(json.dumps({"Records": list(self.records)}).encode()))
        return path


def parquet(file: LogFile, bucket: str, folder: Path) -> bytes:
    """The rows of a log file as a table's engine sees them."""
    partitions = {"account": file.account, "region": file.region, "day": file.day}
    rows = [_row(one) | partitions | {"$path": f"s3://{bucket}/{file.key}"} for one in file.records]
    source, target = folder / "rows.jsonl", folder / "rows.parquet"
    source.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in TYPES.items())
    with duckdb.connect() as engine:
        read = f"read_json('{source}', format = 'newline_delimited', columns = {{{columns}}})"
        engine.execute(f"COPY (SELECT * FROM {read}) TO '{target}' (FORMAT parquet)")
    return target.read_bytes()


def ndjson(file: LogFile, bucket: str) -> bytes:
    """The same as lines of JSON, whose types the engine must guess."""
    partitions = {"account": file.account, "region": file.region, "day": file.day}
    rows = [_row(one) | partitions | {"$path": f"s3://{bucket}/{file.key}"} for one in file.records]
    return "\n".join(json.dumps(row) for row in rows).encode()


def _row(one: Mapping[str, Any]) -> dict[str, Any]:
    """Names in small letters; parameters, answer and extras as texts of JSON; numbers and truths as texts."""
    row = {name.lower(): value for name, value in one.items() if name not in _TEXTS}
    for name in _TEXTS:
        value = one.get(name)
        row[name.lower()] = None if value is None else json.dumps(value, separators=(",", ":"))
    row["useridentity"] = _small(one.get("userIdentity"))
    row["resources"] = [_small(each) for each in one["resources"]] if one.get("resources") else None
    return {name: row.get(name) for name in TYPES if name in row}


def _small(value: Any) -> Any:
    if isinstance(value, dict):
        return {name.lower(): _small(inner) for name, inner in value.items()}
    return value


def excerpt(lines: Iterable[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]
