"""Find every copy of a leaked value in logs, crash reports, bundles and the like, and who issued it.

The value comes from memory (the secret input) or, when nobody gave one, from the files themselves by irkit's rules.
Each is then looked for as it stands and in base64, hex, percent encoding, UTF-16 and archives, and is known from then
on by a keyed fingerprint. Given the values of an earlier look, it looks for those alone: the proof that they are gone.
The attacker sees nothing of this: files on this disk are read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from irkit.contract import Action, Effect, Frozen
from irkit.counted import counted
from irkit.scan.files import FilesScanned, Ignored, scan_files
from irkit.scan.leaked import JOBS, Leaked, Looked, Spot, Value, in_text, seen_by_rules
from irkit.scan.recalled import recalled
from irkit.scan.value import ValueDetector

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

_GIVEN = "given:"
_MOST_NAMED = 20
_MOST_SPOTS = 100
"""Of each value in the result; the evidence has all."""


class Outcome(StrEnum):
    """Whether copies stand there."""

    FOUND = "found"
    ABSENT = "absent"
    UNSURE = "unsure"
    """None was seen, but not everything could be read, or a value is not known any more."""


class Params(Frozen):
    """``paths`` are files and folders on this machine; ``given`` the name of the runbook's secret input.

    ``values`` are those of an earlier look.
    """

    paths: tuple[str, ...]
    given: str = "value"
    values: tuple[Leaked, ...] = ()


class Result(Frozen):
    """Each value with its copies, and the same by issuer."""

    outcome: Outcome
    values: tuple[Leaked, ...]
    aws: tuple[Leaked, ...]
    """AWS access keys of users, with their ids; ``key_ids`` are those, each once."""
    tokens: tuple[Leaked, ...]
    """Everything else: sessions of AWS too, and secrets without their id, which a person must look after."""
    key_ids: tuple[str, ...]
    first_key: str | None
    """Of ``key_ids``: the one to be replaced where a secret holds but one."""
    has_aws: bool
    has_tokens: bool
    counted: str
    """How many, without where: for people who need not know where a living value lies."""
    remaining: tuple[str, ...]
    """Where copies stand, in words; the first few."""
    files: int
    not_read: tuple[str, ...]
    coverage: str
    evidence: str
    """The file of places, relative to the incident's folder; empty when there are none."""

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        unread = f", {len(self.not_read)} things NOT read" if self.not_read else ""
        return f"{self.outcome}: {self.counted} in {self.files} files{unread}"


def read(clients: Clients, params: Params) -> Result:
    """Look. Raises ``UsageError`` when there is nothing to look for or at."""
    clients.progress(f"looking at {', '.join(params.paths)}")
    wanted, lost, looked = _wanted(clients, params)
    for one in wanted:
        clients.known_secrets.remember(one.leaked.fingerprint, one.secret)
        if one.leaked.key_id:
            clients.known_secrets.remember(one.leaked.key_id, one.secret)
    scanned, spots = _copies(params.paths, wanted, looked)
    values = tuple(one.leaked.model_copy(update={"spots": spots[number]}) for number, one in enumerate(wanted))
    not_read = (*(f"{one.what}: {one.reason}" for one in scanned.skipped), *(f"{one.label}: {_LOST}" for one in lost))
    return _result(clients, values, scanned, not_read)


_LOST = "its text is not known any more, so it was not looked for; give it again"


def _wanted(clients: Clients, params: Params) -> tuple[Sequence[Value], Sequence[Leaked], Looked | None]:
    """What to look for, what cannot be looked for, and what the rules saw where they were asked."""
    if params.values:
        had = recalled(params.values, clients.known_secrets, clients.fingerprint)
        lost = [one for one in params.values if one.fingerprint not in had]
        return list(had.values()), lost, None
    given = clients.known_secrets.get(f"{_GIVEN}{params.given}")
    if given is not None:
        return in_text(given, clients.fingerprint), (), None
    looked = seen_by_rules(params.paths, clients.fingerprint)
    return looked.values, (), looked


def _copies(
    paths: Sequence[str], wanted: Sequence[Value], looked: Looked | None
) -> tuple[FilesScanned, Mapping[int, tuple[Spot, ...]]]:
    """Each value's places in every encoding, by its number."""
    if not wanted:
        nothing = looked.scanned if looked else scan_files(list(paths), ValueDetector([]), JOBS, Ignored.SCANNED)
        return nothing, {}
    seeing = ValueDetector([one.secret for one in wanted])
    scanned = scan_files(list(paths), seeing, JOBS, Ignored.SCANNED)
    spots: dict[int, dict[Spot, None]] = {number: {} for number in range(len(wanted))}
    for path, one in scanned.looked:
        for sighting in one.sightings:
            spots[seeing.number(sighting)][Spot(path=path, line=sighting.line, via=sighting.via)] = None
    skipped = tuple(each for path, one in scanned.looked for each in one.skipped)
    whole = scanned._replace(skipped=(*scanned.skipped, *skipped))
    return whole, {number: tuple(found) for number, found in spots.items()}


def _result(clients: Clients, values: tuple[Leaked, ...], scanned: FilesScanned, not_read: tuple[str, ...]) -> Result:
    coverage = (
        f"{scanned.counts.get('files', 0)} files, {scanned.size} bytes read whole, also in base64, hex, percent "
        "encoding, UTF-16 and archives; not read: other machines, log services, a value split over several lines"
    )
    places = [f"{one.label}: {spot}" for one in values for spot in one.spots]
    evidence = _kept(clients, values, coverage) if places else ""
    values = tuple(one.model_copy(update={"spots": one.spots[:_MOST_SPOTS]}) for one in values)
    outcome = Outcome.FOUND if places else Outcome.UNSURE if not_read else Outcome.ABSENT
    aws = tuple(one for one in values if one.is_lasting_key)
    tokens = tuple(one for one in values if one not in aws)
    more = [f"and {len(places) - _MOST_NAMED} more places"] if len(places) > _MOST_NAMED else []
    return Result(
        outcome=outcome,
        values=values,
        aws=aws,
        tokens=tokens,
        first_key=next((one.key_id for one in aws), None),
        has_aws=bool(aws),
        has_tokens=bool(tokens),
        key_ids=tuple(dict.fromkeys(one.key_id for one in aws)),
        counted=f"{counted(len(values), 'value')} at {counted(len(places), 'place')}",
        remaining=(*places[:_MOST_NAMED], *more),
        files=scanned.counts.get("files", 0),
        not_read=not_read,
        coverage=coverage,
        evidence=evidence,
    )


def _kept(clients: Clients, values: Sequence[Leaked], coverage: str) -> str:
    lines = "".join(json.dumps(one.model_dump(mode="json"), sort_keys=True) + "\n" for one in values)
    what = "places of the leaked values, without the values"
    return clients.evidence.keep(
        "leaked-places.jsonl", lines.encode(), what=what, count=len(values), coverage=coverage
    ).path


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Find every copy of a leaked value in files",
    read=read,
)
