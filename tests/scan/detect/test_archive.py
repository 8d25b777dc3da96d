from __future__ import annotations

import bz2
import gzip
import io
import lzma
import subprocess
import sys
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.scan.detect import archive
from irkit.scan.finding import Skipped
from tests.scan.detect.samples import DETECTOR, TOKEN, seen, some, values

FILLER = some(300).encode()
CONTENT = f"a = 1\nkey = '{TOKEN}'\n".encode()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as packed:
        for name, body in members.items():
            packed.writestr(name, body)
    return made.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as packed:  # type: ignore[call-overload]
        for name, body in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            packed.addfile(info, io.BytesIO(body))
    return made.getvalue()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda body: lzma.compress(body, lzma.FORMAT_ALONE),
    "zip:conf/.env": lambda body: zipped({"conf/.env": body}),
    "tar:conf/.env": lambda body: tarred({"conf/.env": body}),
}


@pytest.mark.parametrize(
    ("begins", "kind"),
    [
        (b"0\x82\x09\xbf\x02\x01\x030\x82\x09\x75", "PKCS#12"),
        (b"0\x80\x02\x01\x030\x80", "PKCS#12"),
        (b"\xfe\xed\xfe\xed\0\0\0\2", "JKS"),
        (b"\xce\xce\xce\xce\0\0\0\2", "JCEKS"),
    ],
)
def test_a_key_store_is_told_as_not_looked_into(begins: bytes, kind: str) -> None:
    skipped = Skipped(f"{kind} key store", "its keys are encrypted with a password")
    assert DETECTOR.look(begins + bytes(40)).skipped == (skipped,)
    within = DETECTOR.look(zipped({"conf/a.store": begins + bytes(40)})).skipped
    assert within == (Skipped(f"zip:conf/a.store {kind} key store", skipped.reason),)


def test_a_certificate_is_no_key_store() -> None:
    assert DETECTOR.look(b"0\x82\x02\xf90\x82\x01\xe1\xa0\x03\x02\x01\x02" + bytes(40)).skipped == ()


@pytest.mark.parametrize("via", PACKERS)
def test_what_is_packed_is_looked_into(via: str) -> None:
    found = seen(PACKERS[via](some(5000).encode() + b"\n" + CONTENT))
    assert [(one.value.decode(), one.via, one.line) for one in found] == [(TOKEN, (via,), 1)]
    assert found[0].near == f"key = '{TOKEN}'".encode()


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
def test_a_packed_tar_is_looked_into(mode: str) -> None:
    (one,) = seen(tarred({"a/b.txt": b"nothing", "a/c.txt": CONTENT}, mode))
    assert one.via[1] == "tar:a/c.txt"


def test_archives_within_archives_are_looked_into_to_a_depth() -> None:
    body = CONTENT
    for _ in range(archive.MOST_DEPTH):
        body = gzip.compress(body)
    assert values(body) == [TOKEN]
    looked = DETECTOR.look(gzip.compress(body))
    assert looked.sightings == ()
    assert looked.skipped == (Skipped("gzip gzip gzip gzip archive", "more than 4 archives within each other"),)


def test_an_encoded_value_within_an_archive_is_found() -> None:
    (one,) = seen(zipped({"x": CONTENT.hex().encode()}))
    assert one.via == ("zip:x", "hex")


def test_a_zip_after_other_content_is_looked_into() -> None:
    (one,) = seen(b"#!/bin/sh\nexec unzip $0\n" + zipped({"x": CONTENT}))
    assert one.via == ("zip:x",)


def test_a_stored_member_is_seen_once() -> None:
    assert len(seen(zipped({"x": CONTENT}, zipfile.ZIP_STORED))) == 1
    assert len(seen(tarred({"x": CONTENT}))) == 1


def test_what_can_be_read_of_a_cut_archive_is_looked_into_and_the_rest_is_named() -> None:
    looked = DETECTOR.look(gzip.compress(CONTENT + some(9000).encode())[:-4000])
    assert [one.value.decode() for one in looked.sightings] == [TOKEN]
    assert looked.skipped[0].what == "gzip"
    assert looked.skipped[0].reason.startswith("broken")


def test_an_encrypted_member_is_named() -> None:
    body = bytearray(zipped({"x": CONTENT, "y": CONTENT}))
    local, central = body.find(b"PK\x03\x04"), body.find(b"PK\x01\x02")
    body[local + 6] |= 1
    body[central + 8] |= 1
    looked = DETECTOR.look(bytes(body))
    assert looked.skipped == (Skipped("zip:x", "encrypted"),)
    assert [one.via for one in looked.sightings] == [("zip:y",)]


def test_a_broken_member_is_named_and_the_others_are_read() -> None:
    body = bytearray(zipped({"x": some(3000).encode(), "y": CONTENT}))
    body[60:200] = bytes(140)
    looked = DETECTOR.look(bytes(body))
    assert [one.what for one in looked.skipped] == ["zip:x"]
    assert [one.via for one in looked.sightings] == [("zip:y",)]


