"""Structural checks: what must hold of a value beyond its pattern. Each tells why it does not; "" when it does."""

from __future__ import annotations

import binascii
import re
import zlib
from collections.abc import Callable, Mapping

from irkit.scan.detect.base64_text import decoded, unlike_base64_pair, unlike_base64_text
from irkit.scan.detect.entropy import REGULAR, entropy
from irkit.scan.detect.placeholder import placeholder
from irkit.scan.detect.private_key import unlike_private_key
from irkit.scan.detect.randomness import aws_secret, disordered, jumbled, mixed
from irkit.scan.detect.shape import A_WORD, unlike_password, unlike_random
from irkit.scan.detect.web_token import unlike_jwt, unlike_jwt_base64
from irkit.scan.detect.wordiness import wordiness

_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE32 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_CHECKSUM_LENGTH = 6
_KEY_ID_LENGTH = 20
_FIRST_WITH_ACCOUNT = 16
_STORAGE_KEY_BYTES = 64
_SNOWFLAKE = re.compile(rb"[0-9]{17,20}")
_VARIABLE = re.compile(rb"\$|\{\{|<%|%[A-Za-z_]+%|\bvar\.|#\{|\{[0-9a-z_.]*\}|^[*x.]+$", re.IGNORECASE)


def github_checksum(token: bytes) -> str:
    """The last six characters are the CRC32 of those after the prefix, in base 62 (GitHub's classic tokens, npm's).

    Source: GitHub's blog, 'Behind GitHub's new authentication token formats' (2021-04-05).
    """
    body = token.partition(b"_")[2]
    number, digits = zlib.crc32(body[:-_CHECKSUM_LENGTH]), b""
    while number:
        number, rest = divmod(number, len(_BASE62))
        digits = _BASE62[rest : rest + 1] + digits
    return "" if digits.rjust(_CHECKSUM_LENGTH, b"0") == body[-_CHECKSUM_LENGTH:] else "wrong checksum"


def aws_key_id(value: bytes) -> str:
    """A prefix and 16 letters of base32, not one letter over and over. 0, 1, 8 and 9 are none of them."""
    if len(value) != _KEY_ID_LENGTH or any(letter not in _BASE32 for letter in value[4:]):
        return "no base32"
    return "" if entropy(value[4:]) >= 2.5 else REGULAR  # noqa: PLR2004 - bits a byte; random has 3.4


def aws_account(key_id: bytes) -> str:
    """The account of an AWS access key id, 12 digits; "" for ids of before 2019, which hold none.

    The first 6 bytes of the base32 hold a bit, 40 bits of account number and 7 bits more: measured by several since
    2021, not documented by AWS.
    """
    if aws_key_id(key_id) or _BASE32.index(key_id[4]) < _FIRST_WITH_ACCOUNT:
        return ""
    number = 0
    for letter in key_id[4:]:
        number = number << 5 | _BASE32.index(letter)
    account = (number >> 32 & 0x7FFFFFFFFF80) >> 7
    return f"{account:012}" if account < 10**12 else ""


def azure_storage_key(value: bytes) -> str:
    """Base64 of exactly 64 random bytes (learn.microsoft.com, 'Manage storage account access keys')."""
    try:
        content = binascii.a2b_base64(value, strict_mode=True)
    except binascii.Error:
        return "no base64"
    if len(content) != _STORAGE_KEY_BYTES:
        return "not 64 bytes"
    return mixed(value)


def pypi_macaroon(token: bytes) -> str:
    """A macaroon in base64: version 2, a location (1) with its length, then an identifier (2) (docs of pypitoken)."""
    content = decoded(token.partition(b"-")[2]) or b""
    after = 3 + content[2] if content[:2] == b"\x02\x01" and content[2:] else len(content)
    return "" if content[after : after + 1] == b"\x02" else "no macaroon of PyPI"


def discord_token(token: bytes) -> str:
    """The first part is base64 of the bot's id, a number (discord.com/developers, 'Snowflakes')."""
    user = decoded(token.partition(b".")[0])
    return "" if user and _SNOWFLAKE.fullmatch(user) else "no Discord id within"


def slack_webhook(address: bytes) -> str:
    """The last part of the address is random, not a row of X or 0 (api.slack.com, 'Incoming webhooks')."""
    return jumbled(address.rpartition(b"/")[2])


def slack_token(token: bytes) -> str:
    """The part after the last dash has a digit and is long enough, or numbers stand before it."""
    *numbers, last = token.split(b"-")
    if not re.search(rb"[0-9]", last):
        return "not random: no digit"
    return "" if any(len(one) >= 4 for one in numbers) else jumbled(last)  # noqa: PLR2004 - a team's id is longer


def tail_of_random(value: bytes) -> str:
    """What follows the fixed or zero-filled beginning is random: the last 40 characters are looked at."""
    return mixed(value[-40:])


def no_variable(value: bytes) -> str:
    """The value is written out, not put in by a shell, a template or a format."""
    return "a variable" if _VARIABLE.search(value) else ""


def wordless(value: bytes) -> str:
    """Letters that make no word and no row of the alphabet, however they are set apart."""
    letters = value.replace(b" ", b"")
    if wordiness(letters):
        return A_WORD
    return placeholder(letters) or ("" if entropy(letters) >= 2.7 else REGULAR)  # noqa: PLR2004 - 16 random: 3.5


def user_password(pair: bytes) -> str:
    """``user:password`` whose password looks like one."""
    return unlike_password(pair.partition(b":")[2])


CHECKS: Mapping[str, Callable[[bytes], str]] = {
    "aws_key_id": aws_key_id,
    "aws_secret": aws_secret,
    "azure_storage_key": azure_storage_key,
    "base64_pair": unlike_base64_pair,
    "base64_text": unlike_base64_text,
    "discord_token": discord_token,
    "disordered": disordered,
    "github_checksum": github_checksum,
    "jumbled": jumbled,
    "jwt": unlike_jwt,
    "jwt_base64": unlike_jwt_base64,
    "mixed": mixed,
    "no_variable": no_variable,
    "password": unlike_password,
    "pem": unlike_private_key,
    "pypi_macaroon": pypi_macaroon,
    "random": unlike_random,
    "slack_token": slack_token,
    "slack_webhook": slack_webhook,
    "tail_of_random": tail_of_random,
    "user_password": user_password,
    "wordless": wordless,
}
"""By the name that a rule's ``checks`` has: a value, and why it is none of the kind; "" when it may be."""
