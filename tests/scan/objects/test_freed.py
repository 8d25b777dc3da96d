"""What is freed is kept where native code can say so: it is not cleared again and again."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from irkit.native import is_native
from irkit.scan.objects.freed import keep_freed, large_pages

PAGES = """
import resource, sys
from irkit.scan.objects.freed import keep_freed
if len(sys.argv) > 1:
    keep_freed(int(sys.argv[1]))
for _ in range(50):
    texts = [bytearray(1 << 20) for _ in range(4)]
    del texts
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


HEAP = """
from irkit.scan.objects.freed import large_pages
large_pages(16 << 20)
size, found = 0, 0
for line in open("/proc/self/smaps"):
    words = line.split()
    if words[0] == "Size:":
        size = int(words[1]) << 10
    elif words[0] == "VmFlags:" and "hg" in words:
        found += size
texts = [bytearray(1 << 20) for _ in range(8)]  # and it is there to be used
print(found)
"""


def pages(*words: str) -> int:
    """How many pages a process was given that makes and drops four megabytes fifty times."""
    ran = subprocess.run([sys.executable, "-c", PAGES, *words], capture_output=True, text=True, check=True)
    return int(ran.stdout)


@pytest.mark.skipif(not is_native(keep_freed) or platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
def test_memory_that_is_kept_is_not_cleared_again() -> None:
    assert pages(str(16 << 20)) < pages() / 3


@pytest.mark.parametrize("most", [-1, 1 << 40])
def test_what_cannot_be_kept_is_refused(most: int) -> None:
    if is_native(keep_freed):
        with pytest.raises(ValueError, match="cannot be kept"):
            keep_freed(most)


@pytest.mark.skipif(not is_native(large_pages) or platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
def test_the_heap_of_a_scan_may_have_large_pages() -> None:
    if not Path("/sys/kernel/mm/transparent_hugepage").exists():
        pytest.skip("this kernel has no large pages")
    ran = subprocess.run([sys.executable, "-c", HEAP], capture_output=True, text=True, check=True)
    assert 12 << 20 <= int(ran.stdout) <= 16 << 20


@pytest.mark.parametrize("room", [-1, 17 << 20, 1 << 40])
def test_more_large_pages_than_a_heap_takes_at_once_are_refused(room: int) -> None:
    if is_native(large_pages):
        with pytest.raises(ValueError, match="so much larger"):
            large_pages(room)
