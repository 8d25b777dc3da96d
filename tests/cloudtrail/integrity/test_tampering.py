"""What an intruder may do to a trail's bucket, and what the check then names."""

from __future__ import annotations

import gzip
import hashlib
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from irkit.cloudtrail.integrity.finding import Kind, Verdict
from irkit.cloudtrail.integrity.folder import Folder
from irkit.cloudtrail.integrity.report import Report
from irkit.cloudtrail.integrity.verify import verify
from irkit.cloudtrail.query import Window
from tests.cloudtrail.integrity.signed_trail import HOUR, START, SignedTrail, Stored, backfill, signed_trail

HERE, THERE = "eu-west-1", "us-east-1"
ASKED_AT = START + timedelta(days=1)


def checked(trail: SignedTrail, folder: Path, **saved: object) -> Report:
    trail.save(folder / "saved", **saved)  # type: ignore[arg-type]
    return verify(Folder(folder / "saved", asked_at=ASKED_AT))


def found(report: Report, kind: Kind) -> list[str]:
    """The names of the files that are of a kind."""
    return [one.place.rpartition("/")[2] for one in report.findings if one.kind is kind]


def name(key: str) -> str:
    return key.rpartition("/")[2]


def test_an_untouched_trail_of_several_regions_is_intact(tmp_path: Path) -> None:
    report = checked(signed_trail(3, (HERE, THERE)), tmp_path)
    assert report.findings == ()
    assert report.verdict is Verdict.INTACT
    assert (report.logs.proven, report.logs.here) == (18, 18)
    assert [(one.series.region, one.digests, one.begins) for one in report.chains] == [
        (HERE, 3, True),
        (THERE, 3, True),
    ]


def test_an_organizations_trail_with_a_prefix_and_two_accounts_is_intact(tmp_path: Path) -> None:
    trail = signed_trail(2, organization="o-abcdef1234", prefix="audit/")
    signed_trail(2, organization="o-abcdef1234", prefix="audit/", account="444455556666", trail=trail)
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.INTACT
    assert [one.series.account for one in report.chains] == ["111122223333", "444455556666"]


@pytest.mark.parametrize("part", ["AWSLogs/111122223333", "AWSLogs", "."])
def test_any_part_of_the_buckets_tree_can_be_checked(tmp_path: Path, part: str) -> None:
    whole = signed_trail(2).save(tmp_path)
    shutil.copy(whole / "public-keys.json", tmp_path / "keys.json")
    assert verify(Folder(whole / part, [tmp_path / "keys.json"], ASKED_AT)).verdict is Verdict.INTACT


def test_an_hour_without_files_has_a_digest_too(tmp_path: Path) -> None:
    assert checked(signed_trail(3, files=0), tmp_path).verdict is Verdict.INTACT


def altered_body(trail: SignedTrail, key: str) -> str:
    trail.objects[key].body = gzip.compress(gzip.decompress(trail.objects[key].body).replace(b"GetUser", b"PutUser"))
    return key


def cut_off(trail: SignedTrail, key: str) -> str:
    trail.objects[key].body = trail.objects[key].body[:-9]
    return key


def emptied(trail: SignedTrail, key: str) -> str:
    trail.objects[key].body = b""
    return key


def inflated_junk(trail: SignedTrail, key: str) -> str:
    trail.objects[key].body += b"\x00\x00more"
    return key


@pytest.mark.parametrize("how", [altered_body, cut_off, emptied, inflated_junk])
def test_a_log_file_whose_content_differs_is_altered(tmp_path: Path, how: Callable[[SignedTrail, str], str]) -> None:
    trail = signed_trail()
    key = how(trail, trail.logs[HERE][4])
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.ALTERED
    assert [one.kind for one in report.findings] == [Kind.ALTERED_LOG]
    assert found(report, Kind.ALTERED_LOG) == [name(key)]
    assert report.logs.proven == report.logs.here - 1


