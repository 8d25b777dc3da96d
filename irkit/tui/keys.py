"""The action table: every key of every screen, once. Footer, help, palette, bindings and ``docs/keys.md`` come from it.

The order of the table is the order of importance: the footer shows as many from the top as fit. A key is never hidden
for being of no use now; it is dimmed, and pressing it says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from textual.binding import Binding, BindingType

from irkit.engine.offers import Order


class Place(StrEnum):
    """A screen that has keys of its own."""

    HOME = "home"
    INCIDENT = "incident"
    STEP = "step"
    LOG = "log"
    CONTAIN = "contain"
    CREDENTIALS = "credentials"
    AUDIT = "audit"
    TRAIL = "trail"
    RECORD = "record"
    COVERAGE = "coverage"


class Edge(StrEnum):
    """Which end of the footer an entry stands at; ``NONE`` keeps it out of the footer."""

    LEFT = "left"
    RIGHT = "right"
    NONE = "none"


@dataclass(frozen=True)
class Key:
    """One action a person can take by a key. ``action`` is the screen's method ``action_<action>``."""

    id: str
    """Its name for remapping, stable over versions: ``step.approve``."""
    key: str
    """The key in Textual's words, several with commas."""
    shown: str
    """The key as the footer writes it."""
    label: str
    """The footer's one word."""
    title: str
    """The palette's ``noun: Verb``."""
    says: str
    """One sentence for help."""
    action: str
    places: tuple[Place, ...]
    edge: Edge = Edge.LEFT
    order: Order | None = None
    """The order behind it: where the engine offers it not, the key is off, and the engine says why."""


_BOTH = (Place.INCIDENT, Place.STEP)
_RUN = (Place.INCIDENT, Place.STEP, Place.LOG)
_ALL = (Place.HOME, Place.INCIDENT, Place.STEP, Place.LOG)
_TRAIL = (Place.TRAIL,)
_LOOKING = (Place.TRAIL, Place.RECORD)
_PAGES = (Place.RECORD, Place.COVERAGE)
_EVERYWHERE = (*_ALL, Place.CONTAIN, Place.CREDENTIALS, Place.AUDIT, Place.TRAIL, *_PAGES)
_AUDIT = (Place.AUDIT,)

