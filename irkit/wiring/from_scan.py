"""From a scan to an incident: the inputs of a runbook on AWS keys, out of a finding, and where they came from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from pydantic import JsonValue

from irkit.clients.aws import masked_key
from irkit.clients.git_objects import ObjectId, locator
from irkit.clients.git_process import checked_url
from irkit.errors import InputMissing, Refused, UsageError
from irkit.runbook.model import InputKind, InputName, Runbook
from irkit.scan.detect.detector import Detector, load_detector
from irkit.scan.fingerprint_key import KEY_NAME, fingerprint_key
from irkit.scan.folders import cache_folder, data_folder
from irkit.scan.origin import Origin, origin
from irkit.scan.output.shown import shown
from irkit.scan.repository import NotARepository, repository
from irkit.secret import Secret
from irkit.wiring.beside import key_ids_beside
from irkit.wiring.chosen_finding import FindingNotChosen, chosen_finding
from irkit.wiring.inputs import KEY_ID_INPUT, credential
from irkit.wiring.read_again import Passage, Scanned, read_again
from irkit.wiring.scan_report import ReportedFinding, ScanReport

REPOSITORY_INPUT, URL_INPUT = InputName("repository"), InputName("repository_url")
_USER_KEY = re.compile(r"AKIA[A-Z0-9]{16}")
"""A user's long-term key (IAM user guide, 'Understanding unique ID prefixes')."""
_FORGES = ("github.com", "gitlab.com", "bitbucket.org")
"""Hosts whose repositories have the same path over ssh and https."""
_OVER_SSH = re.compile(r"(?:ssh://(?:git@)?([\w.-]+)/|git@([\w.-]+):/?)([\w./-]+)")
_SLUG = re.compile(r"[\w.-]+/[\w.-]+")


class Wanted(NamedTuple):
    """What is asked of a report."""

    runbook: Runbook
    given: Mapping[str, JsonValue | Secret]
    """Inputs that the user gave: they win."""
    finding: str = ""
    """Its fingerprint, or the beginning of it; empty when there is only one."""
    folder: Path = Path()
    """What was scanned: a repository, or a folder."""


class HandOver(NamedTuple):
    """What an incident takes over."""

    inputs: Mapping[str, JsonValue | Secret]
    """All inputs, the user's and the scan's. The secret part of the key, where it was found, is a ``Secret``."""
    note: str
    """Where they came from, for the journal."""
    filled: Mapping[str, str]
    """What the scan gave, for people."""


def handed_over(report: ScanReport, wanted: Wanted) -> HandOver:
    """The inputs out of one finding of the report, read again where it was scanned.

    Raises:
        FindingNotChosen: several findings, none, or one that is no AWS access key.
        FindingMoved: the value is not where the report says, or the fingerprint is another user's.
        UsageError: the runbook is not one on AWS keys.
    """
    if KEY_ID_INPUT not in wanted.runbook.inputs:
        raise UsageError(
            f"{wanted.runbook.name} takes no {KEY_ID_INPUT}: a scan hands over AWS access keys only",
            hint="irkit respond key_leak --from-scan REPORT.json",
        )
    scanned, known = _scanned(wanted.folder), _known_id(wanted.given)
    finding = chosen_finding(report, wanted.finding, lambda one: bool(known) and scanned.is_value(Secret(known), one))
    passage = read_again(finding, scanned)
    key_id = _key_id(finding, passage, scanned, known)
    found: dict[str, JsonValue | Secret] = {KEY_ID_INPUT: known or key_id, **_addresses(report, passage, scanned)}
    secrets = [one.name for one in wanted.runbook.inputs.values() if one.kind is InputKind.SECRET]
    if finding.is_secret_key and secrets:
        found[secrets[0]] = passage.value
    given = {name: value for name, value in wanted.given.items() if value != ""}
    takes = {
        name: value for name, value in found.items() if name in wanted.runbook.inputs and name not in given and value
    }
    inputs = {**takes, **given}
    note = _Note(finding, passage, scanned, key_id).text(inputs, report)
    return HandOver(inputs, note, {name: _shown(name, value) for name, value in takes.items()})


def _known_id(given: Mapping[str, JsonValue | Secret]) -> str:
    """The id that the user named, or that stands in what they pasted; empty for none."""
    named = str(given.get(KEY_ID_INPUT, "")).strip()
    for pasted in given.values():
        if isinstance(pasted, Secret) and not named:
            with suppress(InputMissing):
                named = credential(pasted)[0]
    return named


def _scanned(folder: Path) -> Scanned:
    if not folder.exists():
        raise UsageError(f"there is no {folder}", hint="--scanned names the repository or folder that was scanned")
    key = _key()
    try:
        return Scanned(folder, repository(folder if folder.is_dir() else folder.parent), _detector, key)
    except NotARepository as error:
        return Scanned(folder, None, _detector, key, error.message)


