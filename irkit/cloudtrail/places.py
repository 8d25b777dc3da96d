"""Builds the source of CloudTrail records that a text names. The command line, the screen and actions share it.

Quick to import: files need neither the configuration nor AWS, so neither is read before it is asked for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeGuard

from irkit.cloudtrail.one_pass import OnePass
from irkit.cloudtrail.patience import Patience
from irkit.cloudtrail.several import several
from irkit.errors import UsageError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients
    from irkit.cloudtrail.athena.estimate import Estimate
    from irkit.cloudtrail.source import Source
    from irkit.cloudtrail.store.cached import Filed

EVENT_HISTORY = "event-history"
ALL = "all"
"""For ``Reach.accounts``: every account of the organization."""
Limit = Literal["demanded", "waived"]
MANIFEST = "manifest.db"
"""What every store has (``irkit.cloudtrail.store.manifest.NAME``, which is dear to import)."""
OBJECTS = "objects"
"""The folder, beside the stores, of what was fetched from buckets."""
MOST_KEPT = 20 << 30
"""How many bytes of a bucket's objects are kept."""
WAYS = "files and folders, s3://bucket/prefix, athena:DATABASE.TABLE, lake:STORE-ID, event-history"
_BUCKET = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>.*))?")
_TABLE = re.compile(r"athena:(?:(?P<database>\w+)\.)?(?P<table>\w+)(?:@(?P<workgroup>[\w.-]+))?")
_LAKE = re.compile(r"lake:(?P<store>(?:arn:aws[\w-]*:cloudtrail:[\w:-]+/)?[0-9a-f-]{36})")
_SCHEME = re.compile(r"[a-z][a-z0-9-]+:(?!\\)")


class Kind(StrEnum):
    """What kinds of source there are."""

    FILES = "files"
    BUCKET = "bucket"
    ATHENA = "athena"
    LAKE = "lake"
    HISTORY = "history"


class Place(NamedTuple):
    """One text of ``--from``, understood: for files their path, for a bucket its name and prefix."""

    kind: Kind
    name: str
    below: str = ""
    """A bucket's prefix; a table's workgroup."""
    text: str = ""


def place(text: str) -> Place:
    """Understand one text. Raises ``UsageError`` for what names no source: a path must exist."""
    if text == EVENT_HISTORY:
        return Place(Kind.HISTORY, text, text=text)
    if found := _BUCKET.fullmatch(text):
        return Place(Kind.BUCKET, found["bucket"], found["prefix"] or "", text)
    if found := _TABLE.fullmatch(text):
        return Place(Kind.ATHENA, f"{found['database'] or 'default'}.{found['table']}", found["workgroup"] or "", text)
    if found := _LAKE.fullmatch(text):
        return Place(Kind.LAKE, found["store"], text=text)
    path = Path(text).expanduser()
    if path.exists() or path.is_symlink():
        return Place(Kind.FILES, str(path), text=text)
    if _SCHEME.match(text):
        raise UsageError(f"{text!r} names no source of records", hint=f"it can be: {WAYS}")
    raise UsageError(f"there is no file or folder {text}", hint=f"a source can be: {WAYS}")


def places(texts: Sequence[str]) -> tuple[Place, ...]:
    """Each source once. Raises ``UsageError``."""
    return tuple(dict.fromkeys(map(place, texts)))


class SecondLook(StrEnum):
    """Whether a look by key is followed by one for what services made."""

    COMES = "comes"
    NEVER = "never"


@dataclass(frozen=True)
class Reach:
    """How sources are reached."""

    clients: Callable[[], Clients]
    """Called when something of AWS is asked, and not before."""
    stores: Path | None = None
    """The folder under which stores are kept (``cloudtrail`` in an incident's folder, or in the user's cache folder).

    None: nothing is kept, and nothing kept is read.
    """
    accounts: tuple[str, ...] = ()
    """Accounts to ask by assuming ``role`` in each; empty for the one that we are in, ``all`` for the organization."""
    role: str = ""
    external_id: str = ""
    jobs: int | None = None
    """Worker processes; None for one a processor."""
    agree: Callable[[Estimate], None] | None = None
    """Hears what a statement of Athena would scan and cost before it runs, and stops it by raising."""
    second: SecondLook = SecondLook.COMES
    """Whether a question by key asks for its owner's calls as well: files are then read once for both."""
    results: str = ""
    """An S3 folder for Athena's results; empty for the workgroup's own."""
    cutoff: Limit = "demanded"
    """Whether Athena's workgroup must limit what a statement scans."""
    patience: Patience = Patience.QUESTION


