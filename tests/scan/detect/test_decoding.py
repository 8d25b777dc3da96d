from __future__ import annotations

import base64
import gzip
import io
import re
import textwrap
import zipfile
from collections.abc import Callable
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.scan.detect import decode
from irkit.scan.detect.encodings import in_base64, in_double_base64, in_hex, in_utf_16, in_utf_32
from irkit.scan.detect.engine import Engine
from tests.scan.detect.samples import DETECTORS, KEY, PASSWORD, TOKEN, seen, some, values

ENCODED: dict[str, Callable[[str], bytes]] = {
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64 for addresses": lambda text: base64.urlsafe_b64encode(text.encode()),
    "base64 without padding": lambda text: base64.b64encode(text.encode()).rstrip(b"="),
    "base64 twice": lambda text: base64.b64encode(base64.b64encode(text.encode())),
    "hex": lambda text: text.encode().hex().encode(),
    "hex in capitals": lambda text: text.encode().hex().upper().encode(),
    "UTF-16 with its mark": lambda text: text.encode("utf-16"),
    "UTF-16, little end first": lambda text: text.encode("utf-16-le"),
    "UTF-16, big end first": lambda text: text.encode("utf-16-be"),
    "UTF-32 with its mark": lambda text: text.encode("utf-32"),
    "UTF-32, little end first": lambda text: text.encode("utf-32-le"),
    "UTF-32, big end first": lambda text: text.encode("utf-32-be"),
}
AROUND = st.text(st.sampled_from("ab c\n=é€😀"), max_size=40)


@pytest.mark.parametrize("engine", DETECTORS)
@pytest.mark.parametrize("form", ENCODED)
@given(before=AROUND, after=AROUND)
@settings(deadline=None, max_examples=20)
def test_a_value_in_an_encoded_text_is_found_as_in_a_plain_one(
    form: str, engine: Engine, before: str, after: str
) -> None:
    encoded = ENCODED[form](f"{before} {TOKEN} {after}")
    assert TOKEN in values(encoded, DETECTORS[engine])


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda body: base64.b64encode(gzip.compress(body)),
    "gzip with a name": lambda body: base64.b64encode(_named_gzip(body)),
    "gzip in base64 twice": lambda body: base64.b64encode(base64.b64encode(gzip.compress(body))),
    "gzip in wrapped base64": lambda body: base64.encodebytes(gzip.compress(body)),
    "zip": lambda body: base64.b64encode(_zipped(body)),
    "gzip for addresses": lambda body: base64.urlsafe_b64encode(gzip.compress(body)),
}


def _named_gzip(body: bytes) -> bytes:
    made = io.BytesIO()
    with gzip.GzipFile("user-data.sh", "wb", fileobj=made) as opened:
        opened.write(body)
    return made.getvalue()


