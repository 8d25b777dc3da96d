"""Find secrets in repositories (whole histories), in files, or in what is staged. Never shows one unless asked.

irkit scan [PATH...] takes a repository's work tree or bare folder: its whole history, and what git has not got; or a
file or folder: these files. Without a PATH: the repository here. Sub-commands: rules, audit, install-hook, org.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

from irkit.cli.scan_told import failure
from irkit.cli.scan_words import CONFIDENCES, FORMATS
from irkit.errors import UsageError
from irkit.scan.quick import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse  # 5 ms with what it loads, which scan_words spares most scans

    from irkit.cli.scan_accepted import Reach
    from irkit.scan.detect.detector import Detector
    from irkit.scan.finding import Report
    from irkit.scan.history import Wants
    from irkit.scan.kept_patterns import KeptPatterns
    from irkit.scan.origin import Origin
    from irkit.scan.repository import Asking, Repository
    from irkit.scan.worktree import FileWants

_FOR_OTHERS = ("sarif", "junit", "github")
"""Read by other people: these never have values."""
_last: list[object] = []
"""The last scan: the end of the process takes it down, a millisecond sooner than this one could."""
_EXITS = (
    "Exit codes: 0 nothing found, 1 findings, 2 usage, or something that should have been scanned was not. "
    "A file named like a sub-command: ./org."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXITS
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="repositories, files and folders; with --staged: files"
    )
    what = parser.add_argument_group("what to scan").add_mutually_exclusive_group()
    what.add_argument("--history", action="store_true", help="of repositories: only the history")
    what.add_argument("--files", action="store_true", help="of repositories: only the files of the work tree")
    what.add_argument("--staged", action="store_true", help="what is staged (the pre-commit hook)")
    what.add_argument("--pre-push", action="store_true", help="what a push would bring (the hook)")
    what.add_argument("--since", metavar="REV", help="what the commits after this one brought, up to HEAD")
    what.add_argument("--range", metavar="A..B", help="what these commits brought")
    _add_ways(parser.add_argument_group("how"))
    _add_output(parser.add_argument_group("what comes out"))


def _add_ways(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--unreachable", action="store_true", help="show findings that no ref leads to as well")
    group.add_argument("--no-locate", action="store_true", help="do not look for commits, paths and refs: faster")
    group.add_argument("--no-ignore", action="store_true", help="scan files that git ignores as well")
    group.add_argument("--no-cache", action="store_true", help="look at everything anew")
    group.add_argument("--jobs", type=int, metavar="N", help="processes (default: one a processor)")
    group.add_argument("--rules", action="append", default=[], type=Path, metavar="FILE", help="more rules, in TOML")
    group.add_argument("--confidence", choices=CONFIDENCES, default="medium", help="least to report (default: medium)")


def _add_output(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--format", choices=FORMATS, default="human")
    group.add_argument("--output", type=Path, metavar="FILE", help="write the report there instead of on stdout")
    group.add_argument("--baseline", type=Path, metavar="FILE", help="leave out what this .secrets.baseline accepts")
    group.add_argument("--update-baseline", action="store_true", help="write the findings into the baseline")
    group.add_argument(
        "--verify", action="store_true", help="ask the providers whether the findings are alive (sends them)"
    )
    group.add_argument("--show-secrets", action="store_true", help="write the values themselves")


def run(args: argparse.Namespace) -> int:
    """Scan and report; the exit code."""
    try:
        _check(args)
        return _run(args)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - Python would end with 1, which means findings
        return failure(error)


def _run(args: argparse.Namespace) -> int:
    if args.staged:
        from irkit.cli.scan_hook import hook_with

        return hook_with(args)
    asked = _asked_ahead(args)
    patterns = _patterns()  # before the modules with expressions are loaded
    detector = _detector(args)
    repositories, files = _sorted(args, asked)
    if args.pre_push:
        from irkit.cli.scan_accepted import Reach
        from irkit.cli.scan_pre_push import pre_push

        report = pre_push(repositories[0], detector, _wants(args), args.paths)
        from irkit.cli.scan_written import Scanned, written

        patterns.keep()
        return written(Scanned(report, detector, Reach(repositories[0].work_tree, ())), args)
    origin_of = cache(_origin)  # asked while other processes scan, where there are any
    is_one = len(repositories) == 1 and not files
    reports = list(_reports(repositories, files, args, detector, origin_of if is_one else _no_origin))
    from irkit.cli.scan_written import Scanned, written  # 20 ms, mostly loaded while other processes scanned

    patterns.keep()  # what a baseline or a value is looked for with comes later, and is not kept
    if len(reports) > 1:
        from irkit.scan.history import joined

        reports = [joined(reports)]
    scanned = Scanned(reports[0], detector, *_surroundings(repositories, files, args, origin_of))
    _last[:] = [scanned]
    return written(scanned, args)


def _patterns() -> KeptPatterns:
    """Irkit's own expressions, compiled: of what is scanned they tell nothing, so ``--no-cache`` does not mean them."""
    from irkit.scan.folders import cache_folder
    from irkit.scan.kept_patterns import KeptPatterns

    patterns = KeptPatterns(cache_folder(), "scan")
    patterns.recall()
    return patterns


