"""Inflating, and applying deltas: native code where there is a wheel of it, else the slow way.

``inflate(data, 15, size)`` gives the data of a zlib stream and raises ``InflateError``; ``apply_delta(base, delta)``
gives the result in parts and raises ``ApplyDeltaError``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from dulwich.errors import ApplyDeltaError

try:
    from isal import isal_zlib as _zlib
except ImportError:  # pragma: no cover - every platform that irkit is tested on has a wheel
    import zlib as _zlib  # type: ignore[no-redef]

if TYPE_CHECKING:
    from dulwich.pack import apply_delta
else:
    try:
        from dulwich._pack import apply_delta
    except ImportError:  # pragma: no cover - the same
        from dulwich.pack import apply_delta

__all__ = ["ApplyDeltaError", "InflateError", "apply_delta", "inflate"]

inflate = _zlib.decompress
InflateError = cast("type[Exception]", _zlib.error)
