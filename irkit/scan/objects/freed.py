"""Memory that is freed and needed again at once: a worker makes and drops a few megabytes for each that it looks at."""

from __future__ import annotations

from irkit.native import native


def keep_freed(most: int) -> None:
    """Have this process keep freed memory, up to so many bytes, instead of giving it back and asking for it again.

    What is given back comes again as pages to be cleared: a third of all that a worker touches. Python has no way to
    say so, nor have other C libraries than glibc (mallopt(3)): nothing is changed there.
    """
    del most


def large_pages(room: int) -> None:
    """Have the next bytes of this process's heap, up to 16 MB, come in large pages (madvise(2), ``MADV_HUGEPAGE``).

    For a process that soon fills them: 2,300 of 8,000 page faults of a small scan's first process, each of which takes
    3 us on a virtual machine. Linux and glibc alone know how; elsewhere nothing is changed. Raises ``ValueError``.
    """
    del room


large_pages = native("irkit.scan.objects._families", large_pages)
keep_freed = native("irkit.scan.objects._families", keep_freed)
