"""The bars of CloudTrail's part, and what was measured against them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanning.bars import Bar
from scanning.measure import MB, Measured, Run

from trail.programs import ASKED, GUNZIP, INGEST, JQ, RAW

FIRST_ROW_S = 0.3
MOST_OVER_GUNZIP = 2.0
LEAST_UNDER_JQ = 15.0
LATER_S = 0.5
PEAK_MB = 300
LARGE_FILES = 1000
"""In fewer files, the start of three processes takes more time than reading them."""
GROWTH = 1.2
"""Time a file may grow by so much from the middle set to the largest."""
FLAT = 1.1
"""Memory may differ by so much between them, added up over all processes."""


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


def of_later(name: str, narrow: Mapping[str, Measured], wide: Mapping[str, Measured]) -> Iterator[Bar]:
    """The bars of the later questions: the time of the dearest narrow one, and the memory of the largest of all."""
    dearest = max(narrow.values(), key=lambda each: each.fastest_s)
    took = dearest.fastest_s
    what = f"{name}: the dearest of {len(narrow)} later questions ({dearest.name})"
    yield Bar(what, f"<= {LATER_S} s", f"{took:.2f} s", took <= LATER_S)
    largest = max((*narrow.values(), *wide.values()), key=lambda each: each.peak)
    what = f"{name}: memory of later questions, the most ({largest.name})"
    yield Bar(what, f"<= {PEAK_MB} MB", f"{largest.peak / MB:.0f} MB", largest.peak <= PEAK_MB * MB)


def of_growth(small: tuple[int, Mapping[str, Measured]], large: tuple[int, Mapping[str, Measured]]) -> Iterator[Bar]:
    """The bars of two sets: time by the file, and memory, of what was measured of both; given by their files."""
    for name in (RAW, ASKED, INGEST):
        if name not in small[1] or name not in large[1]:
            continue
        before, after = small[1][name], large[1][name]
        what = f"{name}, {small[0]} to {large[0]} files"
        ratio = (cpu(after) / large[0]) / (cpu(before) / small[0])
        yield Bar(f"{what}: CPU a file", f"<= {GROWTH}x", f"{ratio:.2f}x", ratio <= GROWTH)
        peak = after.peak / before.peak
        got = f"{before.peak / MB:.0f} to {after.peak / MB:.0f} MB, {peak:.2f}x"
        yield Bar(f"{what}: memory is flat", f"<= {FLAT}x", got, peak <= FLAT)


def least(runs: Mapping[str, Measured]) -> dict[str, Run]:
    """The run of each with the least CPU time."""
    return {name: min(each.runs, key=lambda run: run.cpu_s) for name, each in runs.items()}
