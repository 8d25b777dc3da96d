"""One incident, built: its journal, its runbook as it was when it opened, the outside, and the runner."""

from __future__ import annotations

import difflib
import os
import pwd
import socket
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from pydantic import JsonValue

from irkit import __version__
from irkit.actions import catalog
from irkit.clients.clients import Clients, Listeners, Outside
from irkit.clients.evidence import EvidenceFile
from irkit.config import Config
from irkit.contract import ActionId, AnyAction, Effect
from irkit.engine.endings import IRKIT
from irkit.engine.executor import Executor, Outcome, Until
from irkit.engine.orders import Orders
from irkit.engine.parameters import parameters
from irkit.engine.ready import ended
from irkit.errors import IrkitError, JournalBroken, RunbookInvalid, UsageError
from irkit.incident import events as ev
from irkit.incident.events import Actor, ActorKind, Mode, StepId
from irkit.incident.folder import IncidentFolder, RunnerBusy, created
from irkit.incident.journal import Journal, SqliteJournal
from irkit.runbook.load import loads
from irkit.runbook.model import Runbook
from irkit.secret import Secret
from irkit.tui.desk import ProgressLine, Question, QuestionKind
from irkit.wiring.inputs import Given
from irkit.wiring.postmortem import Postmortems

NOBODY = "none"
"""The answer that picks none of several."""
PROGRESS_KEPT = 5_000
"""Live lines waiting for a screen; older ones are dropped."""


@dataclass(frozen=True)
class StepOutside:
    """A step's clients as the engine opens them."""

    clients: Clients

    def drain(self) -> Sequence[ev.Call]:
        """The calls since the last drain."""
        calls = self.clients.drain_calls()
        return [ev.Call(at=c.at, text=c.text, request_id=c.request_id, error=c.error) for c in calls]