# fmt: off
KEYS: tuple[Key, ...] = (
    Key("step.answer", "a", "a", "Approve", "Step: Approve, decide or resolve",
        "Answer what the step waits for: approve its plan, decide, or say how to go on with an effect in doubt.",
        "answer", _BOTH),
    Key("incident.contain", "C", "C", "Contain", "Incident: CONTAIN NOW",
        "Show every planned, reversible step of the containment on one screen, where enter starts them all.",
        "contain", _BOTH),
    Key("contain.start", "enter,y", "enter", "Start all of these", "Contain: Start all of these",
        "Approve exactly the plans on the screen, each by its own hash. None that you have not seen.", "start",
        (Place.CONTAIN,)),
    Key("home.open", "enter", "enter", "Open", "Home: Open the incident or start the runbook",
        "Open the selected incident, or fill in the form that starts the selected runbook.", "open", (Place.HOME,)),
    Key("step.open", "enter", "enter", "Detail", "Step: Open its page",
        "Open the selected step's page; on a wide screen, move into it.", "detail", (Place.INCIDENT,)),
    Key("step.skip", "s", "s", "Skip", "Step: Skip, with a reason",
        "Leave the step out. What needs it goes on as if it had been done.", "skip", _BOTH, order=Order.SKIP),
    Key("step.undo", "U", "U", "Undo", "Step: Undo",
        "Show the step's receipt and ask for its undo, which is planned and gated like any effect.",
        "undo", _BOTH, order=Order.UNDO),
    Key("audit.real", "y", "y", "Real", "Audit: It is a real secret",
        "Mark the entry as a real secret: it should be revoked, and never have been committed.",
        "judge('real')", _AUDIT),
    Key("audit.none", "n", "n", "No secret", "Audit: It is no secret",
        "Mark the entry as no secret: a test value, an example, a hash.", "judge('no secret')", _AUDIT),
    Key("audit.skip", "space", "space", "Skip", "Audit: Skip", "Go to the next undecided entry and say nothing.",
        "skip", _AUDIT),
    Key("trail.open", "enter", "enter", "Record", "Trail: Open the record",
        "Show the raw record behind the row, and where it lies.", "open", _TRAIL),
    Key("trail.pivot", "p", "p", "Pivot", "Trail: Only this value",
        "Keep only what has the value under the cursor; on a time, only what lies around it.", "pivot", _TRAIL),
    Key("trail.exclude", "exclamation_mark", "!", "Not", "Trail: Not this value",
        "Leave out what has the value under the cursor.", "exclude", _TRAIL),
    Key("trail.pick", "f", "f", "Filter", "Trail: Filter by a field",
        "Choose a field, then one of its values, each with its count; ! instead of enter leaves the value out.",
        "pick", _TRAIL),
    Key("trail.find", "slash", "/", "Find", "Trail: Find a text",
        "Show only the loaded rows that hold a text; an empty one shows all again.", "find", _TRAIL),
    Key("app.help", "question_mark", "?", "Help", "irkit: Help",
        "List every key of this screen, run one, or see why it is off.", "help", _EVERYWHERE),
    Key("page.back", "escape", "esc", "Back", "Screen: Back", "Step back to the incident.", "back",
        (Place.CONTAIN, Place.CREDENTIALS)),
    Key("incident.note", "n", "n", "Note", "Incident: Add a note",
        "Write something down in the journal, at the selected step.", "note", _BOTH, order=Order.NOTE),
    Key("audit.show", "s", "s", "Show secrets", "Audit: Show or hide the secrets",
        "Show the values in the code, or hide them again. Whoever sees the screen sees them too.", "reveal", _AUDIT),
    Key("audit.undecided", "u", "u", "Undecided", "Audit: Leave it undecided",
        "Take back what was said of the entry, now or in an earlier audit.", "judge('undecided')", _AUDIT),
    Key("audit.undo", "z", "z", "Undo", "Audit: Undo",
        "Take back the last answer of this audit, and go to its entry.", "undo", _AUDIT),
    Key("trail.add", "a", "a", "Add", "Trail: Add to the timeline",
        "Write the marked rows' events, or the selected row's, into the incident's timeline, at their own time.",
        "add", _LOOKING),
    Key("trail.add_why", "A", "A", "Add, why", "Trail: Add to the timeline, with a word on why",
        "The same, with some words on what the events mean.", "add_why", _LOOKING, Edge.NONE),
    Key("trail.next_record", "right_square_bracket,n", "]", "Next", "Record: Next",
        "The next record of the row, or of the next row.", "turn(1)", (Place.RECORD,)),
    Key("trail.last_record", "left_square_bracket,N", "[", "Previous", "Record: Previous",
        "The record before.", "turn(-1)", (Place.RECORD,)),
    Key("trail.coverage", "c", "c", "Coverage", "Trail: Coverage",
        "Show all that was looked at, and all that was not.", "coverage", _TRAIL),
    Key("trail.drop", "minus", "-", "Drop", "Trail: Take a filter away",
        "Choose a filter to take away, the window of time too.", "drop", _TRAIL),
    Key("trail.histogram", "h", "h", "Times", "Trail: Narrow the time",
        "Move to the bars: left and right select, < and > widen the selection, enter narrows the time to it.",
        "histogram", _TRAIL),
    Key("trail.window", "w", "w", "Window", "Trail: Another time",
        "Choose another window of time: around the row, wider, the last days, all of it.", "window", _TRAIL),
    Key("trail.follow", "t", "t", "Follow", "Trail: Follow further, or less far",
        "The matching calls alone; also what services did for their callers; also all that came of the keys.",
        "follow", _TRAIL),
    Key("trail.mark", "space,plus", "space", "Mark", "Trail: Mark the row",
        "Mark the row for the timeline, or no longer, and go on to the next.", "mark", _TRAIL),
    Key("trail.sort", "s", "s", "Sort", "Trail: Sort by the column",
        "By the column under the cursor; again turns it round, a third time gives the first order back.",
        "sort", _TRAIL),
    Key("incident.log", "l", "l", "Log", "Incident: Open the log",
        "Show the activity on the whole screen, with a filter; arrows scroll, sideways too.", "log",
        (*_BOTH, Place.CONTAIN, Place.CREDENTIALS)),
    Key("step.retry", "r", "r", "Retry", "Step: Retry",
        "Try a failed, skipped or previewed step again, from its plan on.", "retry", _BOTH, order=Order.RETRY),
    Key("incident.find", "slash", "/", "Find", "Incident: Find a step",
        "Find a step by its name; in the log, show only lines that hold a text.", "find", (Place.INCIDENT, Place.LOG)),
    Key("incident.focus", "f", "f", "Focus", "Incident: Focus view",
        "Switch between the graph of all steps and only what matters now.", "focus_view", (Place.INCIDENT,)),
    Key("incident.credentials", "c", "c", "Credentials", "Incident: Credentials and their lives",
        "Show every credential: live, revoke sent, acknowledged, denied, quiet, proven dead or alive again, and why.",
        "credentials", (*_BOTH, Place.CONTAIN)),
    Key("incident.trail", "t", "t", "Trail", "Incident: Look into CloudTrail",
        "Ask what a key, a role or an address did, over the incident's records.", "trail",
        (Place.HOME, Place.INCIDENT)),
    Key("app.palette", "ctrl+p", "^p", "Commands", "irkit: Command palette",
        "Search all commands by name.", "palette", _EVERYWHERE),
    Key("incident.waits", "w", "w", "Waits", "Incident: Next step that waits for you",
        "Select the next step that waits for you.", "next_waiting", (Place.INCIDENT,)),
    Key("trail.only", "P", "P", "Only this", "Trail: Only this value, without the other filters",
        "Take all filters but the time away, and keep only what has the value under the cursor.", "pivot_alone",
        _TRAIL, Edge.NONE),
    Key("trail.again", "r", "r", "Again", "Trail: Ask again",
        "Ask the source again, and not what is loaded.", "again", _TRAIL, Edge.NONE),
    Key("trail.next_question", "right_square_bracket", "]", "Next", "Trail: Next question",
        "The next table.", "turn(1)", _TRAIL, Edge.NONE),
    Key("trail.last_question", "left_square_bracket", "[", "Previous", "Trail: Previous question",
        "The table before.", "turn(-1)", _TRAIL, Edge.NONE),
    *(Key(f"trail.question_{n}", str(n), str(n), f"Table {n}", f"Trail: Table {n}",
          f"Go to the table that the tabs call {n}.", f"question({n})", _TRAIL, Edge.NONE) for n in range(1, 10)),
    Key("trail.copy", "y", "y", "Copy", "Trail: Copy the value",
        "Send the value under the cursor to the terminal's clipboard (OSC 52).", "copy", _LOOKING, Edge.NONE),
    Key("step.decide", "d", "d", "Decide", "Step: Decide",
        "Answer the question of a human step.", "decide", _BOTH, Edge.NONE, Order.DECIDE),
    Key("step.resolve", "i", "i", "In doubt", "Step: Resolve a doubt",
        "Say whether an effect in doubt was done, after seeing what a probe saw.", "resolve", _BOTH, Edge.NONE,
        Order.RESOLVE),
    Key("step.approve", "A", "A", "Approve", "Step: Approve its plan",
        "Approve exactly the plan on the screen, by its hash.", "approve", _BOTH, Edge.NONE, Order.APPROVE),
    Key("step.next_tab", "right_square_bracket", "]", "Next tab", "Step: Next tab",
        "Plan, Output, Approvals, Code.", "next_tab", _BOTH, Edge.NONE),
    Key("step.last_tab", "left_square_bracket", "[", "Last tab", "Step: Previous tab",
        "Code, Approvals, Output, Plan.", "last_tab", _BOTH, Edge.NONE),
    Key("pane.steps", "1", "1", "Steps", "Pane: Steps", "Move to the steps.", "pane('steps')",
        (Place.INCIDENT,), Edge.NONE),
    Key("pane.detail", "2", "2", "Step", "Pane: Step", "Move to the selected step.", "pane('detail')",
        (Place.INCIDENT,), Edge.NONE),
    Key("pane.activity", "3", "3", "Activity", "Pane: Activity", "Move to the activity.", "pane('activity')",
        (Place.INCIDENT,), Edge.NONE),
    Key("activity.tail", "end", "end", "Tail", "Activity: Follow its end",
        "Go to the newest line and follow. Scrolling up stops following.", "tail", (Place.INCIDENT, Place.LOG),
        Edge.NONE),
    Key("app.copy", "y", "y", "Copy", "Step: Copy its ids",
        "Send the incident, the step and the plan hash to the terminal's clipboard (OSC 52). Never a secret.",
        "copy", _BOTH, Edge.NONE),
    Key("app.save", "S", "S", "Save", "Screen: Save as text",
        "Write the text of this screen to a file. Shift and drag selects with the mouse instead.", "save", _EVERYWHERE,
        Edge.NONE),
    Key("incident.abort", "X", "X", "Abort", "Incident: Abort, with a reason",
        "Stop the runbook for good. Nothing is undone by it.", "abort", _BOTH, Edge.NONE, Order.ABORT),
    Key("app.back", "escape", "esc", "Back", "Screen: Back", "Step back. Never leaves irkit.", "back",
        (*_RUN, Place.TRAIL, *_PAGES)),
    Key("audit.leave", "q", "q", "Save and leave", "Audit: Save and leave",
        "Write the answers into the baseline and leave.", "leave", _AUDIT, Edge.RIGHT),
    Key("app.leave", "q", "q", "Leave", "irkit: Leave",
        "Leave irkit; it says how to come back. Asks only when something is running here.", "leave",
        (*_ALL, Place.CONTAIN, Place.CREDENTIALS, Place.TRAIL, *_PAGES), Edge.RIGHT),
)
# fmt: on


