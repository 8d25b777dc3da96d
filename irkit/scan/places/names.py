"""Secrets in what git keeps beside its objects: names of refs, reflogs, config (addresses!), half-written messages."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from irkit.scan.detect.detector import Detector, Text
from irkit.scan.finding import Place, PlaceKind, Sighting
from irkit.scan.places.refs import files_below, read_bytes, read_refs, worktrees
from irkit.scan.repository import Repository

_SYMBOLIC = b"ref: "
_CONFIGS = ("config", "config.worktree")
_TEXTS = (
    "FETCH_HEAD",
    "COMMIT_EDITMSG",
    "MERGE_MSG",
    "SQUASH_MSG",
    "TAG_EDITMSG",
    "NOTES_EDITMSG",
    "BISECT_LOG",
    "description",
)
_FOLDERS = ("info", "rebase-merge", "rebase-apply", "sequencer", "branches", "remotes")


def scan_names(repository: Repository, detector: Detector) -> tuple[tuple[Sighting, Place], ...]:
    """What the detector sees in names of refs and in git's own text files, each with its place.

    A ref is named in ``refs`` of its place, a file in ``path``, from the folder above ``.git`` (or within a bare
    repository). Programs (hooks) are not looked at.
    """
    return (*_in_ref_names(repository, detector), *_in_files(repository, detector))


def _in_ref_names(repository: Repository, detector: Detector) -> Iterator[tuple[Sighting, Place]]:
    names = dict.fromkeys([*read_refs(repository).ref_names, *_symbolic(repository)])
    return in_ref_names(list(names), detector)


def in_ref_names(names: Sequence[bytes], detector: Detector) -> Iterator[tuple[Sighting, Place]]:
    """What the detector sees in these names of refs: all are looked at as one text, one a line."""
    text = b"\n".join(names)
    for seen in detector.look(text).sightings:
        if text.count(b"\n", seen.start, seen.end):  # the end of one name and the beginning of the next
            continue
        before = text.rfind(b"\n", 0, seen.start) + 1
        name = names[seen.line - 1]
        at_name = seen._replace(start=seen.start - before, end=seen.end - before, line=1, near=seen.near or name)
        yield at_name, Place(PlaceKind.REF_NAME, refs=(_text(name),), refs_count=1, is_current=True)


def _symbolic(repository: Repository) -> Iterator[bytes]:
    """The names that heads and symbolic refs stand for: a new branch has no ref of its own."""
    heads = [repository.common_dir / "HEAD", *(folder / "HEAD" for folder in worktrees(repository))]
    for file in [*heads, *(file for _, file in files_below(repository.common_dir / "refs"))]:
        content = read_bytes(file)
        if content.startswith(_SYMBOLIC):
            yield content.removeprefix(_SYMBOLIC).strip().replace(b"\n", b" ")


def _in_files(repository: Repository, detector: Detector) -> Iterator[tuple[Sighting, Place]]:
    files = list(_files(repository))
    texts = [Text(read_bytes(file)) for _, file, _ in files]
    above = repository.common_dir.name + "/" if repository.common_dir.name == ".git" else ""
    for index, looked in sorted(detector.look_at_each(texts).items()):
        name, _, kind = files[index]
        for seen in looked.sightings:
            yield seen, Place(kind, above + _text(name), is_current=True)


def text_files(repository: Repository) -> list[tuple[bytes, Path]]:
    """Name and path of git's own texts that are looked at here, but for reflogs."""
    return [(name, file) for name, file, kind in _files(repository) if kind is not PlaceKind.REFLOG]


def _files(repository: Repository) -> Iterator[tuple[bytes, Path, PlaceKind]]:
    """Name within the repository, path, and kind."""
    common = repository.common_dir
    folders = [(b"", common), *((b"worktrees/" + os.fsencode(one.name) + b"/", one) for one in worktrees(repository))]
    for inside, folder in folders:
        for config in _CONFIGS:
            yield inside + config.encode(), folder / config, PlaceKind.CONFIG
        for name, file in _below(folder, ("logs",)):
            yield inside + name, file, PlaceKind.REFLOG
        for text in _TEXTS:
            yield inside + text.encode(), folder / text, PlaceKind.FILE
        for name, file in _below(folder, _FOLDERS):
            yield inside + name, file, PlaceKind.FILE
    for file in _submodule_configs(common / "modules"):
        yield os.fsencode(file.relative_to(common).as_posix()), file, PlaceKind.CONFIG


def _submodule_configs(folder: Path) -> Iterator[Path]:
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - {"objects", "refs", "logs", "hooks", "lfs"})
        yield from (Path(at, name) for name in _CONFIGS if name in names)


def _below(folder: Path, names: Iterable[str]) -> Iterator[tuple[bytes, Path]]:
    for name in names:
        yield from files_below(folder / name)


def _text(name: bytes) -> str:
    return name.decode(errors="surrogateescape")
