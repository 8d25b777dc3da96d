"""What the line around a value says against it: an example, a test, a part of an address, a reference."""

from __future__ import annotations

import re

from irkit.scan.detect.reference import CODE, HASHED, REFERENCE

DOCUMENTED = "documented example"
TEST_VECTOR = "test vector"
TEST_VALUE = "named as a test value"
IN_ADDRESS = "a part of an address"
_CALLED_EXAMPLE = re.compile(
    rb"(?i)\b(?:for example|e\.g\.|such as|looks? like|(?:an? |this )?example(?: of| is|:)|sample)\b"
)
_SAID_HARMLESS = re.compile(
    rb"(?i)\bnot[ -]?(?:an? )?(?:real )?secret\b|\bnosec\b|nolint:[ \w,]*gosec|noqa: ?S10\d|false[ -]positive"
)
_ROUTED, _TARGET = (
    re.compile(rb"[\"']/[^\"'\n]{0,120}[\"'](?:,?[ \t]*(?:=>|:?to(?::|[ \t]*=>)))[ \t]*[\"']$"),
    re.compile(rb"[\w/]+#\w+"),
)
"""``get "/login" => "session#password"`` of Rails (guides.rubyonrails.org, 'Routing')."""
_NEXT_ARGUMENT = re.compile(rb"[\"'`]\)[ \t]+[\"'`]$")
"""``(list "auth.password") "what follows"`` of a template: the name closed a call of its own."""
_GROUP, _ARTIFACT = re.compile(rb"[\w\-]+(?:\.[\w\-]+)+:$"), re.compile(rb"[\w.\-]+:\d[\w.\-]*")
"""``io.jsonwebtoken:jjwt-api:0.12.6`` (maven.apache.org, 'POM Reference')."""
_MONGO_PASSWORD, _MONGO_HASH = re.compile(rb"\"pwd\" : \"$"), re.compile(rb"[0-9a-f]{32}")
"""How MongoDB's shell prints a user: MD5 of the name and the password (mongodb.com, 'MONGODB-CR')."""
_EXPECTED = re.compile(rb"\bassert\w*\s*[.(!]|\bassert\s|\b(?:expect\w*|andExpect)\(|\.should\b|\btoEqual\(|\btoBe\(")
_TEST_TABLE = re.compile(rb"(?i)\binsert\s+into\s+[`\"\[]?(?:\w+\.)?(?:test|dummy|fake|mock)_")
_TEST_VECTOR = re.compile(
    rb"(?i)\btest[ _-]?vectors?\b|\bknown[ _-]answer\b|\brfc[ -]?\d{4}\b|\bnist\b|(?<![a-z])fips(?![a-z])"
)
_EXAMPLE_HOST = re.compile(rb"@(?:[\w.-]*\.)?(?:example(?:\.[a-z]{2,3})?|test|invalid|localhost)(?![\w-])")
_AROUND = 200
_IN_EXAMPLE = re.compile(rb"://(?:[\w-]+\.)*example\.(?:com|org|net|edu)(?::\d{1,5})?[/?#][^\s\"'`<>]*$")
"""An address at a host that nobody has (RFC 2606), up to the value."""
_INVITED = re.compile(
    rb"(?i)[/.](?:zoom\.(?:us|com)/[a-z]{1,2}/\d{6,14}\?pwd=|docs\.google\.com/[\w/]{4,40}\?key=|firebasestorage\.googleapis\.com/[^\s\"'<>]{1,160}[?&]token=)$"
)
"""The passcode within an invitation, the id of a document, the token of a file to fetch: they are the
address itself, given to whoever is to come."""
_IN_PATH = re.compile(rb"://[\w.-]+(?:(?::\d{1,5})?/[^\s\"'`<>()?&=#@:,;]*)?$")
"""An address without a query, up to the value."""
_TOP_LEVEL = re.compile(rb"[a-z]{2,12}(?:\.[a-z]{2})?/")
_BADGE = re.compile(
    rb"(?i)://[^\s\"'`<>()]*(?:badge|\.svg\b|shields?\b)[^\s\"'`<>()?]*\?(?:[^\s\"'`<>()]*&(?:amp;)?)?[\w-]+=$"
)
"""The token of a picture that a page shows to everybody."""
_EXPANSION, _OTHERWISE = re.compile(rb"\$\{\w+:?$"), re.compile(rb"[?+]")
"""``${NAME:?what to say}`` of a shell."""
_JENKINS = re.compile(
    rb"=\s*credentials\(\s*[\"']$|\bsshagent\s*\(\s*(?:credentials:\s*)?\[?[\"']$|\bcredentialsJSON:$"
)
"""``environment { KEY = credentials('id') }`` of a Jenkinsfile (jenkins.io, 'Using a Jenkinsfile'), ``sshagent``;
the id of what TeamCity keeps."""


def said_by_line(line: bytes, start: int, end: int) -> str:
    """Why what stands in ``line[start:end]`` is no secret, from what stands around it; "" when nothing says so."""
    before = line[max(0, start - _AROUND) : start]
    if before.endswith(b"://mailto:"):
        return "a mail address"
    if _JENKINS.search(before) or (_OTHERWISE.match(line, start) and _EXPANSION.search(before)):
        return REFERENCE
    if _INVITED.search(before) or _is_in_address(line, start, end, before):
        return IN_ADDRESS
    if _TEST_VECTOR.search(before):
        return TEST_VECTOR
    if _SAID_HARMLESS.search(line, end, end + _AROUND):
        return "said to be no secret"
    if _TEST_TABLE.search(before):
        return TEST_VALUE
    if _EXPECTED.search(before):
        return "what a test expects"
    if _EXAMPLE_HOST.match(line, end) or _IN_EXAMPLE.search(before) or _CALLED_EXAMPLE.search(before):
        return DOCUMENTED
    return _said_by_form(line, start, end, before)


def _said_by_form(line: bytes, start: int, end: int, before: bytes) -> str:
    """What languages and programs write before it, and its own form."""
    if _NEXT_ARGUMENT.search(before) or (_ROUTED.search(before) and _TARGET.fullmatch(line, start, end)):
        return CODE
    if _ARTIFACT.fullmatch(line, start, end) and _GROUP.search(before):
        return "the coordinates of a package"
    return HASHED if _MONGO_PASSWORD.search(before) and _MONGO_HASH.fullmatch(line, start, end) else ""


def _is_in_address(line: bytes, start: int, end: int, before: bytes) -> bool:
    """In the host or the path of an address, or in the query of a badge's."""
    if before.endswith(b".") and _TOP_LEVEL.match(line, start, end):
        return True
    return _BADGE.search(before) is not None or (line[end : end + 1] != b"@" and _IN_PATH.search(before) is not None)
