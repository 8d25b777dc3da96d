from __future__ import annotations

import io
import uuid
from contextlib import AbstractContextManager, nullcontext
from typing import Any, cast

import pytest

from irkit.clients.aws import Aws, aws_code
from irkit.clients.s3 import S3, S3Object
from irkit.errors import Denied, NotFound, OutsideError, Unreachable
from tests.bench import Bench
from tests.cloudtrail.made import START


@pytest.fixture
def bucket(on: Bench) -> str:
    """A bucket of one's own with some objects."""
    name = f"logs-{uuid.uuid4().hex[:10]}"
    on.world.aws.root.make_bucket(name)
    for key in ("a/1.gz", "a/2.gz", "a/b/3.gz", "c/4.gz", "5.gz"):
        on.world.aws.root.put_object(name, key, key.encode() * 100)
    return name


def test_a_bucket_is_listed_by_key_and_from_a_key_on(on: Bench, bucket: str) -> None:
    s3 = on.clients().s3
    assert [one.key for page in s3.listed(bucket) for one in page] == ["5.gz", "a/1.gz", "a/2.gz", "a/b/3.gz", "c/4.gz"]
    assert [one.key for page in s3.listed(bucket, "a/", after="a/1.gz") for one in page] == ["a/2.gz", "a/b/3.gz"]
    objects, more = s3.page(bucket, "a/", "a/2.gz")
    assert ([one.key for one in objects], more) == (["a/b/3.gz"], False)
    assert objects[0].size == 800
    assert '"' not in objects[0].etag
    assert objects[0].modified_at.tzinfo is not None


def test_one_level_has_folders_and_objects(on: Bench, bucket: str) -> None:
    s3 = on.clients().s3
    folders, objects = s3.level(bucket, "a/")
    assert folders == ("a/b/",) == s3.folders(bucket, "a/")
    assert [one.key for one in objects] == ["a/1.gz", "a/2.gz"]


def test_an_object_is_read_whole_and_in_chunks(on: Bench, bucket: str) -> None:
    s3 = on.clients().s3
    fetched = s3.read(bucket, "5.gz")
    assert fetched.content == b"5.gz" * 100
    assert b"".join(s3.chunks(bucket, "5.gz", fetched.etag)) == fetched.content


def test_an_object_that_was_replaced_is_not_read_for_the_old_one(on: Bench, bucket: str) -> None:
    s3 = on.clients().s3
    before = s3.read(bucket, "5.gz").etag
    on.world.aws.root.put_object(bucket, "5.gz", b"other")
    with pytest.raises(OutsideError) as refused:
        s3.read(bucket, "5.gz", before)
    assert aws_code(refused.value) == "PreconditionFailed"


def test_what_is_not_there_is_not_found(on: Bench, bucket: str) -> None:
    with pytest.raises(NotFound):
        on.clients().s3.read(bucket, "nothing")
    with pytest.raises(NotFound):
        on.clients().s3.page(f"no-{bucket}", "")


def test_the_permission_to_list_is_named_as_iam_names_it(on: Bench, bucket: str) -> None:
    suspect = on.suspect()
    on.clients("arrange").iam.delete_user_policy(suspect.user, "all")
    clients = on.clients()
    boto = clients.aws.session.client
    key = (suspect.key.key_id, suspect.key.secret)
    clients.aws.session.client = lambda *given: boto(*given, key)  # type: ignore[method-assign]
    try:
        with pytest.raises(Denied) as refused:
            clients.s3.page(bucket, "")
    finally:
        clients.aws.session.client = boto  # type: ignore[method-assign]
    assert "needs s3:ListBucket;" in refused.value.hint


def test_many_reads_are_one_line_in_the_call_log(on: Bench, bucket: str) -> None:
    clients = on.clients()
    for key in ("5.gz", "a/1.gz"):
        clients.s3.read(bucket, key)
    with pytest.raises(NotFound):
        clients.s3.read(bucket, "nothing")
    clients.s3.tell(bucket, 3, 2, 1000)
    calls = clients.drain_calls()
    assert [(call.text, call.error) for call in calls] == [
        (f"s3:GetObject {bucket} nothing", "NoSuchKey"),
        (f"s3:ListObjectsV2 {bucket}: 3 pages", ""),
        (f"s3:GetObject {bucket}: 2 objects, 1000 bytes", ""),
    ]


