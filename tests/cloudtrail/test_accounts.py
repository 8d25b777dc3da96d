from __future__ import annotations

import threading
import uuid
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from irkit.clients.assumed_role import session_name
from irkit.cloudtrail.accounts import ManyAccounts, histories, role_in, whole_organization
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.source import Batch, Progress, found
from irkit.errors import Denied, OutsideError, Unreachable, UsageError
from tests.bench import Bench
from tests.cloudtrail.as_user import as_user
from tests.cloudtrail.made import START, made

ONE, TWO, THREE = "111122223333", "444455556666", "777788889999"


@dataclass
class Held:
    """A source that holds some records, and may break off."""

    records: tuple[Record, ...] = ()
    error: OutsideError | None = None
    not_seen: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    asked: list[Query] = field(default_factory=list)
    label = "held"

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        self.asked.append(query)
        for count, one in enumerate(self.records):
            yield Batch((one,), Progress("regions", 0, 1, count + 1, 10, 1.0))
        if self.error:
            raise self.error
        return Coverage(("eu-west-1",), START, START, START, self.not_seen, notes=self.notes)


def many(at_once: int = 8, **sources: Held) -> ManyAccounts:
    ids = {"one": ONE, "two": TWO, "three": THREE}
    return ManyAccounts({ids[name]: (lambda each=each: each) for name, each in sources.items()}, at_once)  # type: ignore[misc]


def test_every_account_is_in_the_answer_and_in_the_coverage() -> None:
    rows = [made("iam:ListUsers", each) for each in range(6)]
    source = many(at_once=1, one=Held(tuple(rows[:3])), two=Held(tuple(rows[3:]), not_seen={"us-east-1": "it is out"}))
    answer = found(source, Query())
    assert answer.records == tuple(rows)
    assert answer.coverage.accounts == (ONE, TWO)
    assert answer.coverage.not_seen == {f"{TWO}/us-east-1": "it is out"}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_look_ends_though_all_that_look_break_down() -> None:
    def broken() -> Held:
        raise RuntimeError("a mistake of ours")

    with pytest.raises(OutsideError, match="none of the accounts was read"):
        found(ManyAccounts({f"{each:012}": broken for each in range(9)}, at_once=2), Query())


def test_an_account_that_does_not_answer_is_named_and_the_others_are_read() -> None:
    def refused() -> Held:
        raise Denied("sts:AssumeRole: AccessDenied")

    source = ManyAccounts({ONE: refused, TWO: lambda: Held((made("iam:ListUsers"),))})
    answer = found(source, Query())
    assert len(answer.records) == 1
    assert answer.coverage.not_seen == {ONE: "sts:AssumeRole: AccessDenied"}


def test_what_was_found_before_an_account_broke_off_is_kept() -> None:
    source = many(one=Held((made("iam:ListUsers"),), error=Unreachable("it is out")), two=Held())
    answer = found(source, Query())
    assert len(answer.records) == 1
    assert answer.coverage.not_seen == {ONE: "it is out"}


def test_no_account_at_all_is_an_error() -> None:
    with pytest.raises(Unreachable):
        found(many(one=Held(error=Unreachable("it is out"))), Query())


def test_an_account_is_opened_once_for_several_looks() -> None:
    opened: list[str] = []

    def opener() -> Held:
        opened.append(ONE)
        return Held()

    source = ManyAccounts({ONE: opener})
    for _ in range(3):
        found(source, Query())
    assert opened == [ONE]


def test_only_the_accounts_asked_for_are_asked() -> None:
    one, two = Held(), Held()
    coverage = found(many(one=one, two=two), Query(accounts=(ONE, THREE))).coverage
    assert [each.accounts for each in one.asked] == [(ONE,)]
    assert not two.asked
    assert coverage.not_seen == {THREE: "the account is not among those looked in"}


