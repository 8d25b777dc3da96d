"""A leaked value in memory again: as this process knows it, or read anew from where it was seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from irkit.clients.known_secrets import KnownSecrets
from irkit.scan.leaked import Leaked, Value, in_text, seen_by_rules
from irkit.secret import Fingerprint, Secret


def recalled(
    leaked: Sequence[Leaked], known: KnownSecrets, fingerprint: Callable[[Secret], Fingerprint]
) -> Mapping[Fingerprint, Value]:
    """The values that can be had, by fingerprint.

    Those that are not known any more are looked for in what a person gave to this process, then in their files.
    """
    found: dict[Fingerprint, Value] = {}
    for one in leaked:
        secret = known.get(one.fingerprint)
        if secret is not None:
            found[one.fingerprint] = Value(one, secret, secret.reveal().encode())
    lost = {one.fingerprint: one for one in leaked if one.fingerprint not in found}
    for value in (each for text in known.given() for each in in_text(text, fingerprint) if lost):
        if again := lost.pop(value.leaked.fingerprint, None):
            known.remember(again.fingerprint, value.secret)
            found[again.fingerprint] = Value(again, value.secret, value.near)
    paths = sorted({spot.path for one in lost.values() for spot in one.spots})
    if not paths:
        return found
    for value in seen_by_rules(paths, fingerprint).values:
        if value.leaked.fingerprint in lost:
            known.remember(value.leaked.fingerprint, value.secret)
            found[value.leaked.fingerprint] = Value(lost[value.leaked.fingerprint], value.secret, value.near)
    return found
