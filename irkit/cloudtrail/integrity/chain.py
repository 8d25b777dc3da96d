"""Which digests are proven, and how; and where the chain of a trail is broken.

A digest is proven by its own signature (in its metadata), by the signature that the digest after it tells, or by the
hash that a proven digest after it tells. Only AWS can sign, so a right signature proves whoever handed it on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from irkit.cloudtrail.integrity.digest import SIGNED_BY, Digest, moment
from irkit.cloudtrail.integrity.finding import Finding, Kind
from irkit.cloudtrail.integrity.metadata import ALGORITHM, BACKFILLED_AT, SIGNATURE
from irkit.cloudtrail.integrity.public_keys import PublicKey, signed
from irkit.cloudtrail.iso import iso

MARGIN = timedelta(hours=2)
"""Digests around a key's change may be signed a little outside of its time (aws-cli asks for so much more too)."""


class Standing(StrEnum):
    """What is known of one digest."""

    PROVEN = "proven"
    UNPROVEN = "unproven"
    BROKEN = "altered"


class How(StrEnum):
    """By what a digest is proven."""

    SIGNATURE = "own signature"
    SUCCESSOR = "the signature that the next digest tells"
    HASH = "the hash that the next digest tells"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Judged:
    """A digest and what is known of it."""

    digest: Digest
    standing: Standing
    how: How = How.NOTHING


@dataclass
class _Bench:
    """What a digest is judged by."""

    metadata: Mapping[str, Mapping[str, str]]
    keys: Mapping[str, Sequence[PublicKey]]
    after: Mapping[tuple[str, str], Sequence[Digest]]
    judged: dict[str, Judged] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    keyless: dict[tuple[str, str], list[Digest]] = field(default_factory=lambda: defaultdict(list))
    """Digests that an unknown key leaves unproven, by fingerprint and region."""


def judged(
    digests: Sequence[Digest], metadata: Mapping[str, Mapping[str, str]], keys: Iterable[PublicKey]
) -> tuple[tuple[Judged, ...], tuple[Finding, ...]]:
    """Each digest with its standing, in the order given. ``metadata`` is by the digest's place."""
    by_print: dict[str, list[PublicKey]] = defaultdict(list)
    for key in keys:
        by_print[key.fingerprint].append(key)
    after: dict[tuple[str, str], list[Digest]] = defaultdict(list)
    for one in digests:
        if one.previous:
            after[one.previous.bucket, one.previous.key].append(one)
    bench = _Bench(metadata, by_print, after)
    for one in _newest_first(digests, after):
        bench.judged[one.place] = _judge(one, bench)
    bench.findings += [_keyless(print_, region, those) for (print_, region), those in bench.keyless.items()]
    return tuple(bench.judged[one.place] for one in digests), tuple(bench.findings)


def _newest_first(digests: Sequence[Digest], after: Mapping[tuple[str, str], Sequence[Digest]]) -> Iterable[Digest]:
    """All digests, each after those that name it as the one before them."""
    at = {one.at: one for one in digests}
    seen: set[str] = set()
    # What is left after the ends of chains can only be a circle, which nobody but a forger writes.
    for end in (*(one for one in digests if not after.get(one.at)), *digests):
        here: Digest | None = end
        while here is not None and here.place not in seen:
            seen.add(here.place)
            yield here
            here = at.get((here.previous.bucket, here.previous.key)) if here.previous else None


def _judge(one: Digest, bench: _Bench) -> Judged:
    told = bench.metadata.get(one.place, {})
    after = bench.after.get(one.at, ())
    sure = [each for each in after if _is_proven(each, bench)]
    key = _key(one, told, bench)
    own = _own(one, told, key, bench)
    by_next = key is not None and any(
        signed(key, each.previous.signature, one.to_sign) for each in after if each.previous
    )
    hashes = [each.previous.sha256 for each in sure if each.previous]
    proven = own or by_next or one.sha256 in hashes
    tellers = sure if proven else (sure or after)  # of two that differ, the one that is proven is right
    differing = [each for each in tellers if each.previous and each.previous.sha256 != one.sha256]
    if own is False:
        bench.findings.append(_bad_signature(one, proven=bool(proven), altered=bool(differing)))
    if differing:
        bench.findings.append(_altered(one, differing[0]))
    if own or by_next:
        return Judged(one, Standing.PROVEN, How.SIGNATURE if own else How.SUCCESSOR)
    if proven:
        return Judged(one, Standing.PROVEN, How.HASH)
    if own is False or differing:
        return Judged(one, Standing.BROKEN)
    if key is None and (told.get(SIGNATURE) or after):
        bench.keyless[one.fingerprint, one.series.region].append(one)
    elif not told.get(SIGNATURE):
        bench.findings.append(_unsigned(one))
    return Judged(one, Standing.UNPROVEN)


