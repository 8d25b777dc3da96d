"""What a drill came to, for a person: told when it is over, and by `irkit drill score INC` again; never before."""

from __future__ import annotations

import argparse

from irkit.cli.dispatch import talk
from irkit.drill.judgement import PAGE, Judgement, kept
from irkit.drill.rehearsal import Rehearsal, found
from irkit.drill.score_words import sentences, verdict
from irkit.engine.executor import Outcome, outcome
from irkit.errors import IncidentUnknown, IrkitError, Refused
from irkit.wiring.incidents import world_of
from irkit.wiring.judging import judged
from irkit.wiring.session import Session

OVER = frozenset({Outcome.ENDED, Outcome.ABORTED})
"""How a drill stands whose score may be told."""


def standing(session: Session) -> Outcome:
    """How the drill stands."""
    return outcome(session.runbook, session.journal.state())


def judge(session: Session, cloud: Rehearsal) -> Judgement:
    """Judge a drill that is over, unless it has been, and tell what it came to. Raises ``IrkitError``."""
    before = kept(session.folder.path)
    if before is None:
        talk("the drill is over: looking at what really happened")
    judgement = before or judged(session, cloud, standing(session))
    talk(f"{session.folder.incident}: {verdict(judgement.score)}")
    for each in sentences(judgement.score):
        talk(f"  {each}")
    talk(f"truth beside belief, and each miss by itself: {session.folder.path / PAGE}")
    return judgement


def show(session: Session, args: argparse.Namespace) -> int:
    """`irkit drill score INC`: the page, or with ``--json`` the score.

    Raises:
        Refused: the drill still runs.
        IrkitError: it is no drill, or its cloud ended before it was judged.
    """
    incident, world = session.folder.incident, world_of(session.folder)
    if world is None:
        raise IrkitError(f"{incident} is no drill")
    judgement = kept(session.folder.path)
    if judgement is None:
        _refuse_to_peek(session)
        try:
            judgement = judge(session, found(world))
        except IncidentUnknown as gone:
            raise IrkitError(f"{incident} was not judged before its rehearsal cloud ended") from gone
    if args.json:
        print(judgement.score.model_dump_json())
    else:
        print((session.folder.path / PAGE).read_text(encoding="utf-8"), end="")
    return 0


def _refuse_to_peek(session: Session) -> None:
    incident = session.folder.incident
    if session.folder.is_running() or standing(session) not in OVER:
        hint = f"play it to its end, or give up: irkit abort {incident}, irkit drill stop {incident}"
        raise Refused(f"{incident} is not over: the score would tell what is to be found out", hint=hint)
