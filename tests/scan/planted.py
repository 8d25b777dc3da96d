"""Secrets made for the tests, none written out, so that no scanner stops this repository's own commits."""

from __future__ import annotations

import base64
import random
import string
import zlib

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_dice = random.Random(20)


def _some(letters: str, count: int) -> str:
    return "".join(_dice.choice(letters) for _ in range(count))


def with_checksum(prefix: str) -> str:
    body, digits = _some(BASE62, 30), ""
    number = zlib.crc32(body.encode())
    while number:
        number, rest = divmod(number, 62)
        digits = BASE62[rest] + digits
    return prefix + body + digits.rjust(6, "0")


KEY_ID = "AKIA" + _some("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)
AWS_SECRET = _some(BASE62 + "/+", 40)
GITHUB = with_checksum("ghp_")
GITHUB_WRONG = GITHUB[:-1] + ("a" if GITHUB[-1] != "a" else "b")
NPM = with_checksum("npm_")
FINE_GRAINED = "github_pat_" + _some(BASE62, 22) + "_" + _some(BASE62, 59)
SLACK = "xoxb-" + _some(string.digits, 12) + "-" + _some(string.digits, 13) + "-" + _some(BASE62, 24)
WEBHOOK = "https://hooks.slack." + f"com/services/T{_some(BASE62, 9)}/B{_some(BASE62, 9)}/{_some(BASE62, 24)}"
STRIPE = "sk_" + "live_" + _some(BASE62, 24)
GITLAB = "glpat" + "-" + _some(BASE62, 20)
SENDGRID = "SG" + f".{_some(BASE62, 22)}.{_some(BASE62, 43)}"
PASSWORD = "h7#!" + _some(BASE62 + "#!%", 16)
TOKEN = _some(BASE62, 40)
HEX = _some("0123456789abcdef", 32)
PEM_HEAD = "-----BEGIN RSA " + "PRIVATE KEY-----"
PEM_BODY = base64.encodebytes(_dice.randbytes(600)).decode()
PEM = f"{PEM_HEAD}\n{PEM_BODY}{PEM_HEAD.replace('BEGIN', 'END')}\n"
