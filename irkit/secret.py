"""A secret value that cannot be printed, stored, copied or journalled by accident.

It is not masked on the way out; it never leaves. What may leave is a keyed ``fingerprint`` (HMAC-SHA256 under a key
that belongs to one incident, so destroying that key unlinks every fingerprint) and, where the kind of secret allows it,
``masked()``, which shows the last four characters.
"""

from __future__ import annotations

from typing import NewType, NoReturn

Fingerprint = NewType("Fingerprint", str)
"""``fp_`` and 32 hex digits: a keyed hash of a secret, linkable only within one incident."""

_LEAST_LENGTH_TO_MASK = 16


class Secret:
    """A secret value; ``reveal()`` is for clients, at the moment of use, and nowhere else."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        if not value:
            msg = "a Secret cannot be empty"
            raise ValueError(msg)
        self._value = value

    def reveal(self) -> str:
        """The value itself. Hand it straight to the call that needs it and keep no name for it."""
        return self._value

    def fingerprint(self, key: bytes) -> Fingerprint:
        """A keyed hash of the value: ``fp_`` and 32 hex digits (the first 128 bits of HMAC-SHA256)."""
        import hashlib  # 4 ms with OpenSSL behind it: a hook that finds nothing does without
        import hmac

        digest = hmac.new(key, self._value.encode(), hashlib.sha256).hexdigest()
        return Fingerprint(f"fp_{digest[:32]}")

    def masked(self) -> str:
        """``…`` and the last four characters; ``…`` alone when the value is too short to show any of it."""
        return f"…{self._value[-4:]}" if len(self._value) >= _LEAST_LENGTH_TO_MASK else "…"

    def matches(self, other: Secret) -> bool:
        """Equality in constant time."""
        import hmac

        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.matches(other)

    def __hash__(self) -> NoReturn:
        self._refuse("hashed")

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __copy__(self) -> NoReturn:
        self._refuse("copied")

    def __deepcopy__(self, memo: object) -> NoReturn:
        self._refuse("copied")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        self._refuse("pickled")

    @staticmethod
    def _refuse(verb: str) -> NoReturn:
        msg = f"a Secret cannot be {verb}"
        raise TypeError(msg)
