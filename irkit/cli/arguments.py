"""Arguments that several commands share, and what they stand for."""

from __future__ import annotations

import argparse
from pathlib import Path

from irkit.config import Config, load
from irkit.errors import UsageError
from irkit.runbook.model import StepId
from irkit.wiring.incidents import session_of
from irkit.wiring.session import Session


def add_config(parser: argparse.ArgumentParser) -> None:
    """``--config`` and ``--data``."""
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration file (default: the user's own)")
    parser.add_argument("--data", metavar="FOLDER", help="where incidents are kept (default: the user's data folder)")


def add_incident(parser: argparse.ArgumentParser) -> None:
    """The incident's id, and ``add_config``."""
    parser.add_argument("incident", help="the incident's id, like INC-0042")
    add_config(parser)


def add_step(parser: argparse.ArgumentParser) -> None:
    """The incident and one of its steps."""
    parser.add_argument("incident", help="the incident's id, like INC-0042")
    parser.add_argument("step", type=StepId, help="the step's id, as irkit status shows it")
    add_config(parser)


def config(args: argparse.Namespace) -> Config:
    """The configuration that the arguments name."""
    return load(args.config, flags={"data_folder": args.data} if args.data else None)


def session(args: argparse.Namespace) -> Session:
    """The incident that the arguments name."""
    return session_of(config(args), args.incident)


def pairs(texts: list[str]) -> dict[str, str]:
    """``name=value`` arguments. Raises ``UsageError`` for one without ``=``."""
    split = [text.partition("=") for text in texts]
    for name, equals, _ in split:
        if not equals:
            raise UsageError(f"--input {name}: write it as name=value")
    return {name: value for name, _, value in split}
