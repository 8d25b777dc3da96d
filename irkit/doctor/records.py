"""What CloudTrail will be able to show: regions that answer, how late records are, what the trails leave out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from irkit.clients.cloudtrail import Attribute
from irkit.cloudtrail.coverage import LAG
from irkit.cloudtrail.trails import trail_notes
from irkit.doctor.finding import Finding, Patient, bad, good, warning
from irkit.errors import OutsideError

ABOUT = "CloudTrail"
_BACK = timedelta(hours=1)
_OWN_CALL = "GetCallerIdentity"
_GLOBAL = ("IS OFF", "cannot deliver", "no trail", "no KMS events", "no management events", "no reads", "no writes")


def records(patient: Patient) -> Iterator[Finding]:
    """The event history region by region, how late it is, and what the trails do not record."""
    clients = patient.clients
    now = clients.now()
    newest = None
    for region in patient.config.aws.asked_regions:
        try:
            texts = clients.cloudtrail.lookup(region, Attribute.EVENT_NAME, _OWN_CALL, now - _BACK, now)
            first = next(iter(texts), None)
        except OutsideError as error:
            yield bad(ABOUT, f"the event history of {region} does not answer: {error.message}", error.hint)
            continue
        yield good(ABOUT, f"the event history of {region} answers")
        newest = newest or first
    yield from _lag(patient, newest)
    for note in trail_notes(clients):
        serious = any(word in note for word in _GLOBAL)
        hint = (
            "what is not recorded cannot be asked for in the night" if serious else "know it before you trust an answer"
        )
        yield warning(ABOUT, note, hint)


def _lag(patient: Patient, newest: str | None) -> Iterator[Finding]:
    if newest is None:
        yield good(
            ABOUT, f"no call of the last hour to measure its delay by; AWS says up to {LAG.seconds // 60} minutes"
        )
        return
    from irkit.cloudtrail.record import record

    age = patient.clients.now() - record(newest).at
    yield good(ABOUT, f"the newest record of {_OWN_CALL} is {max(0, round(age.total_seconds()))} s old")
