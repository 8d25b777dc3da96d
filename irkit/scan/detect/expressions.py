"""Everything the prefilter looks for in one pass: the rules' anchors, and what tells that a text is encoded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
_PERCENT = r"(?i)(?:passw(?:or)?d|secret|token|key|bearer|auth|pwd)(?:%22|%27|%20){0,4}%(?:25)?3[ad]"
_PERCENT_URL = r"(?i)%3a%2f%2f[a-z0-9._%-]{0,40}(?:%3a|:)"
_PERCENT_NEEDLESS = r"(?i)(?:%(?:3[0-9]|[46][1-9a-f]|[57][0-9a])){5}"
"""Letters and digits, which nobody has to quote (RFC 3986, section 2.3)."""
_UTF_16_ADDRESS = r":\x00/\x00/"
_SIGNS = (
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


def expressions(rules: Sequence[Rule], keywords: Sequence[str] = KEYWORDS) -> list[Expression]:
    """All expressions for these rules: a hit's number is a rule's index, or the count of rules plus a ``Form``."""
    texts = dict.fromkeys(literal for rule in rules for literal in rule.literals)
    found = [Expression(number, rule.anchor) for number, rule in enumerate(rules)]
    for text in dict.fromkeys((*texts, *keywords)):
        for form, encoder in _ENCODERS:
            found += [Expression(len(rules) + form, one) for one in encoder(text.encode())]
    return found + [Expression(len(rules) + form, text) for form, text in _SIGNS]
