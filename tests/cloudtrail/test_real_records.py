"""Records as AWS really wrote them: see ``tests/data/cloudtrail/invictus.LICENSE`` for where they are from."""

from __future__ import annotations

from pathlib import Path

import pytest

from irkit.cloudtrail.record import Record, record
from irkit.cloudtrail.usage import usage

REAL = Path(__file__).parent.parent / "data" / "cloudtrail" / "invictus.jsonl"


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return [record(line) for line in REAL.read_text(encoding="utf-8").splitlines()]


def test_the_callers_key_signed_none_of_these_decrypts(records: list[Record]) -> None:
    callers = {one.key_id for one in records if one.call.startswith(("secretsmanager:Get", "ssm:Get"))}
    assert callers
    assert callers.isdisjoint(one.key_id for one in records if one.call == "kms:Decrypt")


def test_the_decrypts_of_a_secret_are_counted_by_key_and_context(records: list[Record]) -> None:
    used = usage(records, "irkit/")
    assert sum(decrypt.count for decrypt in used.decrypts) == 12
    assert all("ARN" in decrypt.context and decrypt.key.startswith("arn:aws:kms:") for decrypt in used.decrypts)
    assert len(used.secrets_read) == 11, "one secret, and ten parameters that were asked for in one call"


def test_an_event_of_no_principal_and_a_session_of_a_role_are_read(records: list[Record]) -> None:
    assert any(not one.principal_type for one in records)
    assert any(one.principal_type == "AssumedRole" and one.principal for one in records)
    assert any(one.denied for one in records)
