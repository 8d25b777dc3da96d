"""``Leaked``: one value that got out, as steps hand it on: known by a keyed fingerprint, never by its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from irkit.contract import Credential, CredentialKind, Frozen
from irkit.scan.detect.detector import Detector, load_detector
from irkit.scan.files import FilesScanned, Ignored, scan_files
from irkit.scan.finding import Finding, Place, PlaceKind, Sighting
from irkit.scan.folders import cache_folder
from irkit.scan.grouped import Context, Seen, grouped
from irkit.scan.judged_path import judged_path
from irkit.scan.rule import Confidence
from irkit.secret import Fingerprint, Secret

JOBS = 1
_NAMED_SECRET = "aws_secret_access_key"  # noqa: S105 - a rule's id
_HASH = "a hash in hex"
_LASTING = "AKIA"
_AWS_ID = "aws_access_key_id"
_AWS_SECRETS = ("aws_secret_access_key", "aws_secret_access_key_beside_its_id")


class Provider(StrEnum):
    """Who issued a value, and so who can end its life."""

    AWS = "aws"
    GITHUB = "github"
    OTHER = "other"


class Spot(Frozen):
    """One place: a file on this disk, the line (from 1), and how it was reached (``zip:conf/.env``, ``base64``)."""

    path: str
    line: int
    via: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" + (f" ({' in '.join(reversed(self.via))})" if self.via else "")


class Leaked(Frozen):
    """A value by its fingerprint, which is keyed to one incident."""

    fingerprint: Fingerprint
    rule: str
    """Which of irkit's rules it is of; empty when none knows it."""
    title: str
    """``GitHub token``."""
    provider: Provider
    shown: str
    """``…`` and its last four letters, where its kind allows that."""
    key_id: str = ""
    """Of an AWS secret access key: the id that stands beside it."""
    spots: tuple[Spot, ...] = ()

    @property
    def is_lasting_key(self) -> bool:
        """Whether it is an AWS key whose user can be found by its id: of a user, and not of a session."""
        return self.provider is Provider.AWS and self.key_id.startswith(_LASTING)

    @property
    def label(self) -> str:
        """For people."""
        return f"{self.title} {self.key_id or self.shown}"

    @property
    def credential(self) -> Credential:
        """As its life is told."""
        if self.key_id:
            return Credential(kind=CredentialKind.ACCESS_KEY, id=self.key_id, label=self.label)
        return Credential(kind=CredentialKind.TOKEN, id=self.fingerprint, label=self.label)


class Value(NamedTuple):
    """A value in memory, with what the rules know of it. ``near`` is the line around it, which holds it too."""

    leaked: Leaked
    secret: Secret
    near: bytes

    def __repr__(self) -> str:
        return f"Value({self.leaked.fingerprint})"


class Looked(NamedTuple):
    """What the rules saw in files, and what could not be read."""

    values: tuple[Value, ...]
    scanned: FilesScanned


def seen_by_rules(paths: Sequence[str], fingerprint: Callable[[Secret], Fingerprint]) -> Looked:
    """Every value in these files that irkit's rules are sure of, or whose provider can be asked."""
    detector = load_detector(cache=Path(cache_folder()))
    scanned = scan_files(list(paths), detector, JOBS, Ignored.SCANNED)
    seen = [
        Seen(sighting, (Place(PlaceKind.FILE, path),))
        for path, looked in scanned.looked
        for sighting in _trusted(looked.sightings)
    ]
    found = _findings(seen, detector, judged_path(paths))
    return Looked(tuple(_values(found, detector, fingerprint)), scanned)


def in_text(text: Secret, fingerprint: Callable[[Secret], Fingerprint]) -> tuple[Value, ...]:
    """The values in a text that somebody gave; all of it, as one value, when the rules see none."""
    detector = load_detector(cache=Path(cache_folder()))
    looked = detector.look(text.reveal().encode())
    seen = [Seen(sighting, (Place(PlaceKind.FILE, "given"),)) for sighting in _trusted(looked.sightings)]
    values = tuple(_values(_findings(seen, detector), detector, fingerprint))
    bare = tuple(Value(one.leaked.model_copy(update={"spots": ()}), one.secret, one.near) for one in values)
    whole = Secret(text.reveal().strip())
    unknown = Leaked(
        fingerprint=fingerprint(whole), rule="", title="value", provider=Provider.OTHER, shown=whole.masked()
    )  # fmt: skip
    return bare or (Value(unknown, whole, whole.reveal().encode()),)


def spots_of(found: Sequence[Finding]) -> tuple[Spot, ...]:
    """The places of findings."""
    return tuple(Spot(path=one.path, line=one.line, via=one.via) for finding in found for one in finding.places)


def liveness_rule(rule: str) -> str:
    """The SDK's name for what one of irkit's rules finds; empty when it has none."""
    return load_detector(cache=Path(cache_folder())).rule(rule).liveness if rule else ""


def _trusted(sightings: Sequence[Sighting]) -> Iterator[Sighting]:
    """An AWS secret may be forty hex digits, which a scan takes for a hash: named, and beside its id, it is none."""
    beside = {one.via for one in sightings if one.rule == _AWS_ID and not one.dismissed}
    for one in sightings:
        named = one.rule == _NAMED_SECRET and one.dismissed == _HASH and one.via in beside
        yield one._replace(dismissed="") if named else one


def _findings(seen: Sequence[Seen], detector: Detector, judged: Callable[[str], str] = str) -> tuple[Finding, ...]:
    """Fingerprints are made later, with the incident's key; this one is forgotten."""
    return grouped(seen, Context(detector.rule, lambda: b"\0" * 32, lambda _: None, judged=judged)).findings


def _values(
    findings: Sequence[Finding], detector: Detector, fingerprint: Callable[[Secret], Fingerprint]
) -> Iterator[Value]:
    for one in findings:
        rule = detector.rule(one.rule)
        if one.rule == _AWS_ID or not (rule.liveness or one.rule in _AWS_SECRETS or one.confidence is Confidence.HIGH):
            continue
        leaked = Leaked(
            fingerprint=fingerprint(one.secret),
            rule=one.rule,
            title=one.title,
            provider=_provider(one.rule),
            shown=one.last4,
            key_id=_id_beside(one, findings) if one.rule in _AWS_SECRETS else "",
            spots=spots_of([one]),
        )
        yield Value(leaked, one.secret, one.near)


def _provider(rule: str) -> Provider:
    name = rule.partition("_")[0]
    return Provider(name) if name in set(Provider) else Provider.OTHER


def _id_beside(secret: Finding, findings: Sequence[Finding]) -> str:
    """The access key id on the nearest line of the same file; empty when none is near."""
    near = [
        (abs(place.line - own.line), one.secret.reveal())
        for one in findings
        if one.rule == _AWS_ID
        for place in one.places
        for own in secret.places
        if place.path == own.path and place.via == own.via
    ]
    return min(near)[1] if near else ""
