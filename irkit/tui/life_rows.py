"""How the lives of credentials are drawn: a glyph, a word and a colour for each stage, worst first. Pure."""

from __future__ import annotations

from collections import Counter

from rich.text import Text

from irkit.contract import Means
from irkit.incident.life import GREEN, Life, Stage
from irkit.incident.life_words import life_words
from irkit.incident.lives import Lives
from irkit.tui.printable import printable

WORST_FIRST = (
    Stage.ALIVE_AGAIN,
    Stage.REVOKE_SENT,
    Stage.LIVE,
    Stage.ACKNOWLEDGED,
    Stage.QUIET,
    Stage.DENIED,
    Stage.PROVEN_DEAD,
)
_GLYPHS = {
    Stage.ALIVE_AGAIN: "▲",
    Stage.REVOKE_SENT: "►",
    Stage.LIVE: "●",
    Stage.ACKNOWLEDGED: "»",
    Stage.QUIET: "»",
    Stage.DENIED: "✓",
    Stage.PROVEN_DEAD: "◆",
}
_STYLES = {
    Stage.ALIVE_AGAIN: "bold white on red",
    Stage.REVOKE_SENT: "bold cyan",
    Stage.LIVE: "yellow",
    Stage.ACKNOWLEDGED: "yellow",
    Stage.QUIET: "yellow",
    Stage.DENIED: "green",
    Stage.PROVEN_DEAD: "bold green",
}
_GIVEN = "blue"
_SIMULATED = "cyan"
_STAGE_WIDTH = max(map(len, Stage))


def life_style(life: Life) -> str:
    """A Rich style of ANSI colours. Green only from *denied* on, and only where a call was seen refused."""
    if life.stage is Stage.LIVE and life.given is not None:
        return _GIVEN
    return _SIMULATED if life.stage in GREEN and life.by is Means.SIMULATION else _STYLES[life.stage]


def worst_first(lives: Lives) -> list[Life]:
    """By stage; within one, in the order of the journal. What was given life on purpose comes last."""
    return sorted(lives, key=lambda life: (life.given is not None, WORST_FIRST.index(life.stage)))


def life_row(life: Life) -> Text:
    """``✓ denied        key …WXYZ of svc-deploy   refused to a probe at 06:12:03Z``."""
    style = life_style(life)
    return Text.assemble(
        (_GLYPHS[life.stage], style),
        " ",
        (f"{life.stage:<{_STAGE_WIDTH}}", style),
        f"  {printable(life.name)}  ",
        (printable(life_words(life)), style if life.stage in {*GREEN, Stage.ALIVE_AGAIN} else "dim"),
    )


def life_tally(lives: Lives) -> Text:
    """``▲ 1 alive again · » 2 acknowledged · ◆ 3 proven dead``: one line for a narrow screen."""
    count = Counter(life.stage for life in lives)
    parts = [Text(f"{_GLYPHS[stage]} {count[stage]} {stage}", _STYLES[stage]) for stage in WORST_FIRST if count[stage]]
    return Text(" · ").join(parts)
