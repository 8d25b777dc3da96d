"""Writes the pages that are made from code: docs/actions/ and docs/keys.md.

``--check`` writes nothing, names the pages that are out of date, and ends with 1 when there are any.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from pydantic import BaseModel

from irkit.actions import catalog
from irkit.contract import AnyAction, Effect
from irkit.tui import keys

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "actions"
MADE = "Made from the code by `make docs`; do not edit."
GATES = {
    Effect.READ: "reads only; runs at once",
    Effect.HUMAN: "asks a person; changes nothing by itself",
    Effect.NOTICE: "tells people; runs at once, and is proven and tried again like an effect",
    Effect.REVERSIBLE: "reversible; waits for one approval of the plan",
    Effect.IRREVERSIBLE: "IRREVERSIBLE; waits for a typed phrase and the approval of several people",
}


def pages() -> dict[Path, str]:
    """Every generated page, by its place."""
    made = {FOLDER / Path(*action_id.split(".")).with_suffix(".md"): page(action_id) for action_id in catalog.ACTIONS}
    return {FOLDER / "README.md": index(), ROOT / "docs" / "keys.md": keys.document(), **made}


def index() -> str:
    """The list of all actions."""
    rows = [
        f"| [`{action_id}`]({action_id.replace('.', '/')}.md) | {action.effect.value} | {action.summary} |"
        for action_id, action in sorted(catalog.ACTIONS.items())
    ]
    return "\n".join(["# Actions", "", MADE, "", "| id | effect | what it does |", "|---|---|---|", *rows, ""])


def page(action_id: str) -> str:
    """The page of one action."""
    action = catalog.ACTIONS[next(each for each in catalog.ACTIONS if each == action_id)]
    return "\n".join([*_lines(action_id, action)]) + "\n"


def _lines(action_id: str, action: AnyAction) -> Iterator[str]:
    source = f"irkit/actions/{action_id.replace('.', '/')}.py"
    module = import_module(f"irkit.actions.{action_id}")
    yield f"# `{action_id}`"
    yield ""
    yield f"{action.summary}. {GATES[action.effect][0].upper()}{GATES[action.effect][1:]}."
    yield ""
    yield inspect.cleandoc(module.__doc__ or "")
    yield ""
    yield f"[Its code]({'../' * 3}{source}). {MADE}"
    yield ""
    yield from _model("Parameters", action.params)
    yield from _model("Result", action.result)
    yield "## AWS permissions"
    yield ""
    yield from [f"- `{each}`" for each in action.iam] or ["None."]
    yield ""
    yield "## Undo"
    yield ""
    yield _undo(action)


def _undo(action: AnyAction) -> str:
    if action.operation is None:
        return "There is nothing to undo."
    if action.revert is None:
        return "It cannot be undone by irkit; its plan says what that means."
    return "irkit can undo it from its receipt, planned, approved and proven like the act itself."


def _model(title: str, model: type[BaseModel]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield inspect.cleandoc(model.__doc__ or "")
    yield ""
    if model.model_fields:
        yield "| name | type | default |"
        yield "|---|---|---|"
    for name, field in model.model_fields.items():
        default = "required" if field.is_required() else f"`{field.get_default(call_default_factory=True)!r}`"
        yield f"| `{name}` | `{_type(field.annotation)}` | {default if title == 'Parameters' else ''} |"
    yield ""


def _type(annotation: object) -> str:
    """A type as one would say it: class names without the modules they are from."""
    plain = isinstance(annotation, type) and not hasattr(annotation, "__args__")
    name = annotation.__name__ if plain and isinstance(annotation, type) else str(annotation)
    name = re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", name)
    name = re.sub(r"Optional\[(\w+)\]", r"\1 | None", name)  # which of the two str() writes depends on the Python
    return name.replace("|", "\\|")


def main() -> int:
    """Write the pages, or with ``--check`` only compare; 1 when some are out of date."""
    wanted = pages()
    stale = [path for path, text in wanted.items() if not path.is_file() or path.read_text() != text]
    extra = [path for path in FOLDER.rglob("*.md") if path not in wanted]
    for path in (*stale, *extra):
        print(path.relative_to(ROOT))
    if "--check" in sys.argv[1:]:
        return 1 if stale or extra else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path])
    for path in extra:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
