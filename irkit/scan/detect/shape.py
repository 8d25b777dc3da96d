"""What the value of an unknown kind must look like: random characters, or a password. Names and phrases are neither."""

from __future__ import annotations

import math
import re
from itertools import pairwise

from irkit.scan.detect.entropy import REGULAR, entropy
from irkit.scan.detect.wordiness import wordiness

_HEX = re.compile(rb"(?:0x)?(?:[0-9a-f]{2,}|[0-9A-F]{2,})")
_UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LETTER, _CAPITAL, _SMALL = re.compile(rb"[A-Za-z]"), re.compile(rb"[A-Z]"), re.compile(rb"[a-z]")
_DIGIT, _SIGN = re.compile(rb"[0-9]"), re.compile(rb"[!@#%^&*+?~|$]")
_ESCAPE, _ASSIGNS = re.compile(rb"\\x[0-9a-fA-F]{2}"), re.compile(rb"([\w.\-:&?%]+)=[A-Za-z0-9\"']")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_WORDY = 0.5
_SHORT, _SHORT_WORDY = 20, 0.4
_LONE_WORD = re.compile(rb"(?<![A-Za-z0-9])(?:[a-z]{4,}|[A-Z]{4,}|[A-Z][a-z]{3,})(?![A-Za-z0-9])")
_PARTS, _PART, _PLAIN_PARTS, _MOST_PLAIN = (
    re.compile(rb"[-_.:/ ]+"),
    re.compile(rb"[a-z]{1,12}|[A-Z]{1,12}|[A-Z][a-z]{1,11}"),
    3,
    0.7,
)
_LEAST_RANDOM, _SHORT_ASSIGNMENT = 10, 24
_CASE_CHANGE, _CASE_CHANGES, _LEAST_JUMBLED, _JUMBLED = re.compile(rb"[a-z](?=[A-Z])|[A-Z](?=[a-z])"), 5, 12, 0.15
_LEAST_HEX = 16
_LEAST_LETTERS = 20
_STRONG_LENGTH, _STRONG_CLASSES, _SHORT_STRONG_LENGTH = 10, 3, 8
_LEAST_SCRAMBLED, _LEAST_DIGITS, _SCRAMBLED, _FEW_WORDS = 12, 2, 0.45, 0.15
_OPERATOR = re.compile(rb"->|::|=>|&&|\|\||\?\?|\(\)|\[\]|\{\}|\(\?|\$\{|\\")
_KINDS = bytes(
    0 if chr(one).isdigit() else 1 if chr(one).islower() else 2 if chr(one).isupper() else 3 for one in range(256)
)
"""Of characters: digits, small letters, capitals, all others."""
_SPELT = bytes.maketrans(b"013457@$!", b"oleastasi")
_SPELT_WITH_I = bytes.maketrans(b"013457@$!", b"oieastasi")
"""The letters that digits and signs stand for in ``P@ssw0rd``."""
_END = re.compile(rb"[^A-Za-z]+$")
_ROWS = re.compile(rb"(?i)(?:qwert?y?|asdf?g?|zxcv?b?|1234?5?|abcd?|4321|0987){2,}")
"""Of a keyboard: ``asdfqwer1234``."""
A_WORD = "a word or a name"


def is_wordy(value: bytes) -> bool:
    """Whether a value reads as a name or a phrase: words, or several short parts of letters alone."""
    parts = [part for part in _PARTS.split(value) if part]
    if len(parts) >= _PLAIN_PARTS:
        plain = sum(len(part) for part in parts if _PART.fullmatch(part))
        if plain >= _MOST_PLAIN * sum(map(len, parts)):
            return True
    if len(value) >= _SHORT:
        return wordiness(value) >= _WORDY
    has_lone_word = len(parts) > 1 and any(wordiness(word) for word in _LONE_WORD.findall(value))
    return has_lone_word or wordiness(value) >= _SHORT_WORDY


def is_scrambled(value: bytes) -> bool:
    """Whether kinds of characters change as often as by chance, with no word between: no code, no reference is so."""
    if len(value) < _LEAST_SCRAMBLED or len(_DIGIT.findall(value)) < _LEAST_DIGITS or _OPERATOR.search(value):
        return False
    kinds = value.translate(_KINDS)
    changes = sum(one != other for one, other in pairwise(kinds))
    return changes >= _SCRAMBLED * (len(value) - 1) and wordiness(value) < _FEW_WORDS


def unlike_random(value: bytes) -> str:
    """Why it is not like random characters (a generated key or token); "" when it is like them."""
    value = _ESCAPE.sub(lambda one: bytes.fromhex(one[0][2:].decode()), value)
    if len(value) < _LEAST_RANDOM:
        return "too short"
    name = _ASSIGNS.match(value)
    if name and (len(value) < _SHORT_ASSIGNMENT or is_wordy(name[1])):
        return "an assignment"
    if not _LETTER.search(value):
        return "a number"
    if _HEX.fullmatch(value):
        if len(value) < _LEAST_HEX or not _DIGIT.search(value):
            return "a short number in hex"
        return "" if entropy(value) >= 2.6 else REGULAR  # noqa: PLR2004 - bits a byte; random hex of 16 has 3.1
    if _UUID.fullmatch(value):
        return "" if entropy(value) >= 3.0 else REGULAR  # noqa: PLR2004
    if is_wordy(value):
        return A_WORD
    if not _DIGIT.search(value) and not _is_jumbled(value):
        return A_WORD
    return "" if entropy(value) >= min(3.3, 0.78 * math.log2(len(value))) else REGULAR


def _is_jumbled(letters: bytes) -> bool:
    """Letters alone that make no words: many of one case, or some whose case changes as it does by chance."""
    is_changing = len(letters) >= _LEAST_JUMBLED and len(_CASE_CHANGE.findall(letters)) >= _CASE_CHANGES
    return (is_changing or len(letters) >= _LEAST_LETTERS) and wordiness(letters) < _JUMBLED


def unlike_password(value: bytes) -> str:
    """Why it is not like a password; "" when it is: letters with digits or signs, and no bare name."""
    value = _PERCENT.sub(lambda one: bytes.fromhex(one[1].decode()), value)
    if not _LETTER.search(value):
        return "no letters"
    user, colon, rest = value.partition(b":")
    value = rest if colon and rest and user.isalnum() else value
    if not (_DIGIT.search(value) or _SIGN.search(value)):
        return "" if _is_jumbled(value) and not is_wordy(value) else A_WORD
    return "" if entropy(value) >= 2.0 else REGULAR  # noqa: PLR2004 - bits a byte


def is_weak(value: bytes) -> bool:
    """Whether a password could as well be a name or a phrase: short, or words with a number or a sign at the end."""
    classes = sum(bool(one.search(value)) for one in (_CAPITAL, _SMALL, _DIGIT, _SIGN))
    spelt = _END.sub(b"", value)
    is_spelt = any(wordiness(spelt.translate(letters)) >= 0.85 for letters in (_SPELT, _SPELT_WITH_I))  # noqa: PLR2004
    if wordiness(value) >= 0.4 or _ROWS.fullmatch(value) or is_spelt:  # noqa: PLR2004 - of letters and digits
        return True
    if classes > _STRONG_CLASSES and len(value) >= _SHORT_STRONG_LENGTH:
        return False
    return not (len(value) >= _STRONG_LENGTH and (classes >= _STRONG_CLASSES or not unlike_random(value)))
