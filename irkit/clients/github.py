"""GitHub's REST interface as irkit uses it, through PyGithub: what is exposed, branch protection, Actions secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlsplit

from pydantic import JsonValue

from irkit.clients.call_record import CallLog
from irkit.clients.github_api import GithubApi
from irkit.contract import Frozen
from irkit.errors import NotFound, UsageError
from irkit.secret import Secret

if TYPE_CHECKING:
    from github.Repository import Repository

_SWITCHES = (
    "required_linear_history", "allow_force_pushes", "allow_deletions", "block_creations",
    "required_conversation_resolution", "lock_branch", "allow_fork_syncing",
)  # fmt: skip
_REVIEW_SWITCHES = ("dismiss_stale_reviews", "require_code_owner_reviews", "require_last_push_approval")


class Protection(Frozen):
    """One branch's protection, as the body that PUT takes; ``required_signatures`` beside it, set by its own call.

    Source: https://docs.github.com/rest/branches/branch-protection
    """

    branch: str
    settings: Mapping[str, JsonValue]


class PullRequest(Frozen):
    """An open pull request; the server keeps its commits under ``refs/pull/<number>/head``."""

    number: int
    title: str
    author: str
    head: str


@dataclass(frozen=True)
class Owned:
    """A repository of an owner. ``size`` is in bytes, as GitHub says (https://docs.github.com/rest/repos/repos)."""

    full_name: str
    clone_url: str
    size: int
    is_fork: bool
    is_archived: bool


@dataclass(frozen=True)
class Exposure:
    """Who else can see a repository's history, and what guards its branches."""

    visibility: str
    forks: tuple[str, ...]
    pulls: tuple[PullRequest, ...]
    protections: tuple[Protection, ...]


class GitHub(Protocol):
    """What irkit asks of GitHub. ``repository`` is ``owner/name`` or the repository's address."""

    def login(self) -> str:
        """Who irkit acts as."""

    def exposure(self, repository: str) -> Exposure:
        """Visibility, forks, open pull requests and protected branches."""

    def protection(self, repository: str, branch: str) -> Protection | None:
        """One branch's protection; None when it has none."""

    def unprotect(self, repository: str, branch: str) -> None:
        """Take a branch's protection away."""

    def protect(self, repository: str, protection: Protection) -> None:
        """Give a branch the protection it had."""

    def secrets_updated_at(self, repository: str) -> Mapping[str, datetime]:
        """Every Actions secret by name, and when it was last written."""

    def put_secret(self, repository: str, name: str, value: Secret) -> None:
        """Write an Actions secret, sealed to the repository's public key."""


def full_name(repository: str) -> str:
    """``owner/name`` of a repository given so or by its address (``https://host/owner/name.git``)."""
    parts = [part for part in urlsplit(repository).path.removesuffix(".git").split("/") if part]
    if len(parts) < len(("owner", "name")):
        msg = f"{repository!r} names no repository"
        raise UsageError(msg, hint="give owner/name, or https://host/owner/name.git")
    return "/".join(parts[-2:])


class GitHubRest:
    """GitHub through PyGithub. ``base_url`` is ``https://api.github.com``, or ``https://HOST/api/v3`` of a server."""

    def __init__(self, base_url: str, token: Secret, calls: CallLog | None = None) -> None:
        self._api = GithubApi(base_url, token, calls)

    def login(self) -> str:
        """Who irkit acts as."""
        with self._api.answers("GET /user"):
            return self._api.library.get_user().login

    def exposure(self, repository: str) -> Exposure:
        """Visibility, forks, open pull requests and protected branches."""
        with self._api.answers(f"GET /repos/{full_name(repository)}"):
            found = self._api.library.get_repo(full_name(repository))
            forks = tuple(fork.full_name for fork in found.get_forks())
            pulls = tuple(
                PullRequest(number=pull.number, title=pull.title, author=pull.user.login, head=pull.head.sha)
                for pull in found.get_pulls(state="open")
            )
            guarded = [branch.name for branch in found.get_branches() if branch.protected]
            visibility = found.visibility
        kept = [self.protection(repository, branch) for branch in guarded]
        return Exposure(visibility, forks, pulls, tuple(one for one in kept if one is not None))

    def protection(self, repository: str, branch: str) -> Protection | None:
        """One branch's protection; None when it has none."""
        try:
            return Protection(
                branch=branch, settings=put_body(self._api.call("GET", _protection_path(repository, branch)))
            )
        except NotFound:
            return None

    def unprotect(self, repository: str, branch: str) -> None:
        """Take a branch's protection away."""
        self._api.call("DELETE", _protection_path(repository, branch))

    def protect(self, repository: str, protection: Protection) -> None:
        """Give a branch the protection it had."""
        path = _protection_path(repository, protection.branch)
        body = {name: value for name, value in protection.settings.items() if name != "required_signatures"}
        self._api.call("PUT", path, body)
        if protection.settings.get("required_signatures") is True:
            self._api.call("POST", f"{path}/required_signatures")

    def secrets_updated_at(self, repository: str) -> Mapping[str, datetime]:
        """Every Actions secret by name, and when it was last written."""
        with self._api.answers(f"GET /repos/{full_name(repository)}/actions/secrets"):
            return {kept.name: kept.updated_at for kept in self._repository(repository).get_secrets()}

    def owned(self, owner: str) -> Iterator[Owned]:
        """Every repository of an organization or user that the token sees."""
        from github.GithubException import UnknownObjectException

        with self._api.answers(f"GET /orgs/{owner}/repos"):
            api = self._api.library
            try:
                listing = list(api.get_organization(owner).get_repos())
            except UnknownObjectException:
                listing = list(api.get_user(owner).get_repos())
        for found in listing:
            yield Owned(found.full_name, found.clone_url, found.size * 1024, found.fork, found.archived)

    def put_secret(self, repository: str, name: str, value: Secret) -> None:
        """Write an Actions secret, sealed to the repository's public key."""
        with self._api.answers(f"PUT /repos/{full_name(repository)}/actions/secrets/{name}"):
            self._repository(repository).create_secret(name, value.reveal(), secret_type="actions")  # noqa: S106

    def _repository(self, repository: str) -> Repository:
        return self._api.library.get_repo(full_name(repository))


def put_body(told: Mapping[str, Any]) -> dict[str, JsonValue]:
    """The body that PUT takes, from what GET told of a branch's protection. Pure."""
    body: dict[str, JsonValue] = {name: _enabled(told, name) for name in _SWITCHES}
    body["enforce_admins"] = _enabled(told, "enforce_admins")
    body["required_signatures"] = _enabled(told, "required_signatures")
    checks = told.get("required_status_checks")
    body["required_status_checks"] = _checks(checks) if checks else None
    reviews = told.get("required_pull_request_reviews")
    body["required_pull_request_reviews"] = _reviews(reviews) if reviews else None
    restrictions = told.get("restrictions")
    body["restrictions"] = _people(restrictions) if restrictions else None
    return body


def _checks(told: Mapping[str, Any]) -> dict[str, JsonValue]:
    """PUT takes ``checks`` or ``contexts`` and refuses both; ``contexts`` would tie a check to whichever app ran it.

    An ``app_id`` of -1 is any app. Seen with the real service: google/go-github #2276, PyGithub #2157.
    """
    body: dict[str, JsonValue] = {"strict": bool(told.get("strict"))}
    if "checks" not in told:
        body["contexts"] = [str(context) for context in told.get("contexts", [])]
        return body
    anyone = {None: -1}
    body["checks"] = [
        {"context": str(check["context"]), "app_id": anyone.get(check.get("app_id"), check.get("app_id"))}
        for check in told["checks"]
    ]
    return body


def _reviews(told: Mapping[str, Any]) -> dict[str, JsonValue]:
    body: dict[str, JsonValue] = {name: bool(told.get(name)) for name in _REVIEW_SWITCHES}
    body["required_approving_review_count"] = int(told.get("required_approving_review_count", 1))
    for name, given in (
        ("dismissal_restrictions", told.get("dismissal_restrictions")),
        ("bypass_pull_request_allowances", told.get("bypass_pull_request_allowances")),
    ):
        if given:
            body[name] = _people(given)
    return body


def _people(told: Mapping[str, Any]) -> dict[str, JsonValue]:
    named: Sequence[tuple[str, str]] = (("users", "login"), ("teams", "slug"), ("apps", "slug"))
    return {group: [str(one[key]) for one in told.get(group, [])] for group, key in named}


def _enabled(told: Mapping[str, Any], name: str) -> bool:
    return bool((told.get(name) or {}).get("enabled"))


def _protection_path(repository: str, branch: str) -> str:
    return f"/repos/{full_name(repository)}/branches/{quote(branch, safe='')}/protection"
