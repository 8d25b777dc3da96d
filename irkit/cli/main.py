"""The ``irkit`` command. Parses its first word and loads only the module of that command.

``--help`` and ``--version`` answer from this file alone: it imports nothing but ``sys``, so that they cost little
more than starting Python.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

COMMANDS: dict[str, tuple[str, str]] = {
    "respond": ("Answer an incident", "open an incident with a runbook and drive it (dry-run unless --live)"),
    "resume": ("Answer an incident", "go on with an incident: show what is in doubt, probe, ask"),
    "run": ("Answer an incident", "carry out what is ready and approved, without a screen"),
    "status": ("Answer an incident", "where an incident stands, and what waits for whom"),
    "contain": ("Answer an incident", "CONTAIN NOW: start every planned, reversible step of the containment"),
    "approve": ("Answer an incident", "approve the plan of a step"),
    "decide": ("Answer an incident", "answer a step that asks a human"),
    "skip": ("Answer an incident", "leave a step out, with a reason"),
    "retry": ("Answer an incident", "try a failed step again"),
    "undo": ("Answer an incident", "undo a done step (planned and approved like any effect)"),
    "resolve": ("Answer an incident", "settle an effect in doubt after irkit probed"),
    "note": ("Answer an incident", "write a note into the journal"),
    "abort": ("Answer an incident", "stop the runbook"),
    "close": ("Answer an incident", "close an incident that has come to its end"),
    "list": ("Look back", "the incidents on this machine"),
    "timeline": ("Look back", "what happened, in UTC"),
    "report": ("Look back", "write the postmortem"),
    "verify": ("Look back", "check that nobody altered the journal"),
    "trail": ("Look back", "what was done in AWS, from CloudTrail's records, with its coverage stated"),
    "runbook": ("Prepare", "list, show, check and locate runbooks; print their AWS policy"),
    "doctor": ("Prepare", "before the night: permissions, records, clocks, tokens and tools"),
    "drill": ("Prepare", "rehearse a runbook against a cloud on this machine"),
    "scan": ("Prepare", "find secrets in whole histories, in files, and in what is staged (the hook)"),
}
_HEAP_BYTES = 16 << 20
"""About as much as a scan has in memory, but for its objects, when other processes begin to look at these."""
SCAN_COMMANDS = ("rules", "audit", "install-hook", "org")
"""What may stand behind ``irkit scan``; a file of that name is written ``./rules``."""


def usage() -> str:
    """The text of ``irkit --help``."""
    lines = [
        "usage: irkit [COMMAND] [OPTIONS]",
        "",
        "Incident-response runbooks that prove what they did. Without a command: the terminal UI.",
    ]
    group = ""
    for name, (heading, text) in COMMANDS.items():
        if heading != group:
            lines += ["", f"{heading}:"]
            group = heading
        lines.append(f"  {name:<10} {text}")
    lines += [
        "",
        "irkit COMMAND --help tells more. irkit --version tells the version.",
        "Exit codes: 0 done, 1 a step failed or findings, 2 usage, 3 waits for a human, 4 refused for safety,",
        "            5 in doubt, 130 interrupted.",
    ]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is returned (see ``irkit.errors``).

    Commands answer an interrupt in their own words; here it comes while one is being loaded.
    """
    try:
        return _main(argv)
    except KeyboardInterrupt:
        print("irkit: interrupted", file=sys.stderr)
        return 130


def _main(argv: Sequence[str] | None) -> int:
    words = list(sys.argv[1:] if argv is None else argv)
    if None in (sys.stdin, sys.stdout, sys.stderr):
        _open_closed()
    first = words[0] if words else ""
    if first in {"--version", "-V"}:
        from irkit import __version__
        from irkit.scan.native_code import native_code

        print(f"irkit {__version__}\n{native_code()[1]}")
        return 0
    if first in {"--help", "-h", "help"}:
        print(usage())
        return 0
    if words[:2] == ["scan", "--staged"] and (names := _plain(words[2:])) is not None:
        import gc

        gc.disable()  # 2 ms of the hook's 60; it is enabled again when all is loaded
        from irkit.cli.scan_hook import hook

        return hook(names) if argv is not None else _end(hook(names), 2)
    if first == "trail":
        from irkit.cli.trail import answers, trail

        code = trail(words[1:])
        return code if argv is not None or not answers(words[1:]) else _end(code, 1)
    if first == "scan":
        return _scan(words, argv is None)
    from irkit.cli.dispatch import dispatch

    return dispatch(words, COMMANDS)


def _scan(words: list[str], is_all: bool) -> int:  # noqa: FBT001 - a fact about the process: it does nothing else
    if words[1:] and words[1] in SCAN_COMMANDS:
        from irkit.cli.dispatch import dispatch

        name = f"scan {words[1]}"
        return dispatch([name, *words[2:]], {name: COMMANDS["scan"]})
    if is_all:
        import gc

        gc.set_threshold(500_000, 20, 100)  # a scan makes no cycles, and looking for some took a twelfth of its time
        from irkit.kept_modules import KeptModules

        modules = KeptModules("scan")
        modules.use()
        from irkit.scan.objects.freed import large_pages

        large_pages(_HEAP_BYTES)
    from irkit.cli.scan_words import plain

    if args := plain(words[1:]):
        from irkit.cli.scan import run

        code = run(args)
    else:
        from irkit.cli.dispatch import dispatch

        code = dispatch(words, COMMANDS)
    if is_all:
        modules.keep()
        return _end(code, 2)
    return code


def _end(code: int, unheard: int) -> NoReturn:
    """End the process at once: to take down what was imported costs 4 ms, and what an answer holds up to 50.

    When nobody listens any more, ``unheard`` stands for a 0.
    """
    import os

    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        code = code or unheard
    os._exit(code)


def _open_closed() -> None:
    """Open on nothing what was closed (``2>&-``): or the next file would get its number, and what is said to it."""
    import os

    while (handle := os.open(os.devnull, os.O_RDWR)) <= 2:  # noqa: PLR2004 - stderr
        pass
    os.close(handle)
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: PTH123, SIM115


def _plain(words: list[str]) -> list[str] | None:
    """The files that a hook names, when it says nothing else: no parser is needed then, whose import takes 15 ms."""
    if words[:1] == ["--"]:
        return words[1:]
    return None if any(word.startswith("-") for word in words) else words


if __name__ == "__main__":
    sys.exit(main())
