"""Where a leaked key stands in a mirror: its id, the secret beside it, and secrets that are known, in every encoding.

The engine of ``irkit scan`` reads every object once. A secret that is found near the key id is looked for by itself
too, in a second reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from irkit.clients.git_mirror import Found, Held, Mirror, Survey
from irkit.clients.git_objects import ObjectId, ObjectKind, secret_near
from irkit.errors import OutsideError
from irkit.scan.objects.cat_file import read_objects
from irkit.scan.objects.held import Scanned
from irkit.scan.repository import Repository, repository
from irkit.scan.value import TEXT_FORMS, Standing, standings
from irkit.secret import Secret

_JOBS = 1
_KEY_ID = 0
"""The key id is the first of the values that are looked for."""
_TOLD = 3
"""So many reasons are told."""


def whole_survey(mirror: Mirror, key_id: str, known: Sequence[Secret] = ()) -> Survey:
    """``survey``, for those who rest on what it did not find. Raises OutsideError when an object could not be read."""
    seen = survey(mirror, key_id, known)
    if not seen.is_whole:
        raise unread(seen)
    return seen


def unread(seen: Survey) -> OutsideError:
    """What to say when a key was not found and not everything could be read."""
    why = "; ".join(sorted(set(seen.skipped))[:_TOLD])
    msg = f"not every object of the repository could be read, so nobody knows whether the key is there: {why}"
    return OutsideError(
        msg, hint="try again: all is fetched anew; if it stays so, run git fsck where the repository lies"
    )


def survey(mirror: Mirror, key_id: str, known: Sequence[Secret] = ()) -> Survey:
    """Find a key id, the secret that stands near it, and any ``known`` secret, in every object that can be read."""
    where = repository(mirror.folder)
    values = [Secret(key_id), *known]
    found, scanned = _standings(where, values)
    contents = _contents(where, found)
    new = [secret for secret in _beside(found, contents, key_id) if secret not in values]
    if new:
        values += dict(zip((one.reveal() for one in new), new, strict=True)).values()
        found, scanned = _standings(where, values)
        contents |= _contents(where, [one for one in found if one.object_id not in contents])
    return Survey(
        hits=mirror.hits(list(_found(found, contents, key_id))),
        commits=scanned.counts.get("commits", 0),
        blobs=scanned.counts.get("blobs", 0),
        tags=scanned.counts.get("tags", 0),
        signed_commits=mirror.signed_commits(),
        names=len({one.object_id for one in found if one.kind == "tree"}) + _named(mirror, values),
        skipped=tuple(each.reason for each in scanned.skipped),
        is_whole=not scanned.is_incomplete,
    )


def _named(mirror: Mirror, values: Sequence[Secret]) -> int:
    return sum(any(value.reveal() in ref for value in values) for ref in mirror.refs())


def encoded_texts(mirror: Mirror, values: Sequence[Secret]) -> list[Secret]:
    """The texts that hold one of the values in base64, hex or percent encoding, each once, as they stand in the files.

    Values in other forms (UTF-16, archives) have no text that could be replaced alone; one that is wrapped has none
    either, because texts are replaced line by line, and the rest of a line may be short and stand elsewhere too.
    """
    where = repository(mirror.folder)
    found, _ = _standings(where, values)
    text = [one for one in found if one.kind != "tree" and one.sighting.via and TEXT_FORMS.issuperset(one.sighting.via)]
    contents = _contents(where, text)
    forms = {contents[one.object_id][one.sighting.start : one.sighting.end] for one in text}
    return [Secret(form.decode("latin-1")) for form in sorted(forms, key=len, reverse=True) if len(form.split()) == 1]


def _standings(where: Repository, values: Sequence[Secret]) -> tuple[list[Standing], Scanned]:
    return standings(where, values, _JOBS, lambda *_: None)


def _contents(where: Repository, found: Iterable[Standing]) -> dict[str, bytes]:
    wanted = dict.fromkeys(one.object_id for one in found if one.kind != "tree")
    return {object_id: content for object_id, _, content in read_objects(where, wanted)}


def _beside(found: Sequence[Standing], contents: dict[str, bytes], key_id: str) -> Iterator[Secret]:
    """The secrets that stand near the key id; where that is encoded, secrets encoded in the same way."""
    encoded: dict[str, set[tuple[str, ...]]] = {}
    for one in found:
        if one.kind == "tree" or one.number != _KEY_ID:
            continue
        if one.sighting.via:
            encoded.setdefault(one.object_id, set()).add(one.sighting.via)
        elif span := secret_near(contents[one.object_id], key_id.encode()):
            yield Secret(contents[one.object_id][span[0] : sum(span)].decode())
    if encoded:
        from irkit.scan.detect.loading import detector
        from irkit.scan.ruleset import shipped

        aws = detector([rule for rule in shipped() if rule.id.startswith("aws_secret")])
        for object_id, ways in encoded.items():
            for sighting in aws.look(contents[object_id]).sightings:
                if sighting.via in ways:
                    yield Secret(sighting.value.decode())


def _found(found: Sequence[Standing], contents: dict[str, bytes], key_id: str) -> Iterator[Found]:
    """One for each object, and one more for each way in which it is encoded there."""
    ways: dict[tuple[str, tuple[str, ...]], list[Standing]] = {}
    for one in found:
        if one.kind != "tree":
            ways.setdefault((one.object_id, one.sighting.via), []).append(one)
    for (object_id, via), standing in ways.items():
        kind = ObjectKind(standing[0].kind)
        keys = [one.sighting for one in standing if one.number == _KEY_ID]
        secrets = [one.sighting for one in standing if one.number != _KEY_ID]
        held = Held.PAIR if keys and secrets else Held.KEY_ID if keys else Held.SECRET
        span = None
        if secrets and not via:
            near = secret_near(contents[object_id], key_id.encode()) if keys else None
            span = near or (secrets[0].start, secrets[0].end - secrets[0].start)
        line = (keys or secrets)[0].line - _lines_of_headers(contents[object_id], kind)
        yield Found(ObjectId(object_id), kind, held, max(1, line), span, via)


def _lines_of_headers(content: bytes, kind: ObjectKind) -> int:
    """Lines of a message count from its own first."""
    return 0 if kind is ObjectKind.BLOB else content.count(b"\n", 0, content.find(b"\n\n") + 2)
