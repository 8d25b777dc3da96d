"""All runbooks against all adversaries, seed by seed: what each bout came to, and the table of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from irkit.contract import Frozen
from irkit.drill.inject import Inject
from irkit.drill.score import Score
from irkit.drill.world.settings import Membership


class Bout(Frozen):
    """What is fought out: a runbook against an adversary, with a seed."""

    runbook: str
    adversary: str
    seed: int
    injects: tuple[Inject, ...] = ()
    """What goes wrong beside the adversary."""
    organization: Membership = Membership.MEMBER
    """Where the account stands in an organization."""

    @property
    def name(self) -> str:
        """As a folder is called."""
        where = () if self.organization is Membership.MEMBER else (self.organization.value,)
        return "+".join((f"{self.runbook}-{self.adversary}-{self.seed}", *where, *sorted(self.injects)))


class Fought(Frozen):
    """One bout that was fought. ``score`` is None when it could not be scored; ``why`` says why."""

    bout: Bout
    score: Score | None
    why: str = ""
    seconds: float = 0.0

    @property
    def is_win(self) -> bool:
        """Whether the runbook beat the adversary."""
        return self.score is not None and self.score.is_win

    @property
    def losses(self) -> tuple[str, ...]:
        """Why it is no win; empty for a win."""
        return self.score.losses if self.score is not None else (self.why,)


class Row(Frozen):
    """All seeds of one runbook against one adversary."""

    runbook: str
    adversary: str
    fought: tuple[Fought, ...]

    @property
    def lost(self) -> tuple[Fought, ...]:
        """The bouts that were lost."""
        return tuple(one for one in self.fought if not one.is_win)

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as texts, under ``COLUMNS``."""
        scores = [one.score for one in self.fought if one.score is not None]
        contained = sum(score.is_contained for score in scores)
        dead = [score.time_to_dead for score in scores]
        made, found = sum(score.made for score in scores), sum(score.found for score in scores)
        invented = sum(len(score.invented) for score in scores)
        return (
            self.runbook,
            self.adversary,
            f"{len(self.fought) - len(self.lost)}/{len(self.fought)}",
            f"{contained}/{len(self.fought)}",
            _slowest(dead),
            str(sum(len(score.after_first_act) for score in scores)),
            f"{found}/{made}",
            str(invented),
            str(sum(len(score.open_doors) for score in scores)),
            str(sum(len(score.stopped) for score in scores)),
            str(sum(len(score.spilled) for score in scores)),
            ",".join(str(one.bout.seed) for one in self.lost),
        )


COLUMNS = (
    *("runbook", "adversary", "won", "contained", "dead in", "acts after", "decrypts", "invented"),
    *("doors", "innocents", "spilled", "lost seeds"),
)
"""``won`` and ``lost`` are the runbook's; ``dead in`` is the slowest of the seeds.

``acts after`` counts the adversary's accepted calls after the first act.
"""


def bouts(
    runbooks: Sequence[str],
    adversaries: Sequence[str],
    seeds: Iterable[int],
    injects: tuple[Inject, ...] = (),
    organization: Membership = Membership.MEMBER,
) -> Iterator[Bout]:
    """Every bout, seed by seed, so that a matrix that is stopped has seen all pairs."""
    for seed in seeds:
        for runbook in runbooks:
            for adversary in adversaries:
                yield Bout(runbook=runbook, adversary=adversary, seed=seed, injects=injects, organization=organization)


def rows(fought: Iterable[Fought]) -> tuple[Row, ...]:
    """One row a runbook and adversary, in the order in which they first come."""
    pairs: dict[tuple[str, str], list[Fought]] = {}
    for one in fought:
        pairs.setdefault((one.bout.runbook, one.bout.adversary), []).append(one)
    return tuple(
        Row(
            runbook=runbook,
            adversary=adversary,
            fought=tuple(sorted(several, key=lambda one: one.bout.seed)),
        )
        for (runbook, adversary), several in pairs.items()
    )


def table(fought: Iterable[Fought]) -> str:
    """The rows as an aligned table; under it, each lost bout with its reasons."""
    found = rows(fought)
    lines = [COLUMNS, *(row.cells for row in found)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(COLUMNS))]
    drawn = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    lost = [f"lost {one.bout.name}: {why}" for row in found for one in row.lost for why in one.losses]
    return "\n".join([*drawn, *([""] if lost else []), *lost])


def seeds(text: str) -> tuple[int, ...]:
    """The seeds that a text names: ``20`` is 1 to 20, ``7-9`` and ``3,5`` are themselves. Raises ValueError."""
    if "," not in text and "-" not in text:
        return tuple(range(1, int(text) + 1))
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        found += range(int(first), int(last if dash else first) + 1)
    return tuple(dict.fromkeys(found))


def by_name(fought: Iterable[Fought]) -> Mapping[str, Fought]:
    """The bouts by their names."""
    return {one.bout.name: one for one in fought}


def _slowest(dead: Sequence[timedelta | None]) -> str:
    known = [each for each in dead if each is not None]
    if not known:
        return "-"
    return f"{max(known).total_seconds():.0f} s" + ("" if len(known) == len(dead) else " or never")
