"""Log files for tests of the store: real records and odd ones, in AWS's own form and in others."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.local import LocalFiles
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Progress, found
from irkit.cloudtrail.store.building import Built
from irkit.cloudtrail.store.cached import Cached
from tests.cloudtrail.made import body

DATA = Path(__file__).parents[2] / "data" / "cloudtrail"
Body = Mapping[str, object]


def real() -> list[Body]:
    """Real records: of an attack, and of labelled techniques."""
    bodies = [json.loads(line) for line in (DATA / "invictus.jsonl").read_text("utf-8").splitlines()]
    bodies += [json.loads(line)["record"] for line in (DATA / "stratus.jsonl").read_text("utf-8").splitlines()]
    return bodies


def odd() -> list[Body]:
    """Records whose fields are not what AWS documents, or that no column can hold as they are."""
    return [
        body("s3:GetObject", 1, eventID="lone", userAgent="a\ud800b", requestParameters={"key": "x\udfffy"}),
        body("s3:GetObject", 2, eventID="number", userIdentity={"type": "IAMUser", "userName": 7, "accessKeyId": None}),
        body("s3:GetObject", 3, eventID="nobody", userIdentity=None, sourceIPAddress=None),
        body(
            "s3:GetObject", 4, eventID="text", requestParameters='{"bucketName":"logs/archive"}', responseElements="x"
        ),
        body("s3:GetObject", 5, eventID="list", requestParameters=[1], responseElements={"a": [None, 1.5, {"B": "c"}]}),
        body("s3:GetObject", 6, eventID="nul", userAgent="a\x00b\u2028é", errorMessage='\n\t"quoted" \\ back'),
        body("s3:GetObject", 7, eventID="pascal", requestParameters={"BucketName": "Logs", "Tags": {"Owner": "x"}}),
        body("s3:GetObject", 8, eventID="resources", resources=[None, {"ARN": "arn:1"}, {"arn": "arn:2"}, {}]),
        body("s3:GetObject", 9, eventID="part", eventTime="2026-11-21T12:00:09.250Z"),
        body("s3:GetObject", 10, eventID="zone", eventTime="2026-11-21T14:00:10+02:00"),
        body("s3:GetObject", 11, eventID="big", requestParameters={"n": 2**70, "f": 1e400}),
        body("insight:X", 12, eventID="insight", eventType="AwsCloudTrailInsight"),
        body("s3:GetObject", 13, eventID=""),
    ]


def aws_form(bodies: Iterable[Body], *, ascii_only: bool = True) -> bytes:
    """As AWS writes a file: one line, the version first."""
    texts = (
        json.dumps({"eventVersion": each.get("eventVersion"), **each}, separators=(",", ":"), ensure_ascii=ascii_only)
        for each in bodies
    )
    return ('{"Records":[' + ",".join(texts) + "]}").encode("utf-8", "surrogatepass")


def lines(bodies: Iterable[Body]) -> bytes:
    """A re-export: one record a line, keys in another order."""
    return "".join(json.dumps(dict(sorted(each.items()))) + "\n" for each in bodies).encode()


def log(at: Path, content: bytes) -> Path:
    """Write a file, compressed when its name says so."""
    at.parent.mkdir(parents=True, exist_ok=True)
    at.write_bytes(gzip.compress(content, 1) if at.suffix == ".gz" else content)
    return at


def aws_name(day: int = 21, hour: int = 12, unique: str = "x", account: str = "111122223333") -> str:
    """The path of a delivery, as AWS lays it out."""
    folder = f"AWSLogs/{account}/CloudTrail/eu-west-1/2026/11/{day:02}"
    return f"{folder}/{account}_CloudTrail_eu-west-1_202611{day:02}T{hour:02}05Z_{unique}.json.gz"


def build(logs: Path, folder: Path, processes: int = 1) -> Built:
    """Build a store to the end."""
    return told(logs, folder, processes)[1]


def told(logs: Path, folder: Path, processes: int = 1) -> tuple[Sequence[Progress], Built]:
    """Build a store to the end; what was told on the way, and what was built."""
    progress: list[Progress] = []
    building = Cached(LocalFiles([logs]), folder).build(processes)
    while True:
        try:
            progress.append(next(building))
        except StopIteration as end:
            built: Built = end.value
            return progress, built


def cached(logs: Path, folder: Path, query: Query) -> tuple[tuple[Record, ...], Coverage]:
    """The records that match, of store and files together."""
    answer = found(Cached(LocalFiles([logs]), folder), query)
    return answer.records, answer.coverage


def raw(logs: Path, query: Query) -> tuple[Record, ...]:
    """The records that match, of the files alone."""
    return found(LocalFiles([logs]), query).records
