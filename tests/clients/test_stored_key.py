from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.clients.iam import NewKey
from irkit.clients.stored_key import stored_key, stored_key_id, with_new_key
from irkit.errors import OutsideError
from irkit.secret import Secret

NEW = NewKey("AKIANEW", Secret("new-secret"))


@pytest.mark.parametrize(
    ("id_field", "secret_field"),
    [("access_key_id", "secret_access_key"), ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")],
)
def test_a_new_key_takes_the_fields_of_the_old_one(id_field: str, secret_field: str) -> None:
    stored = Secret(json.dumps({id_field: "AKIAOLD", secret_field: "old", "region": "eu-west-1"}))
    changed = json.loads(with_new_key(stored, NEW).reveal())
    assert changed == {id_field: "AKIANEW", secret_field: "new-secret", "region": "eu-west-1"}


def test_what_is_stored_is_read_back() -> None:
    key = stored_key(with_new_key(Secret('{"region": "x"}'), NEW))
    assert (key.key_id, key.secret.reveal()) == ("AKIANEW", "new-secret")


@pytest.mark.parametrize("text", ["plain text", "[1]", "5", "{}"])
def test_a_secret_of_another_shape_is_not_rewritten(text: str) -> None:
    with pytest.raises(OutsideError):
        with_new_key(Secret(text), NEW)
    assert stored_key_id(Secret(text)) == ""


@given(st.text(min_size=1))
def test_no_error_tells_the_stored_text(text: str) -> None:
    with pytest.raises(OutsideError) as refused:
        stored_key(Secret(text))
    assert len(text) < 4 or text not in refused.value.message
