"""Each action works with exactly the permissions it declares: the break-glass policy is made of these."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from irkit.actions import catalog
from irkit.clients.iam import KeyStatus
from irkit.contract import ActionId, Proof
from irkit.drill.world.estate import TRAIL_BUCKET
from irkit.errors import Denied
from tests.actions.aws.held import hold_by_hand
from tests.actions.aws.test_consumers import service
from tests.bench import Bench, applied, asked, bench, done, planned, proven

Given = Mapping[str, object]


def responder(on: Bench, permissions: tuple[str, ...]) -> Bench:
    """The same incident, seen by a user who may do these things and nothing else."""
    user = f"responder-{uuid.uuid4().hex[:10]}"
    clients = on.clients("arrange")
    clients.aws.call("iam", "create_user", UserName=user)
    if permissions:
        document = {"Statement": [{"Effect": "Allow", "Action": list(permissions), "Resource": "*"}]}
        clients.iam.put_user_policy(user, "declared", json.dumps({"Version": "2012-10-17", **document}))
    key = clients.iam.create_access_key(user)
    credentials = on.folder / f"{user}-credentials"
    theirs = (on.outside.config.aws.credentials_file or credentials).read_text(encoding="utf-8")
    organization = theirs[theirs.index(f"[{on.outside.config.aws.organization_profile}]") :]
    credentials.write_text(
        f"[default]\naws_access_key_id = {key.key_id}\naws_secret_access_key = {key.secret.reveal()}\n{organization}",
        encoding="utf-8",
    )
    aws = replace(on.outside.config.aws, credentials_file=credentials)
    seen = bench(on.world, on.folder, aws=aws)
    return replace(seen, outside=replace(seen.outside, incident=on.outside.incident))


def _a_user(on: Bench) -> Given:
    return {"user": on.suspect().user}


def _a_known_key(on: Bench) -> Given:
    return {"principal": on.suspect().key.key_id}


def _a_users_key(on: Bench) -> Given:
    suspect = on.suspect()
    return {"user": suspect.user, "key_id": suspect.key.key_id}


def _a_dead_key(on: Bench) -> Given:
    suspect = on.suspect()
    on.clients().iam.set_key_status(suspect.user, suspect.key.key_id, KeyStatus.INACTIVE)
    on.clients().iam.put_user_policy(
        suspect.user,
        "IrkitDenyAll",
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}',
    )
    return {"user": suspect.user, "dead_key_id": suspect.key.key_id}


def _a_stored_key(on: Bench) -> Given:
    suspect = on.suspect()
    on.clients().iam.create_access_key(suspect.user)  # one that was lost: it must be deleted too
    return {"user": suspect.user, "secret_id": on.secret_of(suspect), "replaces": suspect.key.key_id}


def _a_service(on: Bench) -> Given:
    cluster, name = service(on, "arn:x")
    return {"cluster": cluster, "service": name, "version_id": "v"}


def _a_consumed_secret(on: Bench) -> Given:
    return {"secret_id": on.world.facts.secret_id}


def _a_principal(on: Bench) -> Given:
    return {"principal": on.suspect().arn}


def _principals(on: Bench) -> Given:
    return {"principals": [on.suspect().arn]}


def _a_held_innocent(on: Bench) -> Given:
    held = hold_by_hand(on, on.suspect())
    on.world.aws.deliver()
    return {"held": [[held.model_dump(mode="json")]], "suspects": []}


def _a_quiet_principal(on: Bench) -> Given:
    return {**_principals(on), "wait_s": 0}


def _a_role(on: Bench) -> Given:
    return {"role": on.role()}


def _a_trust(on: Bench) -> Given:
    return {"role": on.role(), "added": ["arn:aws:iam::111122223333:root"]}


def _shut_in_without_a_freeze(on: Bench) -> Given:
    """Without a freeze: the world is shared, and others make identities in it."""
    return {**_principals(on), "freeze": "off"}


def _a_quarantined_user(on: Bench) -> Given:
    suspect = on.suspect()
    done(on.clients("arrange"), "aws.quarantine_principals", principals=[suspect.arn], freeze="off")
    return {"principals": [suspect.arn]}


def _the_leaked_key(on: Bench) -> Given:
    return {"key_id": on.world.facts.key_id}


def _what_it_did(on: Bench) -> Given:
    return {"key_ids": [on.world.facts.key_id]}


def _the_trail(on: Bench) -> Given:
    on.world.aws.deliver()
    return {"source": f"s3://{TRAIL_BUCKET}/AWSLogs", "hours": 2}


_LISTED = (
    *("find_news", "list_activity", "list_ci_sessions", "list_decrypts", "list_denied", "list_secrets_read"),
    "trace_lineage",
)
EFFECTS: Mapping[str, Callable[[Bench], Given]] = {
    "aws.block_trust": _a_role,
    "aws.deactivate_keys": _a_user,
    "aws.deny_identity_making": _a_principal,
    "aws.deny_principal": _a_principal,
    "aws.detach_rights": _a_principal,
    "aws.hold_principals": _principals,
    "aws.issue_access_key": _a_stored_key,
    "aws.let_go": _a_held_innocent,
    "aws.lift_user_deny": _a_dead_key,
    "aws.quarantine_principals": _shut_in_without_a_freeze,
    "aws.quarantine_role": _a_role,
    "aws.quarantine_user": _a_user,
    "aws.release_principals": _a_quarantined_user,
    "aws.restart_service": _a_service,
    "aws.restore_trust": _a_trust,
    "aws.revoke_sessions": _a_principal,
}
READS: Mapping[str, Callable[[Bench], Given]] = {
    "aws.find_consumers": _a_consumed_secret,
    "aws.find_quarantine_reach": _principals,
    "aws.find_residual_paths": _principals,
    "aws.identify_principal": _a_known_key,
    "aws.prove_not_self": _a_users_key,
    "aws.prove_principal_dead": _a_quiet_principal,
    "aws.prove_quarantine": _principals,
    "aws.snapshot_principal": _a_principal,
    "aws.sweep_window": _principals,
    **dict.fromkeys((f"cloudtrail.{name}" for name in _LISTED), _what_it_did),
    "cloudtrail.hunt_persistence": _the_leaked_key,
    "cloudtrail.keep_logs": _the_trail,
    "cloudtrail.measure_key_use": _the_leaked_key,
    "cloudtrail.verify_logs": _the_trail,
}
BY_THE_ORGANIZATION = {"aws.prove_quarantine", "aws.quarantine_principals"}
"""Done with the organization's profile alone."""
IN_A_WORLD_OF_ITS_OWN = {"aws.lift_freeze"}
"""A freeze would stop all others in the shared world (``test_quarantine_principals.py``)."""
NOT_EMULATED = {"aws.remove_oidc_audience"}
"""The emulator has no such call: tried against made answers (``test_oidc_audience.py``)."""
OF_KMS_AND_LEAVING = {
    *("aws.deactivate_credentials", "aws.disable_kms_key", "aws.find_kms_grants", "aws.find_last_activity"),
    *("aws.find_readable_values", "aws.find_sealed_values", "aws.identify_kms_key", "aws.judge_kms_key"),
    *("aws.remove_login_profile", "aws.revoke_kms_grants", "aws.find_trust_gaps", "cloudtrail.find_key_changes"),
    *("aws.rotate_kms_key", "cloudtrail.measure_kms_use", "cloudtrail.measure_opened", "cloudtrail.prove_quiet"),
}
"""Tried with their own permissions where they are tried."""


