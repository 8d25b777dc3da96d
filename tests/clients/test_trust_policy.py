from __future__ import annotations

import json

from irkit.clients.iam import canonical_policy
from irkit.clients.trust_policy import NOBODY, trusted, without

ROOT = "arn:aws:iam::111122223333:root"
FOREIGN = "arn:aws:iam::444455556666:root"


def trust(*principals: object) -> str:
    return canonical_policy(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": each}  # type: ignore[dict-item]
                for each in principals
            ],
        }
    )


def test_whom_a_role_trusts_is_read_from_all_its_statements() -> None:
    text = trust({"AWS": [ROOT, FOREIGN]}, {"Service": "ecs-tasks.amazonaws.com"}, "*")
    assert trusted(text) == (ROOT, FOREIGN, "ecs-tasks.amazonaws.com", "*")


def test_a_deny_lets_nobody_in() -> None:
    assert trusted(NOBODY) == ()


def test_what_was_added_goes_and_the_rest_stays() -> None:
    before = trust({"AWS": [ROOT, FOREIGN]}, {"Service": "ecs-tasks.amazonaws.com"})
    assert without(before, frozenset({FOREIGN})) == trust({"AWS": ROOT}, {"Service": "ecs-tasks.amazonaws.com"})


def test_a_statement_that_lets_nobody_in_any_more_goes_as_a_whole() -> None:
    assert without(trust({"AWS": ROOT}, {"AWS": FOREIGN}), frozenset({FOREIGN})) == trust({"AWS": ROOT})
    assert without(trust({"AWS": FOREIGN}), frozenset({FOREIGN})) == ""
    assert without(trust({"AWS": ROOT}, "*"), frozenset({"*"})) == trust({"AWS": ROOT})


def test_conditions_stay_with_whom_they_bind() -> None:
    held = {"StringEquals": {"sts:ExternalId": "x"}}
    text = canonical_policy({
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": [ROOT, FOREIGN]},
                      "Condition": held},  # type: ignore[dict-item]
    })  # fmt: skip
    (kept,) = json.loads(without(text, frozenset({FOREIGN})))["Statement"]
    assert kept["Condition"] == held
