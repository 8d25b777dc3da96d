from __future__ import annotations

import pytest

from irkit.errors import OwnIdentity
from tests.bench import Bench, asked, bench

ID = "aws.prove_not_self"


def test_a_stranger_is_not_ourselves(on: Bench) -> None:
    suspect = on.suspect()
    found = asked(on.clients(), ID, user=suspect.user, key_id=suspect.key.key_id)
    assert found == {"acting_as": on.world.facts.acting_as, "account": on.world.facts.account}


def test_the_role_that_irkit_acts_as_is_refused(on: Bench) -> None:
    with pytest.raises(OwnIdentity):
        asked(on.clients(), ID, role="irkit-break-glass")


def test_a_user_of_the_same_name_as_our_role_is_a_stranger(on: Bench) -> None:
    assert asked(on.clients(), ID, user="irkit-break-glass")["acting_as"]


def test_the_key_that_irkit_signs_with_is_refused(on: Bench) -> None:
    with pytest.raises(OwnIdentity):
        asked(on.clients(), ID, key_id=on.clients().sts.own_identity().key_id)


def test_irkit_does_not_act_on_the_user_whose_key_it_signs_with(on: Bench) -> None:
    """The responder who logged in with the leaked key itself."""
    suspect = on.suspect()
    credentials = on.folder / "credentials"
    credentials.write_text(
        f"[default]\naws_access_key_id = {suspect.key.key_id}\naws_secret_access_key = {suspect.key.secret.reveal()}\n",
        encoding="utf-8",
    )
    settings = on.outside.config.aws
    as_suspect = bench(on.world, on.folder, aws=type(settings)(
        **{**settings.__dict__, "credentials_file": credentials}
    ))  # fmt: skip
    with pytest.raises(OwnIdentity):
        asked(as_suspect.clients(), ID, user=suspect.user)
    with pytest.raises(OwnIdentity):
        asked(as_suspect.clients(), ID, key_id=suspect.key.key_id)
