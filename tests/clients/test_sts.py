from __future__ import annotations

from dataclasses import replace

import pytest

from irkit.clients.iam import KeyStatus
from irkit.clients.sts import KeyAnswer
from irkit.errors import OwnIdentity
from irkit.secret import Secret
from tests.bench import Bench, bench


def test_an_active_key_is_accepted_and_an_inactive_one_refused(on: Bench) -> None:
    suspect = on.suspect()
    sts = on.clients().sts
    assert sts.probe_key(suspect.key.key_id, suspect.key.secret).answer is KeyAnswer.ACCEPTED
    on.clients().iam.set_key_status(suspect.user, suspect.key.key_id, KeyStatus.INACTIVE)
    assert sts.probe_key(suspect.key.key_id, suspect.key.secret).answer is KeyAnswer.REFUSED


def test_a_deleted_key_is_refused(on: Bench) -> None:
    suspect = on.suspect()
    on.clients().iam.delete_access_key(suspect.user, suspect.key.key_id)
    assert on.clients().sts.probe_key(suspect.key.key_id, suspect.key.secret).answer is KeyAnswer.REFUSED


def test_a_wrong_secret_is_not_taken_for_a_dead_key(on: Bench) -> None:
    suspect = on.suspect()
    assert on.clients().sts.probe_key(suspect.key.key_id, Secret("x" * 40)).answer is KeyAnswer.WRONG_SECRET


def test_a_session_of_a_role_is_known_by_the_roles_name(on: Bench) -> None:
    own = on.clients().sts.own_identity()
    assert own.principal == "irkit-break-glass"
    assert own.account == on.world.facts.account


@pytest.mark.parametrize("named", ["svc-x", "arn:aws:iam::111122223333:user/svc-x"])
def test_protected_principals_are_refused_by_name_and_by_arn(on: Bench, named: str) -> None:
    guarded = bench(on.world, on.folder, protected_principals=(named,)).clients().sts
    with pytest.raises(OwnIdentity):
        guarded.refuse_own(user="svc-x")
    with pytest.raises(OwnIdentity):
        guarded.refuse_own(role="svc-x")
    assert guarded.refuse_own(user="svc-y").principal


def test_who_takes_on_our_role_is_ours_too(on: Bench) -> None:
    person, between, role, aws = on.suspect(), on.role(), on.role(), on.outside.config.aws
    config, credentials = on.folder / "config", on.folder / "credentials"
    about = f"region = {aws.region}\nendpoint_url = {on.world.facts.aws_endpoint}\n"
    arn = f"arn:aws:iam::{on.world.facts.account}:role/"
    via = f"[profile via]\n{about}role_arn = {arn}{role}\nsource_profile = between\n"
    via += f"[profile between]\n{about}role_arn = {arn}{between}\nsource_profile = person\n"
    config.write_text(f"[profile person]\n{about}{via}")
    key = f"aws_access_key_id = {person.key.key_id}\naws_secret_access_key = {person.key.secret.reveal()}\n"
    credentials.write_text(f"[person]\n{key}")
    mine = replace(aws, profile="via", config_file=config, credentials_file=credentials)
    sts = bench(on.world, on.folder, aws=mine).clients().sts
    assert sts.refuse_own(user="somebody-else").principal == role
    for theirs in ({"role": role}, {"role": between}, {"user": person.user}, {"key_id": person.key.key_id}):
        with pytest.raises(OwnIdentity):
            sts.refuse_own(**theirs)
    on.clients("arrange").iam.set_key_status(person.user, person.key.key_id, KeyStatus.INACTIVE)
    assert sts.refuse_own(user=person.user).principal == role, (
        "it can take on nothing any more, so it is let be stopped"
    )
