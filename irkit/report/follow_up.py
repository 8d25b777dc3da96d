"""What is left: action items from steps that did not end well, and questions that only a human can answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from irkit.contract import Frozen
from irkit.incident.life import GREEN, Stage
from irkit.incident.life_words import life_words
from irkit.incident.state import IncidentState, Phase, StepState
from irkit.report.credentials import masked
from irkit.report.evidence import Condition, Exhibit
from irkit.report.findings import Findings
from irkit.report.party import Party, party
from irkit.report.views import Answer, LetGo, Purge, ShutIn, ShutRole

KEPT_FOR = timedelta(days=30)
"""Deleting a user or role destroys what its last use was: long enough for those who look into it."""
_IMPACT = ("impact", "What did this cost: customers, data, money, trust? Which numbers can be stood behind?")
_LEAKED = ("leaked", "How did the secret come to be where it leaked, and what made that easy?")
_HAPPENED = ("happened", "How did it come to this, and what made that easy?")
_NOTICED = ("noticed", "Who or what noticed, and what should have noticed earlier?")
_NEEDED = ("needed", "Which access was wider, or older, than the work needed, and what made that easy?")
_ALWAYS = (
    ("lucky", "Where were we lucky?"),
    ("well", "What went well, and what went badly?"),
    ("told", "Who must be told (customers, regulators, insurers), by when, and who decides it?"),
)
"""What people ask of every postmortem. A human step whose id holds the first word answers the question instead."""
_FINDS_LEAKS = frozenset({"git.find_secret", "scan.find_value"})


class ActionItem(Frozen):
    """Something left to do; ``event`` is what it follows from. Owner and due date are for people to fill in."""

    text: str
    because: str
    event: int


class Question(Frozen):
    """A question for people. ``answer`` is empty while it is open; ``event`` is the answer's."""

    topic: str
    text: str
    answer: str
    event: int | None


def action_items(found: Findings, state: IncidentState, kept: tuple[Exhibit, ...]) -> tuple[ActionItem, ...]:
    """An item for each step that failed, was skipped, undelivered, in doubt or undone, and for what remains."""
    steps = [item for step in found.runbook.steps for item in _of_step(str(step.id), found, state)]
    return (*_unproven(state), *steps, *_remaining(found), *_still_held(found), *_to_delete(found), *_spoilt(kept))


def _to_delete(found: Findings) -> Iterator[ActionItem]:
    """What was shut in is kept as evidence, and deleted when nobody needs it any more."""
    users = [(step, f"user {each.user}") for step in found.of("aws.quarantine_user") for each in step.read(ShutIn)]
    roles = [(step, f"role {each.role}") for step in found.of("aws.quarantine_role") for each in step.read(ShutRole)]
    for step, name in (*users, *roles):
        text = f"Delete {name}, not before {step.at + KEPT_FOR:%Y-%m-%d}"
        yield ActionItem(text=text, because="it is shut in, and stays as evidence until then", event=step.seq)


def _still_held(found: Findings) -> Iterator[ActionItem]:
    for step in found.of("aws.let_go"):
        for told in step.read(LetGo):
            for each in told.still_held:
                text = f"Find out whose it is, and let it go or shut it in: {each}"
                yield ActionItem(text=masked(text), because="it is held, and may be an innocent's", event=step.seq)


def _unproven(state: IncidentState) -> Iterator[ActionItem]:
    """What was cut, or looked at, and is neither seen refused nor given life on purpose."""
    for life in state.lives:
        if life.given is None and (life.cuts or life.asked) and life.stage not in GREEN:
            verb = "Contain again" if life.stage is Stage.ALIVE_AGAIN else "Prove dead"
            text, because = f"{verb}: {life.name}", f"{life.stage}: {life_words(life)}"
            yield ActionItem(text=masked(text), because=masked(because), event=max(life.events))


def _of_step(step: str, found: Findings, state: IncidentState) -> Iterator[ActionItem]:
    each = next((each for known, each in state.steps.items() if known == step), None)
    told = _told(each) if each is not None else None
    if each is not None and told is not None:
        text, because = told
        yield ActionItem(text=f"{text}: {found.title(step)} ({step})", because=masked(because), event=each.last_seq)


def _told(step: StepState) -> tuple[str, str] | None:
    match step.phase:
        case Phase.FAILED:
            return "Finish by hand or try again", step.error
        case Phase.SKIPPED:
            return "Decide whether this must still be done", f"skipped: {step.reason}"
        case Phase.POSTPONED:
            return "Deliver", f"not delivered: {step.error}"
        case Phase.IN_DOUBT:
            return "Find out whether this took effect", step.error or "an intent has no receipt"
        case Phase.UNDONE:
            return "Confirm that this may stay undone", step.reason or "it was undone"
        case _:
            return None


def _remaining(found: Findings) -> Iterator[ActionItem]:
    for step in found.of("git.purge_history"):
        for purge in step.read(Purge):
            for place in purge.remaining:
                yield ActionItem(
                    text=masked(f"Remove what the purge could not reach: {place}"),
                    because="the purge says that it still holds the secret",
                    event=step.seq,
                )
            for branch in purge.unguarded:
                yield ActionItem(
                    text=masked(f"Put the protection of branch {branch} back"),
                    because="it was taken off for the purge and could not be put back",
                    event=step.seq,
                )


def _spoilt(kept: tuple[Exhibit, ...]) -> Iterator[ActionItem]:
    for each in kept:
        if each.condition is not Condition.INTACT:
            yield ActionItem(
                text=f"Find out what happened to {each.path}",
                because=f"evidence is {each.condition}",
                event=each.event,
            )


def questions(found: Findings, state: IncidentState) -> tuple[Question, ...]:
    """The runbook's own questions with their answers, then those of every postmortem, open."""
    asked = {
        step.step: Question(topic=step.step, text=found.title(step.step), answer=masked(answer.text), event=step.seq)
        for step in found.of("human.note")
        for answer in step.read(Answer)
        if answer.text
    }
    dropped = {str(step) for step, each in state.steps.items() if each.phase in {Phase.OMITTED, Phase.SKIPPED}}
    mine = tuple(
        asked.get(str(step.id)) or Question(topic=str(step.id), text=step.title or str(step.id), answer="", event=None)
        for step in found.runbook.steps
        if str(step.uses) == "human.note" and str(step.id) not in dropped
    )
    covered = {word for each in mine for word in each.topic.split("_")}
    general = (Question(topic=topic, text=text, answer="", event=None) for topic, text in _general(found))
    return (*mine, *(each for each in general if each.topic not in covered))


def _general(found: Findings) -> Iterator[tuple[str, str]]:
    """How a secret leaked is asked where a step looks for where it leaked; of who leaves, what they had too much."""
    yield _IMPACT
    if party(found) is Party.PERSON:
        yield _NEEDED
    else:
        yield _LEAKED if any(step.uses in _FINDS_LEAKS for step in found.runbook.steps) else _HAPPENED
        yield _NOTICED
    yield from _ALWAYS
