"""A secret's fingerprint is HMAC-SHA256, whoever works it out; its class is there when it is asked for."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from irkit import secret
from irkit.secret import Secret


@pytest.mark.parametrize("length", [0, 1, 32, 64, 65, 200])
def test_a_fingerprint_is_half_of_hmac_sha256_in_hex(length: int) -> None:
    key, value = bytes(range(length)), "a väluë"
    whole = hmac.new(key, value.encode(), hashlib.sha256).hexdigest()
    assert Secret(value).fingerprint(key) == f"fp_{whole[:32]}"


def test_the_class_of_fingerprints_is_one() -> None:
    assert secret.Fingerprint is secret.Fingerprint
    assert secret.Fingerprint("fp_") == "fp_"
    with pytest.raises(AttributeError, match="no attribute 'Absent'"):
        secret.Absent  # type: ignore[attr-defined] # noqa: B018
