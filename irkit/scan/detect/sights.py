"""What stands where the prefilter hit: each rule confirms, encodings are decoded, archives looked into.

Loaded with the first hit: a hook that finds nothing is spared all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from irkit.scan.detect.archive import BROKEN, MOST_DEPTH, Budget, Member, is_archive, members
from irkit.scan.detect.beginnings import LFS, LONE_KEY, MARKS, is_lone_key, is_special, key_store
from irkit.scan.detect.confirm import Confirm, line_around, line_feeds
from irkit.scan.detect.form import Form
from irkit.scan.detect.kept import Kept
from irkit.scan.detect.looked import Looked, PassedOver, Told
from irkit.scan.detect.overlap import Seen, speaking
from irkit.scan.detect.pragma import ALLOWED, is_allowed
from irkit.scan.detect.prefilter import Hit, Prefilter
from irkit.scan.detect.settled import settle, unsettled
from irkit.scan.detect.wide import wide
from irkit.scan.finding import Sighting, Skipped
from irkit.scan.quick import Protocol
from irkit.scan.rule import Confidence

_BASE64 = "base64"
DECODED_DEPTH = 3
NEAR_BYTES = 300


class Decoded(Protocol):
    """A decoded part of a text, or all of it."""

    @property
    def via(self) -> str:
        """What was decoded."""

    @property
    def inner(self) -> bytes:
        """The decoded text."""

    @property
    def place(self) -> Callable[[int, int], tuple[int, int]]:
        """From a place in ``inner`` to the one in the text."""


_NOTHING = Looked(())


def _always(_: PassedOver) -> bool:
    return True


class Sights:
    """Makes sightings of hits."""

    def __init__(self, parts: Kept, prefilter: Prefilter) -> None:
        """The prefilter's expressions are those of the same rules, in the same order."""
        self._parts = parts
        self._prefilter = prefilter
        self._confirms: dict[int, Confirm] = {}
        self._plain = bytes(not spans for spans in parts.spanning)
        self._rules = len(parts.rules)
        """The number of the first hit that is no rule's."""
        self._lone: list[int] | None = None
        self._zip = self._rules + Form.ZIP
        self._embedded = self._rules + Form.PACKED
        self._wide = frozenset((self._rules + Form.UTF_16, self._rules + Form.UTF_32))

    def asked(self) -> list[int]:
        """The rules, by number, whose expressions were needed."""
        return [number for number, confirm in self._confirms.items() if confirm.is_compiled]

    def compile(self, number: int) -> None:
        """Compile the expressions of a rule now."""
        self._confirm(number).compile()

    def of_each(
        self, texts: Sequence[bytes], hits: Mapping[int, list[Hit]], special: Sequence[int], told: Told | None
    ) -> dict[int, Looked]:
        """What stands in the texts that have hits, by index, and in the ``special`` ones, for how they begin.

        Where ``told`` is given, a line passed over is told once, and none that is in it.
        """
        found: dict[int, Looked] = {}
        apart = set(special)
        for index in sorted(hits):
            body, some = texts[index], hits[index]
            settled = told.settled if told and index not in apart else None
            if settled and not (some := unsettled(body, some, self._plain, settled)):
                continue
            one = self.looked(body, some, Budget(), 0, told.is_new if told else _always, settled)
            if one.sightings or one.skipped:
                found[index] = one
        return found

    def looked(
        self,
        body: bytes,
        hits: list[Hit],
        budget: Budget,
        depth: int,
        tell: Callable[[PassedOver], bool] = _always,
        settled: set[bytes] | None = None,
    ) -> Looked:
        """What the hits in a text come to, and what is packed in it.

        ``tell``: of this line passed over, too. ``settled`` gets the lines of which nothing more is to be told.
        """
        ends = _by_number(hits)
        seen = self._seen(body, ends, 0)
        packed: list[Sighting] = []
        skipped: list[Skipped] = []
        if body.startswith(LFS):
            skipped.append(Skipped("Git LFS pointer", "its content is not in the repository"))
        elif kind := key_store(body):
            skipped.append(Skipped(f"{kind} key store", "its keys are encrypted with a password"))
        elif self._zip in ends or is_archive(body):
            packed, skipped = self._packed(body, budget, depth)
        unpacked = {one.value for one in packed}
        if self._embedded in ends:
            more, lost = self._within_packed(body, ends[self._embedded], budget, depth)
            packed, skipped = packed + more, skipped + lost
        if settled is not None:
            settle(body, hits, self._plain, seen, settled)
        if not seen and not packed and not skipped:
            return _NOTHING
        plain = [one for one in speaking(seen) if one.value not in unpacked]
        return Looked((*self._sightings(body, plain, tell), *packed), tuple(skipped))

    def _seen(self, body: bytes, ends: dict[int, list[int]], level: int) -> list[Seen]:
        count = self._rules
        seen: list[Seen] = []
        is_wide = level == 0 and (body.startswith(MARKS) or not self._wide.isdisjoint(ends))
        whole = wide(body) if is_wide else None
        if whole is not None:
            seen += self._within(whole, level)
        if level == 0 and is_lone_key(body):
            seen += self._lone_key(body.rstrip())
        for number, places in ends.items():
            if number < count:
                seen += self._confirmed(number, body, sorted(places), level)
            elif number < self._zip and level < DECODED_DEPTH and whole is None:
                from irkit.scan.detect.decode import regions  # 2 ms, and hardly ever needed

                for region in regions(Form(number - count), body, places):
                    seen += self._within(region, level)
        return seen

    def _lone_key(self, key: bytes) -> Iterator[Seen]:
        from irkit.scan.detect.shape import unlike_random

        if self._lone is None:
            self._lone = [number for number, rule in enumerate(self._parts.rules) if rule.id == LONE_KEY]
        for number in self._lone:
            yield Seen(0, len(key), number, self._confirm(number).rule.confidence, key, unlike_random(key))

    def _within(self, region: Decoded, level: int) -> Iterator[Seen]:
        whole = wide(region.inner) if region.via == _BASE64 else None
        for one in self._within(whole, level) if whole else self._within_plain(region, level):
            start, end = region.place(one.start, one.end)
            near = one.near or _line(region.inner, one.start, one.end)
            yield one._replace(start=start, end=end, via=(region.via, *one.via), near=near)

    def _within_plain(self, region: Decoded, level: int) -> list[Seen]:
        hits = self._prefilter.hits(region.inner)
        return speaking(self._seen(region.inner, _by_number(hits), level + 1)) if hits else []

    def _confirmed(self, number: int, body: bytes, ends: list[int], level: int) -> Iterator[Seen]:
        confirm = self._confirm(number)
        for start, end in confirm.windows(body, ends):
            for first, last, dismissed in confirm.verdicts(body, start, end):
                value = body[start + first : start + last]
                seen = Seen(start + first, start + last, number, confirm.rule.confidence, value, dismissed)
                meant = self._meant(body, seen, level) if b"\\" in value or b"%" in value else []
                yield from meant or (seen,)

    def _meant(self, body: bytes, seen: Seen, level: int) -> list[Seen]:
        """What a value is that JSON escaped for no need; of one in percent encoding what a rule is sure of."""
        if level >= DECODED_DEPTH or seen.confidence is Confidence.HIGH:
            return []
        from irkit.scan.detect.decode import unescaped, unquoted

        first, last = line_around(body, seen.start, seen.end)
        escaped = unescaped(body, first, last) if b"\\" in seen.value else None
        region = escaped or unquoted(body, first, last)
        return [
            one
            for one in (self._within(region, level) if region else ())
            if one.start < seen.end and one.end > seen.start and (escaped or one.confidence is Confidence.HIGH)
        ]

    def _confirm(self, number: int) -> Confirm:
        """What confirms the hits of a rule; made at the first of them."""
        confirm = self._confirms.get(number)
        if confirm is None:
            parts = self._parts
            is_ours = number < parts.trusted
            first = parts.first[number] if is_ours else ""
            confirm = Confirm(parts.rules[number], parts.spanning[number], is_ours, first)
            self._confirms[number] = confirm
        return confirm

    def _packed(self, body: bytes, budget: Budget, depth: int) -> tuple[list[Sighting], list[Skipped]]:
        if depth >= MOST_DEPTH:
            return [], [Skipped("archive", f"more than {MOST_DEPTH} archives within each other")]
        found: list[Sighting] = []
        skipped: list[Skipped] = []
        for member in members(body, budget):
            if isinstance(member, Skipped):
                skipped.append(member)
                continue
            looked = self._member(member, budget, depth + 1)
            skipped += [Skipped(f"{member.via} {one.what}", one.reason) for one in looked.skipped]
            found += [
                one._replace(start=0, end=len(body), line=1, column=1, via=(member.via, *one.via))
                for one in looked.sightings
            ]
        return found, skipped

    def _within_packed(
        self, body: bytes, ends: list[int], budget: Budget, depth: int
    ) -> tuple[list[Sighting], list[Skipped]]:
        """What stands in compressed parts of a text; one that is broken was perhaps none."""
        from irkit.scan.detect.decode import packed
        from irkit.scan.detect.expressions import PACKED_SIGN

        found: list[Sighting] = []
        skipped: list[Skipped] = []
        line, counted = 1, 0
        for part in packed(body, sorted(end - PACKED_SIGN for end in ends)):
            if not is_archive(part.body) or budget.is_spent():
                continue
            within, lost = self._packed(part.body, budget, depth)
            line += line_feeds(body, counted, part.start)
            counted = part.start
            column = part.start - body.rfind(b"\n", 0, part.start)
            found += [
                one._replace(start=part.start, end=part.end, line=line, column=column, via=(*part.via, *one.via))
                for one in within
            ]
            skipped += [one for one in lost if not one.reason.startswith(BROKEN)]
        return found, skipped

    def _member(self, member: Member, budget: Budget, depth: int) -> Looked:
        hits = self._prefilter.hits(member.body)
        if hits or is_special(member.body):
            return self.looked(member.body, hits, budget, depth)
        return Looked(())

    def _sightings(self, body: bytes, seen: Sequence[Seen], tell: Callable[[PassedOver], bool]) -> Iterator[Sighting]:
        line, counted, line_at = 1, 0, 0
        for one in seen:
            rule = self._confirm(one.number).rule.id
            near = _line(body, one.start, one.end) if one.near is None else one.near
            dismissed = one.dismissed or (ALLOWED if is_allowed(body, one.start, one.end) else "")
            if dismissed and not tell((rule, dismissed, near)):
                continue
            line += line_feeds(body, counted, one.start)
            line_at = body.rfind(b"\n", counted, one.start) + 1 or line_at
            counted = one.start
            yield Sighting(
                rule,
                one.value,
                one.start,
                one.end,
                line,
                one.start - line_at + 1,
                one.via,
                one.confidence,
                near,
                dismissed,
            )


def _by_number(hits: Sequence[Hit]) -> dict[int, list[int]]:
    """Where the matches of each expression end."""
    ends: dict[int, list[int]] = {}
    for number, end in hits:
        ends.setdefault(number, []).append(end)
    return ends


def _line(text: bytes, start: int, end: int) -> bytes:
    first, last = line_around(text, start, end, NEAR_BYTES)
    return text[first:last]
