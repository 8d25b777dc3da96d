"""Bodies of GitHub REST answers, with every field its OpenAPI description requires. Pure.

Source of the shapes: GitHub's published description (``@octokit/openapi``), schemas ``public-user``,
``full-repository``, ``short-branch``, ``branch-with-protection``, ``branch-protection``, ``pull-request-simple``.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from pydantic import JsonValue

Json = dict[str, JsonValue]

_ANY_APP = -1
_LONG_AGO = "2024-03-01T09:00:00Z"
_USER_URLS = (
    "followers",
    "following",
    "gists",
    "starred",
    "subscriptions",
    "organizations",
    "repos",
    "events",
    "received_events",
)
_REPOSITORY_URLS = (
    "archive",
    "assignees",
    "blobs",
    "branches",
    "collaborators",
    "comments",
    "commits",
    "compare",
    "contents",
    "contributors",
    "deployments",
    "downloads",
    "events",
    "forks",
    "git_commits",
    "git_refs",
    "git_tags",
    "hooks",
    "issue_comment",
    "issue_events",
    "issues",
    "keys",
    "labels",
    "languages",
    "merges",
    "milestones",
    "notifications",
    "pulls",
    "releases",
    "stargazers",
    "statuses",
    "subscribers",
    "subscription",
    "tags",
    "teams",
    "trees",
)
_NO_REPOSITORY_FIELDS = (
    "description",
    "homepage",
    "language",
    "mirror_url",
    "license",
)
_IDENTITY = re.compile(r"^(author|committer) (.*) <(.*)> (\d+) [+-]\d{4}$", re.MULTILINE)


def user(login: str, number: int, url: str) -> Json:
    """An account (``public-user``)."""
    here = f"{url}/users/{login}"
    nothing: Json = dict.fromkeys(("bio", "blog", "company", "email", "hireable", "location", "name"))
    counts: Json = dict.fromkeys(("followers", "following", "public_gists", "public_repos"), 0)
    stamps: Json = {"created_at": _LONG_AGO, "updated_at": _LONG_AGO}
    return account(login, number, url) | nothing | counts | stamps | {"url": here, "user_view_type": "public"}


def account(login: str, number: int, url: str) -> Json:
    """The short form of an account (``simple-user``)."""
    here = f"{url}/users/{login}"
    links: Json = {f"{name}_url": f"{here}/{name}" for name in _USER_URLS}
    return links | {
        "login": login, "id": number, "node_id": _node("User", number), "avatar_url": f"{here}/avatar",
        "gravatar_id": "",
        "url": here, "html_url": f"{here}/html", "type": "User", "site_admin": False,
    }  # fmt: skip


def repository(full_name: str, number: int, visibility: str, parent: str, forks: int, url: str) -> Json:
    """A repository (``full-repository``, which is a ``minimal-repository`` too)."""
    owner, _, name = full_name.partition("/")
    here = f"{url}/repos/{full_name}"
    links: Json = {f"{word}_url": f"{here}/{word}" for word in _REPOSITORY_URLS}
    nothing: Json = dict.fromkeys(_NO_REPOSITORY_FIELDS)
    counts: Json = dict.fromkeys(
        (
            "open_issues",
            "open_issues_count",
            "size",
            "stargazers_count",
            "watchers",
            "watchers_count",
            "subscribers_count",
        ),
        0,
    )
    has: Json = {
        f"has_{word}": word == "issues" for word in ("issues", "projects", "wiki", "pages", "discussions", "downloads")
    }
    return links | nothing | counts | has | {
        "id": number, "node_id": _node("Repository", number), "name": name, "full_name": full_name,
        "owner": account(owner, number + 1, url), "private": visibility != "public", "visibility": visibility,
        "fork": bool(parent), "forks": forks, "forks_count": forks, "network_count": forks, "default_branch": "main",
        "url": here, "html_url": f"{url}/{full_name}", "clone_url": f"{url}/{full_name}.git",
        "svn_url": f"{url}/{full_name}",
        "git_url": f"git://127.0.0.1/{full_name}.git", "ssh_url": f"git@127.0.0.1:{full_name}.git", "archived": False,
        "disabled": False, "created_at": _LONG_AGO, "updated_at": _LONG_AGO, "pushed_at": _LONG_AGO,
    }  # fmt: skip


def short_branch(name: str, oid: str, protected: bool, url: str, full_name: str) -> Json:  # noqa: FBT001 - GitHub's own field
    """A branch in a list (``short-branch``)."""
    here = f"{url}/repos/{full_name}"
    return {
        "name": name,
        "commit": {"sha": oid, "url": f"{here}/commits/{oid}"},
        "protected": protected,
        "protection_url": f"{here}/branches/{name}/protection",
    }


def branch(name: str, oid: str, commit: str, protected: bool, url: str, full_name: str) -> Json:  # noqa: FBT001
    """One branch (``branch-with-protection``) from the text of its commit object."""
    here = f"{url}/repos/{full_name}"
    head, _, message = commit.partition("\n\n")
    people: Json = {
        role: {"name": who, "email": mail, "date": datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        for role, who, mail, at in _IDENTITY.findall(head)
    }
    lines = [line.partition(" ") for line in head.splitlines()]
    tree = next(value for word, _, value in lines if word == "tree")
    parents: list[JsonValue] = [
        {"sha": value, "url": f"{here}/commits/{value}", "html_url": f"{here}/commit/{value}"}
        for word, _, value in lines
        if word == "parent"
    ]
    inner: Json = people | {
        "url": f"{here}/git/commits/{oid}", "message": message, "comment_count": 0,
        "tree": {"sha": tree, "url": f"{here}/git/trees/{tree}"},
    }  # fmt: skip
    whole: Json = {
        "sha": oid, "node_id": _node("Commit", 1), "url": f"{here}/commits/{oid}", "html_url": f"{here}/commit/{oid}",
        "comments_url": f"{here}/commits/{oid}/comments", "commit": inner, "author": None, "committer": None,
        "parents": parents,
    }  # fmt: skip
    return short_branch(name, oid, protected, url, full_name) | {
        "commit": whole,
        "_links": {"self": f"{here}/branches/{name}", "html": f"{url}/{full_name}/tree/{name}"},
        "protection": {"enabled": protected},
    }


def protection(settings: Mapping[str, JsonValue], url: str) -> Json:
    """A branch's protection as GET tells it (``branch-protection``), from the body that PUT took."""
    here = f"{url}/protection"
    told: Json = {"url": here}
    for name in (
        "required_linear_history", "allow_force_pushes", "allow_deletions", "block_creations",
        "required_conversation_resolution", "lock_branch", "allow_fork_syncing",
    ):  # fmt: skip
        told[name] = {"enabled": settings.get(name) is True}
    told["enforce_admins"] = {"url": f"{here}/enforce_admins", "enabled": settings.get("enforce_admins") is True}
    told["required_signatures"] = {
        "url": f"{here}/required_signatures", "enabled": settings.get("required_signatures") is True
    }  # fmt: skip
    checks = settings.get("required_status_checks")
    if isinstance(checks, dict):
        told["required_status_checks"] = _checks(checks, here)
    reviews = settings.get("required_pull_request_reviews")
    if isinstance(reviews, dict):
        told["required_pull_request_reviews"] = {
            "url": f"{here}/required_pull_request_reviews",
            "dismiss_stale_reviews": reviews.get("dismiss_stale_reviews") is True,
            "require_code_owner_reviews": reviews.get("require_code_owner_reviews") is True,
            "required_approving_review_count": reviews.get("required_approving_review_count", 1),
            "require_last_push_approval": reviews.get("require_last_push_approval") is True,
        }
    return told


