"""Whether a text stands for a secret and is none: ``changeme``, ``<token>``, ``xxxx``, ``1234567890``, ``abababab``."""

from __future__ import annotations

import re

PLACEHOLDER = "placeholder"
SEQUENCE = "a sequence or a repetition"
_CLEAR = re.compile(
    rb"(?i)example|placeholder|change[^A-Za-z0-9\s]?(?:me|this|it)|dummy|redacted|x{6}|\*{5}|\.{4}|#{5}|_{6}|\?{4}"
    rb"|deadbeef|not[ _-]?(?:an?|my|the)?[ _-]?real|foobar|lorem|ipsum"
)
_WORDS = re.compile(
    rb"(?i)x{4}|\*{3}|\.{3}|\xe2\x80\xa6|sample|fake|mock|todo|fixme|censored|sanitized|obfuscated|masked|removed"
    rb"|your[_ -]?|(?:^|[^a-z])my[_-]?(?:[a-z]+[_-]?)?(?:secret|token|password|key|pass)|insert[_-]|replace[_-]?"
    rb"|(?:put|enter|add|paste|fill|type|set|use)[_-](?:your|the|in|a)|[_-]here\b|(?:secret|password|token|key)[_-]?here"
    rb"|^(?:the|some|any|new|old)[_-]|supersecret|super[_-]secret|top[_-]?secret|^(?:test|testing|tests)[^a-z]"
    rb"|^demo[_-]|^-?anonymous@|[^a-z]test(?:ing)?(?:[^a-z]|$)"
    rb"|^(?:none|null|nil|undefined|true|false|default|unset|empty|hidden|nothing)$"
)
_FRAME = re.compile(
    rb"<[^<>]*>|\[[\w .-]*\]|\{\{.*\}\}|@@?[\w:./-]+@@?|%%?[A-Za-z_][\w.-]*%%?|\$[\w]*\$|__[A-Z][A-Z0-9_]*__"
    rb"|\{[A-Za-z_.][\w. -]*\}|&lt;.*&gt;"
)
_PART = rb"(?:user(?:name)?|pass(?:word|wd)?|pwd|host(?:name)?|login|domain|server|port|database)"
_PARTS = re.compile(rb"(?i)%b\d?(?:[@:/._-]%b\d?)+" % (_PART, _PART))
"""``pass@host``: what stands in an address, by what its parts are called."""
_SAYS_WHAT_IT_IS = re.compile(
    rb"(?i)(?:(?:my|new|old|the|some|any|test|fake|super|default|initial|valid|invalid|expired|bad|good|wrong|correct"
    rb"|api|access|refresh|auth|client|session|bearer|user|app|secret|token|key|password|pass)[_-]?){2,}\d{0,4}"
)
_SPELT_OUT = re.compile(
    rb"(?i)(?:(?:(?:my|the|new|test|your|default|some|initial|user\d{0,2}|[a-z])?[^A-Za-z]?|[a-z]{2,12}[_\-.])"
    rb"(?:(?:p[a@4][s$5]{2}[^A-Za-z]?w[o0]r[dt]|s[e3]cr[e3]t)[^A-Za-z]{0,6}|(?:p[a@4][s$5]{2}(?:wd)?|pwd)[^A-Za-z]{0,4}))+"
)
"""The word itself, however it is spelt: ``P@ssw0rd``, ``Pass@word1``, ``pass01;pass02``."""
_RUNS = (
    b"0123456789012345678901234567890",
    b"9876543210987654321098765432109",
    b"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    b"zyxwvutsrqponmlkjihgfedcba",
    b"qwertyuiopasdfghjklzxcvbnm",
    b"1q2w3e4r5t6y7u8i9o0p",
    b"1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    b"0123456789abcdef0123456789abcdef",
    b"fedcba9876543210fedcba9876543210",
    b"a1b2c3d4e5f6g7h8i9j0",
    b"00112233445566778899aabbccddeeff",
    b"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
)
_ALL_RUNS = b"\n".join(_RUNS)
_HEX = re.compile(rb"[0-9a-fA-F-]+")
_RUN_LENGTH = 6
_REPEATED = re.compile(rb"(?s)(.)\1{5,}|([^\s]{2,10}?)\2{3,}|([^\s]{6,40})\3+$")
_NO_LETTERS, _MIDDLE_ROW = re.compile(rb"[^A-Za-z]+"), re.compile(rb"(?i)(?=[adf]{0,9}[sghjkl])[asdfghjkl]{10,}")
_LONG = 512
_A_QUARTER = 0.25


def placeholder(value: bytes) -> str:
    """Why it is a placeholder whatever kind of secret it is taken for; "" when it is none."""
    if _CLEAR.search(value):
        return PLACEHOLDER
    return SEQUENCE if len(value) <= _LONG and _is_mostly_regular(value) else ""


def vague_placeholder(value: bytes) -> str:
    """The same for a value that only its name makes a secret: any word that says it stands for one."""
    is_one = any(form.fullmatch(value) for form in (_FRAME, _PARTS, _SPELT_OUT)) or _WORDS.search(value)
    return PLACEHOLDER if is_one or _is_drummed(value) else ""


def sequence(value: bytes) -> str:
    """Why it cannot be random: it is ``newtoken123``, or ``12345`` stands in it; "" otherwise. Passwords may be so."""
    if _SAYS_WHAT_IT_IS.fullmatch(value):
        return PLACEHOLDER
    least = _RUN_LENGTH if _HEX.fullmatch(value) else _RUN_LENGTH - 1
    return SEQUENCE if len(value) <= _LONG and longest_sequence(value) >= least else ""


def _is_drummed(value: bytes) -> bool:
    """Whether fingers ran to and fro in the middle row of a keyboard: chance makes one text in 40,000 so."""
    return _MIDDLE_ROW.fullmatch(_NO_LETTERS.sub(b"", value)) is not None


def longest_sequence(value: bytes) -> int:
    """How many characters of a well-known order stand in a row: digits, the alphabet, a keyboard's rows."""
    lowered, longest = value.lower().replace(b"\n", b" "), 0  # or what stands between the runs would be of them
    size = len(lowered)
    for start in range(size):
        while start + longest < size and lowered[start : start + longest + 1] in _ALL_RUNS:
            longest += 1
    return longest


def _is_mostly_regular(value: bytes) -> bool:
    regular = max((len(match[0]) for match in _REPEATED.finditer(value.lower())), default=0)
    return max(regular, longest_sequence(value) if len(value) < 128 else 0) > max(_RUN_LENGTH, _A_QUARTER * len(value))  # noqa: PLR2004