def test_every_action_on_aws_is_tried_here() -> None:
    on_aws = {name for name in catalog.MODULES if name.startswith(("aws.", "cloudtrail."))}
    elsewhere = NOT_EMULATED | IN_A_WORLD_OF_ITS_OWN | OF_KMS_AND_LEAVING
    judging = {f"cloudtrail.{what}" for what in ("judge_callers", "judge_context", "judge_use", "settle_suspects")}
    assert on_aws - {*EFFECTS, *READS} - elsewhere == judging, "judging asks nothing outside"


@pytest.mark.parametrize("action_id", EFFECTS)
def test_an_effect_is_done_proven_and_undone_with_its_own_permissions(on: Bench, action_id: str) -> None:
    action = catalog.ACTIONS[ActionId(action_id)]
    clients = responder(on, action.iam).clients("allowed")
    plan = planned(clients, action_id, **EFFECTS[action_id](on))
    doing = action.operation
    assert doing is not None
    doing.probe(clients, plan)
    receipt = applied(clients, doing, plan)
    assert proven(clients, doing, receipt).proof is Proof.PROVEN
    if action.revert is not None:
        undo = action.revert.plan(clients, receipt)
        assert undo.changes
        action.revert.probe(clients, undo)
        undone = applied(clients, action.revert, undo)
        assert proven(clients, action.revert, undone).proof is Proof.PROVEN


@pytest.mark.parametrize("action_id", READS)
def test_a_reading_is_done_with_its_own_permissions(on: Bench, action_id: str) -> None:
    clients = responder(on, catalog.ACTIONS[ActionId(action_id)].iam).clients("allowed")
    assert asked(clients, action_id, **READS[action_id](on))


@pytest.mark.parametrize("action_id", sorted({*EFFECTS, *READS} - {"aws.prove_not_self", *BY_THE_ORGANIZATION}))
def test_without_permissions_it_is_denied_and_nothing_else(on: Bench, action_id: str) -> None:
    clients = responder(on, ()).clients("denied")
    given = {**EFFECTS, **READS}[action_id](on)
    ask = planned if action_id in EFFECTS else asked
    with pytest.raises(Denied):
        ask(clients, action_id, **given)