def keys(place: Place) -> tuple[Key, ...]:
    """The keys of one screen, most important first."""
    return tuple(key for key in KEYS if place in key.places)


def bindings(place: Place) -> list[BindingType]:
    """Textual's bindings of one screen. Their ids are for remapping."""
    return [Binding(key.key, key.action, key.label, show=False, id=key.id) for key in keys(place)]


def reasons(entries: Iterable[Key], offers: Mapping[Order, str]) -> dict[str, str]:
    """Why each key is off, by the key's id; those that are on are left out. ``offers`` are of the selected step."""
    off = {key.id: offers.get(key.order, "") for key in entries if key.order is not None}
    ways = [offers.get(order, "") for order in (Order.APPROVE, Order.DECIDE, Order.RESOLVE)]
    if offers and all(ways):
        off["step.answer"] = ways[0]
    return {key: reason for key, reason in off.items() if reason}


@dataclass(frozen=True)
class Fitted:
    """One entry of the footer, and the cell it begins at."""

    x: int
    key: Key

    @property
    def text(self) -> str:
        """``a Approve``."""
        return f"{self.key.shown} {self.key.label}"


def fitted(entries: Sequence[Key], width: int) -> tuple[Fitted, ...]:
    """The entries that fit into a footer of ``width`` cells: from the left by importance, then the right edge.

    Two cells part entries. The left ones end at the first that does not fit: what is shown is the most important.
    """
    right = [key for key in entries if key.edge is Edge.RIGHT]
    start = width - sum(len(Fitted(0, key).text) + 2 for key in right)
    placed: list[Fitted] = []
    x = 1
    for entry in (Fitted(0, key) for key in entries if key.edge is Edge.LEFT):
        if x + len(entry.text) + 2 > start:
            break
        placed.append(Fitted(x, entry.key))
        x += len(entry.text) + 2
    for key in right:
        placed.append(Fitted(start, key))
        start += len(placed[-1].text) + 2
    return tuple(placed)


def document() -> str:
    """``docs/keys.md``: all keys by screen, from this table."""
    lines = [
        "# Keys",
        "",
        "Made from `irkit/tui/keys.py` by `python -m irkit.tui.keys`. A key is remapped by its id.",
        "",
    ]
    for place in Place:
        lines += [f"## {place.value.capitalize()}", "", "| key | id | command | what it does |", "|---|---|---|---|"]
        lines += [f"| `{key.shown}` | `{key.id}` | {key.title} | {key.says} |" for key in keys(place)]
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    print(document(), end="")  # noqa: T201 - its output is the page
