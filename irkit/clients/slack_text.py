"""A message for Slack from a Markdown text: a header block and sections within Block Kit's limits. Pure.

Values are escaped as Slack asks (https://docs.slack.dev/messaging/formatting-message-text), so that a name an intruder
chose cannot ping a channel or forge a link; key ids are masked, and what has the shape of a secret is cut.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import JsonValue

from irkit.contract import Frozen

_HEADER_LIMIT = 150
_SECTION_LIMIT = 3000
_MOST_SECTIONS = 48
_KEY_ID = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,124}\b")
_SECRET_SHAPE = re.compile(r"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
_INSTANT = re.compile(r"\b(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)(?![\w:])")
_HEX = re.compile(r"[0-9a-f]{40}")
_LINK = re.compile(r"\[([^\]]+)\]\((https?://[^)\s]+)\)")
_BOLD = re.compile(r"\*\*([^*\n]+)\*\*")


class SlackText(Frozen):
    """``text`` for notifications and readers without blocks, ``blocks`` for the screen."""

    title: str
    text: str
    blocks: tuple[Mapping[str, JsonValue], ...]


def shown(value: JsonValue) -> str:
    """A value as people read it in Slack: lists with commas, nothing that Slack would act on, nothing secret."""
    if isinstance(value, list):
        return ", ".join(shown(item) for item in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{escaped(name)}: {shown(item)}" for name, item in value.items()) or "none"
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return escaped(_INSTANT.sub(r"\1 \2 UTC", str(value)))


def escaped(text: str) -> str:
    """The text with Slack's three control characters escaped, and without anything that could be a secret."""
    safe = _KEY_ID.sub(lambda found: f"{found[0][:4]}…{found[0][-4:]}", text)
    safe = _SECRET_SHAPE.sub(lambda found: found[0][:7] if _HEX.fullmatch(found[0]) else "…", safe)
    return safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def as_mrkdwn(markdown: str) -> str:
    """Slack's own markup for a text's bold words and links."""
    return _BOLD.sub(r"*\1*", _LINK.sub(r"<\2|\1>", markdown))


def slack_text(markdown: str) -> SlackText:
    """Header from the first ``# `` line, one section a paragraph; what is too long is cut with an ellipsis."""
    paragraphs = [part.strip() for part in markdown.strip().split("\n\n") if part.strip()]
    title = "irkit"
    if paragraphs and paragraphs[0].startswith("# "):
        first, _, rest = paragraphs[0].partition("\n")
        title = first.removeprefix("# ").strip()
        paragraphs = [*([rest.strip()] if rest.strip() else []), *paragraphs[1:]]
    header: Mapping[str, JsonValue] = {
        "type": "header",
        "text": {"type": "plain_text", "text": cut(title, _HEADER_LIMIT)},
    }
    sections = tuple(_section(part) for part in paragraphs[:_MOST_SECTIONS])
    more = (
        (_section(f"… {len(paragraphs) - _MOST_SECTIONS} more paragraphs"),) if len(paragraphs) > _MOST_SECTIONS else ()
    )
    return SlackText(title=title, text=f"{title}\n" + "\n\n".join(paragraphs), blocks=(header, *sections, *more))


def cut(text: str, limit: int) -> str:
    """The text, at most ``limit`` characters long."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _section(text: str) -> Mapping[str, JsonValue]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": cut(text, _SECTION_LIMIT)}}
