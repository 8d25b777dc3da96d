from __future__ import annotations

import fcntl
import gc
import os
import shutil
import signal
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore.hooks import EventAliaser
from botocore.loaders import JSONFileLoader, Loader
from hypothesis import settings

from tests.forge import Forge, started_forge
from tests.rehearsal import on, raise_world, world
from tests.scan.work_tree import WorkTree

settings.register_profile("irkit", deadline=None)
settings.load_profile("irkit")  # what a test finds must not depend on how busy the machine is

gc.set_threshold(100_000, 20, 100)
"""Half a million things live as long as the suite does (tests, screens, AWS's models); to look through them again and
again, at Python's pace of a small program, took a quarter of a worker's processor time."""

_read, _list, _alias = JSONFileLoader.load_file, Loader.list_available_services, EventAliaser._alias_event_name
_read_once = cache(lambda path: _read(JSONFileLoader(), path))
_listed: dict[tuple[str, ...], list[str]] = {}
_alias_once = cache(lambda name: _alias(EventAliaser(None), name))


def _once(_: Any, path: str) -> Any:  # noqa: ANN401  botocore's own
    """AWS's models are megabytes of JSON, and each test makes clients of its own: here they are read once a process."""
    return _read_once(path)


def _list_once(self: Loader, type_name: str) -> list[str]:
    """Which of AWS's services there are is asked for each client, and is in a thousand folders."""
    where = (type_name, *self.search_paths)
    if where not in _listed:
        _listed[where] = _list(self, type_name)
    return list(_listed[where])


JSONFileLoader.load_file = _once  # type: ignore[method-assign, assignment]
Loader.list_available_services = _list_once  # type: ignore[method-assign, assignment]
EventAliaser._alias_event_name = lambda _, name: _alias_once(name)  # type: ignore[method-assign]

for _one in (signal.SIGINT, signal.SIGHUP):
    # Behind `nohup` or `&` they are ignored, and would be so by each irkit that a test interrupts. A handler is not
    # handed on to children; this one leaves the suite itself as deaf as it was.
    if signal.getsignal(_one) is signal.SIG_IGN:
        signal.signal(_one, lambda *_: None)

__all__ = ["forge", "on", "raise_world", "world"]


@pytest.fixture(scope="session")
def rules_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder (``XDG_CACHE_HOME``) that has the scan's rules: they take seconds, so one worker compiles them."""
    from irkit.scan.detect.detector import load_detector

    own = tmp_path_factory.getbasetemp()
    of_the_run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with (of_the_run / "compiled.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        load_detector(cache=of_the_run / "compiled")
    folder = tmp_path_factory.mktemp("rules")
    shutil.copytree(of_the_run / "compiled", folder / "irkit")
    return folder


@pytest.fixture
def tree(tmp_path: Path, rules_cache: Path) -> WorkTree:
    """A repository with a work tree, and a home of its own in which irkit runs."""
    return WorkTree(tmp_path, rules_cache)


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    """A git server, a GitHub server and a Slack server with a leaked key planted, and an incident's clients."""
    with started_forge(tmp_path) as running:
        yield running
