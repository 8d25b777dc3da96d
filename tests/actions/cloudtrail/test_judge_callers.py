"""``cloudtrail.judge_callers`` and ``judge_context``: who is suspect, who is only a doubt, who is let alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.actions.cloudtrail import judge_callers, judge_context
from irkit.errors import InputMissing

OURS = ("10.0.0.0/8",)
ACCOUNT = "arn:aws:iam::111122223333"
USER, BOT, ROLE = f"{ACCOUNT}:user/svc", f"{ACCOUNT}:user/bot", f"{ACCOUNT}:role/shared"
SESSION = "arn:aws:sts::111122223333:assumed-role/shared"
HOME, STRANGE = "10.0.4.21", "185.220.101.34"


def use(principal: str = USER, ip: str = HOME, **changes: object) -> dict[str, object]:
    role = ROLE if ":assumed-role/" in principal else ""
    return {
        "principal": principal,
        "role": role,
        "actor": role or principal,
        "who": principal.rpartition(":")[2],
        "key_ids": ["AKIAIOSFODNN7EXAMPLE"],
        "ip": ip,
        "agents": ["acme-app/1"],
        "decrypts": 1,
        "denied": 0,
        "failed": 0,
        "contexts": ['{"ledger": "a"}'],
        "via": [],
        "first_at": "2026-11-20T09:00:00Z",
        "last_at": "2026-11-21T09:00:00Z",
        "event_ids": ["e"],
        **changes,
    }


def judged(*callers: dict[str, object], **given: object) -> judge_callers.Result:
    params = {"callers": callers, "known_networks": OURS, "since": "2026-11-14T09:00:00Z", **given}
    read = judge_callers.ACTION.read
    assert read is not None
    return read(None, judge_callers.Params.model_validate(params))  # type: ignore[arg-type]


def test_a_strange_address_with_a_strange_program_is_suspect_and_says_why() -> None:
    found = judged(use(), use(ip=STRANGE, agents=["kali/1"], first_at="2026-11-21T02:00:00Z"))
    assert found.outcome is judge_callers.Outcome.MISUSED
    assert found.principals == (USER,)
    assert found.users == ("svc",)
    assert "its address is none of ours" in found.suspects[0].reasons[0]
    assert found.suspects[0].riders == (f"user/svc from {HOME}",)
    assert str(found.since) == "2026-11-21 02:00:00+00:00"


def test_a_job_that_lives_in_somebody_elses_cloud_is_a_doubt_and_no_suspect() -> None:
    found = judged(use(), use(BOT, "52.29.7.7", agents=["acme-release/4"]))
    assert found.outcome is judge_callers.Outcome.UNCLEAR
    assert found.principals == ()
    assert [one for one in found.doubts if "bot" in one]
    assert set(found.innocents) == {"user/svc", "user/bot"}


def test_a_caller_that_was_never_seen_before_and_comes_from_elsewhere_is_suspect() -> None:
    found = judged(use(), use(BOT, STRANGE, first_at="2026-11-21T08:00:00Z"))
    assert found.principals == (BOT,)


def test_one_that_named_a_wrong_context_from_elsewhere_is_suspect() -> None:
    assert judged(use(BOT, STRANGE, failed=1)).principals == (BOT,)


def test_a_session_stands_for_its_role_and_others_of_that_role_are_named() -> None:
    found = judged(use(f"{SESSION}/reports"), use(f"{SESSION}/me", STRANGE, agents=["kali/1"]))
    assert found.principals == (ROLE,)
    assert found.roles == ("shared",)
    assert found.suspects[0].riders == (f"assumed-role/shared/reports from {HOME}",)


def test_who_made_a_suspects_session_from_elsewhere_is_suspect_too() -> None:
    maker = {
        "session": f"{SESSION}/me", "principal": USER, "who": "user/svc", "ip": STRANGE, "agent": "kali/1",
        "at": "2026-11-21T02:00:00Z", "event_id": "m",
    }  # fmt: skip
    found = judged(use(f"{SESSION}/reports"), use(f"{SESSION}/me", STRANGE, agents=["kali/1"]), makers=[maker])
    assert set(found.principals) == {ROLE, USER}
    home = judged(
        use(f"{SESSION}/reports"), use(f"{SESSION}/me", STRANGE, agents=["kali/1"]), makers=[{**maker, "ip": HOME}]
    )
    assert home.principals == (ROLE,)


def test_whom_the_alarm_names_is_suspect_whatever_the_log_shows() -> None:
    assert judged(use(), named=[USER]).principals == (USER,)
    assert judged(named=[f"{SESSION}/x"]).principals == (ROLE,)


def test_a_root_user_is_beyond_what_irkit_contains() -> None:
    found = judged(use(f"{ACCOUNT}:root", STRANGE, failed=2))
    assert found.outcome is judge_callers.Outcome.MISUSED
    assert found.principals == ()
    assert found.beyond == (f"{ACCOUNT}:root: root",)


def test_only_our_own_addresses_is_no_misuse() -> None:
    assert judged(use(), use(BOT, "10.9.9.9")).outcome is judge_callers.Outcome.NOT_MISUSED


def test_without_known_networks_and_where_a_region_was_not_seen_it_is_unclear() -> None:
    assert judged(use(ip=STRANGE), known_networks=()).outcome is judge_callers.Outcome.UNCLEAR
    assert judged(use(), not_seen=["eu-west-1"]).doubts == ("eu-west-1 was not seen",)


def test_a_known_network_that_is_no_address_is_refused() -> None:
    with pytest.raises(InputMissing, match="the office"):
        judged(use(), known_networks=["the office"])


@given(
    st.lists(
        st.builds(
            use,
            st.sampled_from([USER, BOT, f"{SESSION}/a", f"{SESSION}/b"]),
            st.ip_addresses(v=4, network="10.0.0.0/8").map(str),
            denied=st.integers(0, 3),
            failed=st.integers(0, 3),
            agents=st.lists(st.sampled_from(["a/1", "b/2", "kali/1"]), min_size=1, max_size=2),
        ),
        max_size=6,
    )
)
def test_nobody_who_calls_from_our_networks_alone_is_ever_contained(callers: list[dict[str, object]]) -> None:
    assert judged(*callers).principals == ()


def context_judged(*contexts: tuple[str, int]) -> judge_context.Result:
    rows = [{"context": text, "decrypts": count, "callers": 1} for text, count in contexts]
    read = judge_context.ACTION.read
    assert read is not None
    return read(None, judge_context.Params.model_validate({"contexts": rows}))  # type: ignore[arg-type]


def test_contexts_of_their_own_tell_values_apart() -> None:
    found = context_judged(('{"ledger": "a"}', 3), ('{"ledger": "b"}', 1), ('{"SecretARN": "arn:x"}', 4))
    assert (found.outcome, found.own, found.by_services) == (judge_context.Outcome.TELLING, 2, 1)
    assert not found.warning


def test_a_constant_context_is_warned_of() -> None:
    found = context_judged(('{"dotsec:format": "v3"}', 7), ('{"SecretARN": "arn:x"}', 4))
    assert found.outcome is judge_context.Outcome.CONSTANT
    assert "cannot tell which file was opened" in found.warning


def test_an_absent_context_is_warned_of_before_anything_else() -> None:
    found = context_judged(("", 2), ('{"ledger": "a"}', 3))
    assert found.outcome is judge_context.Outcome.ABSENT
    assert found.warning.startswith("2 decrypts have NO encryption context")


def test_a_key_that_was_not_used_says_so() -> None:
    assert context_judged().outcome is judge_context.Outcome.UNUSED
