"""Rehearse a runbook against a cloud on this machine: nothing leaves loopback.

`irkit drill stop INC` ends one, `irkit drill score INC` tells what one that is over came to, `irkit drill second INC`
opens an incident for a second leak in the same cloud, `irkit drill --matrix` fights every runbook against every
adversary.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import timedelta

from irkit.cli import drill_matrix
from irkit.cli.accompanied import Cloud, accompanied
from irkit.cli.arguments import add_config, config
from irkit.cli.dispatch import INTERRUPTED, talk
from irkit.cli.display import SHOWN, Display, Follow, chosen
from irkit.cli.drift import tell_origin
from irkit.cli.drill_score import judge, show, standing
from irkit.cli.screen import open_screen
from irkit.cli.skewed import again, skew
from irkit.cli.terminal_look import add_look
from irkit.config import Config
from irkit.drill.inject import Inject, schedule
from irkit.drill.matrix import Bout
from irkit.drill.mishaps import asked
from irkit.drill.rehearsal import Rehearsal, found
from irkit.drill.responder import colleague
from irkit.drill.score_words import verdict
from irkit.drill.world.settings import Membership
from irkit.engine.executor import Until
from irkit.errors import IrkitError, UsageError
from irkit.wiring.bout import PAUSE_S, ROUNDS, fight
from irkit.wiring.drills import Tempo, Terms, begin
from irkit.wiring.incidents import session_of, world_of
from irkit.wiring.people import Seat, try_again
from irkit.wiring.second_incident import second_incident
from irkit.wiring.session import Session

STOP, SCORE, SECOND = "stop", "score", "second"
DELAY = timedelta(seconds=2)
"""How long IAM takes to spread a change in a drill."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("runbook", nargs="?", help="the runbook to rehearse, or `stop`, `score`, `second`")
    parser.add_argument(
        "incident",
        nargs="?",
        help="whose rehearsal cloud to stop, whose score to tell, beside which a second one opens",
    )
    parser.add_argument("--unattended", action="store_true", help="a scripted responder takes the recommended path")
    parser.add_argument("--keep", action="store_true", help="leave the rehearsal cloud running at the end")
    parser.add_argument("--seed", type=int, default=1, help="of the intruder's dice")
    names = "smash, quiet, persistent, runner, insider, noise, nobody"
    parser.add_argument("--adversary", default="", metavar="NAME", help=f"who fights back: {names}")
    parser.add_argument(
        "--iam-delay", type=float, metavar="SECONDS", help="how long IAM takes to spread a change (2; in a matrix 1)"
    )
    parser.add_argument(
        "--organization",
        type=_membership,
        default=Membership.MEMBER,
        metavar="WHERE",
        help=f"where the account stands, and so whether an SCP can bind: {', '.join(Membership)} (default: member)",
    )
    parser.add_argument(
        "--inject",
        action="append",
        default=[],
        type=_inject,
        metavar="WHAT",
        help=f"what goes wrong beside: {', '.join(Inject)}",
    )
    parser.add_argument(
        "--unknown",
        action="append",
        default=[],
        metavar="INPUT",
        help="an input that whoever raised the alarm does not know: known_networks, ...",
    )
    parser.add_argument(
        "--answer",
        action="append",
        default=[],
        type=_answer,
        metavar="STEP=ANSWER",
        help="with --unattended: what the scripted responder answers to a human step, in place of what is recommended; "
        "a confirmation that a proof of death was not given for is left out, whatever is answered",
    )
    parser.add_argument("--json", action="store_true", help="with --unattended: the score alone, as JSON")
    drill_matrix.add_arguments(parser)
    parser.add_argument("--display", choices=[d.value for d in Display], help=SHOWN)
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
        return _stop(session_of(settings, _meant(args)))
    if args.runbook == SCORE:
        return show(session_of(settings, _meant(args)), args)
    if args.runbook == SECOND:
        return _second(settings, args)
    terms = Terms(
        adversary=args.adversary,
        iam_delay=drill_matrix.delay(args, DELAY),
        membership=args.organization,
        injects=_injects(args),
        unknown=tuple(args.unknown),
        answers=_answers(args),
    )
    if args.json:
        return _scored(settings, args, terms)
    display = chosen(args.display)
    tell_origin(settings, args.runbook)
    session, cloud = begin(settings, args.runbook, args.seed, terms)
    talk(f"{session.folder.incident} opened, DRILL; rehearsal cloud ready in {cloud.facts.ready_after_s:.1f} s")
    with accompanied(
        session, Seat.SCRIPT if args.unattended else Seat.PERSON, Cloud.STAYS if args.keep else Cloud.ENDS
    ):
        if display is Display.TUI:
            return open_screen(settings, args, session)
        return _followed(session, cloud, display, args)


