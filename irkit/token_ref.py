"""Where a token lies: it is named in the configuration and read at the moment of use, never written there."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from irkit.errors import ConfigInvalid
from irkit.secret import Secret


class TokenSource(StrEnum):
    """Where a token is read from, at the moment of use."""

    ENVIRONMENT = "env"
    FILE = "file"
    COMMAND = "command"


@dataclass(frozen=True)
class TokenRef:
    """Where a token lies; ``read()`` fetches it and nothing keeps it."""

    source: TokenSource
    place: str

    def read(self) -> Secret:
        """The token, without its last line end. Raises ``ConfigInvalid`` when it is not to be had."""
        try:
            text = self._text().strip()
        except (OSError, KeyError, ValueError, subprocess.SubprocessError) as error:
            msg = f"cannot read the token from {self.source}:{self.place}: {type(error).__name__}"
            raise ConfigInvalid(msg, hint="look at the token's place in the configuration") from None
        if not text:
            msg = f"the token at {self.source}:{self.place} is empty"
            raise ConfigInvalid(msg, hint="look at the token's place in the configuration")
        return Secret(text)

    def _text(self) -> str:
        if self.source is TokenSource.ENVIRONMENT:
            return os.environ[self.place]
        if self.source is TokenSource.FILE:
            return Path(self.place).expanduser().read_text(encoding="utf-8")
        ended = subprocess.run(shlex.split(self.place), check=True, capture_output=True, text=True, timeout=60)
        return ended.stdout
