"""The detector: what secrets stand in a text. This is the door of the package; how it looks is in ``looking``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from irkit.scan.detect.batch import Text
from irkit.scan.detect.engine import Engine
from irkit.scan.detect.loading import loaded
from irkit.scan.detect.looked import Looked
from irkit.scan.detect.looking import Detector, nothing
from irkit.scan.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path  # 4 ms

__all__ = ["Detector", "Engine", "Looked", "Text", "load_detector"]


def load_detector(
    files: Sequence[Path] = (),
    engine: Engine = Engine.BEST,
    cache: Path | None = None,
    prepare: Callable[[], None] = nothing,
) -> Detector:
    """A detector with irkit's own rules and those of these TOML files.

    ``cache`` is a folder where what is slow to make is kept; ``prepare`` is called before the first hit is looked at.
    Raises ``RulesInvalid``, ``EngineMissing``.
    """
    return loaded(files, engine, cache, prepare)
