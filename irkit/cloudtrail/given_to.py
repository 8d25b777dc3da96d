"""To whom a call gave a key or a session, by the names that its record has. Pure."""

from __future__ import annotations

from irkit.cloudtrail.record import Record


def given_to(one: Record) -> frozenset[str]:
    """A user's name, a role's ARN, a session's name, a source identity: as they stand in parameters and answer."""
    session = one.answered("assumedRoleUser", "arn").rpartition("/")[2]
    named = (
        *(one.param("userName"), one.answered("accessKey", "userName")),
        *(one.param("roleArn"), *one.resources),
        *(one.param("roleSessionName"), session),
        *(one.param("sourceIdentity"), one.answered("sourceIdentity")),
    )
    return frozenset(named) - {""}
