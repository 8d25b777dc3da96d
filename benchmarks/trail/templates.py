"""Real records as templates: what is of one call alone (ids, time, account, region, who) becomes a hole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HOLE = re.compile("§([A-Z]+)§")
_REGION = re.compile(r"\b[a-z]{2}(?:-[a-z]+)+-\d\b")
_SPOTS = {
    "eventID": "EVENT",
    "requestID": "REQUEST",
    "eventTime": "TIME",
    "sourceIPAddress": "IP",
    "userAgent": "AGENT",
}
_SPOTS |= {"awsRegion": "REGION", "recipientAccountId": "ACCOUNT"}
_MINTED = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")
_ORDER = re.findall(
    r"\w+",
    "eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode "
    "errorMessage requestParameters responseElements additionalEventData requestID eventID readOnly resources "
    "eventType managementEvent recipientAccountId eventCategory tlsDetails sessionCredentialFromConsole",
)
"""AWS's order of a record's keys."""


@dataclass(frozen=True)
class Template:
    """A call: pieces of JSON and the names of the holes between them, in turn (text, hole, text, hole, ..., text)."""

    call: str
    texts: tuple[str, ...]
    holes: tuple[str, ...]

    def filled(self, **values: str) -> str:
        """The record's JSON. Values are JSON texts without quotes, but for ``WHO``, which is an object."""
        pieces = [self.texts[0]]
        for hole, text in zip(self.holes, self.texts[1:], strict=True):
            pieces += (values[hole], text)
        return "".join(pieces)


def templates(folder: Path) -> list[Template]:
    """All records below a folder as templates of direct calls, those of services left out. Each event once."""
    once: dict[str, dict[str, object]] = {}
    for path in sorted(folder.rglob("*.json*")):
        for body in _bodies(path):
            once.setdefault(str(body["eventID"]), body)
    return [template(body) for body in once.values() if not _is_of_service(body)]


def _bodies(path: Path) -> Iterator[dict[str, object]]:
    text = path.read_text(encoding="utf-8")
    values = [json.loads(line) for line in text.splitlines() if line] if path.suffix == ".jsonl" else json.loads(text)
    several = values.get("Records", []) if isinstance(values, dict) else values
    yield from (each for each in several if isinstance(each, dict) and {"eventID", "eventVersion"} <= each.keys())


def _is_of_service(body: dict[str, object]) -> bool:
    who = body.get("userIdentity")
    return not isinstance(who, dict) or "invokedBy" in who or who.get("type") in {None, "AWSService"}


def template(body: dict[str, object]) -> Template:
    """A record as a template, in AWS's order of keys."""
    called = f"{str(body['eventSource']).removesuffix('.amazonaws.com')}:{body['eventName']}"
    who = body["userIdentity"]
    accounts = {str(body.get("recipientAccountId", "")), str(who.get("accountId", "")) if isinstance(who, dict) else ""}
    held: dict[str, object] = {name: body[name] for name in _ORDER if name in body}
    held |= {"userIdentity": "§WHO§"} | {name: f"§{hole}§" for name, hole in _SPOTS.items()}
    text = json.dumps(held, separators=(",", ":"), ensure_ascii=False).replace('"§WHO§"', "§WHO§")
    for account in accounts - {""}:
        text = text.replace(account, "§ACCOUNT§")
    pieces = _HOLE.split(_MINTED.sub("§MINTED§", _REGION.sub("§REGION§", text)))
    return Template(called, tuple(pieces[::2]), tuple(pieces[1::2]))
