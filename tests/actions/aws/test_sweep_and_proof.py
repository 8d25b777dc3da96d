"""``aws.sweep_window`` and ``aws.prove_principal_dead`` against a cloud in which an intruder has been."""

from __future__ import annotations

from dataclasses import replace

import pytest

from irkit.actions.aws.sweep_window import Result
from irkit.clients.aws import Tries
from irkit.clients.iam import KeyStatus
from irkit.clients.principal_seen import principal_seen
from irkit.clients.sts import KeyAnswer, KeyProbe, Sts
from irkit.contract import Seen
from irkit.drill.world.estate import LEAKED_USER
from tests.bench import Bench, asked, bench, done

ACCOUNT = "111122223333"
SUSPECT = f"arn:aws:iam::{ACCOUNT}:user/{LEAKED_USER}"


@pytest.fixture
def swift(on: Bench) -> Bench:
    """The same incident, whose changes bind and whose log is complete at once."""
    config = on.outside.config
    return bench(
        on.world,
        on.folder,
        aws=replace(config.aws, settle_s=0),
        cloudtrail=replace(config.cloudtrail, lag_s=0),
    )


def test_a_sweep_finds_what_the_intruder_made_by_whom_and_by_which_event(on: Bench) -> None:
    found = asked(on.clients(), "aws.sweep_window", principals=[SUSPECT])
    (user,) = found["users"]
    assert (user["user"], user["by"], user["call"]) == ("svc-backup2", SUSPECT, "iam:CreateUser")
    assert user["event_id"] in {one.event_id for one in on.world.aws.events.everything()}
    (trust,) = found["trusts"]
    assert (trust["role"], trust["added"]) == ("ci-reader", ["arn:aws:iam::444455556666:root"])
    assert found["outcome"] == "found"
    assert f"arn:aws:iam::{ACCOUNT}:user/svc-backup2" in found["found_principals"]
    assert found["made_keys"]
    assert [one.path for one in on.kept] == [found["evidence"]]


def test_a_sweep_goes_back_to_the_first_call_from_elsewhere_when_the_strange_use_was_noticed_late(on: Bench) -> None:
    noticed = on.clients().aws_now().at
    late = asked(on.clients(), "aws.sweep_window", principals=[SUSPECT], since=noticed.isoformat())
    assert late["users"] == []
    networks = ["192.0.2.0/24"]
    found = asked(
        on.clients(), "aws.sweep_window", principals=[SUSPECT], since=noticed.isoformat(), known_networks=networks
    )
    assert [user["user"] for user in found["users"]] == ["svc-backup2"]
    assert found["since"] < noticed.isoformat()


def test_a_sweep_of_somebody_who_made_nothing_finds_nothing_of_theirs(on: Bench) -> None:
    found = asked(on.clients(), "aws.sweep_window", principals=[on.suspect().arn], hours=1)
    lists = ("users", "roles", "stray_keys", "trusts", "rights", "passwords", "grants", "sessions")
    assert {name: found[name] for name in lists} == {name: [] for name in lists}


def test_what_a_sweep_did_not_see_stands_in_its_line(on: Bench) -> None:
    found = asked(on.clients(), "aws.sweep_window", principals=[on.suspect().arn], hours=1)
    assert "NOT SEEN" not in Result.model_validate({**found, "not_seen": ()}).summary
    assert Result.model_validate({**found, "not_seen": ("us-east-1",)}).summary.endswith("; NOT SEEN: us-east-1")


def test_a_key_that_is_inactive_is_proven_dead_by_a_call_signed_with_it(swift: Bench) -> None:
    suspect = swift.suspect()
    swift.outside.known_secrets.remember(suspect.key.key_id, suspect.key.secret)
    done(swift.clients(), "aws.quarantine_user", user=suspect.user)
    found = asked(swift.clients("prove"), "aws.prove_principal_dead", principals=[suspect.arn])
    assert found["outcome"] == "dead", found["seen"]
    told = {(one["credential"]["id"], one["seen"], one["by"]) for one in found["sightings"]}
    assert told >= {
        (suspect.key.key_id, "denied", "probe"),
        (suspect.key.key_id, "quiet", "log"),
        (suspect.arn, "denied", "simulation"),
        (suspect.arn, "quiet", "log"),
    }


def test_a_key_that_is_taken_is_alive_whatever_iam_lists(swift: Bench) -> None:
    suspect = swift.suspect()
    swift.outside.known_secrets.remember(suspect.key.key_id, suspect.key.secret)
    found = asked(swift.clients(), "aws.prove_principal_dead", principals=[suspect.arn])
    assert found["outcome"] == "alive"
    assert suspect.key.key_id in found["alive"]


def test_an_active_key_whose_user_is_denied_is_refused_what_policies_govern(swift: Bench) -> None:
    suspect = swift.suspect()
    swift.outside.known_secrets.remember(suspect.key.key_id, suspect.key.secret)
    done(swift.clients(), "aws.deny_principal", principal=suspect.arn)
    found = asked(swift.clients(), "aws.prove_principal_dead", principals=[suspect.arn])
    (probe,) = [one for one in found["sightings"] if one["by"] == "probe"]
    assert (probe["seen"], "refused by an explicit deny" in probe["says"]) == ("denied", True)


