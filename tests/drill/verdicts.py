"""Truths and beliefs for the tests of the score: a drill that was won, to be changed in one point each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from irkit.drill.score import Aside, Belief, Deed, Innocent, LeftDoor, Refusal, Score, Truth, scored

ALARM = datetime(2026, 1, 7, 6, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """So many seconds after the alarm."""
    return ALARM + timedelta(seconds=seconds)


def decrypt(ident: str, seconds: float) -> Deed:
    """A decrypt that went through; the log has it two seconds later."""
    return Deed(id=ident, at=at(seconds), call="kms:Decrypt", by="svc-deploy", seen_from=at(seconds + 2))


def innocent(name: str, refused: tuple[float, ...] = (), ok: float = 90, rides_on: str = "") -> Innocent:
    """A job that was refused at these times and last worked at ``ok``."""
    return Innocent(
        name=name,
        principal=f"arn:aws:iam::111122223333:user/{name}",
        rides_on=rides_on,
        runs=30,
        refusals=tuple(Refusal(at=at(each), code="AccessDenied") for each in refused),
        last_ok_at=at(ok).isoformat(),
    )


DEEDS = (decrypt("d1", -3600), decrypt("d2", 4))
TRUTH = Truth(
    scenario="key_leak",
    adversary="persistent",
    seed=3,
    alarm_at=ALARM,
    events=("d1", "d2"),
    decrypts=("d1", "d2"),
    after_alarm=DEEDS[1:],
    deeds=DEEDS,
    doors=(LeftDoor(kind="user", name="svc-backup2", open=False),),
    bystanders=(innocent("backup"),),
)
BELIEF = Belief(
    first_act_at=at(5), dead_at=at(40), cut=("AKIA1",), decrypts=frozenset({"d1", "d2"}), ended=True, how="ended"
)
NOTHING_ASIDE = Aside()
TRIES = {"leaked key": "InvalidClientTokenId"}


def score(
    truth: Truth = TRUTH, belief: Belief = BELIEF, tries: dict[str, str] = TRIES, aside: Aside = NOTHING_ASIDE
) -> Score:
    """The score of these."""
    return scored("key_leak", truth, tries, belief, aside)
