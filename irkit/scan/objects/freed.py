"""Memory that is freed and needed again at once: a worker makes and drops a few megabytes for each that it looks at."""

from __future__ import annotations

from irkit.native import native


def keep_freed(most: int) -> None:
    """Have this process keep freed memory, up to so many bytes, instead of giving it back and asking for it again.

    What is given back comes again as pages to be cleared: a third of all that a worker touches. Python has no way to
    say so, nor have other C libraries than glibc (mallopt(3)): nothing is changed there.
    """
    del most


keep_freed = native("irkit.scan.objects._families", keep_freed)
