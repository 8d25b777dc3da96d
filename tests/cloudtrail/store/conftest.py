from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cloudtrail.store.logs import aws_form, aws_name, build, lines, log, odd, real


class Kept(NamedTuple):
    """Logs and the store of them."""

    logs: Path
    folder: Path


@pytest.fixture(scope="package")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Real records and odd ones, some of them in two files, in two forms, and what cannot be read."""
    at = tmp_path_factory.mktemp("store")
    bodies = real()
    log(at / "logs" / aws_name(unique="real"), aws_form(bodies[:50]))
    log(at / "logs" / aws_name(hour=13, unique="again"), aws_form(bodies[40:]))
    log(at / "logs" / aws_name(hour=14, unique="odd"), aws_form(odd()))
    log(at / "logs" / "export.jsonl", lines(bodies[:10]))
    log(at / "logs" / "cut.json", aws_form(bodies[10:14])[:-40])
    log(at / "logs" / "notes.txt", b"found these on the old laptop")
    build(at / "logs", at / "store", processes=2)
    return Kept(at / "logs", at / "store")
