"""Block Kit's limits, as https://docs.slack.dev/reference/block-kit/blocks states them. Pure."""

from __future__ import annotations

from pydantic import JsonValue

_MOST_BLOCKS = 50
_TEXT_LIMITS = {"header": 150, "section": 3000}
_MOST_FIELDS = 10
_FIELD_LIMIT = 2000
_MOST_CONTEXT = 10
_PLAIN = {"divider", "actions", "rich_text", "image"}


def blocks_fault(blocks: JsonValue) -> str:
    """Slack's error code for blocks it would refuse; empty when they are fine."""
    if not isinstance(blocks, list) or len(blocks) > _MOST_BLOCKS:
        return "invalid_blocks"
    return "invalid_blocks" if any(not _is_fine(block) for block in blocks) else ""


def _is_fine(block: JsonValue) -> bool:
    if not isinstance(block, dict):
        return False
    kind = block.get("type")
    if kind == "context":
        elements = block.get("elements")
        return isinstance(elements, list) and 0 < len(elements) <= _MOST_CONTEXT
    if kind not in _TEXT_LIMITS:
        return kind in _PLAIN
    if "text" not in block:
        return kind == "section" and _fields_are_fine(block.get("fields"))
    wanted = {"plain_text"} if kind == "header" else {"plain_text", "mrkdwn"}
    return _text_is_fine(block["text"], _TEXT_LIMITS[kind], wanted)


def _fields_are_fine(fields: JsonValue) -> bool:
    if not isinstance(fields, list) or not 0 < len(fields) <= _MOST_FIELDS:
        return False
    return all(_text_is_fine(field, _FIELD_LIMIT, {"plain_text", "mrkdwn"}) for field in fields)


def _text_is_fine(text: JsonValue, limit: int, kinds: set[str]) -> bool:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        return False
    value = text.get("text")
    return isinstance(value, str) and 0 < len(value) <= limit
