"""A search for one value leaves nothing behind."""

from __future__ import annotations

import base64
import html
import json
import random
import re
from urllib.parse import quote

import pytest

from irkit.scan.value import ValueDetector
from irkit.secret import Secret
from tests.scan.detect.samples import some


def test_the_expression_of_a_value_is_not_compiled_where_it_would_be_kept() -> None:
    value = some(30)
    detector = ValueDetector([Secret(value)])
    re.purge()
    detector.compile([0])
    assert not any(value in str(pattern) for _, pattern, _ in vars(re)["_cache"])
    assert [one.value.decode() for one in detector.look(f"x {value}".encode()).sightings] == [value]
    assert any(value in str(pattern) for _, pattern, _ in vars(re)["_cache"]), "else nothing was tested"
    re.purge()


@pytest.mark.parametrize("size", [16, 20, 40])
def test_it_is_seen_wherever_a_line_of_wrapped_base64_ends_within_it(size: int) -> None:
    value = bytes(random.Random(size).choices(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=size))
    detector = ValueDetector([Secret(value.decode())])
    for before in range(57):
        text = base64.encodebytes(b"a" * before + value + b"b" * 60)
        assert [one.value for looked in detector.look_at_each([(text, None)]).values() for one in looked.sightings], (
            before
        )


@pytest.mark.parametrize(
    ("spelt", "via"),
    [
        ("{}", ()),
        ("%{:02X}", ("percent",)),
        ("%{:02x}", ("percent",)),
        ("\\{}", ("escaped",)),
        ("\\u00{:02x}", ("escaped",)),
        ("\\u00{:02X}", ("escaped",)),
        ("\\x{:02x}", ("escaped",)),
        ("&#{};", ("escaped",)),
        ("&#x{:X};", ("escaped",)),
    ],
)
def test_it_is_seen_however_its_signs_are_spelt(spelt: str, via: tuple[str, ...]) -> None:
    start, end = some(17), some(18)
    detector = ValueDetector([Secret("other" + some(20)), Secret(f"{start}/{end}+=")])
    as_code = "{:" in spelt or "#" in spelt
    slash = spelt.format(ord("/") if as_code else "/")
    rest = "".join(spelt.format(ord(sign) if as_code else sign) for sign in "+=")
    for text in {f"{start}{slash}{end}{rest}", f"{start}/{end}{rest}", f"{start}{slash}{end}+="}:
        (one,) = detector.look(f"key: '{text}' and more".encode()).sightings
        assert (one.value, detector.number(one)) == (f"{start}/{end}+=".encode(), 1)
        assert (one.start, one.end) == (6, 6 + len(text))
        assert one.via == (via if text != f"{start}/{end}+=" else ())


@pytest.mark.parametrize("value", ["pa&ss\"wör<d>'\U0001f600", "a b\tc\\d%41e"])
def test_a_value_of_any_signs_is_seen_as_json_html_and_urls_write_it(value: str) -> None:
    detector = ValueDetector([Secret(value)])
    forms = [value, json.dumps(value)[1:-1], html.escape(value), quote(value, safe=""), quote(value).lower()]
    for text in forms[: 5 if value.islower() else 4]:
        assert [one.value for one in detector.look(f"key: {text} .".encode()).sightings] == [value.encode()], text


@pytest.mark.parametrize("before", ["", "a", "ab"])
@pytest.mark.parametrize("value", ["Qz7" + "Lm" * 9 + "äöü" * 6, "Zk9pW2rT5vY8xB1nC4mD7", "ä" * 10])
def test_it_is_seen_in_base64_and_hex_whatever_its_letters_and_their_width(value: str, before: str) -> None:
    detector = ValueDetector([Secret(value)])
    text = f"{before}{value}, and more"
    wide = [base64.b64encode(text.encode("utf-16-le"))] if value.isascii() else []
    for form in (base64.b64encode(text.encode()), text.encode().hex().encode(), *wide):
        assert [one.value.decode() for one in detector.look(form).sightings] == [value]
