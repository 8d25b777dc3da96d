"""Where a git repository keeps its parts; found by one call of git, which writes nothing."""

from __future__ import annotations

import os
from pathlib import Path

from irkit.errors import UsageError
from irkit.scan.endless import endless, git_dir_above
from irkit.scan.quick import NamedTuple
from irkit.scan.spawned import Asked, GitFailed

_QUESTIONS = (
    ("--absolute-git-dir",),
    ("--git-common-dir",),
    ("--git-path", "objects"),
    ("--is-bare-repository",),
    ("--show-object-format",),
)
_PATH_FORMAT = "--path-format=absolute"
_WHICH_GIT = "git --version shows which one runs; install a newer one"
_OF_ANOTHER = "dubious ownership"
_TOO_NEW = ("unknown repository extension", "Expected git repo version")
_QUIET = (
    "protocol.allow=never",  # a git before 2.45 fetches what it is asked for, whatever GIT_NO_LAZY_FETCH says
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "log.showSignature=false",
    "advice.graftFileDeprecated=false",  # of GIT_GRAFT_FILE below
)
READ_ONLY = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,  # else info/grafts could hide the commits before one
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
"""For every git that a scan starts: nothing is written, fetched, replaced or asked."""


class NotARepository(UsageError):
    """There is no git repository, or git does not start."""


class Repository(NamedTuple):
    """A repository's folders, absolute."""

    git_dir: Path
    """HEAD, index and reflogs of this work tree."""
    common_dir: Path
    """Refs, packed-refs, config: shared by all work trees."""
    objects_dir: Path
    work_tree: Path | None
    """None for a bare repository."""
    object_format: str
    """``sha1`` or ``sha256``."""
    is_shallow: bool
    is_partial: bool
    """Whether a promisor remote holds objects that are not here."""

    def git(self, *words: str) -> list[str]:
        """The command line of a git that works on this repository; it fetches nothing and runs no program it names."""
        return ["git", f"--git-dir={self.git_dir}", *(word for one in _QUIET for word in ("-c", one)), *words]


class Asking(NamedTuple):
    """Git was asked which repository a path lies in, and has perhaps not answered yet."""

    path: Path
    asked: Asked


def ask(path: Path) -> Asking:
    """Ask git of a path (3 ms, in which other things can be done). Raises ``NotARepository``."""
    git_dir_here = git_dir_above(path)
    for file, what in endless(git_dir_here) if git_dir_here else ():
        raise NotARepository(f"{file} is {what}: git would wait for it", hint="no repository has one there; remove it")
    return Asking(path, _asked(path, *(word for question in _QUESTIONS for word in question)))


def repository(path: Path) -> Repository:
    """The repository that a path lies in (or is, when bare). Raises ``NotARepository``."""
    return answered(ask(path))


def answered(asking: Asking) -> Repository:
    """The repository that git was asked of. Raises ``NotARepository``."""
    path = asking.path
    said = _said(path, asking.asked).split("\n")
    if len(said) != len(_QUESTIONS):  # a line end is part of a folder's name
        said = [_said(path, _asked(path, *question)) for question in _QUESTIONS]
    if not all(said):
        raise NotARepository(f"{path}: git does not say where the repository is", hint=_WHICH_GIT)
    git_dir, common_dir, objects_dir, is_bare, object_format = said
    tree = None if is_bare == "true" else _work_tree(path)
    common = Path(common_dir)
    config = _read(common / "config")
    is_partial = "promisor" in config or "partialclone" in config.lower()
    is_shallow = bool(_read(common / "shallow").strip())
    return Repository(Path(git_dir), common, Path(objects_dir), tree, object_format, is_shallow, is_partial)


def _asked(path: Path, *questions: str) -> Asked:
    """``git rev-parse``, at work. Raises ``NotARepository``."""
    try:
        return Asked("-C", str(path), "rev-parse", _PATH_FORMAT, *questions, environ=environment())
    except GitFailed as error:
        raise NotARepository(error.message, hint="it must be on the PATH") from None


def _said(path: Path, asked: Asked) -> str:
    """What it answers, without its last line end. Raises ``NotARepository``."""
    said = asked.said()
    if said.code != 0:
        reason = refusal("\n".join(said.complaints)) or "not a git repository"
        raise NotARepository(f"{path}: {reason}", hint=owner_hint(reason))
    if said.out.startswith(_PATH_FORMAT.encode()):  # a git before 2.31 repeats what it does not know
        raise NotARepository(f"{path}: this git is too old: 2.31 is wanted", hint=_WHICH_GIT)
    return os.fsdecode(said.out).removesuffix("\n")


def refusal(said: str) -> str:
    """Why git ends, with the name that it writes below (of an extension that it does not know)."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    at = next((number for number, line in enumerate(lines) if line.startswith("fatal:")), 0)
    reason, *below = lines[at:] or [""]
    return f"{reason} {below[0]}" if reason.endswith(":") and below else reason


def owner_hint(reason: str) -> str:
    """What to do when git refuses a repository: it belongs to somebody else, or is too new; empty otherwise."""
    if _OF_ANOTHER in reason:
        return "it belongs to another user; if you trust it: git config --global --add safe.directory FOLDER"
    if any(sign in reason for sign in _TOO_NEW):
        return f"this git is too old for the repository: {_WHICH_GIT}"
    return ""


def environment() -> dict[str, str]:
    """The environment of such a git: ours, less what would redirect it to another repository.

    Where the user's own settings are stays: among them is whose repositories are trusted, and where hooks lie.
    """
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or _is_of_the_user(name)}
    return ours | READ_ONLY


def _is_of_the_user(name: str) -> bool:
    return name == "GIT_INDEX_FILE" or name.startswith("GIT_CONFIG_")


def _work_tree(path: Path) -> Path | None:
    said = Asked("-C", str(path), "rev-parse", "--show-toplevel", environ=environment()).said()
    top = os.fsdecode(said.out).removesuffix("\n")
    return Path(top) if said.code == 0 and top else None


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
