"""IAM as it binds: what the emulator decides by, while IAM's own operations read and write what is written.

The emulator looks users, roles, keys and policies up in the module ``ministack.services.iam`` as its package names it;
there it finds a ``BoundIam`` instead, which shows the tables as they bind at that moment. The module's own functions
keep seeing its own tables: reads of IAM show a write at once. Deleting binds as late as making.
"""

from __future__ import annotations

import time
from types import ModuleType
from typing import Protocol

from irkit.drill.world.json_shape import JsonObject
from irkit.drill.world.laws.spreading import Spreading
from irkit.drill.world.laws.state_tree import Path, parts, tree

TABLES = (
    "_users",
    "_roles",
    "_policies",
    "_access_keys",
    "_groups",
    "_user_inline_policies",
    "_group_inline_policies",
    "_oidc_providers",
)


class Table(Protocol):
    """One of the emulator's tables."""

    def to_dict(self) -> dict[tuple[str, str], JsonObject]:
        """Its records by account and name."""


class BoundIam:
    """Stands for the IAM module wherever permissions are decided."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._kind = type(module.__dict__[TABLES[0]])
        self._spreading: Spreading[Path, object] = Spreading()
        self._shown: dict[str, Table] = {}
        self._shown_of = -1
        self.wrote(0)

    def __getattr__(self, name: str) -> object:
        """A table as it binds; anything else is the module's own."""
        return self.table(name) if name in TABLES else getattr(self._module, name)

    def wrote(self, delay: float) -> None:
        """Takes in what a call has changed; it binds ``delay`` seconds from now."""
        state = {name: self._module.__dict__[name].to_dict() for name in TABLES}
        self._spreading.write(parts(state), time.monotonic(), lambda: delay)

    def settle(self) -> None:
        """Lets everything bind now."""
        self._spreading.settle()

    def table(self, name: str) -> Table:
        """One of ``TABLES`` as it binds; the module's own, to be written to, when nothing is on its way."""
        now = time.monotonic()
        if self._spreading.is_settled(now):
            own: Table = self._module.__dict__[name]
            return own
        changes = self._spreading.changes(now)
        if changes != self._shown_of:
            state = tree(self._spreading.bound(now))
            self._shown = {table: self._kind.from_dict(state.get(table, {})) for table in TABLES}
            self._shown_of = changes
        return self._shown[name]
