"""The hold as a loop: what ends it, what slows it down, what it tells. Nothing outside; a clock of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from irkit.clients.aws import AwsMoment
from irkit.clients.deny_all import DENY_ALL, DENY_ALL_DOCUMENT
from irkit.clients.hold import LAYER, MOST_LAYERS, Hold
from irkit.clients.holder import Holder, HolderKind
from irkit.clients.holding import EVERY_S, Held, Holding, News
from irkit.errors import Denied, NotFound, Throttled

SPAN = timedelta(seconds=0.3)
KEY = "a key"


def hold(user: str) -> Hold:
    holder = Holder(kind=HolderKind.USER, name=user)
    arn = f"arn:aws:iam::111122223333:user/{user}"
    return Hold(arn=arn, holder=holder, policy=DENY_ALL, document=DENY_ALL_DOCUMENT, keys={KEY: "Active"})


@dataclass
class FakeGrip:
    """Users in memory. ``undo`` is how often what was put is taken back at once, for each user."""

    undo: dict[str, int] = field(default_factory=dict)
    stands: dict[str, set[str]] = field(default_factory=dict)
    errors: dict[str, list[Exception]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def lacking(self, one: Hold, layers: int) -> tuple[str, ...]:
        with self.lock:
            self._fail(one)
            name = one.holder.name
            if self.undo.get(name, 0) > 0 and self.stands.get(name):
                self.undo[name] -= 1
                self.stands[name] = set()
            wanted = (one.policy, KEY, *(one.layer(number)[0] for number in range(layers)))
            return tuple(each for each in wanted if each not in self.stands.get(name, set()))

    def put(self, one: Hold, what: str) -> None:
        with self.lock:
            self.stands.setdefault(one.holder.name, set()).add(what)

    def layers(self, one: Hold) -> tuple[str, ...]:
        return tuple(each for each in self.stands[one.holder.name] if each.startswith(LAYER))

    def take_layer(self, one: Hold, name: str) -> None:
        self.stands[one.holder.name].discard(name)

    def restore(self, one: Hold) -> None:
        self._fail(one)
        self.stands[one.holder.name] = set()

    def _fail(self, one: Hold) -> None:
        if several := self.errors.get(one.holder.name):
            raise several.pop()


def now() -> AwsMoment:
    return AwsMoment(datetime.now(UTC), timedelta())


def nothing(_: Sequence[Hold]) -> News:
    return News()


def holding(grip: FakeGrip, limit: float = 20, **more: object) -> Holding:
    given: dict[str, object] = {"news": nothing, "tell": lambda _: None, **more}
    return Holding(grip, now, SPAN, timedelta(seconds=limit), **given)  # type: ignore[arg-type]


def held(grip: FakeGrip, *users: str, limit: float = 20, **more: object) -> Held:
    return holding(grip, limit, **more).run(hold(each) for each in users)


def test_with_nobody_who_undoes_it_the_hold_ends_after_one_settling_time() -> None:
    grip = FakeGrip()
    done = held(grip, "eve")
    assert done.settled_at is not None
    assert done.taken_back == ()
    assert {DENY_ALL, KEY} <= grip.stands["eve"]


def test_what_is_taken_back_is_put_back_with_more_and_told_how_often() -> None:
    grip = FakeGrip(undo={"eve": 3})
    done = held(grip, "eve", "adam")
    assert done.settled_at is not None
    told = {each.what: each.times for each in done.taken_back}
    assert told[f"{DENY_ALL} of user eve"] == 3
    assert not any("adam" in what for what in told)
    few = FakeGrip()
    held(few, "eve")
    assert len(grip.stands["eve"]) > len(few.stands["eve"])


def test_who_takes_everything_back_for_ever_is_not_held_and_it_is_said() -> None:
    grip = FakeGrip(undo={"eve": 10**6})
    done = held(grip, "eve", limit=1)
    assert done.settled_at is None
    assert len(grip.stands["eve"]) <= MOST_LAYERS + 2


def test_a_look_that_fails_is_no_quiet() -> None:
    grip = FakeGrip(errors={"eve": [Denied("no") for _ in range(10**4)]})
    done = held(grip, "eve", limit=1)
    assert done.settled_at is None
    assert done.trouble == ("user eve: no",)


def test_when_aws_asks_to_slow_down_the_looks_become_rarer_and_then_as_often_again() -> None:
    grip = FakeGrip(errors={"eve": [Throttled("slow"), Throttled("slow")]})
    one = holding(grip)
    done = one.run([hold("eve")])
    assert done.settled_at is not None
    assert done.trouble == ("user eve: slow",)
    assert one._every < 4 * EVERY_S, "two doublings, and then halved again"


def test_who_is_gone_holds_nothing_up() -> None:
    grip = FakeGrip(errors={"eve": [NotFound("gone")]})
    done = held(grip, "eve", "adam")
    assert done.settled_at is not None
    assert done.gone == ("user eve",)


def test_who_turns_up_is_held_too_and_who_is_innocent_is_let_go() -> None:
    grip = FakeGrip()
    seen: list[str] = []

    def news(holds: Sequence[Hold]) -> News:
        names = {one.name for one in holds}
        if "user late" not in names and "user late" not in seen:
            seen.append("user late")
            return News(hold=(hold("late"), hold("kin")))
        return News(free=frozenset({"user late"})) if grip.stands.get("late") else News()

    done = held(grip, "eve", news=news)
    assert {one.name for one in done.holds} == {"user eve", "user kin"}
    assert done.freed == ("user late",)
    assert grip.stands["late"] == set()
    assert KEY in grip.stands["kin"]


def test_of_whom_the_news_comes_only_when_all_has_settled_is_held_too() -> None:
    grip, asked = FakeGrip(), threading.Event()

    def news(holds: Sequence[Hold]) -> News:
        if asked.is_set():
            return News()
        asked.set()
        time.sleep(3 * SPAN.total_seconds())
        return News(hold=(hold("late"),))

    done = held(grip, "eve", news=news)
    assert done.settled_at is not None
    assert {one.name for one in done.holds} == {"user eve", "user late"}
    assert {DENY_ALL, KEY} <= grip.stands["late"]


def test_who_is_let_go_while_a_round_puts_things_on_him_is_free_in_the_end() -> None:
    in_round, is_free = threading.Event(), threading.Event()

    class SlowGrip(FakeGrip):
        def put(self, one: Hold, what: str) -> None:
            if one.holder.name == "late":
                in_round.set()
                is_free.wait(5)  # until the news was heard
            super().put(one, what)

    grip = SlowGrip()

    def news(_: Sequence[Hold]) -> News:
        if in_round.is_set():  # what was said the last time has been done
            is_free.set()
            return News()
        in_round.wait(5)
        return News(free=frozenset({"user late"}))

    done = held(grip, "eve", "late", news=news)
    assert done.freed == ("user late",)
    assert grip.stands["late"] == set()


def test_who_cannot_be_let_go_is_told_as_held() -> None:
    grip = FakeGrip()

    def news(_: Sequence[Hold]) -> News:
        if not grip.stands.get("late"):
            return News()
        grip.errors["late"] = [Denied("no") for _ in range(10**4)]
        return News(free=frozenset({"user late"}))

    done = held(grip, "eve", "late", news=news)
    assert done.freed == ()
    assert "user late" in {one.name for one in done.holds}
    assert "user late: no" in done.trouble


def test_when_it_has_bound_only_the_lasting_denial_stays() -> None:
    grip = FakeGrip(undo={"eve": 2})
    one = holding(grip)
    one.release(one.run([hold("eve")]).holds)
    assert grip.stands["eve"] == {DENY_ALL, KEY}
