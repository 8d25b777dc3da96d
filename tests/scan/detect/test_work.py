"""The work grows with the text and not faster, whatever the text holds: counted in bytes looked at, not in seconds."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from irkit.scan.detect.confirm import Confirm, Verdict
from irkit.scan.detect.prefilter import Hit
from tests.scan.detect.samples import DETECTOR, TOKEN, some

HOSTILE = {
    "values side by side": f"{TOKEN},",
    "names without values": "password = ",
    "names in one word": "passwordpassword=",
    "heads of keys": "-----BEGIN TEST " + "KEY-----",
    "heads of keys, a line each": "-----BEGIN TEST " + "KEY-----\n",
    "half a value": "tst_",
    "base64 with names": base64.b64encode(b"password=x").decode(),
    "base64 with names, a line each": base64.b64encode(b"my password").decode() + "=\n",
    "base64 of base64": base64.b64encode(base64.b64encode(b"the password is x")).decode(),
    "hex with names": b"password".hex(),
    "names in UTF-16": "password".encode("utf-16-le").decode("latin-1"),
    "names in UTF-32": "x password".encode("utf-32-be").decode("latin-1"),
    "percent signs": "password%3D%25",
    "ends of zips": "PK\x05\x06",
    "what must be near": f"sec {some(20)} ",
}


class Counted:
    def __init__(self) -> None:
        self.size = 0


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    count = Counted()
    search, look = DETECTOR._prefilter.hits, Confirm._look

    def hits(buffer: bytes) -> list[Hit]:
        count.size += len(buffer)
        return search(buffer)

    def looked(self: Confirm, window: bytes, is_cut_before: bool, is_cut_after: bool) -> tuple[Verdict, ...]:  # noqa: FBT001
        count.size += len(window)
        return look(self, window, is_cut_before, is_cut_after)

    with monkeypatch.context() as patch:
        patch.setattr(DETECTOR._prefilter, "hits", hits)
        patch.setattr(Confirm, "_look", looked)
        yield count


def work(text: str, length: int, monkeypatch: pytest.MonkeyPatch) -> int:
    with counted(monkeypatch) as count:
        DETECTOR.look((text * (length // len(text) + 1))[:length].encode("latin-1"))
    return count.size


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_work_is_linear_in_the_text(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    small, large = (work(HOSTILE[kind], length, monkeypatch) for length in (50_000, 200_000))
    assert large <= small * 4.6
    assert large <= 200_000 * 40
