"""A workflow of GitHub Actions as far as its safety goes: jobs, what they use, run and may. Pure.

Source of the format: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import JsonValue, TypeAdapter, ValidationError

_SHA = re.compile(r"@[0-9a-f]{40}$|@sha256:[0-9a-f]{64}$")
_INSTALLS = re.compile(
    r"\b(?:npm|yarn|pnpm|bun) (?:ci|install|i|add)\b|\bpip3? install\b|\b(?:poetry|bundle|composer|cargo|go) install\b"
    r"|\buv (?:sync|pip)\b|\bgem install\b|\bapt(?:-get)? install\b|^yarn$",
    re.MULTILINE,
)
_OPENS = re.compile(
    r"\baws (?:kms decrypt|secretsmanager|ssm get-param)|\bsops\b|\$\{\{\s*secrets\.(?!GITHUB_TOKEN\b)", re.IGNORECASE
)
_SENDS = re.compile(
    r"\b(?:curl|wget)\b[^\n]*(?:\s-d\b|--data|--post|-F\b|-T\b|--upload)|\|\s*(?:nc|ncat)\b|/dev/tcp/", re.IGNORECASE
)
_ALL_SECRETS = re.compile(r"toJSON\(\s*secrets\s*\)", re.IGNORECASE)
_SCRIPT_FROM_NET = re.compile(r"\b(?:curl|wget)\b[^\n]*\|\s*(?:sudo\s+)?(?:ba|z)?sh\b", re.IGNORECASE)
_CLOUD_LOGINS = ("aws-actions/configure-aws-credentials", "google-github-actions/auth", "azure/login")
_DOCUMENT: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


class Job(NamedTuple):
    """One job. ``texts`` are its scripts, values of its environment and of what it gives to actions."""

    name: str
    runs_on: tuple[str, ...]
    has_identity: bool
    """Whether it may ask for an OIDC token (``id-token: write``)."""
    environment: str
    uses: tuple[str, ...]
    texts: tuple[str, ...]

    @property
    def installs(self) -> bool:
        """Whether it runs code that others publish: a package manager's install."""
        return any(_INSTALLS.search(text) for text in self.texts)

    @property
    def opens_secrets(self) -> bool:
        """Whether it can open secrets: an OIDC token, a cloud login, ``secrets.NAME``, or a decrypting command."""
        logs_in = any(used.partition("@")[0] in _CLOUD_LOGINS for used in self.uses)
        return self.has_identity or logs_in or any(_OPENS.search(text) for text in self.texts)

    @property
    def is_self_hosted(self) -> bool:
        """Whether it runs on the company's own machines."""
        return "self-hosted" in self.runs_on


class Workflow(NamedTuple):
    """A workflow's file. ``problem`` says why it could not be read; then it has no jobs, and its text counts."""

    triggers: tuple[str, ...]
    has_permissions: bool
    """Whether it says what its token may, instead of leaving that to the repository's default."""
    jobs: tuple[Job, ...]
    text: str
    problem: str = ""

    def unpinned(self) -> tuple[str, ...]:
        """The actions and images that are not named by a hash, each once. Those of the repository itself count not."""
        names = [used for job in self.jobs for used in job.uses if not used.startswith("./") and not _SHA.search(used)]
        return tuple(dict.fromkeys(names))

    def risks(self) -> tuple[str, ...]:
        """What an intruder would want of it, in words."""
        found = {
            "cannot be read as YAML": bool(self.problem),
            "reads all secrets at once (toJSON(secrets))": bool(_ALL_SECRETS.search(self.text)),
            "sends data out": bool(_SENDS.search(self.text)),
            "runs a script from the network": bool(_SCRIPT_FROM_NET.search(self.text)),
            "may ask for an OIDC token": any(job.has_identity for job in self.jobs) or "id-token: write" in self.text,
            "runs on a self-hosted runner": any(job.is_self_hosted for job in self.jobs),
            "starts with secrets for anybody's pull request": "pull_request_target" in self.triggers,
            "can be started by hand or by an event from outside": bool(
                {"workflow_dispatch", "repository_dispatch"} & set(self.triggers)
            ),
        }
        return tuple(text for text, holds in found.items() if holds)


def workflow(text: str) -> Workflow:
    """The workflow in a file's text; one that is no workflow comes with its problem."""
    import yaml

    try:
        read = _DOCUMENT.validate_python({str(k): v for k, v in (yaml.safe_load(text) or {}).items()})
    except (yaml.YAMLError, ValidationError, AttributeError, RecursionError) as error:
        return Workflow(triggers=(), has_permissions=False, jobs=(), text=text, problem=type(error).__name__)
    triggers = read.get("on", read.get("True"))  # YAML 1.1 reads the key `on` as true
    permissions = read.get("permissions")
    jobs = read.get("jobs")
    rows = jobs.items() if isinstance(jobs, dict) else ()
    found = tuple(_job(name, row, permissions) for name, row in rows if isinstance(row, dict))
    return Workflow(_names(triggers), permissions is not None, found, text)


def _job(name: str, row: Mapping[str, JsonValue], inherited: JsonValue) -> Job:
    steps = row.get("steps")
    each = [step for step in steps if isinstance(step, dict)] if isinstance(steps, list) else []
    uses = [str(one["uses"]) for one in [row, *each] if isinstance(one.get("uses"), str)]
    container = row.get("container")
    image = container.get("image") if isinstance(container, dict) else container
    uses += [f"docker://{image}"] if isinstance(image, str) else []
    environment = row.get("environment")
    named = environment.get("name") if isinstance(environment, dict) else environment
    return Job(
        name=name,
        runs_on=_names(row.get("runs-on")),
        has_identity=_may_identify(row.get("permissions", inherited)),
        environment=str(named or ""),
        uses=tuple(uses),
        texts=tuple(_texts([row.get("env"), *([step.get(k) for k in ("run", "env", "with")] for step in each)])),
    )


def _may_identify(permissions: JsonValue) -> bool:
    if isinstance(permissions, dict):
        return permissions.get("id-token") == "write"
    return permissions == "write-all"


def _names(value: JsonValue) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, dict):
        labels = value.get("labels")
        return _names(labels) if labels is not None else tuple(value)
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def _texts(value: JsonValue | list[JsonValue]) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
