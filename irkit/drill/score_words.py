"""A score in a few plain sentences, for whoever has just played."""

from __future__ import annotations

from collections.abc import Iterator

from irkit.counted import counted
from irkit.drill.score import Score
from irkit.drill.world.adversaries.nobody import NOBODY
from irkit.report.spans import span


def verdict(score: Score) -> str:
    """One line: who won."""
    if score.adversary == NOBODY:
        return f"{'won' if score.is_win else 'lost'}: nobody was there (seed {score.seed})"
    against = (
        f"{score.adversary} (seed {score.seed})" if score.adversary else f"an intruder who had gone (seed {score.seed})"
    )
    return f"won against {against}" if score.is_win else f"lost against {against}"


def sentences(score: Score) -> Iterator[str]:
    """What the numbers say; why it was lost comes first."""
    yield from (f"LOST: {why}" for why in score.losses)
    if score.is_contained:
        yield "contained: nothing that the adversary holds or left behind gets through any more"
    if score.time_to_act is not None:
        yield f"your first act came {span(score.time_to_act)} after the alarm"
    if score.time_to_dead is not None:
        yield f"all that was cut was proven dead {span(score.time_to_dead)} after the first act"
    yield _acts(score)
    if score.made or score.invented:
        invented = f", {len(score.invented)} laid to them wrongly" if score.invented else ", none laid to them wrongly"
        yield f"{score.found} of the {score.made} things that they decrypted were found{invented}"
    else:
        yield "they decrypted nothing"
    if score.hindered:
        yield f"innocent jobs that were refused something for a while: {', '.join(score.hindered)}"
    elif not score.stopped and not score.chosen:
        yield "no innocent job was refused anything"
    if score.chosen:
        yield f"stopped by your decision, as its card told you, and so not counted: {', '.join(score.chosen)}"
    yield from (f"left out, and not confirmed by anybody: {each}" for each in score.unconfirmed)
    yield from (f"refused to them: {order}" for order in score.refused_orders)
    yield from score.injected


def _acts(score: Score) -> str:
    if score.time_to_act is None:
        return "nothing was taken from the adversary"
    if not score.after_first_act:
        return "after your first act no call of the adversary's went through any more"
    return f"after your first act {counted(len(score.after_first_act), 'call')} of the adversary's still went through"
