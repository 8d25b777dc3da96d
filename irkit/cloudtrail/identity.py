"""Who made a call, in words, and from where: the shapes of CloudTrail's ``userIdentity`` element. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from irkit.cloudtrail.given_back import forgetful
from irkit.cloudtrail.record import Record

_SERVICE_HOST = ".amazonaws.com"
_INTERNAL = "AWS Internal"


def who(one: Record) -> str:
    """One name for the caller: ``user/svc``, ``role/session``, ``root``, ``service/ec2.amazonaws.com``, a subject.

    ``nobody named`` where the record has no identity (42 of 2,900 real ones).
    """
    if (named := _named(one.principal_arn)) is not None:
        return named
    if one.principal_type == "Root":
        return "root"
    if one.principal_type == "AWSService" or (one.invoked_by and not one.principal_type):
        return f"service/{one.invoked_by}"
    named = one.principal or one.on_behalf_of or one.principal_id
    if one.principal_type == "AWSAccount":
        return f"account/{one.caller_account or named}"
    return named or "nobody named"


@forgetful
@lru_cache(maxsize=1 << 12)
def is_place(address: str) -> bool:
    """Whether an address says where a caller sat. ``AWS Internal`` and ``*.amazonaws.com`` are services' own."""
    return bool(address) and address != _INTERNAL and not address.endswith(_SERVICE_HOST)


@lru_cache(maxsize=1 << 12)
def _named(arn: str) -> str | None:
    """What stands behind the account; None where nothing does."""
    tail = arn.split(":", maxsplit=5)[-1]
    return tail.removeprefix("assumed-role/") if tail else None


_REPOSITORY = re.compile(
    r"repo:(?P<owner>[^/:@]+)(?:@(?P<owner_id>\d+))?/(?P<name>[^/:@]+)(?:@(?P<name_id>\d+))?(?::(?P<rest>.*))?"
)
_PROJECT = re.compile(r"project_path:(?P<path>[^:]+)(?::(?P<rest>.*))?")


class Subject(NamedTuple):
    """Whom an identity provider vouched for: the ``sub`` of a token.

    GitHub's (docs, "OpenID Connect reference"): ``repo:ORG/REPO:ref:refs/heads/main``, ``…:environment:prod``,
    ``…:pull_request``; immutable ones since July 2026: ``repo:ORG@ID/REPO@ID:…``. GitLab's:
    ``project_path:GROUP/PROJECT:ref_type:branch:ref:main``. Any other has its text alone.
    """

    text: str
    repository: str = ""
    """``org/repo``, without ids."""
    ids: str = ""
    """``123/456`` of an immutable subject; they stay when names change hands."""
    of: str = ""
    """What in the repository: ``ref:refs/heads/main``, ``environment:prod``."""

    @classmethod
    def read(cls, text: str) -> Subject:
        """The parts of a ``sub``."""
        if found := _REPOSITORY.fullmatch(text):
            ids = f"{found['owner_id'] or ''}/{found['name_id'] or ''}".strip("/")
            return cls(text, f"{found['owner']}/{found['name']}", ids, found["rest"] or "")
        if found := _PROJECT.fullmatch(text):
            return cls(text, found["path"], "", found["rest"] or "")
        return cls(text)
