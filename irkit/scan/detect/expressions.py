"""Everything the prefilter looks for in one pass: the rules' anchors, and what tells that a text is encoded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from irkit.scan.anchor import least_value
from irkit.scan.detect.encodings import in_base64, in_double_base64, in_hex, in_utf_16, in_utf_32
from irkit.scan.detect.form import Form
from irkit.scan.detect.prefilter import Expression
from irkit.scan.rule import Rule

_WORDS = ("password", "passwd", "secret", "api_key", "apikey", "token", "access_key", "private_key", "client_secret")
KEYWORDS = (
    *(form(word) for word in _WORDS for form in (str, str.upper, str.title)),
    *("apiKey", "accessKey", "privateKey", "clientSecret", "AccountKey=", "-----BEGIN"),
)
"""What tells that an encoded text may hold a secret that does not begin with a fixed text of its own."""
_ELSEWHERE = (
    *("postgres", "mongodb", "redis://", "rediss://", "mysql://", "amqp://", "amqps://", "jdbc:", "ldap://"),
    *("Authorization", "passphrase", "PASS=", "pass=", "Pass=", "PWD=", "pwd=", "Pwd=", "pass: ", "pwd: ", "_KEY="),
    *("_authToken", "machine ", "credential", "Credential", "CREDENTIAL", "signing", "encryption"),
)
"""More of these, for texts that are longer."""
_PERCENT = r"(?i)(?:passw(?:or)?d|secret|token|key|bearer|auth|pwd)(?:%22|%27|%20){0,4}%(?:25)?3[ad]"
_PERCENT_URL = r"(?i)%3a%2f%2f[a-z0-9._%-]{0,40}(?:%3a|:)"
_PERCENT_NEEDLESS = r"(?i)(?:%(?:3[0-9]|[46][1-9a-f]|[57][0-9a])){5}"
"""Letters and digits, which nobody has to quote (RFC 3986, section 2.3)."""
_UTF_16_ADDRESS = r":\x00/\x00/"
_WIDE_IN_BASE64 = r"(?:[A-Za-z0-9+/_-][AQgw][AB][A-Za-z0-9+/_-]A[C-H][AEIMQUYcgkosw048]A){3}"
"""ASCII in UTF-16: every other byte is 0 (``powershell -EncodedCommand``)."""
PACKED_SIGN = 24
"""Characters that each of these matches."""
_GZIP_IN_BASE64 = r"H4sI[A-I][A-Za-z0-9+/_-]{19}"
_GZIP_IN_DOUBLE_BASE64 = r"SDRzSU[A-Za-z0-9+/_-]{18}"
"""As Kubernetes keeps what Helm released."""
_ZIP_IN_BASE64 = r"UEsDB[A-D][A-Za-z0-9+/_-]{18}"
_SIGNS = (
    (Form.BASE64, _WIDE_IN_BASE64),
    (Form.PACKED, _GZIP_IN_BASE64),
    (Form.PACKED, _GZIP_IN_DOUBLE_BASE64),
    (Form.PACKED, _ZIP_IN_BASE64),
    (Form.PERCENT, _PERCENT),
    (Form.PERCENT, _PERCENT_URL),
    (Form.PERCENT, _PERCENT_NEEDLESS),
    (Form.UTF_16, _UTF_16_ADDRESS),
    (Form.ZIP, r"PK\x05\x06"),
)
_ENCODERS: tuple[tuple[Form, Callable[[bytes], tuple[str, ...]]], ...] = (
    (Form.BASE64, in_base64),
    (Form.BASE64, in_double_base64),
    (Form.HEX, in_hex),
    (Form.UTF_16, in_utf_16),
    (Form.UTF_32, in_utf_32),
)
_IN_TEXT = frozenset((Form.BASE64, Form.HEX))
_LEAST_LONG = 18
"""Bytes, which are 24 characters of base64, and more of hex."""


def expressions(rules: Sequence[Rule], keywords: Sequence[str] = KEYWORDS) -> list[Expression]:
    """All expressions for these rules: a hit's number is a rule's index, or the count of rules plus a ``Form``.

    What a value of 18 bytes begins with stands, encoded, in a run of 24 characters. Without keywords every text is
    looked for everywhere: then the values themselves are known, and looked for in parts.
    """
    lengths: dict[str, int] = {}
    for rule in rules:
        for literal in rule.literals:
            lengths[literal] = min(least_value(rule.pattern), lengths.get(literal, _LEAST_LONG))
    lengths.update(dict.fromkeys(_ELSEWHERE if keywords else (), _LEAST_LONG))
    lengths.update(dict.fromkeys(keywords, 0))
    found = [Expression(number, rule.anchor) for number, rule in enumerate(rules)]
    for text, length in lengths.items():
        is_long = bool(keywords) and length >= _LEAST_LONG
        for form, encoder in _ENCODERS:
            is_in_run = is_long and form in _IN_TEXT
            found += [Expression(len(rules) + form, one, is_in_run) for one in encoder(text.encode())]
    return found + [Expression(len(rules) + form, text) for form, text in _SIGNS]
