"""How a detector is made: from rules, or from what an earlier run kept, because compiling takes a second."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from irkit.scan.detect.detector import Detector, Engine
from irkit.scan.detect.expressions import expressions
from irkit.scan.detect.hyperscan_prefilter import HyperscanPrefilter, compiled
from irkit.scan.detect.lines import spans_lines
from irkit.scan.rule import Rule

_HERE = Path(__file__).parent
_DECIDING = (_HERE, _HERE.parent / "rules")
"""What decides, with the rules, what is a finding: this package and the shipped rules."""


def loaded(files: Sequence[Path], engine: Engine, cache: Path | None) -> Detector:
    """See ``load_detector``."""
    from irkit.scan.ruleset import load, shipped

    rules = (*shipped(), *(rule for file in files for rule in load(file)))
    return detector(rules, engine)


def detector(rules: Sequence[Rule], engine: Engine = Engine.BEST) -> Detector:
    """A detector with these rules alone."""
    spanning = [bool(rule.near) or spans_lines(rule.pattern) for rule in rules]
    prefilter = HyperscanPrefilter(compiled(expressions(rules)))
    return Detector(rules, spanning, prefilter, "")
