"""A rule: one kind of secret, what it looks like, and what must hold before it is called one. Rules are data."""

from __future__ import annotations

from enum import StrEnum

from irkit.scan.quick import NamedTuple


class Severity(StrEnum):
    """How much harm the kind of secret does when it is known."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Confidence(StrEnum):
    """How sure it is that a text of this shape is a secret: proven by structure, by its prefix, or by its context."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Bounds(StrEnum):
    """What may not stand directly before and after the value: it would be part of a longer word."""

    TOKEN = "token"  # noqa: S105 - no password
    """None of ``[A-Za-z0-9_-]``; before it, an escaped line end (``\\n``) is no letter."""
    PREFIX = "prefix"
    """None of ``[A-Za-z0-9]`` before it, none of ``[A-Za-z0-9_-]`` after it: for what begins like nothing else does, so
    that ``ci-`` before it, in the name of a file, is no part of it."""
    WORD = "word"
    """None of ``[A-Za-z0-9_]``."""
    BASE64 = "base64"
    """None of ``[A-Za-z0-9+/=_-]``."""
    NONE = "none"


class Rule(NamedTuple):
    """One kind of secret.

    ``pattern`` is written in what Python's ``re``, RE2 and Hyperscan have in common (no look-around, no back
    reference) and has the group ``value``. ``anchor`` is the prefilter's expression: it matches in every text that
    ``pattern`` matches in, ends within ``reach`` bytes of the value, and has bounded repetitions only.
    """

    id: str
    """Lower case and underscores: ``aws_access_key_id``."""
    title: str
    severity: Severity
    confidence: Confidence
    pattern: str
    anchor: str
    bounds: Bounds = Bounds.TOKEN
    near: str = ""
    """An expression that must match within ``reach`` bytes of the value; empty for none."""
    reach: int = 256
    """How far to look around the anchor's end, in bytes, on each side, beyond its own line."""
    checks: tuple[str, ...] = ()
    """Names of structural checks, all of which must hold: ``github_checksum``, ``jwt``, ``pem``, ``disordered``."""
    min_entropy: float = 0.0
    """Shannon's, of the value, in bits a byte."""
    literals: tuple[str, ...] = ()
    """Fixed texts that begin the value (``ghp_``): what encoded forms (base64, hex, UTF-16) are found by."""
    also: tuple[str, ...] = ()
    """What other scanners call it: ``gitleaks:github-pat``, ``detect-secrets:GitHub Token``."""
    liveness: str = ""
    """The rule of the Kingfisher SDK that can ask the provider; empty where there is none."""
    source: str = ""
    """Where the shape is documented."""
    matches: tuple[str, ...] = ()
    """Examples that must be found; ``${base62:36}`` and the like stand for random text, made when they are tested."""
    misses: tuple[str, ...] = ()
    """Examples that must not be found."""
