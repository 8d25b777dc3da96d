"""A file of a trail as it is stored: on disk, or as bytes that were just downloaded."""

from __future__ import annotations

from typing import NamedTuple

from irkit.cloudtrail.coverage import Skipped


class RawFile(NamedTuple):
    """``place`` is what locators name (a path, ``s3://bucket/key``); ``size`` the bytes as stored.

    What is stored lies at ``path``; when that is empty it is ``content`` itself, compressed or not.
    """

    place: str
    size: int
    path: str = ""
    content: bytes = b""
    stamp: str = ""
    """Changes when the content does: size and time of change, or an object's ETag."""
    told: tuple[Skipped, ...] = ()
    """Why nothing of it can be read, when that was found before: it is not read again."""
