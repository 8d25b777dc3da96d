"""Files sealed by SOPS in a repository's whole history, by the KMS keys that their metadata names.

A file's old versions count too: who may use the key opens them all. Shape of the metadata: SOPS's README, "sops"
section of a file: ``kms`` entries with ``arn`` (and ``context``), in YAML, JSON, dotenv (``sops_kms__list_0__map_arn``)
and INI alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from irkit.clients.git_mirror import Found, Held, Mirror
from irkit.clients.git_objects import ObjectKind, objects

_MARK = b"sops"
_VALUE = b"ENC[AES256_GCM"


@dataclass(frozen=True)
class SopsFile:
    """A path that holds, or held, a sealed file. ``author`` and ``at`` are of the newest version found."""

    path: str
    author: str
    at: datetime
    versions: int
    values: int
    """Sealed values in the newest version."""
    refs: tuple[str, ...]


def sops_files(mirror: Mirror, names: Iterable[str]) -> tuple[SopsFile, ...]:
    """The sealed files whose metadata names one of these keys (ARNs, aliases' ARNs), by path."""
    wanted = [name.encode() for name in names if name.startswith("arn:")]
    values: dict[str, int] = {}
    found: list[Found] = []
    for one in objects(mirror.git):
        if one.kind is ObjectKind.BLOB and _MARK in one.content and any(name in one.content for name in wanted):
            values[one.id] = one.content.count(_VALUE)
            found.append(Found(one.id, one.kind, Held.KEY_ID, 1, None))
    by_path: dict[str, list[tuple[datetime, str, int, tuple[str, ...]]]] = {}
    for hit in mirror.hits(found):
        by_path.setdefault(hit.path, []).append((hit.at, hit.author, values[hit.object_id], hit.refs))
    return tuple(
        SopsFile(
            path,
            (newest := max(rows))[1],
            newest[0],
            len(rows),
            newest[2],
            tuple(sorted({ref for row in rows for ref in row[3]})),
        )
        for path, rows in sorted(by_path.items())
    )
