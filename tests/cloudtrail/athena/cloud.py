"""The emulator's Athena with a bucket of logs and irkit's own table over them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from irkit.clients.athena import WorkGroup
from irkit.clients.clients import Clients
from irkit.cloudtrail.athena.estimate import Estimate
from irkit.cloudtrail.athena.making import TrailPlace, made, planned_table
from irkit.cloudtrail.athena.source import Athena, Spot
from tests.bench import bench
from tests.cloudtrail.athena.as_athena_reads import parquet
from tests.cloudtrail.athena.log_files import LogFile

if TYPE_CHECKING:
    from irkit.drill.world.world import World

LIMIT = 10**9


@dataclass(frozen=True)
class Cloud:
    """The account's root, a bucket and a table of the same name, and what lies in it."""

    clients: Clients
    bucket: str
    files: tuple[LogFile, ...]

    @property
    def database(self) -> str:
        return self.bucket.replace("-", "_")

    def athena(self, agree: Callable[[Estimate], None] | None = None, **changes: object) -> Athena:
        usual = Spot("cloudtrail", self.database, self.bucket)
        return Athena(self.clients, replace(usual, **changes), agree)  # type: ignore[arg-type]

    def workgroup(self, name: str, cutoff: int | None, output: str = "") -> str:
        """A workgroup beside the usual one."""
        place = output or f"s3://{self.bucket}-results/"
        self.clients.athena.create_workgroup(
            WorkGroup(name, is_enabled=True, cutoff=cutoff, output=place, is_enforced=True)
        )
        return name


def root(world: World, folder: Path) -> Clients:
    """Clients of the account's root, straight at the emulator."""
    from irkit.drill.world.access_files import write_aws_files
    from irkit.drill.world.estate import REGION

    emulator = world.aws._emulator
    config, credentials = write_aws_files(folder / "root", emulator.url, REGION, emulator.root)
    outside = bench(world, folder).outside
    aws = replace(outside.config.aws, profile="default", config_file=config, credentials_file=credentials)
    return replace(outside, config=replace(outside.config, aws=aws)).clients("athena")


def laid(clients: Clients, files: Sequence[LogFile], left_out: str = "") -> Cloud:
    """Put files into a bucket of their own, as the engine can read them, and a table over it, by irkit's statement."""
    there = Cloud(clients, f"trail-{uuid.uuid4().hex[:8]}", tuple(files))
    for bucket in (there.bucket, f"{there.bucket}-results"):
        place = {"LocationConstraint": clients.config.aws.region}
        clients.aws.call("s3", "create_bucket", Bucket=bucket, CreateBucketConfiguration=place)
    for file in files:
        content = parquet(file, there.bucket, left_out)
        clients.aws.call("s3", "put_object", Bucket=there.bucket, Key=file.key, Body=content)
    there.workgroup(there.bucket, LIMIT)
    accounts, regions = sorted({one.account for one in files}), sorted({one.region for one in files})
    plan = planned_table(there.database, "cloudtrail", TrailPlace(there.bucket, tuple(accounts), tuple(regions)))
    made(clients, plan, there.athena().spot.where)
    _read_as_parquet(clients, there.database)
    return there


def laid_as_lines(clients: Clients, files: Sequence[LogFile]) -> Cloud:
    """The records as lines of JSON in folders of Hive, and a table that somebody else made over them.

    The emulator guesses the columns and their types from the lines, whatever the table says.
    """
    there = Cloud(clients, f"lines-{uuid.uuid4().hex[:8]}", tuple(files))
    for bucket in (there.bucket, f"{there.bucket}-results"):
        place = {"LocationConstraint": clients.config.aws.region}
        clients.aws.call("s3", "create_bucket", Bucket=bucket, CreateBucketConfiguration=place)
    for number, file in enumerate(files):
        folder = f"lines/account={file.account}/region={file.region}/day={file.day.replace('/', '-')}"
        lines = "\n".join(json.dumps(one) for one in file.records).encode()
        clients.aws.call("s3", "put_object", Bucket=there.bucket, Key=f"{folder}/{number}.json", Body=lines)
    there.workgroup(there.bucket, LIMIT)
    clients.glue.create_database(there.database)
    plan = planned_table(there.database, "own", TrailPlace(there.bucket, (), ("eu-west-1",)))
    made(clients, plan, there.athena().spot.where)
    own = clients.aws.call("glue", "get_table", DatabaseName=there.database, Name="own")["Table"]
    serde = {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"}
    storage = {"Columns": own["StorageDescriptor"]["Columns"], "Location": f"s3://{there.bucket}/lines/"}
    table = {
        "Name": "cloudtrail",
        "PartitionKeys": own["PartitionKeys"],
        "StorageDescriptor": {**storage, "InputFormat": "TextInputFormat", "SerdeInfo": serde},
        "Parameters": {"projection.day.type": "date", "projection.day.format": "yyyy-MM-dd"},
    }
    clients.aws.call("glue", "create_table", DatabaseName=there.database, TableInput=table)
    return there


def _read_as_parquet(clients: Clients, database: str) -> None:
    """Tell the emulator what the objects are: it has no CloudTrailInputFormat."""
    table = clients.aws.call("glue", "get_table", DatabaseName=database, Name="cloudtrail")["Table"]
    known = ("Name", "TableType", "Parameters", "StorageDescriptor", "PartitionKeys")
    new = {name: table[name] for name in known if name in table}
    new["Parameters"] = {**new["Parameters"], "classification": "parquet"}
    clients.aws.call("glue", "update_table", DatabaseName=database, TableInput=new)