def test_a_log_file_that_was_compressed_anew_is_as_delivered(tmp_path: Path) -> None:
    trail = signed_trail()
    one = trail.objects[trail.logs[HERE][0]]
    one.body = gzip.compress(gzip.decompress(one.body), 1, mtime=7)
    assert checked(trail, tmp_path).verdict is Verdict.INTACT


def test_a_log_file_that_is_kept_inflated_is_as_delivered(tmp_path: Path) -> None:
    trail = signed_trail()
    key = trail.logs[HERE][0]
    trail.objects[key.removesuffix(".gz")] = Stored(gzip.decompress(trail.objects.pop(key).body))
    assert checked(trail, tmp_path).verdict is Verdict.INTACT


def test_a_log_file_that_is_gone_is_missing(tmp_path: Path) -> None:
    trail = signed_trail()
    key = trail.logs[HERE][4]
    del trail.objects[key]
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.INCOMPLETE
    assert [(one.kind, one.place) for one in report.findings] == [(Kind.MISSING_LOG, f"s3://{trail.bucket}/{key}")]


def test_two_log_files_that_changed_places_are_reordered(tmp_path: Path) -> None:
    trail = signed_trail()
    first, second = trail.logs[HERE][1], trail.logs[HERE][7]
    trail.objects[first], trail.objects[second] = trail.objects[second], trail.objects[first]
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.ALTERED
    assert found(report, Kind.REORDERED_LOG) == [name(first), name(second)]
    assert name(second) in report.findings[0].seen


@pytest.mark.parametrize("where", ["another name", "another day"])
def test_a_log_file_under_another_name_or_folder_is_moved(tmp_path: Path, where: str) -> None:
    trail = signed_trail()
    key = trail.logs[HERE][4]
    other = key.replace("/20/", "/21/") if where == "another day" else key.replace("T01", "T02")
    trail.objects[other] = trail.objects.pop(key)
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.ALTERED
    assert [one.kind for one in report.findings] == [Kind.MOVED_LOG]
    assert found(report, Kind.MOVED_LOG) == [name(other)]


def test_a_log_file_that_lies_there_twice_is_copied(tmp_path: Path) -> None:
    trail = signed_trail()
    key = trail.logs[HERE][4]
    trail.objects[key.replace("T01", "T02")] = trail.objects[key]
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.ALTERED
    assert found(report, Kind.COPIED_LOG) == [name(key.replace("T01", "T02"))]


@pytest.mark.parametrize("as_name", ["", "evil.json.gz"])
def test_a_file_that_no_digest_lists_was_added(tmp_path: Path, as_name: str) -> None:
    trail = signed_trail()
    key = trail.logs[HERE][4]
    other = key.replace(name(key), as_name) if as_name else key[:-24] + "ABCDEFGH12345678.json.gz"
    trail.objects[other] = Stored(gzip.compress(b'{"Records":[]}'))
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.ALTERED
    assert found(report, Kind.ADDED_LOG) == [name(other)]


def test_a_file_of_a_time_to_come_waits_for_no_digest(tmp_path: Path) -> None:
    trail = signed_trail()
    other = trail.logs[HERE][4].replace("_20261120T", "_20291120T")
    trail.objects[other] = Stored(gzip.compress(b'{"Records":[]}'))
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.INCOMPLETE
    assert found(report, Kind.UNCOVERED_LOG) == [name(other)]
    assert "still to come" in report.findings[0].seen


def test_where_the_digests_end_is_told_with_a_whole_trail(tmp_path: Path) -> None:
    trail = signed_trail()
    for key in (*trail.logs[HERE][-3:], trail.digests[HERE][-1]):
        del trail.objects[key]
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.INTACT
    assert "The last digest ends at 2026-11-20T03:01:31Z: whether anything was delivered later" in report.notes[0]


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z"])
def test_a_digest_of_a_time_that_cannot_be_reckoned_with_is_none(tmp_path: Path, end: str) -> None:
    trail = signed_trail()
    key = trail.digests[HERE][1]
    trail.put_digest(key, trail.digest(key) | {"digestEndTime": end})
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.ALTERED
    assert found(report, Kind.ALTERED_DIGEST) == [name(key)]