def _zipped(body: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("conf/app.env", body)
    return made.getvalue()


@pytest.mark.parametrize("engine", DETECTORS)
@pytest.mark.parametrize("form", PACKED)
def test_what_is_compressed_and_in_base64_is_looked_into(form: str, engine: Engine) -> None:
    """As Helm keeps its releases, and cloud-init what it is given; the place is that of the base64."""
    body = f"{some(200)}\n# {TOKEN}\n{some(200)}\n".encode()
    packed = PACKED[form](body)
    (one,) = seen(b"first: line\ndata: " + packed + b"\nlast: line\n", DETECTORS[engine])
    assert (one.value.decode(), one.line, one.start) == (TOKEN, 2, 18)
    assert one.near == f"# {TOKEN}".encode()
    assert one.via[0] == "base64"


def test_a_packed_text_that_is_broken_is_passed_over_and_a_bomb_is_told() -> None:
    packed = base64.b64encode(gzip.compress(some(400).encode()))
    looked = DETECTORS[Engine.HYPERSCAN].look(b"data: " + packed[:80] + b" and so on\n")
    assert not looked.sightings
    assert not looked.skipped
    bomb = base64.b64encode(gzip.compress(bytes(8 << 20)))
    looked = DETECTORS[Engine.HYPERSCAN].look(b"data: " + bomb)
    assert [one.reason for one in looked.skipped] == ["it grows too much: an archive bomb"]


@pytest.mark.parametrize("engine", DETECTORS)
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16", "utf-16-be"])
def test_base64_of_utf_16_is_read(encoding: str, engine: Engine) -> None:
    """``powershell -EncodedCommand`` takes it."""
    script = f"$h = @{{ x = '{TOKEN}' }}; Invoke-Thing -Headers $h"
    encoded = base64.b64encode(script.encode(encoding))
    (one,) = seen(b"powershell -enc " + encoded + b"\n", DETECTORS[engine])
    assert one.value.decode() == TOKEN
    assert one.via[0] == "base64"
    assert TOKEN in one.near.decode()


def test_a_value_that_json_escaped_for_no_need_is_told_as_it_is() -> None:
    real = f"{some(9)}/{some(8)}#4/{some(4)}"
    for escaped in (real.replace("/", "\\/"), real.replace("/", "\\u002F")):
        (one,) = seen(f"{{ password = {escaped} }}")
        assert (one.value.decode(), one.via) == (real, ("escaped",)), escaped


@pytest.mark.parametrize("form", ENCODED)
def test_an_encoded_password_is_found_by_its_name(form: str) -> None:
    assert values(ENCODED[form](f"user=me\npassword={PASSWORD}\n")) == [PASSWORD]


@pytest.mark.parametrize("form", ENCODED)
def test_an_encoded_key_of_several_lines_is_found_whole(form: str) -> None:
    assert values(ENCODED[form](f"key:\n{KEY}\n")) == [KEY]


@pytest.mark.parametrize("width", [57, 64, 76])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\n    ", "\\n"])
def test_wrapped_base64_is_read_over_its_lines(width: int, line_end: str) -> None:
    encoded = base64.b64encode(f"{some(100)} {TOKEN} {some(100)}".encode()).decode()
    for shift in range(3):
        wrapped = line_end.join(textwrap.wrap("A" * shift * 4 + encoded, width))
        assert values(f'data: "{wrapped}"') == [TOKEN]


def test_percent_encoded_values_are_decoded() -> None:
    address = f"next=https%3A%2F%2Fhost%2F%3Fpassword%3D{quote(PASSWORD, safe='')}%26a%3D1"
    assert f"{PASSWORD}&a=1" in values(address)


def test_the_place_is_that_of_the_encoded_form() -> None:
    text = b"one\ntwo: " + base64.b64encode(f"ab {TOKEN} c".encode()) + b"\n"
    (one,) = seen(text)
    assert (one.line, one.via, one.value.decode()) == (2, ("base64",), TOKEN)
    inner = text[9 : one.end]
    assert TOKEN[1:-1].encode() in base64.b64decode(inner + b"=" * (-len(inner) % 4))
    assert one.near == f"ab {TOKEN} c".encode()


def test_the_place_in_utf_16_counts_its_own_bytes_and_lines() -> None:
    text = f"één\n€\n x {TOKEN}\n".encode("utf-16-le")
    (one,) = seen(b"\xff\xfe" + text)
    assert (b"\xff\xfe" + text)[one.start : one.end].decode("utf-16-le") == TOKEN
    assert (one.line, one.via) == (3, ("utf-16",))


def test_the_place_in_hex_is_exact() -> None:
    text = f"00ff{TOKEN.encode().hex()}20".encode()
    (one,) = seen(text)
    assert bytes.fromhex(text[one.start : one.end].decode()).decode() == TOKEN


def test_utf_16_within_a_binary_is_found() -> None:
    (one,) = seen(b"\x01\xfe\x90" * 200 + f" {TOKEN} ".encode("utf-16-be") + b"\x90" * 99)
    assert (one.value.decode(), one.via) == (TOKEN, ("utf-16",))


def test_a_value_is_found_three_encodings_deep_and_no_deeper() -> None:
    text = f"x {TOKEN} y".encode()
    once = text.hex().encode()
    assert values(base64.b64encode(base64.b64encode(text))) == [TOKEN]
    assert values(base64.b64encode(once)) == []  # nothing in base64 tells that hex is in it
    assert values(once) == [TOKEN]


def test_the_same_value_plain_and_encoded_is_seen_in_both_places() -> None:
    found = seen(f"{TOKEN}\n".encode() + base64.b64encode(TOKEN.encode()))
    assert [(one.line, one.via) for one in found] == [(1, ()), (2, ("base64",))]


def matches(expressions: tuple[str, ...], encoded: bytes) -> bool:
    return any(re.search(expression.encode(), encoded) for expression in expressions)


@given(text=st.binary(min_size=4, max_size=24), before=st.binary(max_size=7), after=st.binary(max_size=7))
def test_the_expression_of_an_encoding_matches_wherever_the_text_is_encoded(
    text: bytes, before: bytes, after: bytes
) -> None:
    whole = before + text + after
    assert matches(in_base64(text), base64.b64encode(whole))
    assert matches(in_base64(text), base64.urlsafe_b64encode(whole))
    assert matches(in_double_base64(text), base64.b64encode(base64.b64encode(whole)))
    assert matches(in_hex(text), whole.hex().encode())


@given(text=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=4, max_size=24))
def test_the_expression_of_a_wide_encoding_matches_either_order(text: str) -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        assert matches(in_utf_16(text.encode()), f" {text} ".encode(encoding))
    for encoding in ("utf-32-le", "utf-32-be"):
        assert matches(in_utf_32(text.encode()), f" {text} ".encode(encoding))


def test_a_text_too_short_to_be_told_from_chance_has_no_expression() -> None:
    assert [encoder(b"ab") for encoder in (in_base64, in_double_base64, in_hex, in_utf_16, in_utf_32)] == [()] * 5


BREAKS = re.compile(rb"(?:\\r)?\\n|\r?\n[ \t]{0,40}")
SIGN_BY_SIGN = re.compile(rb"(?:[A-Za-z0-9+/_-]|(?:\\r)?\\n|\r?\n[ \t]{0,40})*")
SIGN_BY_SIGN_BACKWARDS = re.compile(rb"(?:n\\(?:r\\)?|[A-Za-z0-9+/_-]|[ \t]{0,40}\n\r?)*")


@given(text=st.binary(max_size=3) | st.text("anr+_\\ \t\r\n=\x00", max_size=60).map(str.encode))
def test_base64_reaches_as_far_as_when_it_is_read_sign_by_sign(text: bytes) -> None:
    assert matched(decode._BASE64_AFTER, text) == matched(SIGN_BY_SIGN, text)
    assert matched(decode._BASE64_BEFORE, text) == matched(SIGN_BY_SIGN_BACKWARDS, text)
    assert decode._breaks(text) == [one.span() for one in BREAKS.finditer(text)]
    assert decode._without(text, decode._breaks(text)) == BREAKS.sub(b"", text)


def matched(expression: re.Pattern[bytes], text: bytes) -> bytes | None:
    found = expression.match(text)
    return found and found[0]