def _check(args: argparse.Namespace) -> None:
    hook = "--staged" if args.staged else "--pre-push" if args.pre_push else ""
    if hook and args.verify:
        raise UsageError(f"--verify is refused with {hook}", hint="a hook asks nobody; irkit scan --verify does")
    if hook and args.show_secrets:
        raise UsageError(f"--show-secrets is refused with {hook}", hint="a hook's output is kept in logs")
    if args.show_secrets and args.format in _FOR_OTHERS:
        raise UsageError(f"values are never written as {args.format}", hint="human, json, jsonl and csv can show them")
    if args.output is not None and not args.output.absolute().parent.is_dir():
        raise UsageError(f"cannot write {args.output}: there is no such folder")
    if "" in (args.since, args.range):  # of a variable that a CI has not set: not a whole history
        raise UsageError("--since and --range want a commit, and there is none", hint="is a variable empty?")
    if args.update_baseline and not args.baseline:
        raise UsageError("--update-baseline wants --baseline FILE")
    if args.jobs is not None and args.jobs < 1:
        raise UsageError("--jobs must be 1 or more")


def _detector(args: argparse.Namespace) -> Detector:
    from irkit.scan.detect.detector import load_detector
    from irkit.scan.folders import cache_folder

    return load_detector(args.rules, cache=Path(cache_folder()))


def _origin(found: Repository) -> Origin:
    from irkit.scan.origin import origin

    return origin(found)


def _no_origin(_: Repository) -> Origin | None:
    """Of several repositories, or of files, it is not told."""


def _reports(
    repositories: list[Repository],
    files: list[str],
    args: argparse.Namespace,
    detector: Detector,
    meanwhile: Callable[[Repository], object],
) -> Iterator[Report]:
    if (args.since or args.range or args.history) and files:
        raise UsageError(f"{files[0]} is not a repository", hint="only repositories have a history")
    if files:
        from irkit.scan.worktree import scan_folders

        yield scan_folders(files, detector, _file_wants(args))
    for found in repositories:
        yield from _of_repository(found, args, detector, partial(meanwhile, found))


def _surroundings(
    repositories: list[Repository],
    files: list[str],
    args: argparse.Namespace,
    origin_of: Callable[[Repository], Origin],
) -> tuple[Reach, Origin]:
    """What baselines and reports want to know: one repository, or the one that the files named lie in."""
    from irkit.cli.scan_accepted import Below, Reach
    from irkit.scan.origin import Origin
    from irkit.scan.repository import NotARepository, repository

    if not files and len(repositories) == 1:
        found = repositories[0]
        is_part = args.since or args.range or args.history
        return Reach(found.work_tree, () if is_part else None), origin_of(found)
    try:
        root = repository(Path()).work_tree or Path.cwd()
    except NotARepository:
        root = Path.cwd()
    places = [os.path.relpath(Path(path).resolve(), root.resolve()) for path in files]
    return Reach(root, Below(places)), Origin()


