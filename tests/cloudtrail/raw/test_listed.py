from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from irkit.cloudtrail.coverage import Skipped
from irkit.cloudtrail.locator import Locator
from irkit.cloudtrail.raw.listed import Chosen, Listed
from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.cloudtrail.raw.walking import stamp, walked

BYTES_A_FILE = 150
"""Of them 72 are the name."""
FOLDER = "/logs/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/2"


def seen(size: int, changed_ns: int) -> os.stat_result:
    named = {"st_mtime_ns": changed_ns, "st_mtime": changed_ns / 10**9}
    return os.stat_result((0o100600, 1, 1, 1, 0, 0, size, 0, 0, 0), named)


def test_a_file_is_given_as_it_was_seen(tmp_path: Path) -> None:
    paths = [tmp_path / "a.json", tmp_path / "deep" / "b.json", tmp_path / "c.json"]
    for number, path in enumerate(paths):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * number)
    listed = walked([tmp_path]).files
    assert sorted(listed) == sorted(
        RawFile(str(path), path.stat().st_size, str(path), stamp=stamp(path.stat())) for path in paths
    )


@pytest.mark.parametrize("changed_ns", [0, -1, 9 * 10**27, -(10**20) - 7, 1_763_733_600_123_456_789])
def test_any_time_of_change_is_kept_to_the_nanosecond(changed_ns: int) -> None:
    listed = Listed()
    listed.add("/", {"a": seen(7, changed_ns)})
    assert listed.stamp(0) == f"7-{changed_ns}"


@pytest.mark.parametrize("path", ["a.json", "/a.json", "logs/\udce4.json", "logs/été\n.gz"])
def test_any_path_is_kept(path: str) -> None:
    listed = Listed()
    listed.add("/before/", {"a": seen(1, 1), "b": seen(1, 1)})
    listed.add("/nothing in it/", {})
    folder, slash, name = path.rpartition("/")
    listed.add(folder + slash, {name: seen(2, 2), "c": seen(3, 3)})
    assert (listed.path(2), listed.size(2), len(listed)) == (path, 2, 4)
    assert [listed.name(number) for number in range(4)] == ["a", "b", name, "c"]


def test_some_are_given_in_an_order_as_they_are_recalled() -> None:
    listed = Listed()
    listed.add("", {"a": seen(1, 1), "b": seen(1, 1), "c": seen(4, 1)})
    told = (Skipped(Locator("c"), "is cut off"),)
    chosen = Chosen(listed, [2, 0], lambda file: file._replace(told=told if file.place == "c" else ()))
    assert [(file.place, file.told) for file in chosen] == [("c", told), ("a", ())]
    assert [file.place for file in chosen[1:]] == ["a"]
    assert (len(chosen), chosen.size, chosen.size_to_read) == (2, 5, 1)
    assert Chosen(listed, [2, 0]).size_to_read == 5


def test_a_file_takes_little_more_than_its_name() -> None:
    several = {
        f"111122223333_CloudTrail_eu-west-1_20261121T1405Z_{number:016}.json.gz": seen(10**6, 10**18 + 1)
        for number in range(1_000)
    }
    tracemalloc.start()
    try:
        listed = Listed()
        for number in range(10):
            listed.add(f"{FOLDER}{number}/", several)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < BYTES_A_FILE * len(listed)
