from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from irkit.clients.athena import WorkGroup
from irkit.clients.clients import Clients
from irkit.cloudtrail.athena.making import TrailPlace, made, planned_table
from irkit.cloudtrail.athena.source import Athena, Spot
from tests.bench import bench
from tests.cloudtrail.athena.as_athena_reads import LogFile, excerpt, ndjson, parquet

if TYPE_CHECKING:
    from irkit.drill.world.world import World

REAL = Path(__file__).parents[2] / "data/cloudtrail/invictus.jsonl"
ACCOUNT = "123837392027"


@dataclass(frozen=True)
class Cloud:
    """The emulator's AWS as its root sees it, with a bucket of logs and a table over them."""

    clients: Clients
    bucket: str
    files: tuple[LogFile, ...]

    def athena(self, **changes: Any) -> Athena:
        given = {"table": "cloudtrail", "database": self.bucket.replace("-", "_"), "workgroup": self.bucket} | changes
        agree: Callable[[Any], None] | None = given.pop("agree", None)
        return Athena(self.clients, Spot(**given), agree)


def root(world: World, folder: Path) -> Clients:
    """Clients of the account's root, straight at the emulator."""
    from irkit.drill.world.access_files import write_aws_files
    from irkit.drill.world.estate import REGION

    emulator = world.aws._emulator
    config, credentials = write_aws_files(folder / "root", emulator.url, REGION, emulator.root)
    on = bench(world, folder)
    from dataclasses import replace

    aws = replace(on.outside.config.aws, profile="default", config_file=config, credentials_file=credentials)
    return replace(on, outside=replace(on.outside, config=replace(on.outside.config, aws=aws))).clients()


def real_files() -> tuple[LogFile, ...]:
    """The excerpt of real records, as eight files of two days and two regions; one event is delivered twice."""
    records = excerpt(REAL.read_text(encoding="utf-8").splitlines())
    files: list[LogFile] = []
    for region in sorted({one["awsRegion"] for one in records}):
        here = [one for one in records if one["awsRegion"] == region]
        for number, part in enumerate((here[::2], [*here[1::2], here[0]])):
            name = f"{ACCOUNT}_CloudTrail_{region}_20230710T12{number}0Z_abcdefghijklmno{number}.json.gz"
            files.append(LogFile(ACCOUNT, region, "2023/07/10", name, part))
    return tuple(files)


def laid(clients: Clients, files: tuple[LogFile, ...], folder: Path, kind: str = "parquet") -> Cloud:
    """Put files into a bucket of their own and a table over it, by irkit's own statement."""
    bucket = f"trail-{uuid.uuid4().hex[:8]}"
    database = bucket.replace("-", "_")
    there = {"LocationConstraint": clients.config.aws.region}
    clients.aws.call("s3", "create_bucket", Bucket=bucket, CreateBucketConfiguration=there)
    for file in files:
        body = parquet(file, bucket, folder) if kind == "parquet" else ndjson(file, bucket)
        clients.aws.call("s3", "put_object", Bucket=bucket, Key=file.key, Body=body)
    results = f"{bucket}-results"
    clients.aws.call("s3", "create_bucket", Bucket=results, CreateBucketConfiguration=there)
    clients.athena.create_workgroup(WorkGroup(bucket, True, 10**9, f"s3://{results}/", True))  # noqa: FBT003
    regions = tuple(sorted({file.region for file in files}))
    plan = planned_table(database, "cloudtrail", TrailPlace(bucket, (ACCOUNT,), regions))
    made(clients, plan, Spot("cloudtrail", database, bucket).where)
    if kind == "parquet":
        _read_as_parquet(clients, database)
    return Cloud(clients, bucket, files)


def _read_as_parquet(clients: Clients, database: str) -> None:
    """Tell the emulator what the objects are."""
    table = dict(clients.aws.call("glue", "get_table", DatabaseName=database, Name="cloudtrail")["Table"])
    known = ("Name", "TableType", "Parameters", "StorageDescriptor", "PartitionKeys")
    new = {name: table[name] for name in known if name in table}
    new["Parameters"] = {**new["Parameters"], "classification": "parquet"}
    clients.aws.call("glue", "update_table", DatabaseName=database, TableInput=new)


@pytest.fixture(scope="module")
def cloud(world: World, tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    folder = tmp_path_factory.mktemp("athena")
    return laid(root(world, folder), real_files(), folder)