def _asked_ahead(args: argparse.Namespace) -> Asking | None:
    """Git, asked of the first path while the rules are loaded; None where that is no repository."""
    from irkit.scan.repository_at import asked_at

    return None if args.pre_push or not args.paths else asked_at(Path(args.paths[0]))


def _sorted(args: argparse.Namespace, asked: Asking | None) -> tuple[list[Repository], list[str]]:
    """The repositories, and the files and folders, of what was named; without a name the repository here."""
    from irkit.scan.repository import NotARepository, repository
    from irkit.scan.repository_at import found_at, is_beside, repository_at

    paths = [] if args.pre_push else args.paths
    if not paths:
        try:
            if args.pre_push:
                from irkit.cli.scan_pre_push import pushed_from

                return [pushed_from(os.environ)], []
            return [repository(Path())], []
        except NotARepository as error:
            raise UsageError(error.message, hint=error.hint or "name what to scan: irkit scan FILE...") from None
    repositories, files = [], []
    for path in dict.fromkeys(paths):
        found = found_at(asked) if asked and path == args.paths[0] else repository_at(Path(path))
        if found is not None:
            repositories.append(found)
        if found is None or (is_beside(Path(path), found) and not (args.since or args.range or args.history)):
            files.append(path)
    return repositories, files


def _of_repository(
    found: Repository, args: argparse.Namespace, detector: Detector, meanwhile: Callable[[], object]
) -> Iterator[Report]:
    if args.files:
        from irkit.scan.worktree import scan_folders

        if found.work_tree is None:
            raise UsageError(f"{found.git_dir} is bare: it has no files", hint="leave --files out")
        yield scan_folders([str(found.work_tree)], detector, _file_wants(args), str(found.work_tree))
        return
    from irkit.cli.scan_teller import Progress
    from irkit.scan.history import scan_history

    with Progress(meanwhile) as progress:
        report = scan_history(found, detector, _wants(args), progress)
    yield report if args.no_locate else _with_paths(report, found, detector)
    if not (args.history or args.since or args.range) and found.work_tree is not None:
        from irkit.scan.worktree import scan_uncommitted

        yield scan_uncommitted(found, detector, _file_wants(args))


def _with_paths(report: Report, found: Repository, detector: Detector) -> Report:
    """The report, with the paths of objects that were not looked into."""
    if not report.skipped:
        return report
    from irkit.scan.places.skipped_paths import with_paths

    return report._replace(skipped=with_paths(found, report.skipped, lambda body: detector.look(body).sightings))


def _wants(args: argparse.Namespace) -> Wants:
    from irkit.scan.folders import cache_folder
    from irkit.scan.history import Location, Unreachable, Wants

    return Wants(
        jobs=_jobs(args),
        key=_key,
        unreachable=Unreachable.SHOWN if args.unreachable else Unreachable.COUNTED,
        location=Location.LEFT_OUT if args.no_locate else Location.LOCATED,
        cache=None if args.no_cache else Path(cache_folder()),
        spec=args.range or (f"{args.since}..HEAD" if args.since else ""),
    )


def _file_wants(args: argparse.Namespace) -> FileWants:
    from irkit.scan.files import Ignored
    from irkit.scan.worktree import FileWants

    return FileWants(_jobs(args), _key, Ignored.SCANNED if args.no_ignore else Ignored.SKIPPED)


def _key() -> bytes:
    """Of the fingerprints; asked for at the first finding."""
    from irkit.cli.scan_key import key

    return key()


def _jobs(args: argparse.Namespace) -> int:
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return int(args.jobs or processors)
