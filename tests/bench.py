"""A bench to try AWS clients and actions on: an incident of its own in the shared rehearsal cloud, with a suspect."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from irkit import config
from irkit.actions import catalog
from irkit.clients.clients import Clients, Listeners, Outside
from irkit.clients.evidence import EvidenceFile
from irkit.clients.iam import NewKey
from irkit.contract import ActionId, Operation, Plan, Proof, Receipt, Verdict
from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from irkit.drill.world.world import World

OTHER_POLICY = '{"Statement":[{"Action":"s3:*","Effect":"Deny","Resource":"*"}],"Version":"2012-10-17"}'
"""A policy document that is none of irkit's, as canonical JSON."""


@dataclass(frozen=True)
class Suspect:
    """A user of one's own, with one access key and the right to look at KMS keys."""

    user: str
    key: NewKey

    @property
    def arn(self) -> str:
        """The user's ARN."""
        return f"arn:aws:iam::111122223333:user/{self.user}"


class Postmortem:
    """Tells of no incident."""

    def text(self) -> str:
        return "# Nothing happened\n"


@dataclass
class Bench:
    """An incident's outside, pointed at a world. ``kept`` and ``told`` are what the listeners heard."""

    world: World
    folder: Path
    outside: Outside
    kept: list[EvidenceFile] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def clients(self, step: str = "step") -> Clients:
        return self.outside.clients(step, Listeners(progress=self.told.append, kept=self.kept.append))

    def suspect(self) -> Suspect:
        """A new user with a new key."""
        user = f"suspect-{uuid.uuid4().hex[:10]}"
        aws = self.clients("arrange").aws
        aws.call("iam", "create_user", UserName=user)
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        aws.call("iam", "put_user_policy", UserName=user, PolicyName="all", PolicyDocument=json.dumps(document))
        return Suspect(user, self.clients("arrange").iam.create_access_key(user))

    def role(self) -> str:
        """A new role that the account may take on, with the right to everything; its name."""
        name = f"role-{uuid.uuid4().hex[:10]}"
        aws = self.clients("arrange").aws
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        aws.call("iam", "create_role", RoleName=name, AssumeRolePolicyDocument=document)
        rights = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        aws.call("iam", "put_role_policy", RoleName=name, PolicyName="all", PolicyDocument=json.dumps(rights))
        return name

    def secret_of(self, suspect: Suspect) -> str:
        """A new Secrets Manager secret that holds the suspect's key and one field more; its name."""
        name = f"prod/{suspect.user}/aws"
        fields = {
            "access_key_id": suspect.key.key_id,
            "secret_access_key": suspect.key.secret.reveal(),
            "region": "eu-west-1",
        }
        self.clients("arrange").aws.call("secretsmanager", "create_secret", Name=name, SecretString=json.dumps(fields))
        return name


def bench(world: World, folder: Path, **changes: object) -> Bench:
    """A bench in an empty folder; ``changes`` replace fields of the world's own configuration."""
    settings = replace(config.load(Path(world.facts.config_file), environment={}), **changes)  # type: ignore[arg-type]
    incident = f"DRILL-{uuid.uuid4().hex[:6]}"
    return Bench(world, folder, Outside(settings, incident, folder, b"k" * 32, Postmortem()))


def operation(action_id: str) -> Operation[Any, Any]:
    """What an action does."""
    found = catalog.ACTIONS[ActionId(action_id)].operation
    assert found is not None
    return found


def revert(action_id: str) -> Operation[Any, Any]:
    """How an action is undone."""
    found = catalog.ACTIONS[ActionId(action_id)].revert
    assert found is not None
    return found


def planned(clients: Clients, action_id: str, **given: object) -> Plan:
    """The plan of an action for parameters, as it comes out of the journal again."""
    action = catalog.ACTIONS[ActionId(action_id)]
    plan = operation(action_id).plan(clients, action.params.model_validate(given))
    return Plan.model_validate_json(plan.model_dump_json())


def done(clients: Clients, action_id: str, **given: object) -> Receipt:
    """Plan and apply; the receipt as it comes out of the journal again."""
    return applied(clients, operation(action_id), planned(clients, action_id, **given))


def applied(clients: Clients, doing: Operation[Any, Any], plan: Plan) -> Receipt:
    """Apply a plan; the receipt as it comes out of the journal again."""
    return Receipt.model_validate_json(doing.apply(clients, plan).model_dump_json())


def proven(clients: Clients, doing: Operation[Any, Any], receipt: Receipt) -> Verdict:
    """Look until the effect is proven, as if it were an hour old; the last verdict, whatever it says."""
    until = time.monotonic() + PATIENCE_S
    while True:
        verdict = doing.verify(clients, aged(receipt))
        if verdict.proof is not Proof.NOT_YET or time.monotonic() > until:
            return verdict
        time.sleep(0.05)


def aged(receipt: Receipt) -> Receipt:
    """The receipt of an effect that had an hour to settle."""
    if "written_at" not in receipt.details:
        return receipt
    earlier = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    return receipt.model_copy(update={"details": {**receipt.details, "written_at": earlier}})


def asked(clients: Clients, action_id: str, **given: object) -> Mapping[str, Any]:
    """The result of a reading action, as the journal holds it."""
    action = catalog.ACTIONS[ActionId(action_id)]
    assert action.read is not None
    result = action.read(clients, action.params.model_validate(given))
    dumped: Mapping[str, Any] = json.loads(result.model_dump_json())
    return dumped
