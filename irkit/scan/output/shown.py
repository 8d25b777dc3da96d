"""Text of strangers (paths, names, refs) as one line that a terminal, a log or a form cannot take for anything else."""

from __future__ import annotations

import re

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What begins a formula in spreadsheets, in its wide form too (OWASP, CSV injection): an apostrophe makes it text."""

_COMMAND = re.compile(r"^\s*::|##(?=\[|vso\[|teamcity\[)", re.IGNORECASE)
"""What begins a command to a CI that reads the log: of GitHub's runner, of the older ones, Azure's and TeamCity's."""


def shown(text: str) -> str:
    r"""One line: controls, bidirectional and other invisible characters and bytes that are no UTF-8 are escaped.

    So is what a CI would take for a command. They become ``\n``, ``\u202e``, ``\xff`` or ``\x3a``, and a backslash
    becomes two, so that no two names look the same.
    """
    if text.isascii() and text.isprintable() and "\\" not in text and not _COMMAND.search(text):
        return text
    return _COMMAND.sub(_escaped, "".join(_one(each) for each in text))


def _escaped(command: re.Match[str]) -> str:
    return "".join(each if each.isspace() else f"\\x{ord(each):02x}" for each in command[0])


def csv_cell(text: str) -> str:
    """The same for a cell of CSV (RFC 4180), which no spreadsheet takes for a formula."""
    told = shown(text)
    return f"'{told}" if told.startswith(_FORMULA) else told


def _one(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character.isprintable():
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - how Python carries a byte that is no UTF-8 (PEP 383)
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


def as_bytes(text: str) -> bytes:
    """The bytes of a name as git or the system gave it."""
    return text.encode("utf-8", "surrogateescape" if _is_escaped(text) else "surrogatepass")


def is_utf8(text: str) -> bool:
    """Whether a name can be written as it is."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _is_escaped(text: str) -> bool:
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True
