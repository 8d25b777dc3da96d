"""Reports made for the tests. Values are built at run time: no file of ours looks like a live secret to a scanner."""

from __future__ import annotations

import random
import string

from irkit.scan.finding import Commit, Finding, Liveness, Place, PlaceKind, Report, Skipped
from irkit.scan.output.about import About, LeftOut
from irkit.scan.rule import Confidence, Rule, Severity
from irkit.secret import Secret

KEY = b"k" * 32
_dice = random.Random(7)
LETTERS = string.ascii_letters + string.digits


def value(prefix: str = "", length: int = 36) -> str:
    return prefix + "".join(_dice.choice(LETTERS) for _ in range(length))


TOKEN, PASSWORD, NAMED, ACCEPTED = value("ghp" + "_"), value("", 20), value("npm" + "_"), value("", 30)
PEM = "-----BEGIN RSA " + "PRIVATE KEY-----\n" + "\n".join(value("", 64) for _ in range(4)) + "\n-----END-----"
VALUES = (TOKEN, PASSWORD, NAMED, PEM, ACCEPTED)
HOSTILE = "a\nb\r\x1b[31m,:%25\u202egnp.\udcff\\<&\"']]>.py"

RULES = (
    Rule(
        "github_token",
        "GitHub token",
        Severity.CRITICAL,
        Confidence.HIGH,
        pattern="",
        anchor="",
        source="https://docs.github.com/en/rest?x=a b",
    ),
    Rule("password", "Password", Severity.MEDIUM, Confidence.LOW, pattern="", anchor=""),
)
OLD = Commit("1" * 40, "Ann Onym", "ann@example.org", "2024-01-02T03:04:05+01:00")
NEW = Commit("2" * 40, f"Eve {NAMED} \u202e", "e\x07ve@example.org", "2025-06-07T08:09:10+00:00")


def finding(secret: str, *places: Place, rule: int = 0, near: bytes = b"", **more: object) -> Finding:
    kind, held = RULES[rule], Secret(secret)
    made = Finding(
        kind.id,
        kind.title,
        kind.severity,
        kind.confidence,
        held.fingerprint(KEY),
        held.masked(),
        held,
        places,
        near,
    )
    return made._replace(**more)  # type: ignore[arg-type] # fields by their names


def report() -> Report:
    """A token in a hostile path and in the history, a password beside it, a secret in an author's name, a key."""
    blob = Place(
        PlaceKind.BLOB,
        "conf/old name.env",
        3,
        9,
        "b" * 40,
        via=("zip:conf/\x1b.env", "base64"),
        span=(120, 160),
        first=OLD,
        last=NEW,
        refs=("refs/heads/main", f"refs/heads/{NAMED}"),
        refs_count=7,
    )
    line = f'login("{PASSWORD}", token = {TOKEN}'.encode()
    findings = (
        finding(TOKEN, blob, Place(PlaceKind.FILE, HOSTILE, 12, 5), near=line, pushed=True, liveness=Liveness.ACTIVE),
        finding(PASSWORD, Place(PlaceKind.FILE, "=cmd.py", 12, 7), rule=1, near=line),
        finding(NAMED, Place(PlaceKind.COMMIT, line=2, object_id="2" * 40, first=NEW, last=NEW), rule=1),
        finding(
            PEM,
            Place(PlaceKind.FILE, "id_rsa", 1, 1),
            Place(PlaceKind.BLOB, "id_rsa", 1, 1, "c" * 40, is_reachable=False),
            near=PEM.split("\n")[0].encode(),
        ),
    )
    skipped = (Skipped("big\x1b.bin", "larger than the limit"), Skipped(f"{NAMED}.zip", "a bomb"))
    counts = {"commits": 1234, "blobs": 56}
    return Report(findings, {"placeholder": 3, "wrong checksum": 1}, skipped, counts, 78_900_000, 2, is_incomplete=True)


def about() -> About:
    accepted = (LeftOut("baseline", (finding(ACCEPTED, Place(PlaceKind.FILE, "ok.py", 1), rule=1),)),)
    return About("1.2.3", RULES, "https://example.org/a/b", "3" * 40, "main", accepted, ("a note\x1b",))


NOTHING = Report((), {}, (), {"files": 2}, 10)
