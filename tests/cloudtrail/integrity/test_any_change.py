"""Any change of any object, made by chance: it is told as what it is, and never as intact when it is not."""

from __future__ import annotations

import gzip
import tempfile
import zlib
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.cloudtrail.integrity.finding import Kind, Verdict
from irkit.cloudtrail.integrity.folder import Folder
from irkit.cloudtrail.integrity.report import Report
from irkit.cloudtrail.integrity.verify import verify
from tests.cloudtrail.integrity.signed_trail import START, SignedTrail, Stored, signed_trail

HERE, THERE = "eu-west-1", "us-east-1"
TRAIL = signed_trail(3, (HERE, THERE), files=2)
KEYS = sorted(TRAIL.objects)
NEWEST = {TRAIL.digests[region][-1] for region in (HERE, THERE)}
"""Nothing but a later digest could tell that one of these is gone, and the files it lists with it."""
ASKED_AT = START + timedelta(days=1)


def checked(objects: dict[str, Stored]) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        SignedTrail(objects, TRAIL.digests).save(Path(folder), keys=(HERE, THERE))
        return verify(Folder(Path(folder), asked_at=ASKED_AT), jobs=1)


def is_as_delivered(body: bytes, before: bytes) -> bool:
    """What counts, by the guide, is the inflated content."""
    try:
        return gzip.decompress(body) == gzip.decompress(before)
    except (OSError, EOFError, zlib.error):
        return False


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(KEYS), st.data())
def test_a_flipped_bit_is_found_wherever_it_changes_the_content(key: str, data: st.DataObject) -> None:
    body = bytearray(TRAIL.objects[key].body)
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= 1 << data.draw(st.integers(0, 7))
    one = Stored(bytes(body), TRAIL.objects[key].metadata)
    report = checked({**TRAIL.objects, key: one})
    if is_as_delivered(one.body, TRAIL.objects[key].body):
        assert report.verdict is Verdict.INTACT
    else:
        assert report.verdict is Verdict.ALTERED
        assert key.rpartition("/")[2] in {each.place.rpartition("/")[2] for each in report.findings}


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(KEYS), st.data())
def test_a_file_that_is_cut_anywhere_is_altered(key: str, data: st.DataObject) -> None:
    body = TRAIL.objects[key].body
    cut = Stored(body[: data.draw(st.integers(0, len(body) - 1))], TRAIL.objects[key].metadata)
    report = checked({**TRAIL.objects, key: cut})
    assert report.verdict is Verdict.ALTERED
    assert {each.kind for each in report.findings} & {Kind.ALTERED_LOG, Kind.ALTERED_DIGEST}


@settings(max_examples=25, deadline=None)
@given(st.sets(st.sampled_from([key for key in KEYS if key not in NEWEST]), min_size=1, max_size=6))
def test_files_that_are_gone_are_never_told_as_intact(gone: set[str]) -> None:
    report = checked({key: one for key, one in TRAIL.objects.items() if key not in gone})
    assert report.verdict is Verdict.INCOMPLETE
    logs = {f"s3://{TRAIL.bucket}/{key}" for key in gone if "/CloudTrail/" in key}
    missing = {each.place for each in report.findings if each.kind is Kind.MISSING_LOG}
    assert missing <= logs
    digests = {each for each in gone if "/CloudTrail-Digest/" in each}
    assert any(each.kind is Kind.MISSING_DIGEST for each in report.findings) == bool(digests)


@settings(max_examples=25, deadline=None)
@given(st.permutations([key for key in KEYS if "/CloudTrail/" in key]))
def test_log_files_in_another_order_are_told_one_by_one(order: list[str]) -> None:
    logs = [key for key in KEYS if "/CloudTrail/" in key]
    objects = {**TRAIL.objects, **{key: TRAIL.objects[other] for key, other in zip(logs, order, strict=True)}}
    report = checked(objects)
    found = [each.place for each in report.findings if each.kind is Kind.REORDERED_LOG]
    assert len(found) == sum(key != other for key, other in zip(logs, order, strict=True))
    assert report.verdict is (Verdict.ALTERED if found else Verdict.INTACT)
