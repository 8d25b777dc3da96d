"""All questions, by id. Each is loaded when it is looked up: a command asks one, and its first row is waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from irkit.cloudtrail.questions.question import Question


def _activity() -> Question[object]:
    from irkit.cloudtrail.questions.activity import ACTIVITY

    return ACTIVITY


def _decrypts() -> Question[object]:
    from irkit.cloudtrail.questions.decrypts import DECRYPTS

    return DECRYPTS


def _ci() -> Question[object]:
    from irkit.cloudtrail.questions.ci import CI

    return CI


def _secrets() -> Question[object]:
    from irkit.cloudtrail.questions.secrets import SECRETS

    return SECRETS


def _persistence() -> Question[object]:
    from irkit.cloudtrail.questions.persistence import PERSISTENCE

    return PERSISTENCE


def _seen() -> Question[object]:
    from irkit.cloudtrail.questions.seen import SEEN

    return SEEN


def _denied() -> Question[object]:
    from irkit.cloudtrail.questions.denied import DENIED

    return DENIED


def _news() -> Question[object]:
    from irkit.cloudtrail.questions.news import NEWS

    return NEWS


def _lineage() -> Question[object]:
    from irkit.cloudtrail.questions.lineage import LINEAGE

    return LINEAGE


_LOADS: dict[str, Callable[[], Question[object]]] = {
    "activity": _activity,
    "decrypts": _decrypts,
    "ci": _ci,
    "secrets": _secrets,
    "persistence": _persistence,
    "seen": _seen,
    "denied": _denied,
    "news": _news,
    "lineage": _lineage,
}


class _Catalog(Mapping[str, Question[object]]):
    def __getitem__(self, name: str) -> Question[object]:
        return _LOADS[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(_LOADS)

    def __len__(self) -> int:
        return len(_LOADS)


QUESTIONS: Mapping[str, Question[object]] = _Catalog()
"""In the order to show them in."""