@dataclass
class Session:
    """One incident in this process. ``run`` needs the runner's lock; looking and ordering do not."""

    config: Config
    folder: IncidentFolder
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    journal_of: Callable[[IncidentFolder], Journal] = lambda folder: SqliteJournal(folder.journal)
    before_run: Callable[[], object] = lambda: None
    """Raises when it cannot run: a drill's cloud may have ended."""
    lines: deque[ProgressLine] = field(default_factory=lambda: deque(maxlen=PROGRESS_KEPT))
    _executor: Executor | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)

    @cached_property
    def journal(self) -> Journal:
        """The incident's journal."""
        return self.journal_of(self.folder)

    @cached_property
    def opened(self) -> ev.IncidentOpened:
        """How the incident was opened."""
        opened = self.journal.state().opened
        if opened is None:
            raise JournalBroken(f"{self.folder.incident}: the journal does not begin with an incident")
        return opened

    @cached_property
    def runbook(self) -> Runbook:
        """The runbook as it was when the incident opened: from the journal, not from today's file."""
        return loads(self.opened.runbook_text, self.opened.runbook_path)

    @property
    def postmortems(self) -> Postmortems:
        """The writer of the incident's report."""
        return Postmortems(self.folder, self.journal, self.runbook)

    @property
    def drift(self) -> str:
        """How the runbook's file differs today from what this incident runs, as a unified diff; empty if not."""
        file = Path(self.opened.runbook_path)
        today = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
        if not today or today == self.opened.runbook_text:
            return ""
        began, now = self.opened.runbook_text.splitlines(), today.splitlines()
        return "\n".join(difflib.unified_diff(began, now, "as this incident runs it", f"{file} today", lineterm=""))

    @property
    def me(self) -> Actor:
        """The person at the keyboard."""
        return Actor(name=self.config.identity, kind=ActorKind.HUMAN, login=_login())

    @property
    def orders(self) -> Orders:
        """The orders of the person at the keyboard."""
        return self.orders_of(self.me)

    def orders_of(self, actor: Actor) -> Orders:
        """The orders of someone."""
        return Orders(self.journal, self.runbook, actor)

    def action(self, action_id: str) -> AnyAction:
        """An action of the catalogue; raises ``RunbookInvalid`` when this irkit has none of that id."""
        found = catalog.lookup(ActionId(action_id))
        if found is None:
            raise RunbookInvalid(
                f"this irkit has no action {action_id}", hint="was the incident begun with another version?"
            )
        return found

    @cached_property
    def irreversible(self) -> frozenset[StepId]:
        """The steps whose action cannot be undone."""
        return frozenset(s.id for s in self.runbook.steps if self.action(s.uses).effect is Effect.IRREVERSIBLE)

    @cached_property
    def reversible(self) -> frozenset[StepId]:
        """The steps whose action one approval starts, and whose effect can be undone."""
        return frozenset(s.id for s in self.runbook.steps if self.action(s.uses).effect is Effect.REVERSIBLE)

    @cached_property
    def outside(self) -> Outside:
        """What all steps share to reach the outside."""
        outside = Outside(
            config=self.config,
            incident=self.folder.incident,
            folder=self.folder.path,
            fingerprint_key=self.folder.fingerprint_key(),
            postmortem=self.postmortems,
        )
        for key_id, secret in self.secrets.items():
            outside.known_secrets.remember(key_id, secret)
        return outside

    def open_clients(self, step: StepId) -> StepOutside:
        """The clients of one step, telling the journal of evidence and the screen of progress."""

        def kept(file: EvidenceFile) -> None:
            event = ev.EvidenceKept(
                step=step,
                path=file.path,
                sha256=file.sha256,
                size=file.size,
                what=file.what,
                count=file.count,
                coverage=file.coverage,
            )
            self.journal.append(event, actor=IRKIT)

        def said(text: str) -> None:
            self.lines.append(ProgressLine(datetime.now(UTC), step, text))

        return StepOutside(self.outside.clients(step, Listeners(progress=said, kept=kept)))

    def question(self, step_id: StepId) -> Question:
        """What a human step asks, with its references resolved."""
        step = self.runbook.step(step_id)
        params = parameters(step, self.action(step.uses), self.journal.state())[0].model_dump(mode="json")
        text = str(params.get("question") or params.get("statement") or params.get("prompt") or step.title)
        options = params.get("options")
        if isinstance(options, list) and isinstance(proposed := params.get("recommended"), list):
            several = tuple(map(str, options))
            return Question(QuestionKind.SEVERAL, text, several, proposed=tuple(map(str, proposed)))
        if isinstance(options, list):
            return Question(QuestionKind.CHOICE, text, tuple(map(str, options)), str(params.get("recommended") or ""))
        return Question(QuestionKind.CONFIRM if "statement" in params else QuestionKind.TEXT, text)

    def answer(self, step_id: StepId, text: str, *more: str, reason: str = "") -> Mapping[str, JsonValue]:
        """The answer to a human step as its action's result has it; ``more`` where several can be picked.

        Raises ``UsageError`` for one that is no option.
        """
        asked = self.question(step_id)
        if asked.kind is QuestionKind.SEVERAL:
            picked = _picked(step_id, asked, (text, *more))
            if not reason and (not picked or set(picked) != set(asked.proposed)):
                raise UsageError(f"{step_id}: say why, since it is not what was recommended", hint="--reason ...")
            return {"picked": [*picked], "reason": reason}
        if more:
            raise UsageError(f"{step_id} takes one answer, not {1 + len(more)}", hint="put a text in quotes")
        match asked.kind:
            case QuestionKind.CHOICE if text not in asked.options:
                raise UsageError(f"{step_id}: {text!r} is no option", hint=f"options: {', '.join(asked.options)}")
            case QuestionKind.CHOICE:
                return {"choice": text, "reason": reason}
            case QuestionKind.CONFIRM:
                return {"confirmed_by": self.me.name}
            case _:
                return {"text": text}

    def recommended(self, step_id: StepId) -> Mapping[str, JsonValue]:
        """The recommended answer to a human step; the first option, or a plain text, where none is recommended."""
        asked = self.question(step_id)
        if asked.kind is QuestionKind.SEVERAL:
            return self.answer(step_id, *(asked.proposed or (NOBODY,)), reason="recommended")
        text = asked.recommended or (asked.options[0] if asked.options else "not known in a rehearsal without people")
        return self.answer(step_id, text, reason="recommended")

    def run(self, until: Until) -> Outcome:
        """Be the incident's runner. Raises ``RunnerBusy`` when another process is."""
        self.before_run()
        with self.folder.running():
            self._executor = Executor(self.journal, self.runbook, self.action, self.open_clients)
            if self._stopping.is_set():
                self._executor.stop()
            try:
                reached = self._executor.run(until)
            finally:
                self._executor = None
            if ended(self.runbook, self.journal.state()):
                self.postmortems.write()
            return reached

    def run_behind(self) -> threading.Thread:
        """Run in a thread of its own until ``stop``; when another process is the runner, wait to take over from it."""
        stopping = self._stopping

        def work() -> None:
            while not stopping.is_set():
                try:
                    self.run(Until.TOLD)
                except RunnerBusy:
                    stopping.wait(1.0)
                except IrkitError as error:
                    self.lines.append(
                        ProgressLine(datetime.now(UTC), StepId("irkit"), f"the runner stopped: {error.message}")
                    )
                    return

        thread = threading.Thread(target=work, name="runner", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Ask the runner of this process to begin nothing more, one that is only about to start too."""
        self._stopping.set()
        if self._executor is not None:
            self._executor.stop()


def _picked(step: StepId, asked: Question, words: Sequence[str]) -> Sequence[str]:
    """The options that words name: an option itself, or the end of just one (``svc-deploy``)."""
    if tuple(words) == (NOBODY,):
        return ()
    found = []
    for word in words:
        meant = [one for one in asked.options if one == word] or [
            one for one in asked.options if one.endswith((f"/{word}", f":{word}"))
        ]
        if len(meant) != 1:
            why = "several options end so" if meant else "it is no option"
            hint = f"{NOBODY}, or some of: {', '.join(asked.options)}"
            raise UsageError(f"{step}: {word!r}: {why}", hint=hint)
        found += meant
    return tuple(dict.fromkeys(found))


def opened_session(config: Config, runbook: Runbook, given: Given, mode: Mode, title: str = "") -> Session:
    """Open a new incident.

    Raises:
        JournalUnwritable: its folder or journal cannot be written.
    """
    folder = created(incidents_root(config, mode), mode)
    session = Session(config, folder, given.secrets)
    who = identity(config, folder)
    opened = ev.IncidentOpened(
        incident=folder.incident,
        title=title or runbook.title,
        severity=runbook.severity,
        mode=mode,
        runbook=runbook.name,
        runbook_text=runbook.text,
        runbook_path=runbook.path,
        runbook_sha256=runbook.sha256,
        inputs=given.inputs,
        account=who.account,
        acting_as=who.acting_as,
        quorum=config.quorum,
        irkit_version=__version__,
        settle_s=config.aws.settle_s,
    )
    session.journal.append(opened, actor=session.me)
    return session


@dataclass(frozen=True)
class Identity:
    """Who irkit acts as, for the header."""

    account: str
    acting_as: str


def identity(config: Config, folder: IncidentFolder) -> Identity:
    """Ask AWS who we are; an incident opens even when AWS does not answer, and says so."""
    outside = Outside(config, folder.incident, folder.path, folder.fingerprint_key(), postmortem=_NoPostmortem())
    try:
        own = outside.clients("open_incident").sts.own_identity()
    except IrkitError as error:
        return Identity("", f"unknown: {error.message}"[:80])
    name = own.principal
    return Identity(" ".join(filter(None, (config.aws.profile, own.account))), name)


class _NoPostmortem:
    """There is nothing to report before an incident is open."""

    def text(self) -> str:
        raise IrkitError("the incident is not open yet")


def incidents_root(config: Config, mode: Mode) -> Path:
    """Where incidents of a mode live: drills and others never share a folder."""
    return config.data_folder / ("drills" if mode is Mode.DRILL else "incidents")


def _login() -> str:
    """Whom the system takes us for, by user id: the environment can say anything."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = f"uid-{os.getuid()}"
    return f"{name}@{socket.gethostname()}"