@pytest.mark.parametrize("how", ["aws.deny_principal", "aws.revoke_sessions"])
def test_a_federated_user_is_refused_as_whoever_asked_for_its_token_is(swift: Bench, how: str) -> None:
    suspect = swift.suspect()
    own = suspect.key.key_id, suspect.key.secret
    name = f"fed-{suspect.user}"[:32]
    sts = swift.clients().aws.session.client("sts", "", "intruder", Tries.ONCE, own)
    arn = sts.get_federation_token(Name=name)["FederatedUser"]["Arn"]
    found = asked(swift.clients(), "aws.prove_principal_dead", principals=[arn])
    assert (found["outcome"], found["unproven"]) == ("unproven", [arn])
    assert "is not refused everything" in found["sightings"][0]["says"]
    done(swift.clients(), how, principal=suspect.arn)
    found = asked(swift.clients(), "aws.prove_principal_dead", principals=[arn])
    assert found["outcome"] == "dead"
    assert f"{suspect.arn} asked for its token" in found["sightings"][0]["says"]


def test_of_a_federated_user_of_whom_the_log_does_not_tell_who_asked_nothing_is_claimed(swift: Bench) -> None:
    nobody = "arn:aws:sts::111122223333:federated-user/nobody-asked"
    found = asked(swift.clients(), "aws.prove_principal_dead", principals=[nobody])
    assert (found["outcome"], found["unproven"]) == ("unproven", [nobody])


def test_what_nobody_denied_is_not_proven_dead(swift: Bench) -> None:
    suspect = swift.suspect()
    found = asked(swift.clients(), "aws.prove_principal_dead", principals=[suspect.arn])
    assert found["outcome"] == "unproven"
    assert set(found["unproven"]) == {suspect.arn, suspect.key.key_id}


def test_a_key_that_iam_lists_as_active_since_its_cut_is_alive_before_the_log_tells_of_its_use(swift: Bench) -> None:
    suspect = swift.suspect()
    cut_at = swift.clients().aws_now().at.isoformat()
    found = asked(swift.clients(), "aws.prove_principal_dead", principals=[suspect.arn], cut_at=cut_at)
    assert (found["outcome"], found["alive"]) == ("alive", [suspect.key.key_id])
    assert found["alive_keys"] == [{"user": suspect.user, "principal": suspect.arn, "key_id": suspect.key.key_id}]


def test_a_key_made_active_a_moment_ago_is_alive_while_it_is_refused_still(
    swift: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change has not spread yet."""
    suspect = swift.suspect()
    swift.outside.known_secrets.remember(suspect.key.key_id, suspect.key.secret)
    refused = KeyProbe(KeyAnswer.REFUSED, "InvalidClientTokenId")
    monkeypatch.setattr(Sts, "probe_key", lambda *_: refused)
    now = swift.clients().aws_now().at.isoformat()
    keys = [suspect.key.key_id]
    found = asked(swift.clients(), "aws.prove_principal_dead", principals=[], keys=keys, cut_at=now)
    assert (found["outcome"], found["alive"]) == ("alive", keys)
    swift.clients().iam.set_key_status(suspect.user, suspect.key.key_id, KeyStatus.INACTIVE)
    found = asked(swift.clients(), "aws.prove_principal_dead", principals=[], keys=keys, cut_at=now)
    assert found["alive"] == []


def test_until_the_log_can_be_complete_nothing_is_quiet(on: Bench) -> None:
    suspect = on.suspect()
    on.clients().iam.set_key_status(suspect.user, suspect.key.key_id, KeyStatus.INACTIVE)
    slow = replace(on.outside.config.cloudtrail, lag_s=900)
    there = bench(on.world, on.folder, cloudtrail=slow)
    found = asked(there.clients(), "aws.prove_principal_dead", principals=[suspect.arn], wait_s=0)
    assert (found["outcome"], found["alive_keys"]) == ("unproven", [])
    assert {one["seen"] for one in found["sightings"] if one["by"] == "log"} == {"unknown"}


def test_one_session_of_a_shared_role_is_denied_by_the_deny_of_its_name(on: Bench) -> None:
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{on.role()}/jane.doe"
    before, _ = principal_seen(on.clients(), session, ("kms:Decrypt",))
    done(on.clients(), "aws.revoke_sessions", principal=session)
    seen, says = principal_seen(on.clients(), session, ("kms:Decrypt",))
    other, _ = principal_seen(on.clients(), session.replace("jane.doe", "sam.lee"), ("kms:Decrypt",))
    assert (before, seen, other) == (Seen.UNKNOWN, Seen.DENIED, Seen.UNKNOWN)
    assert "IrkitRevokeOlderSessions-jane.doe" in says


def test_a_session_of_a_role_that_is_gone_is_denied(on: Bench) -> None:
    gone = f"arn:aws:sts::{ACCOUNT}:assumed-role/never-there/jane.doe"
    assert principal_seen(on.clients(), gone, ("kms:Decrypt",)) == (Seen.DENIED, "IAM knows no role never-there")