def test_a_digest_before_whose_name_tells_no_time_is_missing(tmp_path: Path) -> None:
    trail = signed_trail()
    key = trail.digests[HERE][-1]
    said = trail.digests[HERE][-2].replace("_20261120T", "_20269999T")
    trail.put_digest(key, trail.digest(key) | {"previousDigestS3Object": said})
    assert found(checked(trail, tmp_path), Kind.MISSING_DIGEST) == [name(said)]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_digests_that_are_gone_leave_a_gap_of_known_length(tmp_path: Path, count: int) -> None:
    trail = signed_trail(6)
    for key in trail.digests[HERE][2 : 2 + count]:
        del trail.objects[key]
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.INCOMPLETE
    assert {one.kind for one in report.findings} == {Kind.MISSING_DIGEST, Kind.UNCOVERED_LOG}
    gap = next(one for one in report.findings if one.kind is Kind.MISSING_DIGEST)
    assert gap.place.endswith(trail.digests[HERE][1 + count])
    assert (gap.since, gap.until) == (START + 2 * HOUR, START + (2 + count) * HOUR)
    assert f"{count} h 00 min" in gap.seen
    assert report.logs.proven == report.logs.here - 3 * count


def test_the_first_digests_that_are_gone_are_named(tmp_path: Path) -> None:
    trail = signed_trail()
    for key in trail.digests[HERE][:2]:
        del trail.objects[key]
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.INCOMPLETE
    assert {one.kind for one in report.findings} == {Kind.MISSING_DIGEST, Kind.UNCOVERED_LOG}
    assert found(report, Kind.MISSING_DIGEST) == [name(trail.digests[HERE][1])]


def test_the_last_digests_that_are_gone_show_by_the_files_they_would_list(tmp_path: Path) -> None:
    trail = signed_trail()
    del trail.objects[trail.digests[HERE][-1]]
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.INCOMPLETE
    assert [one.kind for one in report.findings] == [Kind.UNCOVERED_LOG]
    assert "3 log files after the last digest" in report.findings[0].seen
    assert any("--until" in note for note in report.notes)


def test_the_last_digests_of_one_region_show_by_the_other_regions(tmp_path: Path) -> None:
    trail = signed_trail(5, (HERE, THERE), files=0)
    for key in trail.digests[THERE][3:]:
        del trail.objects[key]
    report = checked(trail, tmp_path)
    assert [one.kind for one in report.findings] == [Kind.MISSING_DIGEST]
    assert (report.findings[0].since, report.findings[0].until) == (START + 3 * HOUR, START + 5 * HOUR)


def test_young_files_wait_for_their_digest(tmp_path: Path) -> None:
    trail = signed_trail()
    del trail.objects[trail.digests[HERE][-1]]
    report = verify(Folder(trail.save(tmp_path), asked_at=START + 4 * HOUR))
    assert report.verdict is Verdict.INTACT
    assert (report.logs.proven, report.logs.pending) == (9, 3)


def test_a_digest_whose_content_differs_is_altered_and_proves_nothing(tmp_path: Path) -> None:
    trail = signed_trail()
    log, key = altered_body(trail, trail.logs[HERE][4]), trail.digests[HERE][1]
    body = trail.digest(key)
    rows = body["logFiles"]
    assert isinstance(rows, list)
    rows[1]["hashValue"] = hashlib.sha256(gzip.decompress(trail.objects[log].body)).hexdigest()
    trail.put_digest(key, body)
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.ALTERED
    assert found(report, Kind.ALTERED_DIGEST) == [name(key)]
    assert found(report, Kind.BAD_SIGNATURE) == [name(key)]
    assert (report.logs.proven, report.logs.unproven) == (9, 3)


