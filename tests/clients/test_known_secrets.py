from __future__ import annotations

from irkit.clients.known_secrets import KnownSecrets
from irkit.secret import Secret


def test_a_secret_is_known_by_the_id_of_its_key() -> None:
    known = KnownSecrets()
    known.remember("AKIA1", Secret("value-of-one"))
    found = known.get("AKIA1")
    assert found is not None
    assert found.reveal() == "value-of-one"
    assert known.get("AKIA2") is None


def test_what_is_known_is_not_printed() -> None:
    known = KnownSecrets()
    known.remember("AKIA1", Secret("value-of-one"))
    assert "value-of-one" not in repr(known)
