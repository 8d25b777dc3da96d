"""Inflating, and applying deltas: native code where there is a wheel of it, else the slow way.

Where irkit's own native code does both for a pack, these are asked about what is broken, and loose objects.
"""

from __future__ import annotations

from functools import cache

from irkit.scan.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DeltaUnusable", "InflateError", "apply_delta", "inflate"]


class InflateError(Exception):
    """The bytes are no zlib stream, or one that is cut off."""


def inflate(data: bytes | memoryview, bits: int, size: int) -> bytes:
    """The data of a zlib stream. Raises ``InflateError``."""
    inflated, error = _inflating()
    try:
        return inflated(data, bits, size)
    except error as why:
        raise InflateError(str(why)) from None


@cache
def _inflating() -> tuple[Callable[[bytes | memoryview, int, int], bytes], type[Exception]]:
    """Isal's function and its error: 1 ms to load, that a scan with native code does without."""
    try:
        from isal import isal_zlib

        return isal_zlib.decompress, isal_zlib.error  # type: ignore[return-value]
    except ImportError:  # pragma: no cover - every platform that irkit is tested on has a wheel
        import zlib

        return zlib.decompress, zlib.error


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
