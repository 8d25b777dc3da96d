"""Where an incident stands: every step on its lane, what waits for whom, and the command that answers it."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime

from irkit.cli.arguments import add_incident, session
from irkit.cli.display import EXIT_CODES
from irkit.cli.drift import drift, tell_drift
from irkit.cli.frontier import frontier
from irkit.cli.picture import picture
from irkit.cli.status_credentials import credentials_json, status_credentials
from irkit.engine.executor import Outcome, outcome
from irkit.engine.view import views
from irkit.incident.life_words import clock_time
from irkit.incident.refusal_words import refusals
from irkit.tui.lanes import Style
from irkit.tui.printable import printable
from irkit.wiring.session import Session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_incident(parser)
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--ascii", action="store_true", help="no box drawings")
    parser.add_argument(
        "--drift", action="store_true", help="only how the runbook's file now differs from what this runs"
    )


def run(args: argparse.Namespace) -> int:
    """Print the status; the exit code is that of the incident's standing."""
    shown = session(args)
    if args.drift:
        print(drift(shown))
        return 0
    tell_drift(shown)
    ended = outcome(shown.runbook, shown.journal.state())
    if args.json:
        print(json.dumps(as_json(shown, ended), indent=2))
    else:
        print(headline(shown))
        print(picture(shown, Style.ASCII if args.ascii else Style.UNICODE))
        if credentials := status_credentials(shown.journal.state().lives):
            print(credentials)
        for refusal in refusals(shown.journal.state()):
            print(printable(f"REFUSED at {clock_time(refusal.record.at)}: {refusal}"))
        print(frontier(shown, ended))
    return EXIT_CODES[ended]


def headline(shown: Session) -> str:
    """One line: id, title, mode, account, identity, runner."""
    opened, runner = shown.opened, "a runner is at work" if shown.folder.is_running() else "no runner"
    who = f"{opened.account or 'account not known'}, acting as {opened.acting_as}"
    line = f"{opened.incident}  {opened.title}  {opened.severity}  {opened.mode.value.upper()}  {who}  ({runner})"
    return printable(line)


def as_json(shown: Session, ended: Outcome) -> dict[str, object]:
    """The status for programs."""
    state = shown.journal.state()
    rows = views(shown.runbook, state, datetime.now(UTC), shown.irreversible)
    return {
        "incident": shown.opened.incident,
        "title": shown.opened.title,
        "mode": shown.opened.mode.value,
        "outcome": ended.value,
        "running": shown.folder.is_running(),
        "events": state.seq,
        "head": state.head,
        "credentials": credentials_json(state.lives),
        "refused": [
            {
                "step": one.step,
                "by": one.who,
                "what": one.what,
                "at": one.record.at.isoformat(),
                "event": one.record.seq,
            }
            for one in refusals(state)
        ],
        "steps": [
            {
                "step": row.step,
                "state": row.mark.value,
                "words": row.words,
                "waits_for": list(row.waits_for),
                "plan": state.step(row.step).plan_hash,
                "approvals": [row.approvals_given, row.approvals_needed],
            }
            for row in rows
        ],
    }