def _followed(session: Session, cloud: Rehearsal, display: Display, args: argparse.Namespace) -> int:
    """Drive it without a screen; by script until an outage that was asked for is over, and what it held up is done."""
    if not args.unattended:
        return Follow(session, display).run(Until.NOTHING_READY)
    code = Follow(session, display).run(Until.SETTLED)
    for _ in range(ROUNDS):
        if code == INTERRUPTED or not try_again(session, cloud, standing(session)):
            break
        time.sleep(PAUSE_S)
        code = Follow(session, display, seen=session.journal.state().seq).run(Until.SETTLED)
    return code


def _inject(text: str) -> Inject:
    try:
        return Inject(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(Inject)}") from None


def _membership(text: str) -> Membership:
    try:
        return Membership(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(Membership)}") from None


def _answer(text: str) -> tuple[str, str]:
    step, _, answer = text.partition("=")
    if not step or not answer:
        raise argparse.ArgumentTypeError(f"{text!r} is no answer to a step: decide_key=disable")
    return step, answer


def _answers(args: argparse.Namespace) -> dict[str, tuple[str, ...]]:
    """By step; a step that is named twice gets both, as where several can be picked."""
    if args.answer and not args.unattended:
        raise UsageError("--answer is for the scripted responder", hint="add --unattended, or answer by yourself")
    found: dict[str, tuple[str, ...]] = {}
    for step, answer in args.answer:
        found[step] = (*found.get(step, ()), answer)
    return found


def _injects(args: argparse.Namespace) -> tuple[Inject, ...]:
    """What is to go wrong. With the clock: this process becomes one whose clock is off."""
    if Inject.KILLED in args.inject and not args.json:
        raise UsageError("irkit is killed where nobody looks on", hint="add --unattended --json")
    off = schedule(args.seed).skew
    if Inject.CLOCK_SKEW in args.inject and not skew():
        again(sys.argv[1:], off)
    return tuple(dict.fromkeys(args.inject))


def _meant(args: argparse.Namespace) -> str:
    """The drill that is named. Raises ``UsageError``: none is."""
    if args.incident is None:
        raise UsageError(
            "which drill?", hint=f"irkit drill {args.runbook} DRILL-0001, say; irkit list tells which there are"
        )
    return str(args.incident)


def _second(settings: Config, args: argparse.Namespace) -> int:
    """Open an incident for the second key that turned up in a drill, in the same cloud, and show it."""
    first = session_of(settings, _meant(args))
    world = world_of(first.folder)
    if world is None or Inject.SECOND_LEAK not in asked(world).injects:
        raise IrkitError(f"no second key turns up in {first.folder.incident}", hint="irkit drill --inject second-leak")
    cloud, display = found(world), chosen(args.display)
    session = second_incident(first, cloud, first.me)
    talk(f"{session.folder.incident} opened, DRILL, beside {first.folder.incident}")
    other = colleague(session)
    other.start()
    try:
        if display is Display.TUI:
            return open_screen(settings, args, session)
        return Follow(session, display).run(Until.NOTHING_READY)
    finally:
        other.stop()


def _scored(settings: Config, args: argparse.Namespace, terms: Terms) -> int:
    """Drive it unattended; stdout is the score as JSON. 0 when it was won, 1 when it was lost."""
    if not args.unattended:
        raise UsageError("--json tells the score of a drill that nobody plays", hint="add --unattended")
    bout = Bout(runbook=args.runbook, adversary=args.adversary, seed=args.seed)
    fought = fight(settings, bout, terms.model_copy(update={"tempo": Tempo.QUICK}))
    print(fought.score.model_dump_json())
    why = "".join(f"; {each}" for each in fought.score.losses)
    talk(f"{fought.incident.name}: {verdict(fought.score)}{why}")
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
