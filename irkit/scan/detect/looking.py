"""The detector: what secrets stand in a text. Rules, one prefilter for all of them, and what makes of its hits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from irkit.scan.detect.batch import Spans, Text, hits_of_each
from irkit.scan.detect.beginnings import specials
from irkit.scan.detect.kept import Kept
from irkit.scan.detect.looked import Looked, Told
from irkit.scan.detect.prefilter import Prefilter
from irkit.scan.quick import TYPE_CHECKING

if TYPE_CHECKING:
    from irkit.scan.detect.sights import Sights
    from irkit.scan.rule import Rule


def nothing() -> None:
    """Nothing needs to be prepared."""


class Detector:
    """Finds the secrets of its rules in texts. Not to be shared between threads; a forked child may use it."""

    def __init__(
        self, parts: Kept, prefilter: Prefilter, rules_hash: str, prepare: Callable[[], None] = nothing
    ) -> None:
        """The prefilter's expressions are those of the same rules, in the same order: see ``loading``.

        ``prepare`` is called before the first hit is looked at.
        """
        self._prepare = prepare
        self.rules_hash = rules_hash
        self._parts = parts
        self._prefilter = prefilter
        self._sights: Sights | None = None
        self._by_id: dict[str, Rule] = {}

    @property
    def rules(self) -> Sequence[Rule]:
        """All of its rules, a user's last."""
        return self._parts.rules

    def rule(self, id: str) -> Rule:  # noqa: A002 - the word of the interface
        """The rule of that id. Raises ``KeyError``."""
        if id not in self._by_id:  # a scan asks for few, and for these thousands of times
            self._by_id[id] = self._parts.rule(id)
        return self._by_id[id]

    def look(self, body: bytes) -> Looked:
        """What stands in this text."""
        return self.look_at_each((Text(body),)).get(0, Looked(()))

    def look_at_each(self, texts: Sequence[tuple[bytes, Spans]], told: Told | None = None) -> dict[int, Looked]:
        """What stands in each of the texts, by index; only those with something.

        Where ``told`` is given, lines passed over are told once, and those in it not at all: most versions of a file
        repeat them.
        """
        hits = hits_of_each(texts, self._prefilter.hits)
        special = specials(texts)
        for index in special:
            hits.setdefault(index, [])
        return self._opened().of_each([body for body, _ in texts], hits, special, told) if hits else {}

    def open(self) -> None:
        """Load what looks at hits now, not with the first of them: before processes are forked, to be shared."""
        from irkit.scan.detect import decode, dismissal, structure  # noqa: F401

        self._opened()
        self._parts.rules[:1]

    def asked(self) -> list[int]:
        """The rules, by number, that looked at something so far: their expressions were compiled."""
        return self._sights.asked() if self._sights else []

    def compile(self, rules: Iterable[int]) -> None:
        """Compile the expressions of these rules here too, if they are irkit's own: others must not be kept."""
        for number in rules:
            if number < self._parts.trusted:
                self._opened().compile(number)

    def _opened(self) -> Sights:
        if self._sights is None:
            self._prepare()
            from irkit.scan.detect.sights import Sights  # 2 ms, which a hook that finds nothing is spared

            self._sights = Sights(self._parts, self._prefilter)
        return self._sights
