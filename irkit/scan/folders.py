"""Where irkit keeps things, without the configuration's imports (30 ms): a hook has no time for them.

Where a configuration file, or a variable that irkit.config has to judge, has a say, the configuration is read after
all. Tests hold the two to the same answers.
"""

from __future__ import annotations

import os
import sys

_KNOWN = "IRKIT_DATA_FOLDER"


def data_folder() -> str:
    """The user's data folder, as ``irkit.config`` says. Raises ``ConfigInvalid``."""
    given = {name for name in os.environ if name.startswith("IRKIT_")}
    if given - {_KNOWN} or not _is_xdg() or os.path.isfile(f"{_xdg('XDG_CONFIG_HOME', '~/.config')}/config.toml"):  # noqa: PTH113 - pathlib is slow to import
        from irkit.config import load

        return str(load(None).data_folder)
    if text := os.environ.get(_KNOWN):
        return os.path.join(os.getcwd(), os.path.expanduser(text))  # noqa: PTH109, PTH111, PTH118
    return _xdg("XDG_DATA_HOME", "~/.local/share")


def cache_folder() -> str:
    """The user's cache folder for irkit: what may be lost at any time. It is not made here."""
    if _is_xdg():
        return _xdg("XDG_CACHE_HOME", "~/.cache")
    import platformdirs

    return platformdirs.user_cache_dir("irkit", appauthor=False)


def _is_xdg() -> bool:
    """Whether the folders are plainly those of the XDG base directory specification; else ``platformdirs`` is asked."""
    given = [os.environ.get(f"XDG_{kind}_HOME", "") for kind in ("DATA", "CONFIG", "CACHE")]
    is_plain = all(not folder or os.path.isabs(folder) for folder in (*given, os.environ.get("HOME", "")))  # noqa: PTH117
    return is_plain and sys.platform == "linux" and "ANDROID_ROOT" not in os.environ


def _xdg(variable: str, otherwise: str) -> str:
    return os.path.join(os.environ.get(variable) or os.path.expanduser(otherwise), "irkit")  # noqa: PTH111, PTH118
