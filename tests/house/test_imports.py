"""Import rules that the import contracts cannot say, read from the syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "irkit"
SDKS = {"boto3", "botocore", "git", "github", "kingfisher_sdk", "slack_sdk"}
OWN_CLIENT = {
    "git": "irkit/clients/git",
    "github": "irkit/clients/github",
    "kingfisher_sdk": "irkit/clients/kingfisher",
    "slack_sdk": "irkit/clients/slack",
}
ANY_ALLOWED = {
    "irkit/contract.py": "the engine holds actions of every type: AnyAction",
    "irkit/engine/attempt.py": "and carries out operations of every type: AnyOperation",
}


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Every module name that is imported below ``tree``, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def at_import_time(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements that run when the module is imported: not those in functions or under TYPE_CHECKING."""
    waiting: list[ast.stmt] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
            continue
        yield node
        waiting += [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)]


Modules = Mapping[str, ast.Module]


@pytest.fixture(scope="module")
def modules() -> Modules:
    """Every module of irkit, by its path, read once."""
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in sorted(PACKAGE.rglob("*.py"))}


def test_sdks_are_imported_only_when_a_client_is_built(modules: Modules) -> None:
    found = [
        f"{name}:{line} imports {module}"
        for name, tree in modules.items()
        if not name.startswith("irkit/drill/world/")
        for node in at_import_time(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module, line in imports(node)
        if module.partition(".")[0] in SDKS
    ]
    assert found == []


def test_git_github_kingfisher_and_slack_are_each_reached_by_one_client_alone(modules: Modules) -> None:
    found = [
        f"{name}:{line} imports {module}"
        for name, tree in modules.items()
        if not name.startswith("irkit/drill/world/")
        for module, line in imports(tree)
        for sdk, client in OWN_CLIENT.items()
        if module.partition(".")[0] == sdk and not name.startswith(client)
    ]
    assert found == []


def test_actions_do_not_import_each_other(modules: Modules) -> None:
    found = [
        f"{name}:{line} imports {module}"
        for name, tree in modules.items()
        if name.startswith("irkit/actions/") and name != "irkit/actions/catalog.py"
        for module, line in imports(tree)
        if module.startswith("irkit.actions")
    ]
    assert found == []


def test_only_the_wiring_imports_both_actions_and_engine(modules: Modules) -> None:
    both = []
    for name, tree in modules.items():
        rooms = {".".join(module.split(".")[:2]) for module, _ in imports(tree)}
        if {"irkit.actions", "irkit.engine"} <= rooms and not name.startswith("irkit/wiring"):
            both.append(name)
    assert both == []


def test_screens_never_import_the_app(modules: Modules) -> None:
    found = [
        f"{name}:{line}"
        for name, tree in modules.items()
        if name.startswith(("irkit/tui/screens/", "irkit/tui/widgets/"))
        for module, line in imports(tree)
        if module.startswith("irkit.tui.app")
    ]
    assert found == []


def test_packages_import_nothing_by_themselves(modules: Modules) -> None:
    full = [name for name, tree in modules.items() if name.endswith("__init__.py") and any(True for _ in imports(tree))]
    assert full == []


def test_any_stays_in_the_clients(modules: Modules) -> None:
    found = [
        f"{name}:{line}"
        for name, tree in modules.items()
        if not name.startswith("irkit/clients/") and name not in ANY_ALLOWED
        for module, line in imports(tree)
        if module == "typing.Any"
    ]
    assert found == []
