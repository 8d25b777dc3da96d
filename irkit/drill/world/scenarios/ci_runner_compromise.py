"""A runner of the CI obeys somebody else, who acts as the role that it may assume."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

from pydantic import JsonValue

from irkit.drill.world import estate
from irkit.drill.world.bystander import Bystander, Callers
from irkit.drill.world.git_ci_seed import DEPLOY, seed_ci_repository
from irkit.drill.world.github_ci_seed import OWN_RUNNERS, STOLEN_RUN, TakenCi, seed_ci
from irkit.drill.world.scenarios.deploy_user import sealed
from irkit.drill.world.scenarios.key_leak import REPOSITORY
from irkit.drill.world.scenarios.scenario import OWN_NETWORKS, Door, Foothold, Foul, Scene, Story, WebIdentity
from irkit.drill.world.seed_aws import key_pair
from irkit.drill.world.signature import KeyPair
from irkit.drill.world.token_issuer import AUDIENCE, HOST, Job
from irkit.secret import Secret

CI_ROLE = "ci-deploy"
_ROLE_ARN = f"arn:aws:iam::{estate.ACCOUNT}:role/{CI_ROLE}"
_PROVIDER_ARN = f"arn:aws:iam::{estate.ACCOUNT}:oidc-provider/{HOST}"
_RUNNER_IP = "10.0.9.8"
_NOBODY = KeyPair("", Secret("unsigned"))


class CiRunnerCompromise:
    """The scenario of the runbook ``ci_runner_compromise``."""

    services: tuple[str, ...] = ()

    def furnish(self, scene: Scene) -> Story:
        """The provider, the role that trusts it too much, the repository with its CI, and the job taken over."""
        _role(scene)
        seed_ci_repository(scene.git, REPOSITORY, _ROLE_ARN, scene.alarm_at)
        taken = seed_ci(scene.github, REPOSITORY, scene.estate.planted["database password"], scene.alarm_at)
        foothold = Foothold(
            keys={},
            suspects=(_ROLE_ARN,),
            web=WebIdentity(_ROLE_ARN, lambda: _token(scene, taken), _RUNNER_IP),
            sealed=sealed(scene),
            secret_ids=(estate.DATABASE_SECRET, estate.DEPLOY_SECRET),
            fouls=_fouls(scene, taken),
            bystanders=(_deploys(scene),),
        )
        inputs: dict[str, JsonValue] = {
            "role": f"role/{CI_ROLE}",
            "repository": REPOSITORY,
            "repository_url": scene.git.clone_url(REPOSITORY),
            "known_runners": [OWN_RUNNERS],
            "known_networks": list(OWN_NETWORKS),
            "secret_id": estate.DEPLOY_SECRET,
            "key_id": scene.estate.leaked.key_id,
            "window_hours": 6,
        }
        return Story(foothold, inputs)


def _token(scene: Scene, taken: TakenCi) -> Secret:
    """GitHub gives tokens to jobs that go on, and to no others. Raises ``PermissionError``."""
    taken.require_job()
    return scene.issuer().token(Job(REPOSITORY, "refs/heads/main", DEPLOY, str(STOLEN_RUN), "ada"))


def _role(scene: Scene) -> None:
    """As such roles tend to be: any branch may take it on, and it may do far too much."""
    provider = {"Url": f"https://{HOST}", "ClientIDList.member.1": AUDIENCE, "ThumbprintList.member.1": "f" * 40}
    scene.root.query("iam", "CreateOpenIDConnectProvider", provider)
    trust: JsonValue = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": _PROVIDER_ARN},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {f"{HOST}:aud": AUDIENCE},
                    "StringLike": {f"{HOST}:sub": f"repo:{REPOSITORY}:*"},
                },
            }
        ],
    }
    secrets = f"arn:aws:secretsmanager:{estate.REGION}:{estate.ACCOUNT}:secret:prod/*"
    rights: JsonValue = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": scene.estate.kms_key_arn},
            {
                "Effect": "Allow",
                "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
                "Resource": secrets,
            },
            {
                "Effect": "Allow",
                "Action": [
                    "secretsmanager:ListSecrets",
                    "ecs:DescribeServices",
                    "ecs:UpdateService",
                    "iam:CreateUser",
                    "iam:CreateAccessKey",
                    "iam:AttachUserPolicy",
                    "iam:CreateRole",
                    "iam:AttachRolePolicy",
                    "iam:UpdateAssumeRolePolicy",
                    "iam:ListUsers",
                ],
                "Resource": "*",
            },
        ],
    }
    named = {"RoleName": CI_ROLE}
    scene.root.query("iam", "CreateRole", {**named, "AssumeRolePolicyDocument": json.dumps(trust)})
    scene.root.query("iam", "PutRolePolicy", {**named, "PolicyName": "own", "PolicyDocument": json.dumps(rights)})


def _deploys(scene: Scene) -> Bystander:
    """The honest deploys by the same role: to cut it rightly stops them too."""

    def job(callers: Callers) -> None:
        token = scene.issuer().token(Job(REPOSITORY, "refs/heads/main", DEPLOY, "60012", "ada"))
        asked = {"RoleArn": _ROLE_ARN, "RoleSessionName": "deploy-60012", "WebIdentityToken": token.reveal()}
        keys = key_pair(callers(_NOBODY).anonymous("sts", "AssumeRoleWithWebIdentity", asked))
        callers(keys).json("ecs", "DescribeServices", {"cluster": estate.CLUSTER, "services": list(estate.SERVICES)})

    agent = "aws-sdk-js/3.540.0 os/linux lang/js md/nodejs#20.11.1"
    return Bystander(
        "deploys", _ROLE_ARN, job, "10.0.9.7", agent, every=timedelta(seconds=4), rides_on=_ROLE_ARN
    )  # fmt: skip


def _fouls(scene: Scene, taken: TakenCi) -> dict[Foul, Callable[[], Door]]:
    """What the intruder can do at GitHub, while his job goes on."""
    github, tag = scene.github, f"{scene.random.randrange(16**4):04x}"
    found = github.repository(REPOSITORY)

    def register_runner() -> Door:
        name = f"linux-{tag}"
        number = taken.register_runner(name)
        return Door("runner", name, lambda: any(row["id"] == number for row in found.runners))

    def push_workflow() -> Door:
        branch = f"tidy-{tag}"
        commit = taken.push_workflow(branch, ".github/workflows/lint.yml")
        return Door("workflow", branch, lambda: scene.git.refs(REPOSITORY).get(f"refs/heads/{branch}") == commit)

    def add_deploy_key() -> Door:
        number = taken.add_deploy_key(f"sync {tag}")
        return Door("deploy key", f"sync {tag}", lambda: any(row["id"] == number for row in found.keys))

    def poison_cache() -> Door:
        number = taken.poison_cache(f"npm-linux-{tag}")
        return Door("cache", f"npm-linux-{tag}", lambda: any(row["id"] == number for row in found.caches))

    return {
        Foul.REGISTER_RUNNER: register_runner,
        Foul.PUSH_WORKFLOW: push_workflow,
        Foul.ADD_DEPLOY_KEY: add_deploy_key,
        Foul.POISON_CACHE: poison_cache,
    }