def test_a_digest_that_was_signed_anew_with_a_key_of_the_intruder_is_altered(tmp_path: Path) -> None:
    trail = signed_trail()
    key = trail.digests[HERE][1]
    trail.put_digest(key, trail.digest(key) | {"logFiles": []}, signed_by="intruder")
    report = checked(trail, tmp_path)
    assert found(report, Kind.ALTERED_DIGEST) == found(report, Kind.BAD_SIGNATURE) == [name(key)]
    assert report.verdict is Verdict.ALTERED


def test_the_newest_digest_is_altered_when_its_signature_is_not_of_it(tmp_path: Path) -> None:
    trail = signed_trail()
    key = trail.digests[HERE][-1]
    trail.put_digest(key, trail.digest(key) | {"logFiles": []})
    report = checked(trail, tmp_path)
    assert found(report, Kind.BAD_SIGNATURE) == [name(key)]
    assert report.verdict is Verdict.ALTERED


def test_swapped_signatures_are_named_and_the_digests_proven_by_the_next(tmp_path: Path) -> None:
    trail = signed_trail()
    first, second = (trail.objects[key] for key in trail.digests[HERE][1:3])
    first.metadata, second.metadata = second.metadata, first.metadata
    report = checked(trail, tmp_path)
    assert found(report, Kind.BAD_SIGNATURE) == [name(key) for key in trail.digests[HERE][1:3]]
    assert [one.kind for one in report.findings] == [Kind.BAD_SIGNATURE] * 2
    assert report.logs.proven == report.logs.here


@pytest.mark.parametrize("junk", [b"", b"no gzip", gzip.compress(b"no json", mtime=0), gzip.compress(b"{}", mtime=0)])
def test_a_digest_that_is_none_any_more_is_altered(tmp_path: Path, junk: bytes) -> None:
    trail = signed_trail()
    key = trail.digests[HERE][1]
    trail.objects[key].body = junk
    report = checked(trail, tmp_path)
    assert found(report, Kind.ALTERED_DIGEST) == [name(key)]
    assert found(report, Kind.MISSING_DIGEST) == []
    assert report.verdict is Verdict.ALTERED


def test_a_digest_under_another_name_is_moved(tmp_path: Path) -> None:
    trail = signed_trail()
    key = trail.digests[HERE][1]
    trail.objects[key.replace("main-trail", "other-trail")] = trail.objects.pop(key)
    report = checked(trail, tmp_path)
    assert [one.kind for one in report.findings] == [Kind.MOVED_DIGEST]
    assert report.logs.proven == report.logs.here


def test_a_digest_that_lies_there_twice_is_copied(tmp_path: Path) -> None:
    trail = signed_trail()
    key = trail.digests[HERE][1]
    trail.objects[key.replace("T020131", "T030132")] = trail.objects[key]
    report = checked(trail, tmp_path)
    assert [one.kind for one in report.findings] == [Kind.COPIED_DIGEST]


def test_a_chain_that_begins_again_tells_how_long_nothing_was_covered(tmp_path: Path) -> None:
    trail = signed_trail(3)
    signed_trail(3, start=START + 8 * HOUR, trail=trail)
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.INCOMPLETE
    assert [one.kind for one in report.findings] == [Kind.CHAIN_STOPPED]
    assert (report.findings[0].since, report.findings[0].until) == (START + 3 * HOUR, START + 8 * HOUR)


def test_a_backfill_digest_proves_the_file_that_came_late(tmp_path: Path) -> None:
    trail = signed_trail()
    backfill(trail, HERE, START)
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.INTACT
    assert report.logs.proven == 13
    assert [one.series.backfill for one in report.chains] == ["", "_backfill"]


