"""What is given back is seen from outside only: in a process of its own, by what the system says it holds."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HELD = """
import resource
from pathlib import Path
from irkit.cloudtrail.given_back import give_back

def held() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

several = [bytes(2_000) for _ in range(40_000)]
last = bytes(2_000)
del several
before = held()
give_back()
print(before - held())
"""


@pytest.mark.skipif("CS_GNU_LIBC_VERSION" not in getattr(os, "confstr_names", {}), reason="glibc alone is asked to")
def test_what_lies_below_something_that_is_still_held_is_given_back() -> None:
    given = subprocess.run([sys.executable, "-c", HELD], capture_output=True, text=True, check=True)
    assert int(given.stdout) > 40_000_000