def test_archived_objects_are_known_by_their_class() -> None:
    assert S3Object("k", 1, "e", START, "DEEP_ARCHIVE").is_archived
    assert not S3Object("k", 1, "e", START, "GLACIER_IR").is_archived


class Endless:
    """A service whose every page says that there is more, and gives what was given before."""

    def __init__(self, **answer: object) -> None:
        self.answer = answer

    def call(self, *_: object, **__: object) -> dict[str, object]:
        return {"IsTruncated": True, **self.answer}


@pytest.mark.parametrize("contents", [[], [{"Key": "a/1", "Size": 1, "ETag": '"x"', "LastModified": START}]])
def test_a_page_that_leads_nowhere_is_an_error(contents: list[dict[str, object]]) -> None:
    with pytest.raises(OutsideError, match="s3:ListObjectsV2 logs a/: there is more"):
        S3(Endless(Contents=contents)).page("logs", "a/", "a/1")  # type: ignore[arg-type]


def test_versions_that_lead_nowhere_are_an_error() -> None:
    for key, version in (("a/2", "v"), ("a/1", "v")):
        with pytest.raises(OutsideError, match="s3:ListObjectVersions"):
            S3(Endless(NextKeyMarker=key, NextVersionIdMarker=version)).versions(  # type: ignore[arg-type]
                "logs", "a/", ("a/2", "v")
            )


CONTENT = bytes(range(256)) * 4096


class Breaking:
    """An object whose bytes break off where told, each time that it is asked for, and what it was asked."""

    def __init__(self, *breaks: int, ranges: bool = True) -> None:
        self.asked: list[dict[str, str]] = []
        self._breaks = list(breaks)
        self._ranges = ranges

    def call(self, _service: str, _operation: str, **asked: str) -> dict[str, Any]:
        self.asked.append(asked)
        begin = int(asked.get("Range", "bytes=0-")[len("bytes=") : -1]) if self._ranges else 0
        end = self._breaks.pop(0) if self._breaks else len(CONTENT)
        told = {"ContentRange": f"bytes {begin}-/{len(CONTENT)}"} if self._ranges and "Range" in asked else {}
        return {"Body": Body(CONTENT[begin:end], is_whole=end == len(CONTENT)), "ETag": '"one"', **told}

    def understood(self, _text: str) -> AbstractContextManager[None]:
        return nullcontext()


class Body(io.BytesIO):
    def __init__(self, content: bytes, *, is_whole: bool) -> None:
        super().__init__(content)
        self._is_whole = is_whole

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        if not self._is_whole and len(found) != size:
            raise Unreachable("no answer (IncompleteRead)")
        return found


@pytest.mark.parametrize("breaks", [(10,), (300_000,), (600_000, 900_000, 1_000_000), (0, 0, 0)])
def test_an_object_that_breaks_off_is_read_on_from_there_and_of_the_same_object_alone(breaks: tuple[int, ...]) -> None:
    aws = Breaking(*breaks)
    s3 = S3(cast("Aws", aws))
    assert s3.read("logs", "1.gz").content == CONTENT
    assert len(aws.asked) == len(breaks) + 1
    assert {each.get("IfMatch") for each in aws.asked[1:]} == {'"one"'}
    assert all(int(each["Range"][6:-1]) <= max(breaks) for each in aws.asked[1:] if "Range" in each)


def test_an_object_that_always_breaks_off_is_not_read() -> None:
    with pytest.raises(Unreachable):
        list(S3(cast("Aws", Breaking(10, 10, 10, 10))).chunks("logs", "1.gz"))


def test_a_server_that_begins_again_gives_no_byte_twice() -> None:
    with pytest.raises(Unreachable):
        S3(cast("Aws", Breaking(600_000, ranges=False))).read("logs", "1.gz")
