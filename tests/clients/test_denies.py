"""The two denies that irkit writes: what their documents say, and which documents are taken for them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.clients.deny_all import DENY_ALL_DOCUMENT, deny_all
from irkit.clients.deny_older import cutoff_of, deny_older, deny_older_document
from irkit.clients.holder import Holder, HolderKind
from tests.bench import OTHER_POLICY, Bench

ANYONE = Holder(kind=HolderKind.USER, name="anyone")
CUTOFF = datetime(2026, 11, 21, 12, 30, 15, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- bounds


def test_the_deny_of_everything_has_no_way_out() -> None:
    (statement,) = json.loads(DENY_ALL_DOCUMENT)["Statement"]
    assert statement == {"Sid": "IrkitDenyAll", "Effect": "Deny", "Action": "*", "Resource": "*"}


def test_only_the_very_document_is_called_a_deny_of_everything(on: Bench) -> None:
    policy = deny_all(on.clients().rights, ANYONE)
    assert policy.words(DENY_ALL_DOCUMENT) == "Deny * on *"
    assert policy.words(OTHER_POLICY).startswith("another document: ")
    assert policy.words(deny_older_document(CUTOFF)).startswith("another document: ")


def test_the_deny_of_older_sessions_tells_its_cut_off(on: Bench) -> None:
    policy = deny_older(on.clients().rights, ANYONE)
    assert policy.words(deny_older_document(CUTOFF)) == "Deny * to sessions issued before 2026-11-21T12:30:15Z"
    assert policy.words(OTHER_POLICY).startswith("another document: ")


def test_both_denies_are_stored_as_they_are_written(on: Bench) -> None:
    rights, user = on.clients().rights, Holder(kind=HolderKind.USER, name=on.suspect().user)
    for policy, document in (
        (deny_all(rights, user), DENY_ALL_DOCUMENT),
        (deny_older(rights, user), deny_older_document(CUTOFF)),
    ):
        policy.set(document)
        assert policy.read() == document


@given(MOMENTS)
def test_a_cut_off_is_read_back_to_the_second(moment: datetime) -> None:
    assert cutoff_of(deny_older_document(moment)) == moment.replace(microsecond=0)


@given(MOMENTS, st.timedeltas(timedelta(seconds=1), timedelta(days=1)))
def test_a_later_cut_off_is_another_document(moment: datetime, later: timedelta) -> None:
    assert deny_older_document(moment + later) != deny_older_document(moment)


@pytest.mark.parametrize(
    "document",
    [
        "",
        "no JSON",
        "[]",
        '{"Statement":[]}',
        OTHER_POLICY,
        DENY_ALL_DOCUMENT,
        deny_older_document(CUTOFF).replace('"Action":"*"', '"Action":"s3:*"'),
        deny_older_document(CUTOFF).replace("2026-11-21T12:30:15Z", "2026-11-21T13:30:15+01:00"),
        deny_older_document(CUTOFF).replace("2026-11-21T12:30:15Z", "yesterday"),
    ],
)
def test_no_cut_off_is_read_from_a_document_of_other_making(document: str) -> None:
    assert cutoff_of(document) is None
