"""Asks a provider whether a credential is alive, through the Kingfisher SDK, which knows how each provider is asked.

Only the credential that is asked about is sent, with what belongs to it, and only to the provider whose rule is named;
scanning in the SDK uses no network. ``inactive`` is said only when the provider itself refused the credential. Whatever
else happens is *unknown*: no network, a proxy, an error of the provider's, too many requests.
Source: the docstrings of kingfisher-secret-scanner 1.5 (``Validator.validate``).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from irkit.errors import Unreachable
from irkit.secret import Secret

if TYPE_CHECKING:
    import kingfisher_sdk

_REFUSALS = frozenset({400, 401, 403, 404, 410})
"""HTTP statuses by which providers refuse a credential. Not 407, 429 and 5xx: those tell nothing about it."""
_SECONDS = 10.0
_ALL_SECONDS = 120.0
_AT_ONCE = 4


class Said(StrEnum):
    """What a provider said of a credential."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    UNKNOWN = "unknown"


class Question(NamedTuple):
    """A credential and the SDK's rule for it.

    ``texts`` are what the SDK may read to find it, the likeliest first: the line it stood in, and what belongs to it
    (the secret beside an AWS key id).
    """

    rule: str
    secret: Secret
    texts: tuple[bytes, ...]

    def __repr__(self) -> str:
        return f"Question({self.rule!r})"


class Answer(NamedTuple):
    """``why`` is in words, for a reader; it never holds the value or what the provider wrote."""

    said: Said
    why: str


class Liveness(Protocol):
    """Who can ask."""

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """An answer to each question, in their order."""


class Targets(StrEnum):
    """Where questions may go."""

    PROVIDERS = "providers"
    """Public addresses alone."""
    LOOPBACK = "loopback"
    """This machine too: for tests and rehearsals."""


class Kingfisher:
    """The SDK. Its rules are compiled at the first question and kept in ``cache`` (rules, nothing of a secret)."""

    def __init__(self, cache: Path | None, rules: Sequence[Path] = (), targets: Targets = Targets.PROVIDERS) -> None:
        self._cache, self._files, self._targets = cache, rules, targets

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        """An answer to each question, in their order. Raises ``Unreachable`` when the SDK cannot be loaded."""
        return [self._asked(question) for question in questions]

    def can_revoke(self, rule: str) -> bool:
        """Whether the SDK knows how its provider revokes what this rule finds. Raises ``Unreachable``."""
        return any(one["id"] == rule and one["revocation"] for one in self._rules.metadata())

    def revoke(self, question: Question) -> Answer:
        """Tell the provider to revoke it, for good: *inactive* when the provider says that it did, else why not.

        It is asked about first, and only what it says is alive is revoked. Raises ``Unreachable`` when there was no
        answer: then it may have been revoked or not.
        """
        from kingfisher_sdk import Revoker

        validated = self._validated(question)
        ready = [one for one in validated if one.outcome == "verified_active" and one.revocation_ready]
        if not ready:
            return self._verdict(validated) if validated else _UNSEEN
        try:
            done = Revoker(self._rules, timeout=_SECONDS).revoke(ready[0], confirm=True, timeout=_ALL_SECONDS)
        except (TimeoutError, RuntimeError) as error:
            msg = f"the provider gave no clear answer to the revocation ({type(error).__name__})"
            raise Unreachable(msg, hint="ask whether it is alive before trying again") from None
        heard = f"the provider answered the revocation with {done.http_status}"
        return Answer(Said.INACTIVE if done.revoked else Said.UNKNOWN, heard)

    def _asked(self, question: Question) -> Answer:
        try:
            validated = self._validated(question)
        except (TimeoutError, RuntimeError, OSError) as error:
            return Answer(Said.UNKNOWN, f"not asked to the end: {type(error).__name__}")
        return self._verdict(validated) if validated else _UNSEEN

    def _validated(self, question: Question) -> Sequence[kingfisher_sdk.validation.ValidationResult]:
        """What the provider says of the value, in the first text that the SDK sees it in; empty when in none."""
        value = question.secret.reveal()
        for text in question.texts:
            seen = self._scanner.scan(text)
            wanted = [one for one in seen if one.rule_id == question.rule and _is_same(one.secret, value)]
            if wanted:
                helpers = [one for one in seen if not one.visible and one not in wanted]  # never another of the line
                results = self._validator.validate([*helpers, *wanted], timeout=_ALL_SECONDS)
                return results[len(helpers) :]
        return []

    def _verdict(self, validated: Sequence[kingfisher_sdk.validation.ValidationResult]) -> Answer:
        answers = [_answer(result) for result in validated]
        return min(answers, key=lambda answer: (Said.ACTIVE, Said.UNKNOWN, Said.INACTIVE).index(answer.said))

    @cached_property
    def _scanner(self) -> kingfisher_sdk.Scanner:
        rules = self._rules
        from kingfisher_sdk import Scanner

        return Scanner(rules)

    @cached_property
    def _rules(self) -> kingfisher_sdk.Rules:
        try:
            from kingfisher_sdk import Rules
        except ImportError as error:
            raise Unreachable(f"the Kingfisher SDK does not load: {error}", hint="is there a wheel for here?") from None
        is_plain = not self._files
        folder = None if self._cache is None else self._cache / "kingfisher"
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Rules(
            self._files, builtins=is_plain, confidence="low", cache=is_plain and folder is not None, cache_dir=folder
        )

    @cached_property
    def _validator(self) -> kingfisher_sdk.Validator:
        from kingfisher_sdk import Validator

        is_loopback = self._targets is Targets.LOOPBACK
        return Validator(timeout=_SECONDS, concurrency=_AT_ONCE, retries=1, allow_internal_ips=is_loopback)


_UNSEEN = Answer(Said.UNKNOWN, "the SDK does not know it in this form")


def _is_same(seen: str, value: str) -> bool:
    return seen == value or seen.strip("\"'") == value


def _answer(result: kingfisher_sdk.validation.ValidationResult) -> Answer:
    status = result.http_status
    heard = f"the provider answered {status}" if status else "the provider answered"
    if result.outcome == "verified_active":
        return Answer(Said.ACTIVE, heard)
    if result.outcome == "verified_inactive" and (status is None or status in _REFUSALS):
        return Answer(Said.INACTIVE, heard)
    if result.outcome == "verified_inactive":
        return Answer(Said.UNKNOWN, f"{heard}: that tells nothing of the credential")
    missing = "; ".join(diagnostic.message for diagnostic in result.input_diagnostics)
    if missing:
        return Answer(Said.UNKNOWN, missing)
    return Answer(Said.UNKNOWN, _WHY.get(result.outcome, result.outcome.replace("_", " ")))


_WHY = {
    "unavailable": "the provider could not be reached",
    "skipped": "its way of asking is left out by the SDK",
    "not_attempted": "the SDK has no way to ask for it",
    "invalid_material": "the provider's SDK takes it for malformed",
    "assumed": "the SDK could only guess",
    "locally_derived": "the SDK could only guess",
}
