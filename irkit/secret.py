"""A secret value that cannot be printed, stored, copied or journalled by accident.

It is not masked on the way out; it never leaves. What may leave is a keyed ``fingerprint`` (HMAC-SHA256 under a key
that belongs to one incident, so destroying that key unlinks every fingerprint) and, where the kind of secret allows it,
``masked()``, which shows the last four characters.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NewType, NoReturn

    Fingerprint = NewType("Fingerprint", str)
    """``fp_`` and 32 hex digits: a keyed hash of a secret, linkable only within one incident."""
else:

    def __getattr__(name: str) -> object:
        """``Fingerprint``, made when it is asked for: ``typing`` takes 5 ms, and a hook does without."""
        if name != "Fingerprint":
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        from typing import NewType

        return globals().setdefault(name, NewType(name, str))


_LEAST_LENGTH_TO_MASK = 16
_BLOCK = 64
"""Bytes that SHA-256 takes at a time."""


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
        told: Fingerprint = f"fp_{_hmac_sha256(key, self._value.encode())[:16].hex()}"  # type: ignore[assignment]
        return told

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


def _hmac_sha256(key: bytes, message: bytes) -> bytes:
    """As RFC 2104 has it, without ``hmac`` and ``hashlib``: OpenSSL behind them takes 4 ms to load."""
    key = (_sha256(key) if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in key) for pad in (0x36, 0x5C))
    return _sha256(outer + _sha256(inner + message))


def _sha256(content: bytes) -> bytes:
    try:
        from _sha256 import sha256  # type: ignore[import-not-found] # CPython's own; 3.12 calls it otherwise
    except ImportError:
        from hashlib import sha256
    return bytes(sha256(content).digest())
