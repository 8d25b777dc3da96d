"""Findings whose names hold no secret: a file name, a branch or an author can be one, and is shown cut then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from irkit.scan.finding import Commit, Finding, Place, Sighting, Skipped

Look = Callable[[bytes], Sequence[Sighting]]
"""What is seen in a text."""
CUT = "[secret]"


def scrubbed(
    findings: Sequence[Finding], skipped: Sequence[Skipped], look: Look
) -> tuple[list[Finding], list[Skipped]]:
    """The same, with every secret in a path, a ref, an author or a reason cut out, also one that is encoded there."""
    texts = dict.fromkeys([*_strings(findings), *(text for each in skipped for text in each)])
    clean = _clean(list(texts), look)
    if not clean:
        return list(findings), list(skipped)

    def cut(text: str) -> str:
        return clean.get(text, text)

    return (
        [finding._replace(places=tuple(_place(place, cut) for place in finding.places)) for finding in findings],
        [Skipped(cut(each.what), cut(each.reason)) for each in skipped],
    )


def _strings(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        yield finding.liveness_note
        for place in finding.places:
            yield place.path
            yield from place.refs
            yield from place.via
            for commit in (place.first, place.last):
                if commit is not None:
                    yield from (commit.author, commit.email)


def _place(place: Place, cut: Callable[[str], str]) -> Place:
    return place._replace(
        path=cut(place.path),
        via=tuple(map(cut, place.via)),
        refs=tuple(map(cut, place.refs)),
        first=_commit(place.first, cut),
        last=_commit(place.last, cut),
    )


def _commit(commit: Commit | None, cut: Callable[[str], str]) -> Commit | None:
    return commit and commit._replace(author=cut(commit.author), email=cut(commit.email))


def _clean(texts: Sequence[str], look: Look) -> dict[str, str]:
    """What texts with a secret become. All are looked at as one text, each on a line of its own."""
    raw = [text.encode("utf-8", "surrogateescape").replace(b"\n", b" ") for text in texts]
    body = b"\n".join(raw)
    spans = sorted((one.start, one.end) for one in look(body) if one.dismissed != "placeholder")
    clean: dict[str, str] = {}
    start = 0
    for text, line in zip(texts, raw, strict=True):
        inside = [(max(0, first - start), end - start) for first, end in spans if start <= first < start + len(line)]
        if inside:
            clean[text] = _without(line, inside).decode("utf-8", "surrogateescape")
        start += len(line) + 1
    return clean


def _without(line: bytes, spans: Iterable[tuple[int, int]]) -> bytes:
    kept, place = b"", 0
    for first, end in spans:
        if first >= place:
            kept += line[place:first] + CUT.encode()
        place = max(place, end)
    return kept + line[place:]
