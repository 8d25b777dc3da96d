"""Secret values that a person or a repository gave us, held in memory only, for as long as the process lives."""

from __future__ import annotations

import threading

from irkit.secret import Secret

GIVEN = "given:"
"""How the names of texts begin that a person gave; the input's name follows."""


class KnownSecrets:
    """Secret values by a public name: an access key's id, a fingerprint, or ``given:`` and an input's name.

    Never written anywhere; empty again after a restart.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._secrets: dict[str, Secret] = {}

    def remember(self, name: str, secret: Secret) -> None:
        """Keep a secret until the process ends."""
        with self._lock:
            self._secrets[name] = secret

    def get(self, name: str) -> Secret | None:
        """The secret of that name, or None when it is not known to this process."""
        with self._lock:
            return self._secrets.get(name)

    def given(self) -> tuple[Secret, ...]:
        """The texts that a person gave to this process, whole."""
        with self._lock:
            return tuple(secret for name, secret in self._secrets.items() if name.startswith(GIVEN))

    def __repr__(self) -> str:
        return f"KnownSecrets({len(self._secrets)} known)"