def test_members_whose_names_are_written_in_two_ways_are_read() -> None:
    packed = zipped({"conf/.env": CONTENT})
    directory = packed.index(b"PK\x01\x02")
    told_apart = packed[:directory] + packed[directory:].replace(b"conf/", b"conf\\")
    (found,) = seen(told_apart)
    assert (found.value.decode(), found.via) == (TOKEN, ("zip:conf\\.env",))


def test_members_broken_alike_have_one_reason_without_their_names() -> None:
    made = zipped({"it's one": FILLER, "two": FILLER}, zipfile.ZIP_STORED)
    skipped = DETECTOR.look(made.replace(FILLER[:9], b"?" * 9)).skipped
    assert skipped == (
        Skipped("zip:it's one", "broken: Bad CRC-32 for file"),
        Skipped("zip:two", "broken: Bad CRC-32 for file"),
    )


def test_an_archive_of_another_kind_is_named() -> None:
    assert DETECTOR.look(b"7z\xbc\xaf\x27\x1c" + bytes(40)).skipped == (
        Skipped("7z archive", "this kind of archive is not looked into"),
    )


def test_a_bomb_is_stopped_within_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 8 << 20)
    bomb = gzip.compress(bytes(64 << 20), 9)
    nested = zipped({f"{number}.gz": bomb for number in range(40)}, zipfile.ZIP_STORED)
    tracemalloc.start()
    looked = DETECTOR.look(nested)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 << 20
    assert "it holds more than the limit" in {one.reason for one in looked.skipped}


def test_a_value_before_the_limit_is_found_all_the_same() -> None:
    looked = DETECTOR.look(gzip.compress(CONTENT + bytes(8 << 20), 9))
    assert [one.value.decode() for one in looked.sightings] == [TOKEN]
    assert looked.skipped == (Skipped("gzip", "it grows too much: an archive bomb"),)


def test_too_many_members_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_MEMBERS", 5)
    for pack, kind in ((zipped, "zip"), (tarred, "tar")):
        looked = DETECTOR.look(pack({f"{number}": b"x" for number in range(9)} | {"last": CONTENT}))
        assert Skipped(f"{kind} archive", "it holds more than the limit") in looked.skipped


def test_a_tar_whose_headers_go_in_circles_ends() -> None:
    body = bytearray(tarred({"x": CONTENT}))
    body[124:136] = b"\xff" * 8 + (-1024).to_bytes(4, "big", signed=True)
    body[148:156] = b" " * 8
    body[148:156] = b"%06o\0 " % sum(body[:512])
    assert [one.what for one in DETECTOR.look(bytes(body)).skipped] == ["tar archive"]


def test_a_member_name_with_control_codes_is_shown_without_them() -> None:
    (one,) = seen(zipped({"a\x1b[31m": CONTENT}))
    assert one.via == ("zip:a\\x1b[31m",)


@given(data=st.data(), packer=st.sampled_from(sorted(PACKERS)))
@settings(deadline=None, max_examples=200)
def test_a_damaged_archive_never_raises(data: st.DataObject, packer: str) -> None:
    body = bytearray(PACKERS[packer](CONTENT + FILLER))
    for _ in range(data.draw(st.integers(1, 6))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    looked = DETECTOR.look(bytes(body[: data.draw(st.integers(0, len(body)))]))
    assert all(one.value.startswith(b"tst_") for one in looked.sightings)


def test_a_raw_deflate_stream_is_no_archive() -> None:
    assert DETECTOR.look(zlib.compress(CONTENT)).skipped == ()


@pytest.mark.parametrize("content", [b"PK\3\4" + bytes(60), b"\x7fELF PK\5\6" + bytes(1 << 17)], ids=["cut", "none"])
def test_what_has_no_directory_of_a_zip_is_told_without_a_reader(content: bytes) -> None:
    code = (
        "import sys; from irkit.scan.detect.archive import Budget, members;"
        "content = sys.stdin.buffer.read(); told = list(members(content, Budget()));"
        "print(told, {'tarfile', 'zipfile'} & {*sys.modules})"
    )
    said = subprocess.run([sys.executable, "-c", code], input=content, capture_output=True, check=True).stdout.decode()
    with pytest.raises(zipfile.BadZipFile) as refused:
        zipfile.ZipFile(io.BytesIO(content))
    is_one = content.startswith(b"PK")
    assert said == f"{[Skipped('zip archive', f'broken: {refused.value}')] if is_one else []} set()\n"


def test_a_zip_with_the_longest_comment_is_looked_into() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("x", CONTENT)
        archive.comment = b"c" * 0xFFFF
    (one,) = seen(b"before it" + packed.getvalue())
    assert one.via == ("zip:x",)
