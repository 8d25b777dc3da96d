"""What Sigma rules say of records: as a question like the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from irkit.cloudtrail.identity import who
from irkit.cloudtrail.questions.question import Asked, Question
from irkit.cloudtrail.record import Record
from irkit.cloudtrail.sigma.body import body, is_kept
from irkit.cloudtrail.sigma.ruleset import Rule, Ruleset

_WHOLE = "*"


@dataclass(frozen=True)
class Hit:
    """One rule that is true of one record. Title, author and id are the rule's own: its licence asks for them."""

    at: datetime
    level: str
    rule: str
    call: str
    error: str
    who: str
    key_id: str
    ip: str
    tactics: tuple[str, ...]
    techniques: tuple[str, ...]
    author: str
    rule_id: str
    rule_file: str
    event_id: str
    locator: str


def sigma_question(ruleset: Ruleset) -> Question[Hit]:
    """The question of a folder's rules, to be asked of any source."""

    def rows(asked: Asked) -> tuple[Hit, ...]:
        return tuple(hits(ruleset, asked.records))

    return Question(
        id="sigma",
        title="What Sigma rules say",
        says="one row a rule and record of which it is true",
        row=Hit,
        columns=("at", "level", "rule", "call", "error", "who", "key_id", "ip", "tactics", "author"),
        needs=ruleset.needs,
        rows=rows,
    )


def hits(ruleset: Ruleset, records: tuple[Record, ...]) -> Iterator[Hit]:
    """Each rule that is true of each record, in the records' order. A rule that ``unsure`` names may be missed."""
    by_name: dict[str, list[Rule]] = {}
    of_any: list[Rule] = []
    for rule in ruleset.rules:
        if rule.names is None:
            of_any.append(rule)
        for name in rule.names or ():
            by_name.setdefault(name, []).append(rule)
    for one in records:
        asked = (*by_name.get(one.name.lower(), ()), *of_any)
        if not asked:
            continue
        found = body(one)
        yield from (_hit(rule, one) for rule in asked if rule.test(found))


def unsure(ruleset: Ruleset, records: tuple[Record, ...]) -> tuple[str, ...]:
    """The rules that look at what these records do not have, with why: records of a store or of SQL have no text."""
    if all(one.text for one in records):
        return ()
    gone = {
        rule.title: sorted(field for field in rule.fields if field == _WHOLE or not is_kept(field))
        for rule in ruleset.rules
    }
    return tuple(
        f"RULE NOT SURE: {title} ({', '.join('the whole text' if each == _WHOLE else each for each in fields)}"
        " is not kept in a store; ask the files themselves)"
        for title, fields in gone.items()
        if fields
    )


def _hit(rule: Rule, one: Record) -> Hit:
    return Hit(
        at=one.at,
        level=rule.level,
        rule=rule.title,
        call=one.call,
        error=one.error,
        who=who(one),
        key_id=one.key_id,
        ip=one.ip,
        tactics=rule.tactics,
        techniques=rule.techniques,
        author=rule.author,
        rule_id=rule.id,
        rule_file=rule.file,
        event_id=one.event_id,
        locator=one.locator.text,
    )
