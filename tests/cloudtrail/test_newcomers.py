"""Who turns up during a hold: nobody is cleared by a name that was given again."""

from __future__ import annotations

import uuid
from datetime import timedelta

from irkit.clients.aws import Tries
from irkit.clients.hold import Grip
from irkit.cloudtrail.newcomers import Newcomers, log_since
from tests.bench import Bench


def test_whom_one_that_is_held_made_under_the_name_of_a_deleted_innocent_is_held_and_the_innocent_is_not(
    on: Bench,
) -> None:
    clients, held = on.clients(), on.suspect()
    innocent, name = on.suspect(), f"bot-{uuid.uuid4().hex[:10]}"
    theirs = clients.aws.session.client("iam", "", "intruder", Tries.ONCE, (held.key.key_id, held.key.secret))
    clients.aws.call("iam", "create_user", UserName=name)
    theirs.delete_user(UserName=name)
    theirs.create_user(UserName=name)
    grip = Grip.of(clients)
    hold = grip.hold(held.arn, None).model_copy(update={"is_sure": False})
    until = clients.aws_now().at + timedelta(minutes=1)
    newcomers = Newcomers(clients, grip, ("arn:aws:iam::111122223333:user/nobody",), log_since(clients), until)
    news = newcomers.news((hold,))
    found = {one.holder.name: one.is_sure for one in news.hold}
    assert found.get(name) is False
    assert innocent.user not in found
    assert f"user {name}" not in newcomers.news((hold, *news.hold)).free
