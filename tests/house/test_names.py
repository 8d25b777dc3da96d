from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = {"SecretsManager"}  # what AWS calls it
EMPTY_WORDS = {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "misc"}
UNFINISHED = re.compile(r"NotImplementedError|#.*\b(TODO|FIXME|XXX)\b")
SENTENCE = re.compile(r"test(_[a-z0-9]+){3,}$")


def python_files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def test_no_module_has_an_empty_word_for_a_name() -> None:
    words = {
        path: set(re.split(r"[_/]", str(path.relative_to(ROOT).with_suffix("")))) for path in python_files("irkit")
    }
    assert [str(path) for path, parts in words.items() if parts & EMPTY_WORDS] == []


def test_no_class_has_an_empty_word_in_its_name() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in python_files("irkit")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and re.search(r"(Util|Helper|Manager|Common)s?$", node.name)
        if node.name not in SERVICES
    ]
    assert found == []


def test_nothing_is_left_unfinished() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in python_files("irkit")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert found == []


def test_tests_are_sentences() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in python_files("tests")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not SENTENCE.match(node.name)
    ]
    assert found == []


def test_every_action_is_a_verb_with_an_object() -> None:
    files = [path for path in python_files("irkit/actions") if path.name not in {"__init__.py", "catalog.py"}]
    one_word = [str(path.relative_to(ROOT)) for path in files if "_" not in path.stem and path.parent.name != "human"]
    assert one_word == []
