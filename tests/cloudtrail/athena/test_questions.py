"""Every question has the same rows from Athena as from the files."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import pytest

from irkit.cloudtrail.coverage import Coverage
from irkit.cloudtrail.query import Query
from irkit.cloudtrail.questions.asking import ask
from irkit.cloudtrail.questions.catalog import QUESTIONS
from irkit.cloudtrail.questions.question import Follow
from irkit.cloudtrail.source import Batch, Progress
from tests.cloudtrail.athena.cloud import Cloud
from tests.cloudtrail.athena.log_files import BOTH, ODD_DAY, REAL_DAY, local

BERT = Query(windows=(REAL_DAY,), users=("bert-jan",))
_PLACES = ("locator", "locators")


class Files:
    """The files themselves as a source."""

    label = "files"

    def __init__(self, cloud: Cloud) -> None:
        self._files = cloud.files

    def look(self, query: Query) -> Generator[Batch, None, Coverage]:
        records = local(self._files, query)
        yield Batch(records, Progress("files", 1, 1))
        return Coverage((), BOTH[0].start, BOTH[1].end, BOTH[1].end)


def _without_places(row: object) -> object:
    """Files and Athena know the same record by other places."""
    return replace(row, **{name: None for name in _PLACES if hasattr(row, name)})  # type: ignore[type-var]


@pytest.mark.parametrize("question", sorted(QUESTIONS))
def test_a_question_has_the_same_rows_from_athena_as_from_the_files(cloud: Cloud, question: str) -> None:
    for query in (BERT, Query(windows=(ODD_DAY,))):
        of_athena = ask(cloud.athena(), QUESTIONS[question], query, Follow.MADE_FOR)
        of_files = ask(Files(cloud), QUESTIONS[question], query, Follow.MADE_FOR)
        assert list(map(_without_places, of_athena.rows)) == list(map(_without_places, of_files.rows))
        assert of_athena.records == of_files.records


def test_decrypts_that_services_made_are_found_through_athena(cloud: Cloud) -> None:
    answer = ask(cloud.athena(), QUESTIONS["decrypts"], replace(BERT, users=(), keys=("AKIATFQR7NSC8Q4X20BJ",)))
    assert sum(one.call == "kms:Decrypt" for one in answer.records) == 12
