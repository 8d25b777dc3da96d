"""The bars of CloudTrail's part, and what was measured against them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanning.bars import Bar
from scanning.measure import MB, Measured, Run

from trail.programs import GUNZIP, INGEST, JQ, RAW

FIRST_ROW_S = 0.3
MOST_OVER_GUNZIP = 2.0
LEAST_UNDER_JQ = 15.0
LATER_S = 0.5
PEAK_MB = 300
LARGE_FILES = 1000
"""In fewer files, the start of three processes takes more time than reading them."""
GROWTH = 1.2
"""Time a file, and memory, may grow by so much from the middle set to the largest."""


def cpu(each: Measured) -> float:
    """The least CPU time of all runs: others on the machine only add to it."""
    return min(run.cpu_s for run in each.runs)


def of_answer(name: str, files: int, runs: Mapping[str, Measured], first_rows_s: list[float]) -> Iterator[Bar]:
    """The bars of one set of logs."""
    ours = runs[RAW]
    first = min(first_rows_s)
    yield Bar(f"{name}: first row", f"<= {FIRST_ROW_S} s", f"{first:.3f} s", first <= FIRST_ROW_S)
    is_large = files >= LARGE_FILES
    if GUNZIP in runs and is_large:
        ratio = cpu(ours) / cpu(runs[GUNZIP])
        yield Bar(
            f"{name}: CPU of the whole answer, by that of igzip -d",
            f"<= {MOST_OVER_GUNZIP}x",
            f"{ratio:.2f}x",
            ratio <= MOST_OVER_GUNZIP,
        )
    if JQ in runs and is_large:
        ratio = cpu(runs[JQ]) / cpu(ours)
        yield Bar(
            f"{name}: CPU of zcat | jq, by ours", f">= {LEAST_UNDER_JQ}x", f"{ratio:.1f}x", ratio >= LEAST_UNDER_JQ
        )
    yield Bar(f"{name}: memory, added up", f"<= {PEAK_MB} MB", f"{ours.peak / MB:.0f} MB", ours.peak <= PEAK_MB * MB)
    if INGEST in runs:
        peak = runs[INGEST].peak
        yield Bar(
            f"{name}: memory of building the store", f"<= {PEAK_MB} MB", f"{peak / MB:.0f} MB", peak <= PEAK_MB * MB
        )


def of_later(name: str, runs: Mapping[str, Measured]) -> Bar:
    """The bar of the later questions: that of the dearest."""
    dearest = max(runs.values(), key=lambda each: each.fastest_s)
    took = dearest.fastest_s
    what = f"{name}: the dearest of {len(runs)} later questions ({dearest.name})"
    return Bar(what, f"<= {LATER_S} s", f"{took:.2f} s", took <= LATER_S)


def of_growth(small: tuple[int, Measured], large: tuple[int, Measured]) -> Iterator[Bar]:
    """The bars of two sets: time by the file, and memory. Each is given with its number of files."""
    ratio = (cpu(large[1]) / large[0]) / (cpu(small[1]) / small[0])
    yield Bar(f"{small[0]} to {large[0]} files: CPU a file", f"<= {GROWTH}x", f"{ratio:.2f}x", ratio <= GROWTH)
    peak = large[1].peak / small[1].peak
    yield Bar(f"{small[0]} to {large[0]} files: memory", f"<= {GROWTH}x", f"{peak:.2f}x", peak <= GROWTH)


def least(runs: Mapping[str, Measured]) -> dict[str, Run]:
    """The run of each with the least CPU time."""
    return {name: min(each.runs, key=lambda run: run.cpu_s) for name, each in runs.items()}