def store_folder(texts: Sequence[str], stores: Path) -> Path:
    """Where the store of a source is kept: the same for the same source, whatever the order of its texts."""
    named = sorted({_canonical(each) for each in places(texts)})
    return stores / hashlib.sha256("\0".join(named).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _canonical(one: Place) -> str:
    return str(Path(one.name).resolve()) if one.kind is Kind.FILES else one.text.rstrip("/")


def opened(texts: Sequence[str], reach: Reach) -> Source:
    """The source of these texts; several are looked through one after the other.

    Files and buckets that there is a store of are read through it. Raises ``UsageError`` for a text that names no
    source, or that cannot go with the others.
    """
    named = places(texts)
    if not named:
        raise UsageError("there is no source to look in", hint=f"it can be: {WAYS}")
    return several(tuple(_through_store(raw, held, reach) for raw, held in _sources(named, reach)))


def bare(texts: Sequence[str], reach: Reach) -> tuple[Source, ...]:
    """The sources one by one, without their stores."""
    return tuple(raw for raw, _ in _sources(places(texts), reach))


def storable(texts: Sequence[str], reach: Reach) -> tuple[tuple[Filed, Path], ...]:
    """The sources among them that a store can hold, each with the folder of its store; none without ``stores``."""
    if reach.stores is None:
        return ()
    found = _sources(places(texts), reach)
    return tuple((raw, store_folder(held, reach.stores)) for raw, held in found if is_filed(raw))


def is_filed(source: Source) -> TypeGuard[Filed]:
    """Whether a source's records lie in files that a store can hold."""
    return hasattr(source, "without") and hasattr(source, "files")


def is_store(folder: Path) -> bool:
    """Whether there is a store in a folder."""
    return (folder / MANIFEST).is_file()


def _through_store(raw: Source, held: Sequence[str], reach: Reach) -> Source:
    """The source behind its store, if there is one: DuckDB is not even imported without."""
    if not is_filed(raw):
        return raw
    folder = store_folder(held, reach.stores) if reach.stores is not None else None
    if folder is None or not is_store(folder):
        return OnePass(raw) if reach.second is SecondLook.COMES else raw
    from irkit.cloudtrail.store.cached import Cached

    cached = Cached(raw, folder)
    return OnePass(cached, cached.ready) if reach.second is SecondLook.COMES else cached


def _sources(named: Sequence[Place], reach: Reach) -> Iterator[tuple[Source, tuple[str, ...]]]:
    """Each source, and the texts that it is of."""
    if files := [each for each in named if each.kind is Kind.FILES]:
        yield _files(files, reach), tuple(each.text for each in files)
    for each in named:
        match each.kind:
            case Kind.FILES:
                continue
            case Kind.HISTORY:
                yield _history(reach), (each.text,)
            case Kind.BUCKET:
                yield _bucket(each, reach), (each.text,)
            case Kind.ATHENA:
                yield _athena(each, reach), (each.text,)
            case Kind.LAKE:
                yield _lake(each, reach), (each.text,)


def _files(named: Sequence[Place], reach: Reach) -> Source:
    from irkit.cloudtrail.local import LocalFiles

    # A store knows files by their whole paths, wherever irkit was started.
    paths = [Path(each.name).resolve() for each in named]
    return LocalFiles(paths, reach.jobs) if reach.jobs else LocalFiles(paths)


def _history(reach: Reach) -> Source:
    from irkit.cloudtrail.event_history import EventHistory

    if not reach.accounts:
        return EventHistory(reach.clients(), patience=reach.patience)
    from irkit.cloudtrail.accounts import histories, whole_organization

    clients = reach.clients()
    accounts = whole_organization(clients) if reach.accounts == (ALL,) else reach.accounts
    if not reach.role:
        raise UsageError("other accounts are asked as a role: name it", hint="--role NAME, or cloudtrail.role")
    return histories(clients, accounts, reach.role, reach.external_id, patience=reach.patience)


def _bucket(one: Place, reach: Reach) -> Source:
    from irkit.cloudtrail.bucket import TrailBucket

    keep = reach.stores / OBJECTS if reach.stores is not None else None
    return TrailBucket(reach.clients(), one.name, one.below, keep=keep, most_kept=MOST_KEPT, jobs=reach.jobs)


def _lake(one: Place, reach: Reach) -> Source:
    from irkit.cloudtrail.lake import CloudTrailLake

    return CloudTrailLake(reach.clients(), one.name)


def _athena(one: Place, reach: Reach) -> Source:
    from irkit.cloudtrail.athena.source import Athena, Cutoff, Spot

    database, _, table = one.name.rpartition(".")
    spot = Spot(
        table,
        database,
        workgroup=one.below or Spot.workgroup,
        output=reach.results,
        cutoff=Cutoff(reach.cutoff),
        accounts=() if reach.accounts == (ALL,) else reach.accounts,
    )
    return Athena(reach.clients(), spot, reach.agree)
