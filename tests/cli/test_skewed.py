"""An irkit whose clock is off, for drills."""

from __future__ import annotations

import subprocess
import sys

import pytest

TELL = """
import contextlib, pickle, sys, time
off = int(sys.argv[1])
from irkit.cli import skewed
sys.argv = ["skewed", str(off), "--help"]
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(sys.stderr):
    skewed.main()
from datetime import UTC, datetime
import irkit.clients.aws
from pydantic import AwareDatetime, TypeAdapter
parsed = TypeAdapter(AwareDatetime).validate_python("2026-01-07T06:00:00Z")
assert (datetime.now(UTC) - parsed).total_seconds() > 0
assert isinstance(parsed, datetime) and pickle.loads(pickle.dumps([parsed, datetime.now(UTC)]))[0] == parsed
assert all(type(each) is type(parsed) for each in (datetime.fromisoformat("2026-01-07"), datetime(2026, 1, 7)))
assert skewed.skew().total_seconds() == off
for at in (datetime.now(UTC).timestamp(), datetime.utcnow().replace(tzinfo=UTC).timestamp(), time.time()):
    print(round(at - time.time_ns() / 1e9))
"""


@pytest.mark.parametrize("seconds", [90, -90])
def test_every_way_to_ask_for_the_time_is_off_by_as_much(seconds: int) -> None:
    ran = subprocess.run([sys.executable, "-c", TELL, str(seconds)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == [str(seconds)] * 3
