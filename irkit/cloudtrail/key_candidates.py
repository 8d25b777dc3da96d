"""Who of a key's callers may misuse it, where the log does not say who: what speaks for it, what against. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from irkit.clients.principal import PrincipalKind, principal
from irkit.cloudtrail.key_callers import ENOUGH, Ground, Known, Origin, Sign, is_apart, points, signs
from irkit.contract import Frozen
from irkit.counted import counted

_SHOWN = 6
_LINES = 3
_GIVEN = {
    Sign.STRANGE_ADDRESS: "strange address",
    Sign.NEW_PROGRAM: "new program",
    Sign.NEW_CONTEXT: "opened what it never did",
    Sign.REFUSED: "refused, or wrong context",
    Sign.ODD_HOUR: "outside working hours",
    Sign.NEW_CALLER: "new caller",
}
_BY_HABIT = {**_GIVEN, Sign.STRANGE_ADDRESS: "address new for this key"}


class Candidate(Frozen):
    """One user or role. ``points`` are those of its strangest use; ``ENOUGH`` of them make it recommended.

    ``ips`` are the addresses that are none of ours; ``since`` is when the use began that speaks for it, without one
    when it was first seen.
    """

    principal: str
    name: str
    kind: PrincipalKind
    points: int
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]
    ips: tuple[str, ...]
    since: datetime
    recommended: bool


def candidates(uses: Sequence[Origin], known: Known, cleared: Collection[str]) -> tuple[Candidate, ...]:
    """One a caller that irkit can contain and that is not ``cleared`` (ARNs), the most suspicious first."""
    actors = dict.fromkeys(one.actor for one in uses if one.actor not in cleared)
    found = [each for actor in actors if (each := _candidate(actor, uses, known)) is not None]
    return tuple(sorted(found, key=lambda one: (-one.points, one.since, one.principal)))


def _candidate(actor: str, uses: Sequence[Origin], known: Known) -> Candidate | None:
    named = principal(actor)
    if named is None or named.kind not in {PrincipalKind.USER, PrincipalKind.ROLE}:
        return None
    mine = [one for one in uses if one.actor == actor]
    found = [(one, signs(one, uses, known)) for one in mine]
    odd = [one for one, several in found if several]
    most = max(points(several) for _, several in found)
    names = _BY_HABIT if known.ground is Ground.HABIT else _GIVEN
    return Candidate(
        principal=actor,
        name=named.name,
        kind=named.kind,
        points=most,
        speaks_for=tuple(
            f"{_use(one)}: {', '.join(names[each] for each in several)}" for one, several in found if several
        ),
        speaks_against=_against(mine, odd, known),
        ips=tuple(dict.fromkeys(one.ip for one in mine if is_apart(one, known))),
        since=min(one.first_at for one in odd or mine),
        recommended=most >= ENOUGH,
    )


def _against(mine: Sequence[Origin], odd: Sequence[Origin], known: Known) -> tuple[str, ...]:
    """Uses in which nothing is odd, and what is usual about the odd ones."""
    ground = "address long in use" if known.ground is Ground.HABIT else "address is ours"
    calm = [one for one in mine if one not in odd]
    lines = [f"{_use(one)}: {ground if known.networks else 'nothing odd'}" for one in calm]
    old = [one for one in odd if known.new_since is not None and one.first_at <= known.new_since]
    lines += [f"it has come from {one.ip} since {one.first_at:%d %b %H:%MZ}" for one in old]
    contexts = {text for one in mine for text in one.contexts}
    if odd and len(contexts) == 1:
        lines.append(f"it only ever opened one thing: {contexts.pop() or 'without a context'}")
    return tuple(lines)


def told(one: Origin) -> str:
    """A use in words: who, from where, with what, how often, when."""
    refused = f", {one.denied + one.failed} refused" if one.denied or one.failed else ""
    with_what = f" with {', '.join(one.agents)}" if one.agents else ""
    return (
        f"{one.who} from {one.ip}{with_what}: {counted(one.decrypts, 'decrypt')}{refused}, "
        f"{one.first_at:%Y-%m-%d %H:%MZ} to {_until(one)}"
    )


def _use(one: Origin) -> str:
    """As ``told``, in the fewest words, for a card of its caller."""
    session = f" in {one.who.rpartition('/')[2]}" if one.role else ""
    programs = dict.fromkeys(word for agent in one.agents for word in agent.split()[:1])
    with_what = f" with {', '.join(programs)}" if programs else ""
    return f"{counted(one.decrypts, 'decrypt')}{session} from {one.ip}{with_what}, {_when(one)}"


def _when(one: Origin) -> str:
    first, last = f"{one.first_at:%d %b %H:%MZ}", f"{one.last_at:%d %b %H:%MZ}"
    if first == last:
        return first
    return f"{first} to {last[7:] if first[:6] == last[:6] else last}"


def _until(one: Origin) -> str:
    same_day = one.first_at.date() == one.last_at.date()
    return f"{one.last_at:%H:%MZ}" if same_day else f"{one.last_at:%Y-%m-%d %H:%MZ}"


def card(several: Sequence[Candidate], known: Known, not_seen: Sequence[str]) -> str:
    """The question whom to contain: what irkit would do and why, then each candidate with its for and against."""
    lines = ["The log does not say who misuses the key. Whom to contain? One, several, or nobody with a reason."]
    lines += [f"irkit would contain {_recommended(several)}"]
    if known.ground is Ground.HABIT:
        lines.append("No network is known to be yours; addresses that the key was long used from stand in for them.")
    elif not known.networks:
        lines.append("No network is known to be yours, and the log is too short to show a habit.")
    lines += [f"NOT SEEN: {', '.join(not_seen)}"] if not_seen else []
    lines.append("Containing is undoable; it stops all that the picked one does, its honest work too.")
    odd = [one for one in several if one.points]
    for one in odd[:_SHOWN]:
        lines += ["", f"{one.kind} {one.name}: {counted(one.points, 'point')}"]
        lines += [f"  + {line}" for line in _some(one.speaks_for)]
        lines += [f"  - {line}" for line in _some(one.speaks_against)]
    lines += ["", f"and {len(odd) - _SHOWN} more, of {odd[_SHOWN].points} points at most"] if len(odd) > _SHOWN else []
    calm = [f"{one.kind} {one.name}" for one in several if not one.points]
    lines += ["", f"Nothing odd: {', '.join(calm)}"] if calm else []
    return "\n".join(lines)


def _recommended(several: Sequence[Candidate]) -> str:
    names = [f"{one.kind} {one.name}" for one in several if one.recommended]
    if names:
        return f"{', '.join(names)}: {ENOUGH} points or more (a strange address 2, any other sign 1)."
    return f"nobody yet: no one has {ENOUGH} points (a strange address 2, any other sign 1). Ask their owners first."


def _some(lines: Sequence[str]) -> list[str]:
    return [*lines[:_LINES], *([f"and {len(lines) - _LINES} more like these"] if len(lines) > _LINES else [])]