def _is_proven(one: Digest, bench: _Bench) -> bool:
    found = bench.judged.get(one.place)
    return found is not None and found.standing is Standing.PROVEN


def _key(one: Digest, told: Mapping[str, str], bench: _Bench) -> PublicKey | None:
    """The public key of a digest's fingerprint; the one of its own time, where there are several."""
    found = bench.keys.get(one.fingerprint.lower(), ())
    if not found:
        return None
    at = signed_at(one, told)
    in_time = [key for key in found if _is_of(key, at)]
    if not in_time:
        span = ", ".join(f"{iso(key.valid_from)} to {iso(key.valid_until)}" for key in found)
        bench.findings.append(
            Finding(
                Kind.KEY_OUT_OF_TIME,
                one.place,
                f"a key of {iso(at)}",
                f"key {one.fingerprint} was AWS's from {span}",
                series=one.series.text,
            )
        )
    here = [key for key in in_time or found if key.region in {"", one.series.region}]
    return (here or in_time or list(found))[0]


def signed_at(one: Digest, told: Mapping[str, str]) -> datetime:
    """About when a digest was signed: at its end; a backfill when its metadata say."""
    try:
        return moment(told.get(BACKFILLED_AT, ""))
    except ValueError:
        return one.end_at


def _is_of(key: PublicKey, at: datetime) -> bool:
    return (key.valid_from is None or key.valid_from <= at + MARGIN) and (
        key.valid_until is None or at - MARGIN <= key.valid_until
    )


def _own(one: Digest, told: Mapping[str, str], key: PublicKey | None, bench: _Bench) -> bool | None:
    """Whether the signature in the metadata is right; None when there is none, or nothing to check it by."""
    signature = told.get(SIGNATURE, "")
    algorithms = {one.algorithm, told.get(ALGORITHM, "")} - {"", SIGNED_BY}
    if algorithms:
        seen = ", ".join(sorted(algorithms))
        bench.findings.append(Finding(Kind.UNKNOWN_ALGORITHM, one.place, SIGNED_BY, seen, series=one.series.text))
        return None
    return signed(key, signature, one.to_sign) if signature and key else None


def _bad_signature(one: Digest, *, proven: bool, altered: bool) -> Finding:
    seen = "a signature that is not of this digest"
    if proven:
        seen += "; the digest itself is proven by the one after it, so its metadata were altered"
    elif not altered:
        seen += ": the digest or its metadata were altered"
    return Finding(
        Kind.BAD_SIGNATURE, one.place, f"a signature by AWS's key {one.fingerprint}", seen, series=one.series.text
    )


def _altered(one: Digest, after: Digest) -> Finding:
    expected = f"sha256 {after.previous.sha256}" if after.previous else ""
    return Finding(
        Kind.ALTERED_DIGEST,
        one.place,
        expected,
        f"sha256 {one.sha256}",
        after.place,
        one.start_at,
        one.end_at,
        one.series.text,
    )


def _unsigned(one: Digest) -> Finding:
    return Finding(
        Kind.UNSIGNED_DIGEST,
        one.place,
        "its signature, in its metadata or in the digest after it",
        "neither is here",
        since=one.start_at,
        until=one.end_at,
        series=one.series.text,
    )


def _keyless(fingerprint: str, region: str, those: Sequence[Digest]) -> Finding:
    first, last = min(one.start_at for one in those), max(one.end_at for one in those)
    return Finding(
        Kind.UNKNOWN_KEY,
        those[0].place if len(those) == 1 else f"{len(those)} digests of {region or 'unknown region'}",
        f"a public key {fingerprint} of {region or 'their region'}",
        "none of that fingerprint is at hand",
        since=first,
        until=last,
        series=those[0].series.text,
    )
