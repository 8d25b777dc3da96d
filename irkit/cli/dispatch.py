"""Find a command's module, parse its arguments, run it, and turn what goes wrong into a line and an exit code."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Mapping, Sequence

from irkit.errors import IrkitError
from irkit.scan.quick import Protocol, cast

INTERRUPTED = 130
_USUAL_COLUMNS = 80
_MARGIN = 2


class Command(Protocol):
    """What the module of a command has."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's arguments."""

    def run(self, args: argparse.Namespace) -> int:
        """Do it; the exit code."""


class Formatter(argparse.HelpFormatter):
    """Argparse's own, which every parser makes one of, and which loads ``shutil`` (2 ms) for the terminal's width."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=columns() - _MARGIN)


def columns() -> int:
    """How wide the terminal is, as ``shutil.get_terminal_size`` has it."""
    try:
        told = int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        told = 0
    if told > 0:
        return told
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or _USUAL_COLUMNS  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return _USUAL_COLUMNS


def dispatch(words: Sequence[str], commands: Mapping[str, tuple[str, str]]) -> int:
    """Run the command named by the first word; the home screen without one, with the options that stand there."""
    name, rest = (words[0], words[1:]) if words and not words[0].startswith("-") else ("home", words)
    if name != "home" and name not in commands:
        import difflib

        near = difflib.get_close_matches(name, commands, n=1)
        talk(f"irkit: there is no command {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        talk("irkit --help lists them")
        return 2
    module = name.replace(" ", "_").replace("-", "_")  # `scan install-hook` is irkit.cli.scan_install_hook
    command = cast("Command", importlib.import_module(f"irkit.cli.{module}"))
    program = "irkit" if name == "home" else f"irkit {name}"
    parser = argparse.ArgumentParser(prog=program, description=command.__doc__, formatter_class=Formatter)
    command.add_arguments(parser)
    return guarded(command, parser.parse_args(rest))


def guarded(command: Command, args: argparse.Namespace) -> int:
    """Run a command; every error of irkit's own becomes one line, its hint and its exit code."""
    try:
        return command.run(args)
    except IrkitError as error:
        talk(f"irkit: {error.message}")
        if error.hint:
            talk(f"  hint: {error.hint}")
        return error.exit_code
    except KeyboardInterrupt:
        talk("irkit: interrupted; nothing is lost, `irkit resume` goes on")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains again at exit
        return 0
    except OSError as error:
        talk(f"irkit: {error}")
        talk("  hint: is the disk full, or the folder not writable? nothing was begun that the journal does not hold")
        return 1


def talk(text: str) -> None:
    """Say something to the person at the terminal, not to what reads stdout; strangers' control codes go unheard."""
    from irkit.tui.printable import printable

    print("\n".join(map(printable, text.split("\n"))), file=sys.stderr)
