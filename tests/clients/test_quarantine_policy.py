"""The text of the SCP: whom it names, what it freezes, and that it is read back as it was written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.clients.quarantine_policy import (
    FROZEN,
    Quarantine,
    anybody_named,
    bound,
    plain,
    quarantine_document,
    told_by,
)
from irkit.clients.scp import MOST_CHARACTERS
from irkit.drill.world.laws.scp import FULL_ACCESS, Asked, Refusal, fault, refusal
from irkit.errors import Refused, UsageError

A = "arn:aws:iam::111122223333"
S = "arn:aws:sts::111122223333"
NAMES = st.text("abcXYZ019+=,.@-_", min_size=1, max_size=20)
SUSPECTS = st.lists(
    st.one_of(
        NAMES.map(lambda name: f"{A}:user/{name}"),
        NAMES.map(lambda name: f"{A}:role/{name}"),
        st.tuples(NAMES, NAMES).map(lambda both: f"{S}:assumed-role/{both[0]}/{both[1]}"),
        NAMES.map(lambda name: f"{S}:federated-user/{name}"),
    ),
    max_size=12,
)


def refused(document: str, action: str, arn: str, userid: str = "AIDA1") -> bool:
    """Whether the rehearsal's own evaluation of SCPs refuses a call."""
    keys = {"aws:principalarn": arn, "aws:userid": userid}
    return refusal([[FULL_ACCESS, document]], Asked(action, "*", keys)) is Refusal.EXPLICIT


def test_the_suspects_are_refused_everything_and_nobody_else() -> None:
    text = quarantine_document(Quarantine(suspects=(f"{A}:user/mallory",)))
    assert fault(text) == ""
    assert refused(text, "kms:Decrypt", f"{A}:user/mallory")
    assert refused(text, "kms:Decrypt", f"{A}:user/teams/ops/mallory")
    assert not refused(text, "kms:Decrypt", f"{A}:user/mallory2")
    assert not refused(text, "kms:Decrypt", f"{A}:role/mallory")


def test_of_a_shared_role_only_the_suspects_session_is_refused() -> None:
    text = quarantine_document(Quarantine(suspects=(f"{S}:assumed-role/ci/build-17",)))
    assert refused(text, "s3:GetObject", f"{A}:role/ci", "AROA1:build-17")
    assert not refused(text, "s3:GetObject", f"{A}:role/ci", "AROA1:build-18")
    assert not refused(text, "s3:GetObject", f"{A}:role/other", "AROA2:build-17")


def test_a_role_that_is_suspect_as_a_whole_is_refused_in_every_session() -> None:
    both = (f"{S}:assumed-role/ci/build-17", f"{A}:role/ci")
    text = quarantine_document(Quarantine(suspects=both))
    assert refused(text, "s3:GetObject", f"{A}:role/ci", "AROA1:build-18")


@pytest.mark.parametrize("call", ["iam:CreateAccessKey", "iam:UpdateAssumeRolePolicy", "sts:GetFederationToken"])
def test_the_freeze_keeps_all_but_the_exempt_from_making_identities(call: str) -> None:
    text = quarantine_document(Quarantine(exempt=(bound(f"{A}:role/irkit"),), freeze=True))
    assert refused(text, call, f"{A}:user/anybody")
    assert not refused(text, call, f"{A}:role/irkit")


@pytest.mark.parametrize(("told", "found"), [("true", None), ("false", Refusal.EXPLICIT), ("", Refusal.EXPLICIT)])
def test_a_freeze_leaves_services_the_grants_for_their_own_resources(told: str, found: Refusal | None) -> None:
    text = quarantine_document(Quarantine(exempt=(bound(f"{A}:role/irkit"),), freeze=True))
    keys = {"aws:principalarn": f"{A}:role/launcher", **({"kms:grantisforawsresource": told} if told else {})}
    assert refusal([[FULL_ACCESS, text]], Asked("kms:CreateGrant", "*", keys)) is found
    assert fault(text) == ""


@pytest.mark.parametrize("call", ["sts:AssumeRole", "iam:PassRole", "iam:GetUser", "kms:Decrypt", "s3:PutObject"])
def test_daily_work_goes_on_in_a_freeze(call: str) -> None:
    text = quarantine_document(Quarantine(exempt=(bound(f"{A}:role/irkit"),), freeze=True))
    assert not refused(text, call, f"{A}:user/anybody")


def test_a_protected_name_is_spared_whatever_its_path_and_kind() -> None:
    text = quarantine_document(Quarantine(exempt=(anybody_named("111122223333", "breakglass"),), freeze=True))
    for arn in (f"{A}:user/breakglass", f"{A}:role/ops/breakglass"):
        assert not refused(text, "iam:CreateUser", arn)
    assert refused(text, "iam:CreateUser", f"{A}:user/not-breakglass")


@settings(max_examples=60)
@given(SUSPECTS, st.booleans())
def test_a_quarantine_is_read_back_from_its_text(suspects: list[str], freeze: bool) -> None:  # noqa: FBT001
    exempt = (bound(f"{A}:role/irkit"),) if freeze else ()
    text = quarantine_document(Quarantine(suspects=tuple(suspects), exempt=exempt, freeze=freeze))
    assert len(text) <= MOST_CHARACTERS
    said = told_by(text)
    assert said.freeze is freeze
    assert said.exempt == exempt
    whole = {arn for arn in suspects if ":assumed-role/" not in arn}
    roles = {arn.rpartition("/")[2] for arn in whole if ":role/" in arn}
    single = {arn for arn in suspects if ":assumed-role/" in arn and arn.split("/")[1] not in roles}
    assert set(said.suspects) == whole | single


def test_what_says_nothing_is_no_policy() -> None:
    assert quarantine_document(Quarantine()) == ""
    assert told_by("") == Quarantine()


def test_too_many_sessions_make_it_the_whole_role_and_too_many_suspects_are_refused() -> None:
    several = tuple(f"{S}:assumed-role/ci/build-{number:060}" for number in range(100))
    text = quarantine_document(Quarantine(suspects=several))
    assert refused(text, "kms:Decrypt", f"{A}:role/ci", "AROA1:anything")
    with pytest.raises(Refused, match="characters"):
        quarantine_document(Quarantine(suspects=tuple(f"{A}:user/{number:060}" for number in range(100))))


@pytest.mark.parametrize("text", ["{}", "[]", "no JSON", '{"Statement":[{"Sid":"Suspects","Effect":"Deny"}]}'])
def test_a_policy_of_other_making_is_not_taken_for_ours(text: str) -> None:
    with pytest.raises(UsageError):
        told_by(text)


@pytest.mark.parametrize("arn", [f"{A}:user/*", f"{A}:role/a?b", f"{A}:user/", "*", f"{A}:user/${{aws:username}}"])
def test_wildcards_in_an_arn_are_refused_so_that_nobody_else_is_bound(arn: str) -> None:
    with pytest.raises(UsageError):
        quarantine_document(Quarantine(suspects=(arn,)))


def test_a_path_makes_no_other_principal() -> None:
    assert plain(f"{A}:user/teams/ops/mallory") == f"{A}:user/mallory"
    assert bound(f"{S}:assumed-role/ci/x") == bound(f"{A}:role/deploy/ci") == f"{A}:role*/ci"


def test_every_frozen_call_is_one_that_an_scp_may_name() -> None:
    assert fault(json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Action": list(FROZEN), "Resource": "*"}]})) == ""  # fmt: skip
