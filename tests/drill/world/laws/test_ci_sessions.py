"""Sessions of a CI role in a rehearsal cloud: taken on with a token, and recorded as AWS does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.ci import CI
from irkit.cloudtrail.record import record
from irkit.drill.world import estate
from irkit.drill.world.json_shape import Json, JsonObject, at
from irkit.drill.world.signature import KeyPair
from irkit.drill.world.token_issuer import AUDIENCE, HOST, Job
from irkit.drill.world.world import World
from irkit.secret import Secret
from tests.cloudtrail.held import Held
from tests.drill.world.accounts import admin, caller, records

JOB = Job("acme/payments", "refs/heads/main", "deploy", "4711", "mona")
PROVIDER = f"arn:aws:iam::{estate.ACCOUNT}:oidc-provider/{HOST}"
ROLE = f"arn:aws:iam::{estate.ACCOUNT}:role/laws-ci"


@dataclass(frozen=True)
class Runner:
    """A runner of the CI, which asks AWS for sessions."""

    world: World

    def session(self, job: Job = JOB, audience: str = AUDIENCE, **more: str) -> KeyPair:
        import boto3

        unsigned = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
        sts = boto3.client("sts", endpoint_url=self.world.aws.url, region_name=estate.REGION, config=unsigned)
        token = self.world.aws.issuer().token(job, audience).reveal()
        told = sts.assume_role_with_web_identity(
            RoleArn=ROLE, RoleSessionName=f"run-{job.run_id}", WebIdentityToken=token, **more
        )
        found = told["Credentials"]
        secret, session = Secret(found["SecretAccessKey"]), Secret(found["SessionToken"])
        return KeyPair(found["AccessKeyId"], secret, session)


@pytest.fixture(scope="module")
def runner(world: World) -> Iterator[Runner]:
    by = admin(world)
    provider = {"Url": f"https://{HOST}", "ClientIDList.member.1": AUDIENCE, "ThumbprintList.member.1": "a" * 40}
    by.query("iam", "CreateOpenIDConnectProvider", provider)
    conditions: JsonObject = {
        "StringEquals": {f"{HOST}:aud": AUDIENCE},
        "StringLike": {f"{HOST}:sub": "repo:acme/payments:*"},
    }
    trust = _document("sts:AssumeRoleWithWebIdentity", Principal={"Federated": PROVIDER}, Condition=conditions)
    by.query("iam", "CreateRole", {"RoleName": "laws-ci", "AssumeRolePolicyDocument": trust})
    may = _document("secretsmanager:*", Resource="*")
    by.query("iam", "PutRolePolicy", {"RoleName": "laws-ci", "PolicyName": "own", "PolicyDocument": may})
    yield Runner(world)
    by.query("iam", "DeleteRolePolicy", {"RoleName": "laws-ci", "PolicyName": "own"})
    by.query("iam", "DeleteRole", {"RoleName": "laws-ci"})
    by.query("iam", "DeleteOpenIDConnectProvider", {"OpenIDConnectProviderArn": PROVIDER})


def _document(action: str, **more: Json) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, **more}]})


def _taken(world: World, key_id: str) -> JsonObject:
    path = ("responseElements", "credentials", "accessKeyId")
    return next(one.record for one in world.aws.events.everything() if at(one.record, *path) == key_id)


def test_a_session_is_recorded_with_the_subject_that_took_it_on(world: World, runner: Runner) -> None:
    keys = runner.session()
    record = _taken(world, keys.key_id)
    assert record["userIdentity"] == {
        "type": "WebIdentityUser",
        "principalId": f"{PROVIDER}:{AUDIENCE}:{JOB.subject}",
        "userName": JOB.subject,
        "identityProvider": PROVIDER,
    }
    assert record["requestParameters"] == {"roleArn": ROLE, "roleSessionName": "run-4711"}
    assert at(record, "responseElements", "subjectFromWebIdentityToken") == JOB.subject
    assert at(record, "responseElements", "provider") == PROVIDER
    caller(world, keys).json("secretsmanager", "ListSecrets", {})
    [used] = records(world, keys.key_id)
    context = at(used, "userIdentity", "sessionContext", "webIdFederationData")
    assert context == {"federatedProvider": PROVIDER, "attributes": {}}


@pytest.mark.parametrize(
    ("job", "audience", "code"),
    [
        (Job("evil/x", "refs/heads/main", "w", "1", "e"), AUDIENCE, "AccessDenied"),
        (JOB, "somebody-else", "InvalidIdentityToken"),
    ],
)
def test_the_trust_policy_and_the_provider_decide(runner: Runner, job: Job, audience: str, code: str) -> None:
    with pytest.raises(ClientError) as refused:
        runner.session(job, audience)
    assert refused.value.response["Error"]["Code"] == code


def test_a_refused_token_leaves_a_record_that_names_its_subject(world: World, runner: Runner) -> None:
    job = Job("evil/y", "refs/heads/main", "w", "1", "e")
    with pytest.raises(ClientError):
        runner.session(job)
    [record] = [one.record for one in world.aws.events.everything() if at(one.record, *_NAME) == job.subject]
    assert (record["errorCode"], at(record, "requestParameters", "roleArn")) == ("AccessDenied", ROLE)


_NAME = ("userIdentity", "userName")


def test_session_policies_narrow_a_ci_session(world: World, runner: Runner) -> None:
    keys = runner.session(Policy=_document("kms:*", Resource="*"))
    from irkit.drill.world.aws_caller import AwsRefused

    with pytest.raises(AwsRefused, match="AccessDenied"):
        caller(world, keys).json("secretsmanager", "ListSecrets", {})


def test_an_audience_taken_from_the_provider_shuts_the_ci_out_and_given_back_lets_it_in(
    world: World, runner: Runner
) -> None:
    told = {"OpenIDConnectProviderArn": PROVIDER, "ClientID": AUDIENCE}
    admin(world).query("iam", "RemoveClientIDFromOpenIDConnectProvider", told)
    with pytest.raises(ClientError, match="Incorrect token audience"):
        runner.session()
    admin(world).query("iam", "AddClientIDToOpenIDConnectProvider", told)
    assert runner.session().key_id


def test_no_record_holds_a_token(world: World, runner: Runner) -> None:
    runner.session()
    assert "webIdentityToken" not in json.dumps([one.record for one in world.aws.events.everything()])


def test_irkits_own_question_finds_the_run_and_what_it_asked(world: World, runner: Runner) -> None:
    job = Job("acme/payments", "refs/heads/main", "deploy", "4712", "mona", environment="prod")
    keys = runner.session(job)
    caller(world, keys).json("secretsmanager", "ListSecrets", {})
    records_read = [record(json.dumps(one.record)) for one in world.aws.events.everything()]
    [run] = ask(Held(records_read), CI, Query(sessions=("run-4712",))).rows
    assert (run.repository, run.of, run.audience, run.calls) == ("acme/payments", "environment:prod", AUDIENCE, 1)
    assert (run.role, run.key_id) == (ROLE, keys.key_id)
