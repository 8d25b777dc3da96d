"""The command palette's entries: the action table of the screen it was called from, as ``noun: Verb``."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from irkit.tui.keys import Key, keys
from irkit.tui.screens.placed import PlacedScreen


class KeyProvider(Provider):
    """Entries that are off say why, and say it again when they are chosen."""

    def _entries(self) -> Iterator[tuple[Key, str, partial[Coroutine[object, object, None]]]]:
        screen = self.screen
        if isinstance(screen, PlacedScreen):
            off = screen.off()
            for key in keys(screen.place):
                help_ = f"[{key.shown}]  off now: {off[key.id]}" if key.id in off else f"[{key.shown}]  {key.says}"
                yield key, help_.replace("[", "\\["), partial(screen.press_key, key)

    async def discover(self) -> Hits:
        """All entries, before anything is typed."""
        for key, says, run in self._entries():
            yield DiscoveryHit(key.title, run, help=says)

    async def search(self, query: str) -> Hits:
        """Entries that match."""
        matcher = self.matcher(query)
        for key, says, run in self._entries():
            score = matcher.match(key.title)
            if score > 0:
                yield Hit(score, matcher.highlight(key.title), run, help=says)
