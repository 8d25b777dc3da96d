"""The AWS permissions a runbook's actions need, as a policy document for a break-glass role. Pure.

``Resource`` is ``*`` throughout: a runbook does not say beforehand which user, key or secret the incident is about.
Action names and the document's form: AWS, *IAM JSON policy elements reference*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from irkit.errors import RunbookInvalid
from irkit.runbook.context import Catalog
from irkit.runbook.model import Runbook

VERSION = "2012-10-17"


def permissions(runbook: Runbook, catalog: Catalog) -> tuple[str, ...]:
    """Every permission its actions declare (``iam:UpdateAccessKey``), sorted. Raises ``RunbookInvalid``."""
    found: set[str] = set()
    for step in runbook.steps:
        action = catalog.lookup(step.uses)
        if action is None:
            msg = f"{runbook.path}:{step.uses_place.line}:{step.uses_place.column}: there is no action {step.uses!r}"
            raise RunbookInvalid(msg, hint="irkit runbook check tells more")
        found.update(action.iam)
    return tuple(sorted(found))


def policy(runbook: Runbook, catalog: Catalog) -> Mapping[str, JsonValue]:
    """The policy document: one statement a service, sorted, so that two versions compare line by line.

    Without any AWS permission there is no statement. Raises ``RunbookInvalid`` for an action that is not known.
    """
    return document(permissions(runbook, catalog))


def document(permissions: Iterable[str]) -> Mapping[str, JsonValue]:
    """The policy document of some permissions, each once."""
    by_service: dict[str, list[JsonValue]] = {}
    for permission in sorted(set(permissions)):
        by_service.setdefault(permission.partition(":")[0], []).append(permission)
    statements: list[JsonValue] = [
        {"Sid": _sid(service), "Effect": "Allow", "Action": actions, "Resource": "*"}
        for service, actions in by_service.items()
    ]
    return {"Version": VERSION, "Statement": statements}


def _sid(service: str) -> str:
    """A statement's id: letters and digits only, as IAM demands."""
    return "Irkit" + "".join(part.capitalize() for part in service.split("-"))
