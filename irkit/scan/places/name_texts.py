"""The texts by which values in names of files are found in paths: the values themselves, or their encoded forms."""

from __future__ import annotations

import re
from binascii import Error, a2b_base64, unhexlify
from collections.abc import Iterator, Sequence
from urllib.parse import unquote_to_bytes

from irkit.scan.finding import Sighting
from irkit.scan.objects.cat_file import read_objects
from irkit.scan.objects.tree_names import names
from irkit.scan.places.located import Holder
from irkit.scan.repository import Repository

_ENCODED = re.compile(rb"[A-Za-z0-9+/=_%.~-]+")
_URL = bytes.maketrans(b"-_", b"+/")
_CORE = 3
"""The ends of a value may be encoded together with what stands beside it."""


def name_texts(repository: Repository, held: Sequence[Holder]) -> dict[bytes, bytes]:
    """By a text that stands in names of files, the value that it is, for every sighting in a tree that counts."""
    trees = [one for one in held if one.kind == "tree"]
    seen = [(one, sighting) for one in trees for sighting in one.sightings if not sighting.dismissed]
    texts = {sighting.value: sighting.value for _, sighting in seen if not sighting.via}
    encoded = [(one, sighting) for one, sighting in seen if sighting.via]
    ids = sorted({one.object_id for one, _ in encoded})
    bodies = {id_: body for id_, _, body in read_objects(repository, ids)} if ids else {}
    for one, sighting in encoded:
        texts |= dict.fromkeys(_forms(bodies.get(one.object_id, b""), sighting), sighting.value)
    return dict(sorted(texts.items()))


def _forms(tree: bytes, sighting: Sighting) -> list[bytes]:
    """The encoded forms that may be the one seen: those that can be decoded to the value, or all of that shape."""
    slices = (name[sighting.start : sighting.end] for _, name in names(tree) if len(name) >= sighting.end)
    forms = [text for text in slices if _ENCODED.fullmatch(text)]
    core = sighting.value[_CORE:-_CORE] or sighting.value
    return [form for form in forms if any(core in plain for plain in _plain(form))] or forms


def _plain(form: bytes) -> Iterator[bytes]:
    """What an encoded text may stand for."""
    yield unquote_to_bytes(form)
    for start in range(4):
        part = form[start:].translate(_URL).rstrip(b"=")
        try:
            yield a2b_base64(part[: len(part) // 4 * 4])
            yield unhexlify(part[: len(part) // 2 * 2])
        except (Error, ValueError):
            continue
