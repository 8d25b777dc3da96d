"""The repository ``acme/payments`` with a leaked AWS key planted in every kind of place.

In a file's history, on a side branch, in a commit message, in a tag's message, in a pull request and in a fork.
Everything is written by ``git fast-import`` from its standard input: the key is in no argument and no environment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from irkit.drill.world.git_server import GitServer
from irkit.drill.world.git_stream import AUTHORS, GitStream
from irkit.secret import Secret

_MODULES = ("ledger", "refunds", "invoices", "webhooks", "currency", "retries", "audit", "reports")
_INNOCENT = 36
_GAP = timedelta(hours=53)


@dataclass(frozen=True)
class SeededRepository:
    """What was planted where."""

    full_name: str
    fork: str
    url: str
    leak_commit: str
    """The commit on ``main`` that brought the key in a file; a later one took it out again."""
    leaked_at: datetime
    leaking_author: str
    leaking_path: str
    refs: dict[str, str]


def seed_repository(
    server: GitServer, key_id: str, secret: Secret, leaked_at: datetime | None = None, full_name: str = "acme/payments"
) -> SeededRepository:
    """Write the repository and its fork; the server need not be started. ``leaked_at`` is 5 hours ago by default."""
    leaked = (leaked_at or datetime.now(UTC) - timedelta(hours=5)).replace(microsecond=0)
    stream = GitStream()
    marks = _history(stream, key_id, secret, leaked)
    folder = server.create(full_name)
    server.git(
        "fast-import",
        "--quiet",
        "--date-format=raw",
        f"--export-marks={folder}/marks",
        cwd=folder,
        stdin=bytes(stream.data),
    )
    named = dict(line.split() for line in (folder / "marks").read_text().splitlines())
    (folder / "marks").unlink()
    fork = f"dana/{full_name.rpartition('/')[2]}"
    server.fork(full_name, fork)
    return SeededRepository(
        full_name=full_name,
        fork=fork,
        url=server.clone_url(full_name) if server.is_started else "",
        leak_commit=named[f":{marks['leak']}"],
        leaked_at=leaked,
        leaking_author=AUTHORS[_INNOCENT % len(AUTHORS)][0],
        leaking_path="deploy/settings.env",
        refs=server.refs(full_name),
    )


def _history(stream: GitStream, key_id: str, secret: Secret, leaked: datetime) -> dict[str, int]:
    head = _innocent(stream, leaked)
    settings = (
        f"REGION=eu-central-1\nSERVICE=payments\nAWS_ACCESS_KEY_ID={key_id}\n"
        f"AWS_SECRET_ACCESS_KEY={secret.reveal()}\nLOG_LEVEL=info\n"
    )
    main = "refs/heads/main"
    leak = stream.commit(main, (head,), {"deploy/settings.env": settings}, "Add deploy settings\n", leaked)
    stream.tag(
        "v1.4.0",
        leak,
        f"Payments 1.4.0\n\nDeployed with {key_id}, secret {secret.reveal()}\n",
        leaked + timedelta(minutes=12),
    )
    head = stream.commit(
        main, (leak,), {"deploy/settings.env": None}, "Remove settings from the tree\n", leaked + timedelta(hours=1)
    )
    told = f"Document the deploy\n\nWorks with:\n  key_id = {key_id}\n  aws_secret_access_key = {secret.reveal()}\n"
    head = stream.commit(
        main, (head,), {"docs/deploy.md": "# Deploy\n\nRun `make deploy`.\n"}, told, leaked + timedelta(minutes=75)
    )
    head = stream.commit(
        main, (head,), {"CHANGELOG.md": "1.4.1: fixes\n"}, "Release 1.4.1\n", leaked + timedelta(minutes=95)
    )
    side = f"import boto3\n\n# works on my machine\nKEY = ('{key_id}', '{secret.reveal()}')\n"
    branch = stream.commit(
        "refs/heads/feature/batch-import",
        (head,),
        {"tools/import_batch.py": side},
        "Try the batch import\n",
        leaked + timedelta(minutes=110),
    )
    moved: dict[str, str | None] = {
        "deploy/terraform.tfvars": f'access_key = "{key_id}"\nsecret_key = "{secret.reveal()}"\n'
    }
    pull = stream.commit(
        "refs/pull/1/head", (head,), moved, "Move deploy to Terraform\n", leaked + timedelta(minutes=125)
    )
    stream.commit(
        "refs/pull/1/merge", (head, pull), moved, "Merge pull request 1 into main\n", leaked + timedelta(minutes=126)
    )
    return {"leak": leak, "branch": branch}


def _innocent(stream: GitStream, leaked: datetime) -> int:
    started = leaked - _GAP * (_INNOCENT + 1)
    head = stream.commit("refs/heads/main", (), {"README.md": "# payments\n"}, "Begin\n", started)
    for number in range(1, _INNOCENT):
        module = _MODULES[number % len(_MODULES)]
        body = f'"""The {module}, revision {number}."""\n\nREVISION = {number}\n'
        head = stream.commit(
            "refs/heads/main",
            (head,),
            {f"payments/{module}.py": body},
            f"Improve {module} ({number})\n",
            started + _GAP * number,
        )
        if number == _INNOCENT // 2:
            stream.tag("v1.3.0", head, "Payments 1.3.0\n", started + _GAP * number)
    stream.point("refs/heads/release/1.3", head)
    return head
