"""The house's sizes. An exception is listed with its reason, and leaves the list when it no longer needs it."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULE_MEDIAN, MODULE_CAP = 120, 350
FUNCTION_95TH, FUNCTION_CAP = 40, 60

LONG_MODULES = {
    "irkit/incident/events.py": "the catalogue of all facts, read top to bottom like a table",
    "irkit/incident/state.py": "one small function an event: apart they would hide what the fold leaves out",
}
LONG_FUNCTIONS: dict[str, str] = {}
LONG_NATIVE = {
    "irkit/scan/objects/_entries.c": "the six functions of pack_entries.py, over the same columns of numbers",
    "irkit/scan/objects/_families.c": "deltas, families, texts and names share each object of one loop over a pack",
}


def module_lines() -> dict[str, int]:
    paths = sorted((ROOT / "irkit").rglob("*.py"))
    lines = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in paths}
    return {name: count for name, count in lines.items() if count > 1 or not name.endswith("__init__.py")}


def function_lines() -> dict[str, int]:
    found = {}
    for name in module_lines():
        for node in ast.walk(ast.parse((ROOT / name).read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found[f"{name}:{node.name}:{node.lineno}"] = (node.end_lineno or node.lineno) - node.lineno + 1
    return found


def test_the_median_module_is_short() -> None:
    assert statistics.median(module_lines().values()) <= MODULE_MEDIAN


def test_no_module_is_long_without_a_reason() -> None:
    long = {name for name, count in module_lines().items() if count > MODULE_CAP}
    assert long == set(LONG_MODULES)


def test_no_native_file_is_long_without_a_reason() -> None:
    paths = [path for kind in ("*.c", "*.h") for path in (ROOT / "irkit").rglob(kind)]
    long = {str(path.relative_to(ROOT)) for path in paths if len(path.read_text().splitlines()) > MODULE_CAP}
    assert long == set(LONG_NATIVE)


def test_functions_are_short_as_a_rule() -> None:
    assert statistics.quantiles(function_lines().values(), n=20)[-1] <= FUNCTION_95TH


def test_no_function_is_long_without_a_reason() -> None:
    long = {name.rpartition(":")[0] for name, count in function_lines().items() if count > FUNCTION_CAP}
    assert long == set(LONG_FUNCTIONS)
