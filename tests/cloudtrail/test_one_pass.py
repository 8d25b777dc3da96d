"""One pass over files gives the same answers as the looks one by one, and reads the files once."""

from __future__ import annotations

import gzip
import json
from collections.abc import Generator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from irkit.cloudtrail import one_pass
from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.local import LocalFiles
from irkit.cloudtrail.one_pass import OnePass, matching
from irkit.cloudtrail.query import Query, Window
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.catalog import QUESTIONS
from irkit.cloudtrail.questions.question import Follow
from irkit.cloudtrail.source import Batch, found
from irkit.cloudtrail.store import stored
from irkit.cloudtrail.store.cached import Cached, Ready
from tests.cloudtrail.made import ARN, KEY, SECRET_ARN, START, body, service_decrypt
from tests.cloudtrail.store.logs import build

OTHER = "AKIAQ3EGUZ7LMNOTHERS"


class Watched:
    """Local files, and the looks that were had at them."""

    def __init__(self, folder: Path) -> None:
        self._files = LocalFiles([folder])
        self.looks: list[Query] = []

    @property
    def label(self) -> str:
        return self._files.label

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        self.looks.append(query)
        return (yield from self._files.look(query))


def write(folder: Path, name: str, bodies: Sequence[object]) -> None:
    text = json.dumps({"Records": list(bodies)}, separators=(",", ":")).encode()
    (folder / name).write_bytes(gzip.compress(text))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty files: the key's reads with decrypts made for them, others of the same user, and strangers."""
    me = {"type": "IAMUser", "arn": ARN, "userName": "svc-deploy", "accessKeyId": OTHER}
    for number in range(40):
        at = number * 60
        read = {"requestParameters": {"secretId": SECRET_ARN}}
        write(
            tmp_path,
            f"{number:02}.json.gz",
            [
                body("secretsmanager:GetSecretValue", at, **read),
                json.loads(service_decrypt(at + 1).text),
                body("iam:GetUser", at + 2, userIdentity=me),
                body("iam:ListUsers", at + 3, userIdentity={"type": "IAMUser", "accessKeyId": "AKIAX", "arn": "x"}),
                body("sts:GetCallerIdentity", at + 4, userIdentity={"type": "AWSAccount", "accessKeyId": KEY}),
            ],
        )
    return tmp_path


ASKED = (
    Query(keys=(KEY,)),
    Query(keys=(KEY, "AKIAX")),
    Query(keys=(KEY,), windows=(Window(START + timedelta(minutes=5), START + timedelta(minutes=20, seconds=1)),)),
    Query(keys=(KEY,), regions=("eu-west-1",)),
    Query(keys=(KEY,), calls=("kms:Decrypt",)),
    Query(arns=(ARN,)),
    Query(keys=(KEY,), windows=(Window(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),)),
)


@pytest.mark.parametrize("question", ["activity", "decrypts"])
@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("follow", [Follow.MADE_FOR, Follow.TREE])
def test_the_answer_is_that_of_the_files(folder: Path, question: str, asked: Query, follow: Follow) -> None:
    plain = ask(LocalFiles([folder]), QUESTIONS[question], asked, follow)
    once = ask(OnePass(LocalFiles([folder])), QUESTIONS[question], asked, follow)
    assert once.rows == plain.rows
    assert once.records == plain.records
    assert (once.coverage.start, once.coverage.end) == (plain.coverage.start, plain.coverage.end)


