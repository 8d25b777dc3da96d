"""Secret values that a person or a repository gave us, held in memory only, for as long as the process lives."""

from __future__ import annotations

import threading

from irkit.secret import Secret


class KnownSecrets:
    """The secrets of access keys by key id. Never written anywhere; empty again after a restart."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._secrets: dict[str, Secret] = {}

    def remember(self, key_id: str, secret: Secret) -> None:
        """Keep the secret of an access key until the process ends."""
        with self._lock:
            self._secrets[key_id] = secret

    def get(self, key_id: str) -> Secret | None:
        """The secret of an access key, or None when it is not known to this process."""
        with self._lock:
            return self._secrets.get(key_id)

    def __repr__(self) -> str:
        return f"KnownSecrets({len(self._secrets)} known)"
