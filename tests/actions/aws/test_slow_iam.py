"""IAM takes seconds to spread: an effect is not called proven before it is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from irkit.contract import Proof, Seen
from tests.bench import Bench, aged, done, operation


@pytest.fixture
def slow(on: Bench) -> Iterator[Bench]:
    """A suspect's cloud in which no IAM write shows its effect until ``settle``."""
    faults = on.world.aws.faults
    yield on
    faults.iam_delay = timedelta()
    on.world.aws.settle()


def test_a_key_that_still_works_while_iam_spreads_is_not_yet_dead(slow: Bench) -> None:
    suspect = slow.suspect()
    slow.outside.known_secrets.remember(suspect.key.key_id, suspect.key.secret)
    slow.world.aws.faults.iam_delay = timedelta(hours=1)
    doing = operation("aws.deactivate_keys")
    receipt = done(slow.clients(), "aws.deactivate_keys", user=suspect.user)
    verdict = doing.verify(slow.clients(), aged(receipt))
    assert verdict.proof is Proof.NOT_YET
    assert [one.seen for one in verdict.sightings] == [Seen.ALIVE]
    slow.world.aws.settle()
    assert doing.verify(slow.clients(), aged(receipt)).proof is Proof.PROVEN


@pytest.mark.parametrize("action_id", ["aws.deny_principal", "aws.revoke_sessions", "aws.quarantine_user"])
def test_what_was_just_written_is_not_yet_proven(slow: Bench, action_id: str) -> None:
    suspect = slow.suspect()
    given = {"user": suspect.user} if action_id == "aws.quarantine_user" else {"principal": suspect.arn}
    receipt = done(slow.clients(), action_id, **given)
    assert operation(action_id).verify(slow.clients(), receipt).proof is Proof.NOT_YET
    assert operation(action_id).verify(slow.clients(), aged(receipt)).proof is Proof.PROVEN


def test_a_new_key_that_has_not_spread_is_not_yet_proven(slow: Bench) -> None:
    suspect = slow.suspect()
    secret = slow.secret_of(suspect)
    slow.world.aws.faults.iam_delay = timedelta(hours=1)
    doing = operation("aws.issue_access_key")
    receipt = done(
        slow.clients("issue"), "aws.issue_access_key", user=suspect.user, secret_id=secret, replaces=suspect.key.key_id
    )
    assert doing.verify(slow.clients(), receipt).proof is Proof.NOT_YET
    slow.world.aws.settle()
    assert doing.verify(slow.clients(), receipt).proof is Proof.PROVEN
