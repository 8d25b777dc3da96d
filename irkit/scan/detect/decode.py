"""Encoded text around a hit, decoded: base64, hex, UTF-16, UTF-32, percent-encoding, escapes, with the way back.

Only a bounded part around a hit is decoded, so that the work is linear in the text whatever it holds.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from collections.abc import Callable, Iterator, Sequence

from irkit.scan.detect.form import Form
from irkit.scan.quick import NamedTuple

BEFORE_BYTES = 8 << 10
AFTER_BYTES = 24 << 10
"""How much of an encoded text is decoded before and after a hit: a private key fits."""
_URL = bytes.maketrans(b"-_", b"+/")
_BASE64_AFTER = re.compile(rb"(?:[A-Za-z0-9+/_-]++|(?:\\r)?\\n|\r?\n[ \t]{0,40})*+")
_BASE64_BEFORE = re.compile(rb"(?:[A-Za-mo-z0-9+/_-]++|n\\(?:r\\)?|n|[ \t]{0,40}\n\r?)*+")
"""Backwards; both take a run of characters at once, which is seven times quicker than one by one."""
_BREAKS = re.compile(rb"\\r\\n|\\n|\r\n[ \t]{0,40}|\n[ \t]{0,40}")
"""Each way begins with a sign of its own: so Python skips to the next of these, ten times as quickly."""
_HEX = re.compile(rb"[0-9A-Fa-f]*")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_WORD = re.compile(rb"[^\s\"'<>`\x00]*")
_ESCAPE = re.compile(rb"\\(?:(/)|u00([2-7][0-9A-Fa-f]))")
"""How JSON may write a character that needs it not (RFC 8259, section 7)."""
_MOST_PACKED = 16 << 20
_DOUBLE = b"SDRz"


class Region(NamedTuple):
    """A decoded part of a text."""

    via: str
    inner: bytes
    end: int
    """Where the encoded form ends in the text: hits up to there are covered."""
    place: Callable[[int, int], tuple[int, int]]
    """From a place in ``inner`` to the one in the text."""


def regions(form: Form, text: bytes, ends: Sequence[int]) -> Iterator[Region]:
    """The decoded parts of a text around these hits' ends, in order; one that covers several hits comes once."""
    covered = 0
    for end in sorted(ends):
        if end <= covered:
            continue
        for region in _DECODERS[form](text, end):
            covered = max(covered, region.end)
            yield region


def _base64(text: bytes, end: int) -> Iterator[Region]:
    start, stop = _run(text, end, _BASE64_BEFORE, _BASE64_AFTER)
    raw = text[start:stop]
    breaks = _breaks(raw)
    clean = _without(raw, breaks).translate(_URL)
    for phase in range(4):
        usable = (len(clean) - phase) // 4 * 4
        rest = clean[phase + usable :]
        padded = clean[phase : phase + usable] + (rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b"")

        def place(first: int, last: int, phase: int = phase) -> tuple[int, int]:
            begin, finish = phase + first * 4 // 3, phase + -(-last * 4 // 3)
            return start + _past(breaks, begin), start + _past(breaks, finish - 1) + 1

        yield Region("base64", a2b_base64(padded), stop, place)


def _breaks(raw: bytes) -> list[tuple[int, int]]:
    """Where the line breaks of a base64 text stand; most have none, which is known without the expression."""
    has_any = b"\n" in raw or b"\\n" in raw
    return [match.span() for match in _BREAKS.finditer(raw)] if has_any else []


def _without(raw: bytes, breaks: Sequence[tuple[int, int]]) -> bytes:
    ends = [0, *(last for _, last in breaks)]
    return b"".join(
        raw[start:stop] for start, stop in zip(ends, [*(first for first, _ in breaks), len(raw)], strict=True)
    )


def _past(breaks: Sequence[tuple[int, int]], count: int) -> int:
    """Where in the raw text the character stands that has ``count`` others before it, line breaks left out."""
    for first, last in breaks:
        if first > count:
            break
        count += last - first
    return count


