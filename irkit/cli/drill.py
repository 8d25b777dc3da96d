"""Rehearse a runbook against a cloud on this machine: nothing leaves loopback.

`irkit drill stop INC` ends one, `irkit drill score INC` tells what one that is over came to, `irkit drill --matrix`
fights every runbook against every adversary.
"""

from __future__ import annotations

import argparse
from datetime import timedelta

from irkit.cli import drill_matrix
from irkit.cli.accompanied import Cloud, accompanied
from irkit.cli.arguments import add_config, config
from irkit.cli.dispatch import talk
from irkit.cli.display import Display, Follow, chosen
from irkit.cli.drift import tell_origin
from irkit.cli.drill_score import judge, show
from irkit.cli.screen import open_screen
from irkit.cli.terminal_look import add_look
from irkit.config import Config
from irkit.drill.matrix import Bout
from irkit.drill.rehearsal import found
from irkit.drill.responder import colleague, insider, responder
from irkit.engine.executor import Until
from irkit.errors import IrkitError, UsageError
from irkit.wiring.bout import fight
from irkit.wiring.drills import Terms, begin
from irkit.wiring.incidents import session_of, world_of
from irkit.wiring.session import Session

STOP, SCORE = "stop", "score"
DELAY = timedelta(seconds=2)
"""How long IAM takes to spread a change in a drill."""
INSIDER = "insider"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("runbook", nargs="?", help="the runbook to rehearse, or `stop`, `score`")
    parser.add_argument(
        "incident", nargs="?", help="with stop: whose rehearsal cloud to end; with score: whose score to tell"
    )
    parser.add_argument("--unattended", action="store_true", help="a scripted responder takes the recommended path")
    parser.add_argument("--keep", action="store_true", help="leave the rehearsal cloud running at the end")
    parser.add_argument("--seed", type=int, default=1, help="of the intruder's dice")
    parser.add_argument(
        "--adversary", default="", metavar="NAME", help="who fights back: smash, quiet, persistent, ..."
    )
    parser.add_argument(
        "--iam-delay", type=float, metavar="SECONDS", help="how long IAM takes to spread a change (2; in a matrix 1)"
    )
    parser.add_argument("--json", action="store_true", help="with --unattended: the score alone, as JSON")
    drill_matrix.add_arguments(parser)
    parser.add_argument("--display", choices=[d.value for d in Display], help="how it is shown")
    add_look(parser)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Begin a cloud, open the incident, drive it; the cloud ends when the incident has."""
    if args.matrix:
        return drill_matrix.run(args)
    if not args.runbook:
        raise UsageError("which runbook is to be rehearsed?", hint="irkit drill key_leak, or irkit drill --matrix")
    settings = config(args)
    if args.runbook == STOP:
        return _stop(session_of(settings, args.incident or ""))
    if args.runbook == SCORE:
        return show(session_of(settings, args.incident or ""), args)
    if args.json:
        return _scored(settings, args)
    display = chosen(args.display)
    tell_origin(settings, args.runbook)
    terms = Terms(adversary=args.adversary, iam_delay=drill_matrix.delay(args, DELAY))
    session, cloud = begin(settings, args.runbook, args.seed, terms)
    talk(f"{session.folder.incident} opened, DRILL; rehearsal cloud ready in {cloud.facts.ready_after_s:.1f} s")
    people = [colleague(session), *([responder(session)] if args.unattended else [])]
    people += [insider(session)] if args.adversary == INSIDER else []
    with accompanied(session, people, Cloud.STAYS if args.keep else Cloud.ENDS):
        if display is Display.TUI:
            return open_screen(settings, args, session)
        return Follow(session, display).run(Until.SETTLED if args.unattended else Until.NOTHING_READY)


def _scored(settings: Config, args: argparse.Namespace) -> int:
    """Drive it unattended; stdout is the score as JSON. 0 when the adversary was beaten, 1 when not."""
    if not args.unattended:
        raise UsageError("--json tells the score of a drill that nobody plays", hint="add --unattended")
    bout = Bout(runbook=args.runbook, adversary=args.adversary, seed=args.seed)
    fought = fight(settings, bout, drill_matrix.delay(args, DELAY))
    print(fought.score.model_dump_json())
    talk(f"{fought.incident.name}: {'beaten' if fought.score.is_win else 'LOST: ' + '; '.join(fought.score.losses)}")
    return 0 if fought.score.is_win else 1


def _stop(session: Session) -> int:
    """End the cloud of a drill, which is over by that: it is judged first."""
    incident, world = session.folder.incident, world_of(session.folder)
    if world is None:
        raise IrkitError(f"{incident} is no drill")
    cloud = found(world)
    try:
        judge(session, cloud)
    finally:
        cloud.stop()
        talk(f"the rehearsal cloud of {incident} has ended")
    return 0