def test_a_note_says_whose_it_is_unless_it_is_everybodys() -> None:
    source = many(one=Held(notes=("all", "some")), two=Held(notes=("all",)))
    assert set(found(source, Query()).coverage.notes) == {"all", f"some (in {ONE})"}


def test_progress_counts_accounts_and_says_when_it_can_what_is_left() -> None:
    told: list[Batch] = []
    found(many(at_once=1, one=Held((made("iam:ListUsers"),)), two=Held((made("iam:ListUsers"),))), Query(), told.append)
    assert told[-1].progress[:5] == ("accounts", 2, 2, 2, 20)
    assert told[-1].progress.seconds_left == 0


def test_a_look_that_is_closed_ends_every_account() -> None:
    source = many(one=Held(tuple(made("iam:ListUsers") for _ in range(500))))
    look = source.look(Query())
    next(look)
    look.close()
    assert not [each for each in threading.enumerate() if each.name == "account"]


def test_a_roles_name_or_arn_is_the_same_role_in_each_account() -> None:
    for role in ("irkit", "/irkit", f"arn:aws:iam::{ONE}:role/irkit"):
        assert role_in(TWO, role, "aws-cn").arn == f"arn:aws-cn:iam::{TWO}:role/irkit"
    assert role_in(TWO, "team/irkit", "aws").arn.endswith(":role/team/irkit")
    assert role_in(TWO, "irkit", "aws").account == TWO


def test_what_is_no_account_id_is_a_wrong_word() -> None:
    with pytest.raises(UsageError, match="is no account id"):
        role_in(f"{ONE},{TWO}", "irkit", "aws")


def test_a_session_is_named_after_the_incident_as_sts_allows() -> None:
    assert session_name("INC-1") == "irkit-INC-1"
    assert session_name("leak of a key, " * 9) == ("irkit-leak-of-a-key,-" + "leak-of-a-key,-" * 9)[:64]


def test_another_accounts_history_is_read_as_its_role(on: Bench) -> None:
    on, role = as_user(on), f"trail-{uuid.uuid4().hex[:8]}"
    clients, aws = on.clients(), on.clients("arrange").aws
    trust = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}'
    aws.call("iam", "create_role", RoleName=role, AssumeRolePolicyDocument=trust)
    allowed = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
    aws.call("iam", "put_role_policy", RoleName=role, PolicyName="all", PolicyDocument=allowed)
    account = on.world.facts.account
    there = clients.as_role(role_in(account, role, "aws", "an-external-id"))
    session = f"irkit-{on.outside.incident}"
    assert there.sts.own_identity().arn == f"arn:aws:sts::{account}:assumed-role/{role}/{session}"
    assert any(
        call.text.startswith(f"sts:AssumeRole arn:aws:iam::{account}:role/{role}") for call in clients.drain_calls()
    )
    now = datetime.now(UTC)
    query = Query(windows=(Window(now - timedelta(minutes=9), now + timedelta(minutes=1)),), sessions=(session,))
    source = histories(clients, (account, TWO), role, regions=("eu-west-1", "us-east-1"))
    answer = found(source, query)
    assert [one.session for one in answer.records if one.issuer_arn.endswith(role)][:1] == [session]
    assert account in answer.coverage.accounts


def test_a_role_that_does_not_let_us_in_is_denied(on: Bench) -> None:
    clients = on.clients()
    with pytest.raises(OutsideError):
        clients.as_role(role_in(on.world.facts.account, f"nobody-{uuid.uuid4().hex[:8]}", "aws"))


def test_the_organizations_active_accounts_are_listed(on: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    clients = on.clients()
    rows = [
        {"Accounts": [{"Id": TWO, "Name": "b", "Status": "ACTIVE"}, {"Id": THREE, "Name": "c", "State": "SUSPENDED"}]},
        {"Accounts": [{"Id": ONE, "Name": "a", "State": "ACTIVE"}]},
    ]
    monkeypatch.setattr(clients.aws, "pages", lambda *_: iter(rows))
    assert whole_organization(clients) == (ONE, TWO)