def _hex(text: bytes, end: int) -> Iterator[Region]:
    start, stop = _run(text, end, _HEX, _HEX)
    for phase in range(2):
        digits = text[start + phase : stop]

        def place(first: int, last: int, shift: int = start + phase) -> tuple[int, int]:
            return shift + 2 * first, shift + 2 * last

        yield Region("hex", bytes.fromhex(digits[: len(digits) // 2 * 2].decode()), stop, place)


def _wide(width: int) -> Callable[[bytes, int], Iterator[Region]]:
    encoding, name = ("utf-16-le", "utf-16") if width == 2 else ("utf-32-le", "utf-32")  # noqa: PLR2004 - bytes

    def decoded(text: bytes, end: int) -> Iterator[Region]:
        """ASCII reads the same in either order, from where its low bytes stand."""
        low = end - 1
        start = low - min(low, BEFORE_BYTES) // width * width
        stop = min(len(text), low + AFTER_BYTES)
        units = text[start:stop].ljust(-(-(stop - start) // width) * width, b"\0").decode(encoding, "replace")
        inner = units.encode("utf-8", "replace")

        def place(first: int, last: int) -> tuple[int, int]:
            begin = len(inner[:first].decode("utf-8", "replace").encode(encoding))
            finish = len(inner[:last].decode("utf-8", "replace").encode(encoding))
            return start + begin, min(len(text), start + finish)

        yield Region(name, inner, stop, place)

    return decoded


def _percent(text: bytes, end: int) -> Iterator[Region]:
    start, stop = _run(text, end, _WORD, _WORD)
    yield _spelt("percent", text, start, stop, _PERCENT)


def unescaped(text: bytes, start: int, stop: int) -> Region | None:
    r"""A part of a text without the escapes of JSON that nobody needs (``\\/``); None when there are none."""
    return _spelt("escaped", text, start, stop, _ESCAPE) if _ESCAPE.search(text, start, stop) else None


def unquoted(text: bytes, start: int, stop: int) -> Region | None:
    """A part of a text without percent encoding; None when there is none."""
    return _spelt("percent", text, start, stop, _PERCENT) if _PERCENT.search(text, start, stop) else None


def _spelt(via: str, text: bytes, start: int, stop: int, escape: re.Pattern[bytes]) -> Region:
    raw = text[start:stop]

    def one(match: re.Match[bytes]) -> bytes:
        return b"/" if match[1] == b"/" else bytes.fromhex(match[match.lastindex or 0].decode())

    def place(first: int, last: int) -> tuple[int, int]:
        shift = begin = finish = 0
        for match in escape.finditer(raw):
            at, more = match.start() - shift, len(match[0]) - 1
            begin += more if at < first else 0
            finish += more if at < last else 0
            shift += more
        return start + first + begin, start + last + finish

    return Region(via, escape.sub(one, raw), stop, place)


class Packed(NamedTuple):
    """Something compressed that stands in a text in base64."""

    via: tuple[str, ...]
    body: bytes
    start: int
    end: int


def packed(text: bytes, starts: Sequence[int]) -> Iterator[Packed]:
    """What is compressed and begins, in base64 or in base64 of that, at these places (sorted)."""
    end = 0
    for start in starts:
        if start < end:
            continue
        found = _BASE64_AFTER.match(text, start, start + _MOST_PACKED)
        end = found.end() if found else start
        body = _whole(text[start:end])
        is_double = text.startswith(_DOUBLE, start)
        yield Packed(("base64",) * (1 + is_double), _whole(body) if is_double else body, start, end)


def _whole(base64: bytes) -> bytes:
    """The bytes, as far as they are whole."""
    clean = _BREAKS.sub(b"", base64.rstrip(b"=\n")).translate(_URL)
    usable = len(clean) - (len(clean) % 4 == 1)
    clean = clean[:usable]
    return a2b_base64(clean + b"=" * (-len(clean) % 4))


def _run(text: bytes, end: int, before: re.Pattern[bytes], after: re.Pattern[bytes]) -> tuple[int, int]:
    """How far the encoded text reaches around a hit, within limits."""
    floor, ceiling = max(0, end - BEFORE_BYTES), min(len(text), end + AFTER_BYTES)
    backwards = before.match(text[floor:end][::-1])
    forwards = after.match(text, end, ceiling)
    return end - (backwards.end() if backwards else 0), forwards.end() if forwards else end


_DECODERS: dict[Form, Callable[[bytes, int], Iterator[Region]]] = {
    Form.BASE64: _base64,
    Form.HEX: _hex,
    Form.UTF_16: _wide(2),
    Form.UTF_32: _wide(4),
    Form.PERCENT: _percent,
}