def _checks(given: Json, here: str) -> Json:
    rows = given.get("checks")
    names = given.get("contexts")
    checks: Json = {}
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict):
            checks[str(row["context"])] = None if row.get("app_id") == _ANY_APP else row.get("app_id")
    for name in names if isinstance(names, list) else []:
        checks[str(name)] = None
    return {
        "url": f"{here}/required_status_checks",
        "contexts_url": f"{here}/required_status_checks/contexts",
        "strict": given.get("strict") is True,
        "contexts": [*checks],
        "checks": [{"context": name, "app_id": app} for name, app in checks.items()],
    }


def pull_request(pull: Json, refs: Mapping[str, str], whole: Json, url: str) -> Json:
    """A pull request in a list (``pull-request-simple``); its head is the git server's own ref."""
    number = int(str(pull["number"]))
    full_name = str(whole["full_name"])
    here = f"{url}/repos/{full_name}/pulls/{number}"
    issue = f"{url}/repos/{full_name}/issues/{number}"
    owner = full_name.partition("/")[0]
    author = account("dana", 7, url)
    nothing: Json = dict.fromkeys(("assignee", "body", "closed_at", "merged_at", "milestone", "auto_merge"))
    links: Json = {
        name: {"href": f"{here}/{name}"}
        for name in ("comments", "commits", "statuses", "html", "issue", "review_comments", "review_comment", "self")
    }
    head = refs.get(f"refs/pull/{number}/head", "")
    return nothing | {
        "_links": links, "labels": [], "id": number + 5000, "node_id": _node("PullRequest", number), "number": number,
        "state": pull["state"], "locked": False, "title": pull["title"], "user": author, "author_association": "MEMBER",
        "base": _end("main", refs.get("refs/heads/main", ""), owner, whole, author),
        "head": _end(str(pull["head"]), head, "dana", whole, author),
        "merge_commit_sha": refs.get(f"refs/pull/{number}/merge"), "created_at": _LONG_AGO, "updated_at": _LONG_AGO,
        "url": here, "html_url": f"{here}/html", "diff_url": f"{here}.diff", "patch_url": f"{here}.patch",
        "issue_url": issue, "comments_url": f"{issue}/comments", "commits_url": f"{here}/commits",
        "review_comments_url": f"{here}/comments", "review_comment_url": f"{here}/comments/0",
        "statuses_url": f"{url}/repos/{full_name}/statuses/{head}",
    }  # fmt: skip


def _end(ref: str, oid: str, owner: str, whole: Json, author: Json) -> Json:
    return {"label": f"{owner}:{ref}", "ref": ref, "sha": oid, "user": author, "repo": whole}


def _node(kind: str, number: int) -> str:
    return base64.b64encode(f"{kind}:{number}".encode()).decode()
