"""``cloudtrail.judge_callers`` and ``judge_context``: who is suspect, who is only a doubt, who is let alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.actions.cloudtrail import judge_callers, judge_context, settle_suspects
from irkit.errors import InputMissing, UsageError

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


LONG_AGO = {"first_at": "2026-11-15T09:00:00Z"}
NEW = {"first_at": "2026-11-21T02:00:00Z"}


def test_where_no_network_is_known_habit_makes_candidates_and_no_verdict() -> None:
    found = judged(
        use(**LONG_AGO), use(ip=STRANGE, agents=["kali/1"], **NEW), use(BOT, "10.9.9.9", **LONG_AGO), known_networks=()
    )
    assert (found.outcome, found.unclear, found.principals) == (judge_callers.Outcome.UNCLEAR, True, ())
    assert found.recommended == (USER,)
    assert found.usual == ("10.0.4.21/32", "10.9.9.9/32")
    first, second = found.candidates
    assert (first.principal, first.points, first.ips) == (USER, 3, (STRANGE,))
    assert str(first.since) == "2026-11-21 02:00:00+00:00"
    assert HOME in first.speaks_against[0]
    assert "address long in use" in first.speaks_against[0]
    assert (second.principal, second.points, second.speaks_for) == (BOT, 0, ())
    assert "irkit would contain user svc: 3 points or more" in found.question
    assert f"  + 1 decrypt from {STRANGE} with kali/1, 21 Nov 02:00Z to 09:00Z: address new" in found.question
    assert "Nothing odd: user bot" in found.question


def test_a_job_that_has_always_come_from_a_cloud_is_a_candidate_that_is_not_recommended() -> None:
    found = judged(use(), use(BOT, "52.29.7.7", agents=["acme-release/4"], **LONG_AGO))
    assert (found.recommended, [one.principal for one in found.candidates]) == ((), [BOT, USER])
    assert "irkit would contain nobody yet" in found.question
    assert "it has come from 52.29.7.7 since 15 Nov" in found.question


def test_a_log_that_is_too_short_for_a_habit_recommends_nobody() -> None:
    found = judged(use(), use(ip=STRANGE), known_networks=(), since="2026-11-20T09:00:00Z")
    assert (found.recommended, found.usual) == ((), ())
    assert "the log is too short to show a habit" in found.question


def test_beside_a_suspect_only_those_in_doubt_are_candidates() -> None:
    found = judged(use(), use(ip=STRANGE, failed=1), use(BOT, "52.29.7.7"), use(f"{SESSION}/a"))
    assert (found.unclear, [one.principal for one in found.candidates]) == (False, [BOT])


def test_a_root_user_is_no_candidate() -> None:
    assert judged(use(f"{ACCOUNT}:root", STRANGE), known_networks=()).candidates == ()


def settled(found: judge_callers.Result, *callers: dict[str, object], **given: object) -> settle_suspects.Result:
    told = found.model_dump(mode="json")
    names = ("principals", "users", "roles", "candidates", "usual", "since")
    params = {"callers": callers, "judged": told["outcome"], **{name: told[name] for name in names}, **given}
    read = settle_suspects.ACTION.read
    assert read is not None
    return read(None, settle_suspects.Params.model_validate(params))  # type: ignore[arg-type]


CALLERS = (use(**LONG_AGO), use(ip=STRANGE, agents=["kali/1"], **NEW), use(f"{SESSION}/a", "10.9.9.9", **LONG_AGO))


def test_whom_a_person_picked_is_contained_from_its_strange_use_on() -> None:
    found = settled(judged(*CALLERS, known_networks=()), *CALLERS, picked=[USER])
    assert found.outcome is settle_suspects.Outcome.MISUSED
    assert (found.principals, found.users, found.roles) == ((USER,), ("svc",), ())
    assert str(found.since) == "2026-11-21 02:00:00+00:00"
    assert (found.known_networks, found.wholly) == (("10.0.4.21/32", "10.9.9.9/32"), ())
    assert (found.innocents, found.doubtful) == (("assumed-role/shared/a",), False)


def test_all_the_use_of_a_pick_that_has_no_strange_use_is_misuse() -> None:
    found = settled(judged(*CALLERS, known_networks=()), *CALLERS, picked=[ROLE])
    assert (found.roles, found.wholly) == (("shared",), (ROLE,))
    assert [one.partition(" (")[0] for one in found.left] == ["user svc"]


def test_nobody_picked_is_an_end_of_its_own_and_the_doubts_stay() -> None:
    judgement = judged(*CALLERS, known_networks=())
    asked: tuple[list[str] | None, ...] = ([], None)
    for picked in asked:
        found = settled(judgement, *CALLERS, picked=picked)
        assert (found.outcome, found.principals) == (settle_suspects.Outcome.NOBODY_PICKED, ())
        assert found.doubtful


def test_what_the_log_shows_needs_no_pick() -> None:
    callers = (use(), use(ip=STRANGE, failed=1), use(BOT, "52.29.7.7"))
    found = settled(judged(*callers), *callers)
    assert (found.outcome, found.principals) == (settle_suspects.Outcome.MISUSED, (USER,))
    assert "user bot (2 points): " in found.left[0]
    assert settled(judged(use()), use()).outcome is settle_suspects.Outcome.NOT_MISUSED


def test_a_pick_that_is_no_candidate_is_refused() -> None:
    with pytest.raises(UsageError, match="no candidate"):
        settled(judged(*CALLERS, known_networks=()), *CALLERS, picked=[BOT])


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
