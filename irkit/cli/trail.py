"""What was done, from CloudTrail's records: questions, the store behind them, and proof of the files themselves.

This module finds the verb's module and parses; each verb is a module of its own, ``irkit.cli.trail_*``.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import re
import sys
from collections.abc import Sequence
from typing import NoReturn, cast

from irkit.cli.dispatch import INTERRUPTED, Command, guarded, talk

VERBS: dict[str, tuple[str, str, str]] = {
    "activity": ("Ask", "ask", "everything that a key, session, role, user or address did, oldest first"),
    "decrypts": ("Ask", "ask", "who decrypted what with which encryption context, service-made decrypts too"),
    "secrets": ("Ask", "ask", "secrets and parameters that were read, by whom"),
    "persistence": ("Ask", "ask", "identities, keys, policies, trusts and grants that were made or changed"),
    "ci": ("Ask", "ask", "what a CI role opened, by run"),
    "seen": ("Ask", "ask", "first and last seen, counts, addresses and user agents of each caller"),
    "denied": ("Ask", "ask", "calls that were refused"),
    "news": ("Ask", "ask", "what is new against the time before"),
    "lineage": ("Ask", "lineage", "the tree of keys and sessions that came of a key"),
    "sigma": ("Ask", "sigma", "what Sigma rules say of the records: irkit trail sigma RULES/ --from logs/"),
    "show": ("Look closer", "show", "one record as CloudTrail wrote it, by event id or locator"),
    "add": ("Look closer", "add", "put records into an incident's timeline (--incident)"),
    "view": ("Look closer", "view", "the same on a screen: pickers, pivots, a histogram"),
    "coverage": ("Look closer", "coverage", "what a source has, and what the trails record"),
    "verify": ("Look closer", "verify", "prove by CloudTrail's digests that log files are whole and unaltered"),
    "keep": ("Look closer", "keep", "keep log files as evidence, by hash, in a bundle that proves itself later"),
    "athena": ("Look closer", "athena", "check a CloudTrail table of Athena, or make one"),
    "cache": ("The store", "cache", "build, list or drop the columnar stores that make later questions fast"),
    "sql": ("The store", "sql", 'any SELECT over a store, read-only: irkit trail sql "SELECT ..." --from logs/'),
}
"""Every verb: its group, its module (``irkit.cli.trail_<module>``), and what it does."""
_SELDOM = (500_000, 20, 100)
"""Records make no cycles, and looking for some took an eighth of an answer's time (``gc.set_threshold``)."""
_SPAN = re.compile(r"-\d+[smhdw]")
EPILOG = (
    "Exit codes: 0 answered (rows or none), 1 a part of the source could not be read (the coverage names it), 2 usage, "
    "4 refused for safety (nobody agreed to what Athena costs), 130 interrupted."
)


def usage() -> str:
    """The text of ``irkit trail --help``."""
    import textwrap

    lines = ["usage: irkit trail VERB [OPTIONS]", "", " ".join(str(__doc__).split("\n", maxsplit=1)[0].split())]
    group = ""
    for verb, (heading, _, text) in VERBS.items():
        if heading != group:
            lines += ["", f"{heading}:"]
            group = heading
        lines.append(f"  {verb:<12} {text}")
    return "\n".join(
        [
            *lines,
            "",
            "Without a VERB: the screen. irkit trail VERB --help tells the options.",
            "Rows go to stdout; progress goes to stderr, and so does the coverage: what was read, what was not, and",
            "until when that can be trusted.",
            *textwrap.wrap(EPILOG, 118, subsequent_indent="    "),
        ]
    )


def trail(words: Sequence[str]) -> int:
    """Run one verb; the exit code. An interrupt ends it in words whenever it comes, while modules are loaded too."""
    usual = gc.get_threshold()
    if _verb(words) != "view":  # the screen collects in a way of its own
        gc.set_threshold(*_SELDOM)
    try:
        return _run(words)
    except KeyboardInterrupt:
        return _interrupted(words[0] if words else "")
    finally:
        gc.set_threshold(*usual)


def answers(words: Sequence[str]) -> bool:
    """Whether a verb is a question: its process has nothing to do once the answer is written."""
    return VERBS.get(_verb(words), ("",))[0] == "Ask"


def _interrupted(verb: str) -> int:
    left = {
        "cache": "; what was read so far stays in the store, and the same command goes on",
        "keep": "; what was kept so far stays, and the same command goes on",
        "athena": "; AWS may have made what it was asked for: irkit trail athena tells",
        "add": "; irkit timeline tells whether it was added",
    }
    talk(f"irkit trail: interrupted{left.get(verb, '')}")
    return INTERRUPTED


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in a line, with the nearest option, and where the others stand."""

    def error(self, message: str) -> NoReturn:
        """Say it, and exit with 2."""
        import difflib  # a millisecond, as textwrap's, that an answer does without

        wrong = next((word for word in message.split() if word.startswith("--") and "unrecognized" in message), "")
        near = difflib.get_close_matches(wrong, [each for one in self._actions for each in one.option_strings], n=1)
        talk(f"{self.prog}: {message}" + (f"; did you mean {near[0]}?" if near else ""))
        talk(f"  hint: {self.prog} --help lists the options")
        sys.exit(2)


class _Verb:
    """A verb's module as a command whose interrupts are told in a verb's own words."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._command = cast("Command", importlib.import_module(f"irkit.cli.trail_{VERBS[name][1]}"))

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the verb's arguments."""
        self._command.add_arguments(parser)

    def run(self, args: argparse.Namespace) -> int:
        """Do it; the exit code."""
        try:
            return self._command.run(args)
        except KeyboardInterrupt:
            return _interrupted(self._name)


def _verb(words: Sequence[str]) -> str:
    return words[0] if words and not words[0].startswith("-") else "view"


def _run(words: Sequence[str]) -> int:
    verb = _verb(words)
    if words[:1] in (["--help"], ["-h"]) or (not words and not sys.stdout.isatty()):
        print(usage())
        return 0 if words else 2
    if verb not in VERBS:
        import difflib

        near = difflib.get_close_matches(verb, VERBS, n=1)
        talk(f"irkit trail: there is no verb {verb!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        talk("irkit trail --help lists them")
        return 2
    command = _Verb(verb)
    parser = _Parser(prog=f"irkit trail {verb}", description=VERBS[verb][2], epilog=EPILOG)
    parser.set_defaults(verb=verb)
    command.add_arguments(parser)
    rest = words[1:] if words[:1] == [verb] else words
    return guarded(command, parser.parse_args(_joined(rest)))


def _joined(words: Sequence[str]) -> list[str]:
    """``--since -30h`` as ``--since=-30h``, ``--sort -at`` as ``--sort=-at``: or the value is taken for an option."""
    joined: list[str] = []
    for word in words:
        before = joined[-1] if joined else ""
        if (before in {"--since", "--until"} and _SPAN.fullmatch(word)) or (before == "--sort" and word[:1] == "-"):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined
