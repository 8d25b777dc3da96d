"""Values as SQL texts. The only escape within a text of Trino's SQL is the quote, which is doubled."""

from __future__ import annotations

from collections.abc import Iterable

from irkit.errors import UsageError


def literal(value: str) -> str:
    """``'it''s'``. Raises ``UsageError`` for a text with a NUL, which no engine takes."""
    if "\0" in value:
        msg = "a value with a NUL character cannot be asked for in SQL"
        raise UsageError(msg, hint="no CloudTrail record holds one; look at what was pasted")
    return "'" + value.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """``"timestamp"``: quoted, so that a word of SQL's own can be a column."""
    return '"' + name.replace('"', '""') + '"'


def is_one_of(expression: str, values: Iterable[str]) -> str:
    """``region IN ('eu-west-1', 'us-east-1')``; with one value ``region = 'eu-west-1'``. NULL is the empty text."""
    several = tuple(dict.fromkeys(values))
    texts = [literal(each) for each in several]
    asked = f"coalesce({expression}, '')" if "" in several else expression
    return f"{asked} = {texts[0]}" if len(texts) == 1 else f"{asked} IN ({', '.join(texts)})"


def remark(text: str) -> str:
    """A line of comment; what would end the line is left out of it."""
    return "-- " + " ".join(text.split())
