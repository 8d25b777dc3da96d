"""Inflating, and applying deltas: native code where there is a wheel of it, else the slow way.

``inflate(data, 15, size)`` gives the data of a zlib stream and raises ``InflateError``. Where irkit's own native code
applies deltas, ``apply_delta`` is asked about broken ones alone.
"""

from __future__ import annotations

from functools import cache

from irkit.scan.quick import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable

try:
    from isal import isal_zlib as _zlib
except ImportError:  # pragma: no cover - every platform that irkit is tested on has a wheel
    import zlib as _zlib  # type: ignore[no-redef]

__all__ = ["DeltaUnusable", "InflateError", "apply_delta", "inflate"]

inflate = _zlib.decompress
InflateError = cast("type[Exception]", _zlib.error)


class DeltaUnusable(Exception):
    """The bytes are no delta, or one of something else."""


def apply_delta(base: bytes, delta: bytes) -> bytes:
    """What a delta makes of its base. Raises ``DeltaUnusable``."""
    patched, error = _applying()
    try:
        return b"".join(patched(base, delta))
    except (error, MemoryError) as why:  # it may say that it makes an exabyte
        raise DeltaUnusable(str(why)) from None


@cache
def _applying() -> tuple[Callable[[bytes, bytes], list[bytes]], type[Exception]]:
    """Dulwich's function and its error: 1 ms to load, that a scan with native code does without."""
    from dulwich.errors import ApplyDeltaError

    try:
        from dulwich._pack import apply_delta as patched  # type: ignore[import-not-found]
    except ImportError:  # pragma: no cover - every platform that irkit is tested on has a wheel
        from dulwich.pack import apply_delta as patched
    return patched, ApplyDeltaError
