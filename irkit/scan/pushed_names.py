"""Secrets in the names of branches and tags that a push makes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from irkit.scan.detect.detector import Detector
from irkit.scan.finding import Report
from irkit.scan.grouped import Context, Seen, grouped
from irkit.scan.places.names import in_ref_names
from irkit.scan.scrubbed import scrubbed


def scan_ref_names(names: Sequence[str], detector: Detector, key: Callable[[], bytes]) -> Report:
    """What stands in these names of refs, none of which the remote has. ``key`` is that of the fingerprints."""
    texts = [os.fsencode(name) for name in names]
    seen = [Seen(sighting, (place,)) for sighting, place in in_ref_names(texts, detector)]
    told = grouped(seen, Context(detector.rule, key, lambda _: False))
    clean, _ = scrubbed(told.findings, (), lambda body: detector.look(body).sightings)
    return Report(tuple(clean), told.dismissed, (), {"refs": len(names)}, sum(map(len, texts)))