def test_a_digest_that_lists_files_of_another_time_than_its_own_is_named_where_that_time_is_not_asked_for(
    tmp_path: Path,
) -> None:
    trail = signed_trail(2, files=0)
    key = trail.digests[HERE][0]
    weeks_before = signed_trail(1, start=START - timedelta(days=21))
    body = trail.digest(key) | {"logFiles": weeks_before.digest(weeks_before.digests[HERE][0])["logFiles"]}
    trail = SignedTrail({key: trail.objects[key]}, {HERE: [key]})
    trail.put_digest(key, body, signed_by=HERE)
    trail.save(tmp_path / "saved")
    asked = Folder(tmp_path / "saved", asked_at=ASKED_AT)
    report = verify(asked, Window(START, START + HOUR))
    assert report.verdict is Verdict.UNPROVEN
    assert found(report, Kind.OTHER_TIME) == [name(key)]
    assert "3 files named as of 2026-10-" in "\n".join(report.lines())
    assert len(found(verify(asked), Kind.MISSING_LOG)) == 3


def test_a_whole_trail_in_which_nothing_was_delivered_says_so(tmp_path: Path) -> None:
    lines = list(checked(signed_trail(3, files=0), tmp_path).lines())
    assert "  0 log files: the digests list none, so nothing was delivered in this time" in lines


def test_files_of_insights_are_added_ones_only_where_digests_list_such_files(tmp_path: Path) -> None:
    def insight(key: str) -> str:
        return key.replace("/CloudTrail/", "/CloudTrail-Insight/").replace("_CloudTrail_", "_CloudTrail-Insight_")

    trail = signed_trail(2)
    one, two = (insight(key) for key in trail.logs[HERE][:2])
    trail.objects[one] = Stored(gzip.compress(b'{"Records": [{"eventType": "AwsCloudTrailInsight"}]}'))
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.INTACT
    assert (report.logs.here, report.logs.proven, report.logs.insights) == (6, 6, 1)
    assert "1 file of Insights, which hold no calls and which no digest lists" in "\n".join(report.lines())
    key = trail.digests[HERE][1]
    body = trail.digest(key)
    row = dict(body["logFiles"][0]) | {"s3Object": two}  # type: ignore[index]
    trail.objects[two] = trail.objects[trail.logs[HERE][3]]
    trail.put_digest(key, body | {"logFiles": [*body["logFiles"], row]}, signed_by=HERE)  # type: ignore[misc]
    assert name(one) in found(checked(trail, tmp_path / "again"), Kind.ADDED_LOG)


def test_without_any_digest_nothing_proves_the_files(tmp_path: Path) -> None:
    trail = signed_trail()
    for key in trail.digests[HERE]:
        del trail.objects[key]
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.UNPROVEN
    assert [one.kind for one in report.findings] == [Kind.NO_DIGESTS]
    assert "12 log files and no digest: nothing proves these files" in report.findings[0].seen


def test_files_of_other_services_are_none_of_the_trails(tmp_path: Path) -> None:
    trail = signed_trail()
    trail.objects["AWSLogs/111122223333/Config/eu-west-1/2026/11/20/111122223333_Config_x.json.gz"] = Stored(b"x")
    report = checked(trail, tmp_path)
    assert report.verdict is Verdict.INTACT
    assert "1 files of other services were not looked at." in report.notes


def test_an_organizations_many_chains_are_one_line_but_for_the_odd_ones(tmp_path: Path) -> None:
    trail = signed_trail(1, files=0)
    for number in range(44):
        signed_trail(1, files=0, account=f"2222{number:08}", organization="o-abcdef1234", trail=trail)
    odd = trail.digests[HERE][7]
    trail.objects[odd].metadata.clear()
    report = checked(trail, tmp_path)
    first, second = report.chain_lines()
    assert first.startswith("44 accounts, 1 regions: 44 digests, all proven; each chain covers 2026-11-20T00:01:31Z to")
    assert second.startswith("222200000006 eu-west-1 trail main-trail: 1 digests")
    assert [one.kind for one in report.findings] == [Kind.UNSIGNED_DIGEST]
