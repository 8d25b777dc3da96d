"""AWS Glue's Data Catalog: what a table is (GetTable; shapes: Glue API reference, Table and StorageDescriptor)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from irkit.clients.aws import Aws, Tries


class GlueTable(NamedTuple):
    """One table. Columns and partitions are names and Hive types, in order."""

    database: str
    name: str
    columns: tuple[tuple[str, str], ...]
    partitions: tuple[tuple[str, str], ...]
    location: str
    serde: str
    input_format: str
    parameters: Mapping[str, str]


class Glue:
    """Glue's catalog as one step sees it."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def table(self, database: str, name: str, region: str = "") -> GlueTable:
        """A table of the account's own catalog. Raises ``NotFound``, ``Denied``."""
        told = self._aws.call("glue", "get_table", region=region, DatabaseName=database, Name=name)["Table"]
        storage: Mapping[str, Any] = told.get("StorageDescriptor", {})
        return GlueTable(
            database,
            name,
            _columns(storage.get("Columns", ())),
            _columns(told.get("PartitionKeys", ())),
            str(storage.get("Location", "")),
            str(storage.get("SerdeInfo", {}).get("SerializationLibrary", "")),
            str(storage.get("InputFormat", "")),
            {str(key): str(value) for key, value in told.get("Parameters", {}).items()},
        )

    def databases(self, region: str = "") -> tuple[str, ...]:
        """The names of all databases."""
        pages = self._aws.pages("glue", "get_databases", region=region)
        return tuple(str(one["Name"]) for page in pages for one in page.get("DatabaseList", ()))

    def create_database(self, name: str, region: str = "") -> None:
        """Make an empty database."""
        about = {"Name": name, "Description": "tables of irkit"}
        self._aws.call("glue", "create_database", region=region, tries=Tries.ONCE, DatabaseInput=about)


def _columns(told: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(one["Name"]), str(one.get("Type", "string"))) for one in told)
