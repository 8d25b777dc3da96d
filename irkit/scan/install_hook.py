"""The hook file that git runs: written where git looks for it, next to what is there, or taken out again."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from irkit.errors import Refused
from irkit.scan.repository import NotARepository, environment

BEGIN, END = "# >>> irkit scan", "# <<< irkit scan"
_BLOCK = re.compile(rf"^{BEGIN}.*?^{END}\n", re.DOTALL | re.MULTILINE)
_SHELLS = re.compile(r"#!\s*(?:\S*/)?(?:env\s+)?(?:ba|da|k|z)?sh\b")
_HUSKY = (".husky", "_")


class Hook(StrEnum):
    """The hooks that irkit has something for; the values are git's names."""

    PRE_COMMIT = "pre-commit"
    PRE_PUSH = "pre-push"


_WORDS = {Hook.PRE_COMMIT: "scan --staged", Hook.PRE_PUSH: "scan --pre-push"}


class Foreign(StrEnum):
    """What to do with a hook that is there and not ours."""

    REFUSED = "refused"
    APPENDED = "appended to"


class Change(StrEnum):
    """What became of a hook file."""

    WRITTEN = "written"
    APPENDED = "added to the hook that was there"
    UNCHANGED = "there already"
    REMOVED = "removed"
    ABSENT = "not there"


class HookForeign(Refused):
    """There is a hook that irkit did not write."""


class Installed(NamedTuple):
    """What was done."""

    file: Path
    change: Change


def hooks_folder(at: Path) -> Path:
    """Where git looks for hooks here (``core.hooksPath``, work trees); with husky, where husky does.

    husky makes ``.husky/_`` anew at each install; its hooks run those of the same name in ``.husky``
    (typicode.github.io/husky). Raises ``NotARepository``.
    """
    asked = ["git", "-C", str(at), "rev-parse", "--path-format=absolute", "--git-path", "hooks"]
    try:
        ran = subprocess.run(asked, capture_output=True, check=False, env=environment())
    except OSError as error:
        raise NotARepository(f"git does not start: {error.strerror}") from None
    if ran.returncode != 0:
        said = ran.stderr.decode(errors="replace").strip().splitlines()
        raise NotARepository(said[0] if said else f"{at} is no repository")
    folder = Path(os.fsdecode(ran.stdout.removesuffix(b"\n")))
    return folder.parent if folder.parts[-2:] == _HUSKY else folder


def install(hook: Hook, folder: Path, program: Path, foreign: Foreign = Foreign.REFUSED) -> Installed:
    """Write the hook, or bring it up to date. Raises ``HookForeign`` when there is another one, and ``OSError``."""
    file = folder / hook
    block = _block(hook, program)
    if not os.path.lexists(file):
        folder.mkdir(parents=True, exist_ok=True)
        _write(file, f"#!/bin/sh\n{block}")
        return Installed(file, Change.WRITTEN)
    text = file.read_text(encoding="utf-8", errors="surrogateescape")
    if _BLOCK.search(text):
        renewed = _BLOCK.sub(lambda _: block, text, count=1)
        if renewed == text and os.access(file, os.X_OK):
            return Installed(file, Change.UNCHANGED)
        _write(file, renewed)
        return Installed(file, Change.WRITTEN)
    if foreign is Foreign.REFUSED or not _SHELLS.match(text):
        raise HookForeign(f"{file} is there, and irkit did not write it", hint=_hint(hook, program, text))
    _write(file, f"{_first_line(text)}\n{block}{text.partition(chr(10))[2]}")
    return Installed(file, Change.APPENDED)


def remove(hook: Hook, folder: Path) -> Installed:
    """Take irkit's lines out of the hook; the file too when nothing else is in it. Raises ``OSError``."""
    file = folder / hook
    if not os.path.lexists(file):
        return Installed(file, Change.ABSENT)
    text = file.read_text(encoding="utf-8", errors="surrogateescape")
    rest = _BLOCK.sub("", text, count=1)
    if rest == text:
        return Installed(file, Change.ABSENT)
    if rest.strip() in {"", "#!/bin/sh"}:
        file.unlink()
    else:
        _write(file, rest)
    return Installed(file, Change.REMOVED)


def _block(hook: Hook, program: Path) -> str:
    """The lines of the hook. The irkit that wrote them is run, else the one on the PATH; without one git stops."""
    run = f'"$irkit" {_WORDS[hook]} || exit\n'
    if hook is Hook.PRE_PUSH:  # what git says on stdin is for the lines below as well
        run = (
            "irkit_pushed=$(cat)\n"
            f'printf \'%s\\n\' "$irkit_pushed" | "$irkit" {_WORDS[hook]} "$@" || exit\n'
            "exec <<IRKIT_PUSHED\n$irkit_pushed\nIRKIT_PUSHED\n"
        )
    return (
        f"{BEGIN} (written by irkit scan install-hook; --remove takes these lines out)\n"
        f"irkit={shlex.quote(str(program))}\n"
        '[ -x "$irkit" ] || irkit=$(command -v irkit) || {\n'
        f"  echo '{hook}: irkit is not installed (pip install irkit): nothing was scanned' >&2\n"
        "  exit 2\n"
        "}\n"
        f"{run}"
        f"{END}\n"
    )


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def _hint(hook: Hook, program: Path, text: str) -> str:
    if _SHELLS.match(text):
        return f"--append puts irkit's lines at its top; or add to it: {program} {_WORDS[hook]} || exit 1"
    return f"it is no shell script: let it run `{program} {_WORDS[hook]}`, and fail when that fails"


def _write(file: Path, text: str) -> None:
    """Replace a hook as a whole; where it is a link, the file it points to."""
    target = file.resolve()
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o755 & ~_umask()
    aside.write_text(text, encoding="utf-8", errors="surrogateescape")
    aside.chmod(mode | 0o100 | (mode & 0o444) >> 2)
    aside.replace(target)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
