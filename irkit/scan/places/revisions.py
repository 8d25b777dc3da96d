"""What a range of commits is: the revisions to scan and those that are known already, found and checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from irkit.errors import UsageError
from irkit.scan.places.gits import answer
from irkit.scan.places.refs import read_bytes, read_refs
from irkit.scan.repository import Repository, refusal

_BROKEN = "the repository is broken: git fsck tells what, a new clone may mend it"
_OF_A_BRANCH = "name the branch itself: origin/main"
_FULL_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


class RevisionUnknown(UsageError):
    """A revision of a range is not in this repository, or the range is written in a way that is not understood."""


class Span(NamedTuple):
    """Commits to scan: those that ``tips`` reach and ``without`` does not. Ids, in hex."""

    tips: tuple[str, ...]
    """Of commits or annotated tags, as they were named."""
    without: tuple[str, ...]


def span(repository: Repository, spec: str) -> Span:
    """The span that a text names: words of ``A..B``, ``REV``, ``^REV`` and ``^refs/remotes/origin/*``.

    A B that is left out is HEAD, as in git; so would be an A, but it mostly is a variable of a CI that was not set, and
    nothing would be scanned: it is refused. ``^`` and a full id that is not here leaves out nothing: it
    is what another repository has. Raises ``RevisionUnknown``.
    """
    words = _words(spec)
    found = _resolved(repository, [*words.tips, *words.olds, *words.without])
    tips = [_needed(repository, found, name) for name in words.tips]
    without = [_needed(repository, found, name) for name in words.olds]
    without += [
        _needed(repository, found, name) for name in words.without if found[name].id or not _FULL_ID.fullmatch(name)
    ]
    for start in read_refs(repository).starts if words.patterns else ():
        name = start.name.decode(errors="surrogateescape")
        if any(fnmatchcase(name, pattern) for pattern in words.patterns):
            without += [id_.decode() for id_ in start.ids]
    return Span(tuple(dict.fromkeys(tips)), tuple(dict.fromkeys(without)))


class _Words(NamedTuple):
    tips: list[str]
    olds: list[str]
    """A of A..B."""
    without: list[str]
    patterns: list[str]


def _words(spec: str) -> _Words:
    words = _Words([], [], [], [])
    for word in spec.split():
        old, dots, new = word.partition("..")
        if dots and not old:
            raise RevisionUnknown(f"{word}: it does not say since when", hint="HEAD..B is what B has and HEAD has not")
        if dots and not new.startswith("."):
            words.tips.append(new or "HEAD")
            words.olds.append(old)
        elif dots or word in {"^", ""} or word.startswith(("-", "^-")):
            raise RevisionUnknown(f"{word}: not a range of commits", hint="write it as A..B, what B has and A has not")
        elif "*" in word and word.startswith("^"):
            words.patterns.append(word[1:])
        elif word.startswith("^"):
            words.without.append(word[1:])
        else:
            words.tips.append(word)
    if not words.tips:
        raise RevisionUnknown("the range names no commit", hint="write it as A..B, what B has and A has not")
    return words


class _Named(NamedTuple):
    id: str
    """Of the commit that a name leads to, or of the annotated tag that it names; empty when it leads to none."""
    kind: str
    """``commit``, ``tag``, ``tree``, ``blob``; empty when nothing is called so."""


def _resolved(repository: Repository, names: Sequence[str]) -> dict[str, _Named]:
    """What each name stands for."""
    asked = list(dict.fromkeys(names))
    questions = "".join(f"{name}\n{name}^{{commit}}\n" for name in asked).encode(errors="surrogateescape")
    _, out, said = answer(repository, "cat-file", "--batch-check=%(objectname) %(objecttype)", read=questions)
    answers = [line.rsplit(b" ", 1) for line in out.splitlines()]
    if len(answers) < 2 * len(asked):
        unread = asked[len(answers) // 2]
        hint = _OF_A_BRANCH if "@{" in unread else _BROKEN
        raise RevisionUnknown(f"{unread}: git cannot read it: {refusal(said)}", hint=hint)
    found = {}
    for name, named, commit in zip(asked, answers[::2], answers[1::2], strict=True):
        kind = "" if named[1] in {b"missing", b"ambiguous"} else named[1].decode()
        found[name] = _Named(named[0].decode() if commit[1] == b"commit" else "", kind)
    return found


def _needed(repository: Repository, found: dict[str, _Named], name: str) -> str:
    if found[name].id:
        return found[name].id
    if found[name].kind:
        what = "tag of no commit" if found[name].kind == "tag" else found[name].kind
        hint = "irkit scan --history looks at every object; git push --no-verify then pushes it without a look"
        raise RevisionUnknown(f"{name} is a {what}, and only commits are scanned by a range", hint=hint)
    if repository.is_shallow:
        hint = "this clone is shallow: git fetch --unshallow brings the rest of its history"
        raise RevisionUnknown(f"{name}: no such commit here", hint=hint)
    if name == "HEAD" and _is_born(repository):
        raise RevisionUnknown("HEAD: its commit is not here, or cannot be read", hint=_BROKEN)
    if name == "HEAD":
        raise RevisionUnknown("nothing is committed here yet", hint="irkit scan looks at the files")
    raise RevisionUnknown(f"{name}: no such commit here", hint="git fetch may bring it; git log shows what there is")


def _is_born(repository: Repository) -> bool:
    """Whether HEAD names a commit, or a branch that is there."""
    head = read_bytes(repository.git_dir / "HEAD").strip()
    branch = head.removeprefix(b"ref: ")
    return branch == head or branch in read_refs(repository).ref_names


def refuse_boundary(repository: Repository, commits: Iterable[bytes]) -> None:
    """Raises ``RevisionUnknown`` when one of the commits has parents that a shallow clone has not."""
    if not repository.is_shallow:
        return
    boundary = set((repository.common_dir / "shallow").read_bytes().split())
    for commit in commits:
        if commit in boundary:
            raise RevisionUnknown(
                f"what commit {commit[:12].decode()} changed is not known here: this clone is shallow and ends with it",
                hint="git fetch --unshallow, or a deeper fetch (--deepen=N), brings what was before",
            )
