from __future__ import annotations

import pytest

from irkit.actions.cloudtrail.judge_use import ACTION, Outcome, Params, Result
from irkit.errors import InputMissing

OURS = ("10.0.0.0/8", "2001:db8::/32")


def source(
    ip: str, succeeded: int = 1, denied: int = 0, agents: tuple[str, ...] = ("acme-app/1",)
) -> dict[str, object]:
    return {
        "ip": ip,
        "succeeded": succeeded,
        "denied": denied,
        "accepted": succeeded + denied,
        "first_at": "2026-11-21T11:51:23Z",
        "last_at": "2026-11-21T14:21:59Z",
        "agents": agents,
    }


def judged(*sources: dict[str, object], **given: object) -> Result:
    params = Params.model_validate({"sources": sources, "known_networks": OURS, **given})
    assert ACTION.read is not None
    return ACTION.read(None, params)  # type: ignore[arg-type]


def test_a_call_from_a_strangers_address_is_abuse() -> None:
    found = judged(source("10.1.2.3"), source("185.220.101.34", succeeded=14, denied=4))
    assert found.outcome is Outcome.ABUSED
    assert found.strangers == ("185.220.101.34",)
    assert "14 calls succeeded, 4 were denied" in found.reasons[0]
    assert found.first_stranger_at is not None


def test_a_denied_call_from_a_stranger_is_abuse_since_the_signature_was_taken() -> None:
    assert judged(source("185.220.101.34", succeeded=0, denied=1)).outcome is Outcome.ABUSED


def test_a_stranger_who_was_always_refused_leaves_it_unclear() -> None:
    found = judged(source("185.220.101.34", succeeded=0, denied=0))
    assert found.outcome is Outcome.UNCLEAR
    assert "always refused" in found.reasons[0]


@pytest.mark.parametrize("ip", ["10.200.0.1", "2001:db8::7", "AWS Internal", "secretsmanager.amazonaws.com"])
def test_our_own_addresses_and_those_of_aws_are_no_strangers(ip: str) -> None:
    assert judged(source(ip)).outcome is Outcome.NOT_ABUSED


@pytest.mark.parametrize("ip", ["amazonaws.com.evil.example", "AWS internal!", "11.0.0.1", "2001:db9::1"])
def test_what_only_looks_like_ours_is_a_stranger(ip: str) -> None:
    assert judged(source(ip)).outcome is Outcome.ABUSED


def test_a_key_that_was_not_used_was_not_abused() -> None:
    assert judged().outcome is Outcome.NOT_ABUSED


def test_an_unseen_region_leaves_it_unclear() -> None:
    found = judged(source("10.0.0.1"), not_seen=("us-east-1",))
    assert found.outcome is Outcome.UNCLEAR
    assert found.reasons == ("us-east-1 was not seen",)


def test_without_known_addresses_nothing_tells_a_stranger() -> None:
    assert judged(source("185.220.101.34"), known_networks=()).outcome is Outcome.UNCLEAR


def test_a_strange_program_at_our_own_address_leaves_it_unclear() -> None:
    found = judged(source("10.0.0.1", agents=("acme-app/1", "aws-cli/2")), known_agents=("acme-",))
    assert found.outcome is Outcome.UNCLEAR
    assert "'aws-cli/2'" in found.reasons[0]


def test_an_address_that_is_none_is_refused_with_a_hint() -> None:
    with pytest.raises(InputMissing) as refused:
        judged(source("10.0.0.1"), known_networks=("our office",))
    assert refused.value.hint


def test_the_judgement_is_told_first_and_then_the_reasons() -> None:
    assert judged().summary.startswith("not abused: the key was not used at all")
