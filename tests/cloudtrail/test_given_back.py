"""What is given back is seen from outside only: in a process of its own, by what the system says it holds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from irkit.cloudtrail.given_back import give_back
from irkit.cloudtrail.identity import is_place
from irkit.cloudtrail.layout import named

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

LOOKED_UP = """
import resource
from pathlib import Path
from irkit.cloudtrail.given_back import give_back

def held() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

several = []
for number in range(400_000):
    several.append([number])
    if number % 500 == 0:
        getattr(number, "".join(("bit_", "length")))
del several
before = held()
give_back()
print(before - held())
"""


@pytest.mark.skipif("CS_GNU_LIBC_VERSION" not in getattr(os, "confstr_names", {}), reason="glibc alone is asked to")
def test_what_lies_below_something_that_is_still_held_is_given_back() -> None:
    given = subprocess.run([sys.executable, "-c", HELD], capture_output=True, text=True, check=True)
    assert int(given.stdout) > 40_000_000


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="what is held is told by Linux")
def test_names_by_which_methods_were_looked_for_hold_no_memory() -> None:
    given = subprocess.run([sys.executable, "-c", LOOKED_UP], capture_output=True, text=True, check=True)
    assert int(given.stdout) > 20_000_000


def test_what_functions_remember_is_let_go_of_as_well() -> None:
    named("AWSLogs/111122223333/CloudTrail/eu-west-1/2026/11/21/x.json.gz")
    is_place("203.0.113.9")
    assert all(each.cache_info().currsize for each in (named, is_place))
    give_back()
    assert not any(each.cache_info().currsize for each in (named, is_place))