def _detector() -> Detector:
    return load_detector(cache=Path(cache_folder()))


def _key() -> bytes:
    """The user's own key. One that is not there is not made: no report can be of it."""
    folder = Path(data_folder())
    try:
        if (folder / KEY_NAME).exists():
            return fingerprint_key(folder)
    except OSError as error:
        raise Refused(f"cannot read {folder / KEY_NAME}: {error.strerror}", hint="it is the scan's own key") from None
    raise Refused(
        f"no scan was made here: there is no {folder / KEY_NAME}",
        hint="a report is taken over by the user who scanned; scan again here",
    )


def _key_id(finding: ReportedFinding, passage: Passage, scanned: Scanned, known: str) -> str:
    """The id that the finding is, or leads to. Raises ``FindingNotChosen`` when it is none of a user's key."""
    value = passage.value.reveal()
    if _USER_KEY.fullmatch(value):  # whatever the rule: emulators mint ids that AWS would not
        return value
    if finding.is_secret_key:
        return known or _beside(passage, scanned)
    if finding.is_key_id:
        raise FindingNotChosen(
            f"{finding.fingerprint} ({masked_key(value)}) is no long-term key of a user",
            hint="temporary credentials (ASIA...) are ended at the role or user that they are of",
        )
    raise FindingNotChosen(
        f"{finding.fingerprint} is no AWS access key but: {shown(finding.title or finding.rule)}",
        hint="a scan hands over AWS access keys (key_leak); revoke this one at its provider",
    )


def _beside(passage: Passage, scanned: Scanned) -> str:
    """The id of the key that a secret belongs to. Raises ``FindingNotChosen`` when that is not certain."""
    ids = key_ids_beside(passage, scanned.detector())
    if len(ids) == 1:
        return ids[0]
    said = "no access key id stands beside it" if not ids else "it may belong to any of the ids beside it: "
    listed = ", ".join(f"{masked_key(one)} ({Secret(one).fingerprint(scanned.key)})" for one in ids)
    hint = "give --input key_id=AKIA..." + (", or the id's own finding: --finding fp_..." if ids else "")
    raise FindingNotChosen(f"{passage.place.told} holds the secret of a key; {said}{listed}", hint=hint)


def _addresses(report: ScanReport, passage: Passage, scanned: Scanned) -> dict[str, JsonValue | Secret]:
    """Where it can be cloned from: the repository here knows best, then the report."""
    here = origin(scanned.repository) if scanned.repository else Origin()
    for address in (here.address, passage.place.repository or "", report.repository.address):
        url = _over_https(address)
        if url:
            path = urlsplit(url).path.strip("/").removesuffix(".git")
            return {URL_INPUT: url, REPOSITORY_INPUT: path if _SLUG.fullmatch(path) else ""}
    return {}


def _over_https(address: str) -> str:
    """The address as irkit opens it; empty when that is not known."""
    ssh = _OVER_SSH.fullmatch(address)
    if ssh and (host := ssh[1] or ssh[2]) in _FORGES:
        return f"https://{host}/{ssh[3]}"
    try:
        return checked_url(address)
    except (UsageError, ValueError):
        return ""


def _shown(name: str, value: JsonValue | Secret) -> str:
    if isinstance(value, Secret):
        return "read again (not shown, not stored)"
    return masked_key(str(value)) if name == KEY_ID_INPUT else str(value)


class _Note(NamedTuple):
    finding: ReportedFinding
    passage: Passage
    scanned: Scanned
    key_id: str

    def text(self, inputs: Mapping[str, JsonValue | Secret], report: ScanReport) -> str:
        """What the journal says of where the inputs came from."""
        place, finding = self.passage.place, self.finding
        within = f" (within {' > '.join(map(shown, place.via[:4]))})" if place.via else ""
        said = [
            f"from irkit scan: {finding.rule} {finding.fingerprint} ({masked_key(self.key_id)}), read again and proven",
            f"in {place.told}{within}",
            *self._locator(str(inputs.get(URL_INPUT, ""))),
        ]
        if place.first:
            said.append(f"brought by commit {place.first.id[:12]}")
        if inputs[KEY_ID_INPUT] != self.key_id:
            said.append("the incident's key id was given by hand, and is another one")
        if report.summary.incomplete:
            said.append("that scan was incomplete")
        return "; ".join(said)

    def _locator(self, url: str) -> Sequence[str]:
        object_id, (start, end) = self.passage.place.object_id, self.passage.span
        here = self.scanned.repository
        if not (object_id and here):
            return ()
        return (f"at {locator(url or str(here.git_dir), ObjectId(object_id), (start, end - start))}",)
