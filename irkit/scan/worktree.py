"""Reports on files: those of folders, and what a work tree holds that git has not got."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from irkit.scan.detect.detector import Detector
from irkit.scan.files import FilesScanned, Ignored, scan_files, scan_found
from irkit.scan.finding import Place, PlaceKind, Report, Skipped
from irkit.scan.grouped import Context, Seen, grouped
from irkit.scan.ignored import ask_ignored
from irkit.scan.judged_path import judged_path
from irkit.scan.repository import Repository
from irkit.scan.scrubbed import scrubbed
from irkit.scan.uncommitted import uncommitted_files


class FileWants(NamedTuple):
    """How files are to be scanned."""

    jobs: int
    key: Callable[[], bytes]
    """Of the fingerprints; asked for at the first finding."""
    ignored: Ignored = Ignored.SKIPPED


def scan_folders(paths: Sequence[str], detector: Detector, wants: FileWants, root: str = "") -> Report:
    """Files, and all files below folders. Paths are told as they were given, or from ``root`` on."""
    scanned = scan_files(paths, detector, wants.jobs, wants.ignored)
    context = Context(detector.rule, wants.key, _unknown, judged=str if root else judged_path(paths))
    return _report(_seen(scanned, root), _shortened(scanned, root), detector, context)


def scan_uncommitted(repository: Repository, detector: Detector, wants: FileWants) -> Report:
    """Modified and untracked files. Paths are told from the work tree's root on."""
    root = str(repository.work_tree or "")
    ignored = ask_ignored(root) if root and wants.ignored is Ignored.SKIPPED else frozenset
    scanned = scan_found(uncommitted_files(repository, wants.ignored), detector, wants.jobs)
    scanned = scanned.with_ignored(len(ignored()))
    context = Context(detector.rule, wants.key, _unknown)
    return _report(_seen(scanned, root), _shortened(scanned, root), detector, context)


def _seen(scanned: FilesScanned, root: str) -> Iterator[Seen]:
    for path, looked in scanned.looked:
        places = (Place(PlaceKind.FILE, _told(path, root)),)
        for sighting in looked.sightings:
            yield Seen(sighting, places)
    for path, looked in scanned.names:
        places = (Place(PlaceKind.FILE_NAME, _told(path, root)),)
        for sighting in looked.sightings:
            yield Seen(sighting, places)


def _shortened(scanned: FilesScanned, root: str) -> FilesScanned:
    """With paths as they are told, and what the detector did not look into under the name of its file."""
    inside = [
        Skipped(f"{_told(path, root)}: {each.what}".removesuffix(": "), each.reason)
        for path, looked in scanned.looked
        for each in looked.skipped
    ]
    skipped = [Skipped(_told(each.what, root), each.reason) for each in scanned.skipped]
    return scanned._replace(skipped=tuple(dict.fromkeys((*skipped, *inside))))


def _told(path: str, root: str) -> str:
    if root and path.startswith(root + os.sep):
        return path[len(root) + 1 :]
    return path.removeprefix("./")


def _unknown(commit: str) -> bool | None:  # noqa: ARG001
    return None


def _report(seen: Iterable[Seen], scanned: FilesScanned, detector: Detector, context: Context) -> Report:
    groups = grouped(seen, context)
    clean, skipped = scrubbed(groups.findings, scanned.skipped, lambda body: detector.look(body).sightings)
    return Report(
        tuple(clean),
        groups.dismissed,
        tuple(skipped),
        scanned.counts,
        scanned.size,
        is_incomplete=scanned.is_incomplete,
    )
