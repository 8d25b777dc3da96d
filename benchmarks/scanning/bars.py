"""The bars, and what was measured against them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanning.measure import MB, Measured
from scanning.truth import Coverage, to_be_found
from tests.scan.planted_repository import Planting

FULL, HITS, AGAIN, GROWN = "irkit", "irkit, hits only", "irkit, unchanged", "irkit, one new commit"
RATIOS = {
    FULL: {"gitleaks git": 6.0, "kingfisher scan": 3.5, "kingfisher scan --turbo": 1.7},
    HITS: {"gitleaks git": 9.0, "kingfisher scan": 5.0, "kingfisher scan --turbo": 3.0},
}
"""How many times faster than whom, at least."""
PEAK_MB, PEAK_UP_TO_BYTES = 400, 6_000_000_000
AGAIN_S = 0.2
HOOK_S, HOOK_RATIOS = 0.060, {"betterleaks git": 0.5, "gitleaks git": 0.1}
PLANTED = 0.95
RECALL, FALSE = 0.80, 0.15


@dataclass(frozen=True)
class Bar:
    """One bar: what, what it must be, what it is."""

    what: str
    wanted: str
    got: str
    is_met: bool


def of_history(name: str, size: int, runs: dict[str, Measured]) -> Iterator[Bar]:
    """The bars of a whole history of ``size`` bytes, by what was run."""
    for ours, peers in RATIOS.items():
        for peer, least in peers.items():
            if ours in runs and peer in runs:
                ratio = runs[peer].wall_s / runs[ours].wall_s
                yield Bar(f"{name}: {ours}, against {peer}", f">= {least}x", f"{ratio:.1f}x", ratio >= least)
    if FULL in runs and size <= PEAK_UP_TO_BYTES:
        peak = runs[FULL].peak
        yield Bar(f"{name}: memory, added up", f"<= {PEAK_MB} MB", f"{peak / MB:.0f} MB", peak <= PEAK_MB * MB)
    for ours in (AGAIN, GROWN):
        if ours in runs:
            wall = runs[ours].wall_s
            yield Bar(f"{name}: {ours}", f"<= {AGAIN_S * 1000:.0f} ms", f"{wall * 1000:.0f} ms", wall <= AGAIN_S)


def of_hook(name: str, runs: dict[str, Measured]) -> Iterator[Bar]:
    """The bars of the hook."""
    ours = runs[FULL].wall_s
    yield Bar(f"{name}: hook", f"<= {HOOK_S * 1000:.0f} ms", f"{ours * 1000:.0f} ms", ours <= HOOK_S)
    for peer, most in HOOK_RATIOS.items():
        if peer in runs:
            ratio = ours / runs[peer].wall_s
            yield Bar(f"{name}: hook, against {peer}", f"<= {most}x", f"{ratio:.2f}x", ratio <= most)


def of_truth(planting: Planting, coverages: dict[str, Coverage]) -> Iterator[Bar]:
    """The bars of the planted repository; ``coverages`` by scanner and form."""
    for form, ours in coverages.items():
        share = ours.share(planting.planted)
        yield Bar(f"{form}: values found", f">= {PLANTED}", f"{share:.3f}", share >= PLANTED)
        missed = {each.place for each in to_be_found(planting) if each.sha256 not in ours.found}
        reached = {each.place for each in planting.planted if each.sha256 in ours.found}
        unreached = sorted(missed - reached)
        yield Bar(f"{form}: places without any", "none", ", ".join(unreached) or "none", not unreached)
        for what, rows in (("decoys", ours.decoys), ("accepted lines", ours.accepted)):
            yield Bar(f"{form}: {what} reported", "0", str(len(rows)), not rows)


def of_clean(name: str, ours: int, peers: dict[str, int]) -> Iterator[Bar]:
    """Fewer rows in a history without secrets than the best peer; none where it has none."""
    if peers:
        best = min(peers.values())
        is_met = ours < best or ours == best == 0
        yield Bar(f"{name}: rows", f"fewer than {best}" if best else "0", str(ours), is_met)


def of_labels(recall: float, false: float) -> Iterator[Bar]:
    """The bars of files that are labelled."""
    yield Bar("labelled files: recall", f">= {RECALL:.0%}", f"{recall:.1%}", recall >= RECALL)
    yield Bar("labelled files: false hits", f"<= {FALSE:.0%}", f"{false:.1%}", false <= FALSE)
