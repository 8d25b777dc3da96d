"""List, show, check and locate runbooks; print their AWS policy and the format's JSON Schema."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from irkit.actions import catalog
from irkit.cli.drawing import drawing, outline
from irkit.config import Config, load
from irkit.counted import counted
from irkit.errors import RunbookInvalid, UsageError
from irkit.runbook.check import check
from irkit.runbook.finding import nearest
from irkit.runbook.load import load as load_file
from irkit.runbook.mermaid import mermaid
from irkit.runbook.model import Runbook, Step, StepId
from irkit.runbook.policy import policy
from irkit.runbook.schema import schema
from irkit.runbook.shelf import Origin, find, shelf
from irkit.tui.lanes import Style

DONE, FINDINGS = 0, 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``list | show | check | where | schema | policy``."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--config", type=Path, metavar="FILE", help="configuration file (default: the user's own)")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, says: str) -> argparse.ArgumentParser:
        return verbs.add_parser(name, help=says, description=says, parents=[shared])

    verb("list", "the runbooks there are, shipped and your own")
    show = verb("show", "a runbook's inputs and step graph")
    show.add_argument("name", help="a name or a file")
    drawn = show.add_mutually_exclusive_group()
    drawn.add_argument("--mermaid", action="store_const", dest="how", const="mermaid", help="a Mermaid flowchart")
    drawn.add_argument("--ascii", action="store_const", dest="how", const="ascii", help="draw with ASCII alone")
    checked = verb("check", "look for mistakes, with file, line and column; exit code 1 when there are any")
    checked.add_argument("names", nargs="*", metavar="NAME", help="names or files (default: all there are)")
    where = verb("where", "file and line of a step, and of its action's code")
    where.add_argument("name", help="a name or a file")
    where.add_argument("step", help="a step's id")
    verb("schema", "the format's JSON Schema, for editors")
    verb("policy", "the AWS permissions a runbook needs, as a policy document").add_argument(
        "name", help="a name or a file"
    )


def run(args: argparse.Namespace) -> int:
    """Do what the verb says; the exit code."""
    verbs: Mapping[str, Callable[[argparse.Namespace, Config], int]] = {
        "list": _list,
        "show": _show,
        "check": _check,
        "where": _where,
        "schema": _schema,
        "policy": _policy,
    }
    return verbs[args.verb](args, load(args.config))


def _list(_: argparse.Namespace, settings: Config) -> int:
    rows = []
    for one in shelf(settings.runbooks_folder).values():
        try:
            runbook = load_file(one.path)
        except RunbookInvalid:
            rows.append((one.name, "-", f"cannot be read: irkit runbook check {one.name}", one.origin.value))
        else:
            rows.append((one.name, runbook.severity.value, runbook.title, one.origin.value))
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if not rows:
        print(f"no runbooks; your own belong into {settings.runbooks_folder}", file=sys.stderr)
    return DONE


def _show(args: argparse.Namespace, settings: Config) -> int:
    path, origin = _file(args.name, settings)
    runbook = load_file(path)
    if args.how == "mermaid":
        print(mermaid(runbook), end="")
        return DONE
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    style = Style.UNICODE if args.how is None and encoding.startswith("utf") else Style.ASCII
    print("\n".join([*outline(runbook, origin), "", *drawing(runbook, catalog, style)]))
    return DONE


def _check(args: argparse.Namespace, settings: Config) -> int:
    names = args.names or list(shelf(settings.runbooks_folder))
    lines: list[str] = []
    for name in names:
        path, _ = _file(name, settings)
        try:
            lines += [str(finding) for finding in check(load_file(path), catalog)]
        except RunbookInvalid as refusal:
            lines += refusal.message.splitlines()
    for line in lines:
        print(line)
    amount = counted(len(lines), "finding") if lines else "nothing found"
    print(f"{counted(len(names), 'runbook')} checked: {amount}", file=sys.stderr)
    return FINDINGS if lines else DONE


def _where(args: argparse.Namespace, settings: Config) -> int:
    path, _ = _file(args.name, settings)
    step = _step(load_file(path), args.step)
    print(f"{path}:{step.place.line}")
    try:
        source, line = catalog.source(step.uses)
    except KeyError:
        near = nearest(step.uses, catalog.ids())
        message = f"{path}:{step.uses_place.line}: there is no action {step.uses!r}"
        raise RunbookInvalid(message, hint=f"did you mean {near!r}?" if near else "") from None
    print(f"{source}:{line}")
    return DONE


def _schema(_: argparse.Namespace, __: Config) -> int:
    print(json.dumps(schema(catalog), indent=2, ensure_ascii=False))
    return DONE


def _policy(args: argparse.Namespace, settings: Config) -> int:
    path, _ = _file(args.name, settings)
    print(json.dumps(policy(load_file(path), catalog), indent=2))
    return DONE


def _file(name: str, settings: Config) -> tuple[Path, Origin]:
    """The file a word of the command line means: a path when it looks like one, else a name on the shelf."""
    if "/" in name or name.endswith((".yaml", ".yml")):
        return Path(name), Origin.OWN
    found = find(name, settings.runbooks_folder)
    return found.path, found.origin


def _step(runbook: Runbook, name: str) -> Step:
    try:
        return runbook.step(StepId(name))
    except KeyError:
        ids = [step.id for step in runbook.steps]
        near = nearest(name, ids)
        message = f"{runbook.name} has no step {name!r}"
        raise UsageError(message, hint=f"did you mean {near!r}?" if near else f"it has {', '.join(ids)}") from None
