"""Search every byte that a drill left behind for the planted secrets, in every form they could have."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from irkit.errors import IrkitError

MEANT_TO_HOLD = {"vault", "access", "aws", "git", "apps", "files"}
"""Folders of a rehearsal cloud that are its stores, and ``files``, where the scenario itself leaked it."""
_SHORTEST = 12


def forms(secret: str) -> Iterator[bytes]:
    """A secret as it could stand in a file: plain, JSON, URL, hex, base64 at each alignment, UTF-16."""
    raw = secret.encode()
    yield raw
    yield json.dumps(secret)[1:-1].encode()
    yield json.dumps(secret).replace("/", "\\/")[1:-1].encode()
    yield quote(secret, safe="").encode()
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield secret.encode("utf-16-le")
    for shift in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            encoded = encode(b"\0" * shift + raw)
            yield encoded[(shift * 8 + 5) // 6 : len(raw) * 8 // 6]


def planted(world: Path) -> dict[str, str]:
    """The secrets of a rehearsal cloud, by a name for each."""
    values = json.loads((world / "vault" / "planted.json").read_text(encoding="utf-8"))
    tokens = {f.stem: f.read_text(encoding="utf-8").strip() for f in world.glob("*/*.token")}
    return {name: value for name, value in {**values, **tokens}.items() if len(value) >= _SHORTEST}


def contents(file: Path) -> Iterator[bytes]:
    """A file's bytes, and what is packed in it (gzip; zlib, as git's objects are)."""
    data = file.read_bytes()
    yield data
    for unpack in (gzip.decompress, zlib.decompress):
        try:
            yield unpack(data)
        except (OSError, EOFError, zlib.error):
            continue


def leaks_in(data: bytes, secrets: dict[str, str]) -> set[str]:
    """The names of the secrets that stand in some bytes."""
    return {name for name, secret in secrets.items() if any(form in data for form in set(forms(secret)))}


def found_leaks(world: Path, *folders: Path) -> list[str]:
    """``name in file`` for each secret of a world found under folders or in the world, outside its stores.

    Raises IrkitError when there is nothing to look for, or nowhere to look.
    """
    secrets = planted(world)
    if not secrets:
        raise IrkitError(f"{world} has no planted secrets: the search would find nothing whatever happened")
    stores = [world / name for name in MEANT_TO_HOLD]
    files = {f for folder in (world, *folders) for f in folder.rglob("*") if f.is_file() and not f.is_symlink()}
    searched = [f for f in files if not any(store in f.parents for store in stores)]
    if not searched:
        raise IrkitError(f"{world} left nothing behind to search in")
    return sorted(
        f"{name} in {file}" for file in searched for data in contents(file) for name in leaks_in(data, secrets)
    )
