"""A second reading of CloudTrail records, by plain JSON and loops, to count answers another way.

``python -m tests.cloudtrail.questions.independent FOLDER`` compares it with the questions' answers over every ``.json``
and ``.jsonl`` file of a folder. Nothing here uses irkit's reading of records.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

Raw = dict[str, Any]


def read(paths: Iterable[Path]) -> list[Raw]:
    """Every record of the files, each once by its event id."""
    once: dict[str, Raw] = {}
    for path in paths:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".jsonl":
            held = [json.loads(line) for line in text.splitlines()]
        else:
            whole = json.loads(text)
            held = whole["Records"] if isinstance(whole, dict) else whole
        for one in held:
            record = one.get("record", one)
            once.setdefault(record["eventID"], record)
    return sorted(once.values(), key=lambda one: (one["eventTime"], one["eventID"]))


def who(one: Raw) -> Raw:
    return one.get("userIdentity") or {}


def call(one: Raw) -> str:
    return f"{one['eventSource'].removesuffix('.amazonaws.com')}:{one['eventName']}"


def of_key(records: Iterable[Raw], key: str) -> list[Raw]:
    return [one for one in records if who(one).get("accessKeyId") == key]


def decrypts_for(records: list[Raw], key: str) -> list[Raw]:
    """Decrypts with the key, and those of its identity on a resource that a call with the key named within 5 s."""
    mine = of_key(records, key)
    found = [one for one in mine if call(one) == "kms:Decrypt"]
    for one in records:
        if call(one) != "kms:Decrypt" or not who(one).get("invokedBy"):
            continue
        context = (one.get("requestParameters") or {}).get("encryptionContext") or {}
        arn = context.get("SecretARN") or context.get("PARAMETER_ARN") or "?"
        name = arn.split(":parameter", 1)[-1] if ":parameter/" in arn else arn.split(":secret:", 1)[-1][:-7]
        for parent in mine:
            told = json.dumps([parent.get("requestParameters"), parent.get("resources")])
            near = abs((at(parent) - at(one)).total_seconds()) <= 5
            if near and who(parent).get("arn") == who(one).get("arn") and (arn in told or name in told):
                found.append(one)
                break
    return found


def at(one: Raw) -> datetime:
    return datetime.fromisoformat(one["eventTime"])


def denied(records: Iterable[Raw]) -> list[Raw]:
    return [one for one in records if any(w in (one.get("errorCode") or "") for w in ("AccessDenied", "Unauthorized"))]


def sessions(records: Iterable[Raw], key: str) -> set[str]:
    """Keys of all sessions and users' keys that came of a key, by following ids until nothing new turns up."""
    known, grew = {key}, True
    while grew:
        grew = False
        for one in records:
            answer = one.get("responseElements") or {}
            minted = [(answer.get(part) or {}).get("accessKeyId") for part in ("credentials", "accessKey")]
            if who(one).get("accessKeyId") in known and not one.get("errorCode"):
                fresh = {each for each in minted if each} - known
                grew = grew or bool(fresh)
                known |= fresh
    return known


def counts(records: Iterable[Raw], key: str) -> dict[str, tuple[int, int, str, str]]:
    """Count, errors, first and last of each call of a key."""
    rows: dict[str, list[Raw]] = {}
    for one in of_key(records, key):
        rows.setdefault(call(one), []).append(one)
    return {
        name: (len(held), sum("errorCode" in one for one in held), held[0]["eventTime"], held[-1]["eventTime"])
        for name, held in rows.items()
    }


def busiest(records: Iterable[Raw]) -> str:
    """The key id that most records have."""
    return Counter(who(one).get("accessKeyId") or "" for one in records if who(one).get("accessKeyId")).most_common(1)[
        0
    ][0]


def compare(records: list[Raw], key: str) -> list[tuple[str, object, object]]:
    """What is counted, by irkit and by this reading."""
    from irkit.cloudtrail.query import Query
    from irkit.cloudtrail.questions.activity import ACTIVITY
    from irkit.cloudtrail.questions.asking import ask
    from irkit.cloudtrail.questions.decrypts import DECRYPTS
    from irkit.cloudtrail.questions.denied import DENIED
    from irkit.cloudtrail.questions.question import Follow
    from irkit.cloudtrail.questions.seen import SEEN
    from irkit.cloudtrail.record import record_of
    from tests.cloudtrail.held import Held

    source, by_key = Held([record_of(one) for one in records]), Query(keys=(key,))
    told = {one["eventID"] for one in decrypts_for(records, key)}
    rows = ask(source, DECRYPTS, by_key).rows
    tree = ask(source, ACTIVITY, by_key, Follow.TREE).tree
    seen = ask(source, SEEN, by_key, Follow.ALONE).rows
    return [
        ("calls of the key", len(ask(source, ACTIVITY, by_key, Follow.ALONE).rows), len(of_key(records, key))),
        ("decrypts of the key", {each for row in rows for each in row.event_ids}, told),
        ("denied, of all", sum(row.count for row in ask(source, DENIED, Query()).rows), len(denied(records))),
        ("keys of the tree", set(tree.keys) if tree else set(), sessions(records, key)),
        (
            "each call's count, errors, first and last",
            {
                row.value: (
                    row.count,
                    row.errors,
                    f"{row.first_at:%Y-%m-%dT%H:%M:%SZ}",
                    f"{row.last_at:%Y-%m-%dT%H:%M:%SZ}",
                )
                for row in seen
                if row.what == "call"
            },
            counts(records, key),
        ),
    ]


def main(folder: str) -> int:
    records = read(sorted(Path(folder).rglob("*.json*")))
    key = busiest(records)
    print(f"{len(records)} records; the key {key}")
    wrong = 0
    for name, ours, theirs in compare(records, key):
        size = [len(each) if isinstance(each, set | dict) else each for each in (ours, theirs)]
        print(f"{'same' if ours == theirs else 'DIFFERENT'}: {name}: {size[0]} and {size[1]}")
        wrong += ours != theirs
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
