"""AWS: whether its calls can be signed, as whom, and whether that is somebody who should act in an incident."""

from __future__ import annotations

from collections.abc import Iterator

from irkit.clients.principal import PrincipalKind, name_in, principal
from irkit.doctor.finding import Finding, Patient, bad, good, unknown, warning
from irkit.errors import NotFound, OutsideError

ABOUT = "AWS"


def identity(patient: Patient) -> Iterator[Finding]:
    """Who irkit acts as, and whether the protected principals exist. Raises ``OutsideError``: no AWS, no answer."""
    own = patient.clients.sts.own_identity()
    where = f"account {own.account}" + (f", profile {patient.config.aws.profile}" if patient.config.aws.profile else "")
    yield good(ABOUT, f"irkit acts as {own.arn} ({where})")
    if own.arn.endswith(":root"):
        yield bad(ABOUT, "irkit acts as the root user", "log in as a role for break-glass: root cannot be contained")
    elif ":user/" in own.arn:
        yield warning(
            ABOUT, "irkit acts as an IAM user, with a key that lives until somebody ends it", "use a role's session"
        )
    for name in patient.config.protected_principals:
        yield from _protected(patient, name)


def _protected(patient: Patient, named: str) -> Iterator[Finding]:
    """Whether there is somebody of that name: a misspelt protection protects nobody."""
    found = principal(named)
    if found is not None and found.kind is PrincipalKind.ROOT:
        yield good(ABOUT, f"protected: {named}")
        return
    kinds = {"user": patient.clients.iam.user_arn, "role": patient.clients.iam.role_arn}
    asked = [kind for kind in kinds if f":{kind}/" in named] or list(kinds)
    if found is not None and found.kind is PrincipalKind.SESSION:
        asked = ["role"]
    for kind in asked:
        try:
            arn = kinds[kind](name_in(named))
        except NotFound:
            continue
        except OutsideError as error:
            yield unknown(ABOUT, f"whether {named} exists is not known: {error.message}", error.hint)
            return
        yield good(ABOUT, f"protected: {arn}")
        return
    yield bad(ABOUT, f"protected_principals names {named}, and there is no such {' or '.join(asked)}", "a misspelling?")