def test_the_answer_from_a_store_is_that_of_the_files(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    store = tmp_path_factory.mktemp("store")
    later = [each.rename(store / each.name) for each in sorted(folder.iterdir())[30:]]
    build(folder, store / "built", processes=1)
    for each in later:
        each.rename(folder / each.name)
    cached = Cached(LocalFiles([folder]), store / "built")
    for asked in ASKED:
        for follow in (Follow.MADE_FOR, Follow.TREE):
            plain = ask(LocalFiles([folder]), QUESTIONS["activity"], asked, follow)
            answer = ask(OnePass(cached, cached.ready), QUESTIONS["activity"], asked, follow)
            assert answer.rows == plain.rows
            assert answer.records == plain.records
            assert answer.coverage.is_whole


@pytest.mark.parametrize("follow", [Follow.MADE_FOR, Follow.TREE])
def test_a_store_is_opened_once_for_all_looks(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, follow: Follow
) -> None:
    store = tmp_path_factory.mktemp("store")
    build(folder, store, processes=1)
    cached = Cached(LocalFiles([folder]), store)
    opened: list[Ready] = []

    def ready() -> Ready:
        opened.append(cached.ready())
        return opened[-1]

    files = Watched(folder)
    assert len(ask(OnePass(files, ready), QUESTIONS["activity"], Query(keys=(KEY,)), follow).rows) == 120
    assert (len(opened), files.looks) == (1, [])


def test_of_several_callers_those_that_were_kept_are_not_looked_for_again(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path_factory.mktemp("store")
    build(folder, store, processes=1)
    cached = Cached(LocalFiles([folder]), store)
    asked: list[Query] = []
    look = Ready.look

    def watched(ready: Ready, query: Query) -> Generator[Batch, None, Coverage]:
        asked.append(query)
        return look(ready, query)

    monkeypatch.setattr(Ready, "look", watched)
    with OnePass(cached, cached.ready).steady() as source:
        found(source, Query(keys=(KEY,)))
        both = Query(arns=(ARN, "arn:aws:iam::111122223333:user/another"), calls=("kms:*",))
        records = found(source, both).records
    assert records == found(LocalFiles([folder]), both).records
    assert asked[-1].arns == both.arns[1:]


def test_a_key_whose_owner_did_far_more_is_asked_for_alone(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path_factory.mktemp("store")
    build(folder, store, processes=1)
    cached = Cached(LocalFiles([folder]), store)
    with closing(cached.ready()) as one:
        assert one.owners(Query(keys=(KEY,))) == (ARN,)
        assert one.owners(Query(keys=("AKIANOBODY",))) == ()
        assert one.owners(Query(keys=(KEY,), calls=("kms:NoSuchCall",))) == (), "calls that the key made few of"
        assert one.owners(Query(keys=(KEY,), calls=("*",))) == (ARN,)
        monkeypatch.setattr(stored, "_MORE", 0)
        monkeypatch.setattr(stored, "_ROWS", 1)
        assert one.owners(Query(keys=(KEY,))) == ()


@pytest.mark.parametrize(
    "query",
    [
        Query(),
        Query(windows=(Window(START, START + timedelta(seconds=61)),)),
        Query(
            windows=(
                Window(START + timedelta(minutes=9), START + timedelta(minutes=11)),
                Window(START, START + timedelta(minutes=2)),
                Window(START + timedelta(minutes=1), START + timedelta(minutes=3)),
                Window(START + timedelta(minutes=5), START + timedelta(minutes=5)),
            ),
            calls=("KMS:decrypt", "iam:*"),
        ),
        Query(calls=("GetUser",), keys=(OTHER,)),
    ],
)
def test_what_is_chosen_from_what_was_kept_is_what_matches(folder: Path, query: Query) -> None:
    records = found(LocalFiles([folder]), Query()).records
    assert list(matching(query, records)) == [one for one in records if query.matches(one)]


def test_files_are_read_once_for_both_looks(folder: Path) -> None:
    files = Watched(folder)
    answer = ask(OnePass(files), QUESTIONS["activity"], Query(keys=(KEY,)))
    assert len(answer.rows) == 120
    assert [bool(each.any_of) for each in files.looks] == [False, True], "a short look for the identity, and one pass"


def test_a_key_that_is_found_late_is_not_looked_for_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_pass, "EARLY", -1.0)
    files = Watched(folder)
    assert sum(len(batch.records) for batch in OnePass(files).look(Query(keys=(KEY,)))) == 80
    assert [bool(each.any_of) for each in files.looks] == [False]


def test_what_is_too_much_to_keep_is_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_pass, "MOST_HELD", 5)
    files = Watched(folder)
    assert len(ask(OnePass(files), QUESTIONS["activity"], Query(keys=(KEY,))).rows) == 120
    assert len(files.looks) > 2


def test_what_was_kept_is_forgotten_after_another_question(folder: Path) -> None:
    files = Watched(folder)
    source = OnePass(files)
    for _ in source.look(Query(keys=(KEY,))):
        pass
    for _ in source.look(Query(ips=("203.0.113.9",))):
        pass
    count = len(files.looks)
    for _ in source.look(Query(arns=(ARN,))):
        pass
    assert len(files.looks) == count + 1


def test_what_is_kept_shares_its_texts_with_the_answer(folder: Path) -> None:
    source = OnePass(LocalFiles([folder]))
    first = found(source, Query(keys=(KEY,))).records
    second = found(source, Query(arns=(ARN,))).records
    every = [text for one in second for text in (one.agent, one.principal_arn, one.ip) if text]
    assert len({id(text) for text in every}) == len(set(every))
    kept = {id(one) for one in second}
    assert sum(id(one) in kept for one in first) >= 39  # of 40 by the user; the first told whose the key is
