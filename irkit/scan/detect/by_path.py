"""What the path of a file says of a secret that only its name or its context makes one."""

from __future__ import annotations

import re

from irkit.scan.detect.base64_text import decoded
from irkit.scan.detect.beginnings import LONE_KEY
from irkit.scan.detect.by_line import TEST_VALUE
from irkit.scan.detect.naming import own_key
from irkit.scan.detect.reference import NO_TEXT
from irkit.scan.detect.shape import A_WORD, is_weak, unlike_random
from irkit.scan.detect.wordiness import wordiness
from irkit.scan.rule import Confidence, Rule

LOCK_FILE = "hash of a lock file"
GENERATED = "minified or generated code"
TRANSLATION = "a translation"
WEAK = "a weak password in an example or a test"
CODE = "an expression of a program"
A_TESTS_KEY = "a key of a test"
COPIED = "in a test or a text of a library"
_BY_CONTEXT = frozenset({"random", "password", "base64_pair", "base64_text"})
"""Checks of rules that know no provider's shape."""
_HASHES, _COLUMN = "password_hash", "column_password"
_DIGEST = re.compile(rb"[0-9a-f]{64,}")
_LITERALS = frozenset(("assigned_password", "password_argument", "fallback_secret"))
"""Rules whose values stand in quotes."""
_SHORT_NAMED = "short_named_password_bare"
_RAILS_KEY = re.compile(rb"(?:^|/)config/(?:master|credentials/[\w.\-]+)\.key$")
_A_HASH = re.compile(rb"\$(?:apr1|[1567y]|2[abxy]|gy|argon2\w{1,2})\$|md5[0-9a-f]{32}$|SCRAM-SHA-\d{1,3}\$")
"""PostgreSQL's, too (postgresql.org, 'pg_authid')."""
_PACKED = re.compile(rb"(?i)\.(?:gz|gzip|bz2|xz|zst|lzma)$")
_PROSE = re.compile(rb"[ \t](?:to|is|as|like) `$")
_JWK = "jwk_private_key"
_LOCK = re.compile(
    rb"(?i)(?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.ya?ml|yarn\.lock|bun\.lockb?|composer\.lock"
    rb"|gemfile\.lock|pipfile\.lock|poetry\.lock|pdm\.lock|uv\.lock|cargo\.lock|podfile\.lock|mix\.lock|flake\.lock"
    rb"|pubspec\.lock|brewfile\.lock\.json|packages\.lock\.json|cartfile\.resolved|package\.resolved|go\.(?:work\.)?sum|meta-inf/(?:manifest\.mf|[^/]*\.sf)"
    rb"|gradle\.lockfile|verification-metadata\.xml|deno\.lock|\.terraform\.lock\.hcl|chart\.lock|conan\.lock"
    rb"|(?:sha\d*|md5)sums?(?:\.txt)?|checksums?\.txt|manifest\.sha256|\.secrets\.baseline|\.gitleaksignore|\.gitleaks-baseline\.json|[^/]*\.(?:sha1|sha256|sha512|md5|sum|integrity))$"
)
_GENERATED = re.compile(
    rb"(?i)\.min\.(?:m?js|css)$|\.(?:js|css|mjs|cjs)\.map$|[.\-](?:bundle|chunk|packed|compiled)\.(?:m?js|cjs|css)$"
    rb"|(?:^|/)\.yarn/(?:releases|plugins|sdks|cache)/|(?:^|/)\.pnp\.c?js$|_pb2(?:_grpc)?\.pyi?$|\.pb\.(?:go|cc|h)$"
    rb"|(?:^|/)(?:bootstrap|jquery|angular|react|vue|d3|lodash|moment)[\w.\-]*\.(?:js|css)$|(?:^|/)cassettes?/"
    rb"|\.(?:svg|snap|css|scss|less|doctree)$"
)
_TRANSLATION = re.compile(
    rb"(?i)(?:^|/)(?:locales?|i18n|l10n|lang|langs|languages?|translations?|lc_messages|[a-z]{2}\.lproj)/"
    rb"|\.(?:po|pot|xlf|xliff|strings|resx|arb|ftl)$|(?:^|/)(?:messages|strings)(?:[_.\-][a-z]{2}(?:[_\-][a-z]{2,4})?)?\.\w+$"
)
_SWAGGER = re.compile(rb"(?i)swagger|openapi")
_PROGRAM = re.compile(
    rb"(?i)\.(?:py|pyi|pyx|js|jsx|mjs|cjs|ts|tsx|java|kt|kts|scala|groovy|gradle|go|rs|c|cc|cpp|cxx|h|hh|hpp|hxx|inl|m|mm"
    rb"|cs|fs|vb|swift|dart|rb|php|phtml|pl|pm|lua|r|jl|ex|exs|erl|hs|ml|clj|cljs|el|lisp|sql|vue|svelte|sol|zig|nim"
    rb"|d|pas|asm|s|tcl|vim|am|ac|m4|in|cmake|mk|diff|patch|ipynb|pyc|class|so|o|a|dll|exe|html?|xhtml|erb|ejs|jsp|tmpl|tpl)$|(?:^|/)(?:makefile|configure)$"
)
_TEXT = re.compile(
    rb"(?i)\.(?:md|mdx|markdown|rst|adoc|asciidoc|txt|tex|texi|pod|org|wiki|[1-9]|d|feature|log|out|json\.example|svg)$"
    rb"|(?:^|/)(?:readme|changelog|changes|news|authors|history|todo|license|copying|contributing|install)[^/]*$"
    rb"|(?:^|/)(?:METADATA|PKG-INFO|doc\.go)$"
)
_CALLED_TESTS = (
    rb"|(?:^|/)(?!(?:la|con|pro|at|de|grea|fas|ligh|shor|smar|stric|brigh|tigh)tests?/)[a-z]{2,12}tests?/"
    rb"|(?:^|/)[\w\-]{1,24}[_\-]tests?/|(?:^|/)ci/[^/]*values\.ya?ml$"
)
"""``httptest/`` of Go, ``integration_tests/``; what chart-testing gives a chart (github.com/helm/chart-testing)."""
_SET_ASIDE = (
    rb"(?i)(?:^|/)(?:x?t/|examples?[_\-.\d])|(?:^|/)(?:[\w\-.]*[_\-.])?(?:tests?|testing|specs?|__tests__|test[_\-]?data|fixtures?|mocks?|__mocks__|stubs?|examples?|samples?"
    rb"|demos?|tutorials?|docs?|documentation|_sources|e2e|testsuite|molecule|bench(?:marks?)?)"
    rb"(?:[_\-.][\w\-.]*)?/|(?:^|/)(?:test[_\-][^/]*|conftest|[^/]*[_.\-](?:test|tests|spec|example|sample|dist))\.[^/]*$"
    rb"|(?:^|/)[^/]*(?:Test|Tests|Spec|IT)\.(?:java|kt|cs|scala|groovy|swift|php)$|\.(?:example|sample|dist)$"
    rb"|(?:^|/)(?:sample|example)s?[_.\-][^/]*$|(?:^|/)[\w\-.]{0,24}demos?/" + _CALLED_TESTS
)
_ASIDE = re.compile(
    _SET_ASIDE
    + rb"|(?:^|/)(?:[\w\-.]*[_\-.])?(?:vendor|node_modules|third[_\-]?party|site-packages)(?:[_\-.][\w\-.]*)?/"
    rb"|(?:^|/)[^/]*[_.\-]template\.[^/]*$|\.(?:template|tmpl|tpl)$"
)
_DOUBTFUL = re.compile(
    _SET_ASIDE + rb"|\.(?:md|mdx|markdown|rst|adoc|asciidoc|tex|texi|pod|org|wiki)$|(?:^|/)readme[^/]*$|(?:^|/)man\d?/"
)
"""Without copied libraries, templates, of which servers are set up, and plain texts, in which people keep notes."""
_PACKAGE = re.compile(rb"(?i)(?:^|/)src/(?:\w{0,20}main)/.*/|(?:^|/)(?:com|org|net|io|dev)/(?:example|sample|test)s?/")
"""Folders that are called after a program's package (``src/main/java/com/example``), not for what is in them."""
_BINARY = re.compile(
    rb"(?i)\.(?:png|jpe?g|gif|webp|ico|icns|bmp|tiff?|psd|ttf|otf|woff2?|eot|mp[34]|m4a|mov|avi|wav|ogg|flac|pyd|node|wasm|tflite|onnx|h5|npy)$"
)
MESSAGE = "message.txt"
"""A commit's or a tag's: a text."""
_TRANSCRIPT = re.compile(rb"\s*(?:[#*/]+\s*)?(?:\$|>>>|PS>|[\w.@~-]{1,30}[$#]) [\w{]")
SHOWN = "shown in a transcript"
_PYTHON = re.compile(rb"\.pyi?$")
_PRINTED = re.compile(rb"\s*[A-Z][A-Z0-9_]*:(?:'[^']*'|\"[^\"]*\")\s*$")
"""``NAME:'value'``: no statement of Python and no YAML, which wants a blank; a program has printed it."""
_MAKE, _SET = re.compile(rb"(?i)(?:^|/)makefile$|\.mk$"), re.compile(rb"(?:export )?\w+[ \t]*[:?]{0,3}=[^$()]+$")
"""What stands behind a name in a makefile is a text."""
_PIPELINE = re.compile(rb"(?i)(?:^|/)[^/]*jenkinsfile[^/]*$|\.(?:groovy|jenkins)$")
_CREDENTIALS_ID = re.compile(
    rb"(?i)cred(?:ential)?s?(?:_?id)?[\"']?\s*[:=]\s*[\"'][0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\w*[\"']"
)
"""By which Jenkins knows what it keeps (jenkins.io, 'Using credentials')."""
_CONFIGURATION = re.compile(
    rb"(?i)(?:^|/)[\w.\-]*(?:config|settings|credential|secret|database|environment|parameters)[\w.\-]*\.(?:php|inc)$"
)
"""Programs that are a configuration all the same."""
_INSTALLED = re.compile(
    rb"(?i)\.(?:so|dylib|dll|exe|a|o|pyc|class)(?:\.\d+)*$|(?:^|/)usr/(?:s?bin|lib\d*|libexec|share)/|(?:^|/)(?:mime\.cache|magic)$"
)
_OF_TESTS = re.compile(
    rb"(?i)(?:^|/)(?:x?t|tests?|testing|specs?|__tests__|test[_\-]?data|test[_\-]?certs?|fixtures?|molecule)/"
    rb"|(?:^|/)(?:test_[^/]*|[^/]*[_.\-](?:tests?|spec))\.[^/.]+$|(?-i:(?:Tests?|Spec)\.(?:java|kt|cs|scala|groovy|swift|php)$)"
    + _CALLED_TESTS
)
_EXAMPLES = re.compile(rb"(?i)(?:^|/)(?:examples?|samples?|demos?|tutorials?)/|(?:^|/)self[_\-]?signed[^/]*/")
_KEY_FILE = re.compile(rb"(?i)\.(?:pem|key|p8|der|crt|cert|ppk|asc|gpg|pgp|ya?ml|toml|json|xml|conf|cfg|ini)$")
_DER = (b"MIIC", b"MIIE", b"MIIJ", b"MIIB", b"MIGH", b"MHcC")
"""How base64 of a private key begins."""
_COPIED = re.compile(
    rb"(?i).*(?:^|/)(?:vendor|node_modules|bower_components|site-packages|dist-packages|third[_\-]?party|godeps|pods)/"
)
"""Up to a folder of other people's libraries."""
_INSTALLED_LIBRARY = re.compile(
    rb"(?i)(?:^|/)(?:node_modules|bower_components|site-packages|dist-packages|vendor/(?:[\w\-]+\.)+[a-z]{2,4})/"
)
"""What a package manager fetched: anybody may. Go's are called by their hosts (go.dev, 'Vendoring')."""
_PACKED_POM = re.compile(rb"(?:^|/)META-INF/maven/[^/]+/[^/]+/pom\.(?:xml|properties)$")
"""Of a library in a jar, as it was published."""
_BUILDS = re.compile(
    rb"(?i)(?:^|/)(?:\.(?:travis|coveralls|gitlab-ci|codeclimate)\.yml|codecov\.yml|\.(?:github|circleci)/|travis/)"
)
_SEEDS = re.compile(
    rb"(?i)(?:^|/)(?:factor(?:y|ies)|seed(?:er)?s?)/|(?:factory|seeder|seeds?)\.\w+$|(?:^|/)(?:data|import)(?:-\w+)?\.sql$|(?:^|/)liquibase/"
)
"""Also what Spring Boot, Liquibase and Hibernate fill a new database with (docs.spring.io)."""
_DATABASE = re.compile(rb"(?i)mysql|maria|postgres|pgpass|mssql|sqlcmd|sa_password|mongo|database|\bdb[_ .]?pass")
"""What a build starts for its tests and throws away."""
_WORD_AND_NUMBER = re.compile(rb"[A-Za-z]{4,12}\d{1,4}")
_RETURNED = re.compile(rb"\breturn\b[^\n;]{0,40}[\"'`]$")
_NOBODYS = re.compile(rb"(?i)\b(?:foo|bar|baz|someone(?:[ _-]?else)?|username|example)[\"']?:[ ]?[\"']?$|^= \"$")
"""Also what a shell of PHP printed."""
_YAML = re.compile(rb"\s*(?:#[ ]?)?(?:- )?[a-z_][\w\-]*: [\"']?[^\"'\n,]+[\"']?\s*$")
"""In Python, what its documentation shows: an annotation is no text."""
_NAMED = re.compile(rb"([A-Za-z]{4,24})[^A-Za-z]{0,6}")
_NAMES = re.compile(rb"[a-z]{4,24}")
_NO_PROJECT = frozenset((b"admin", b"root", b"user", b"users", b"manager"))
_OWN_KEYS = frozenset(("laravel_app_key", "rails_secret_key_base", "django_insecure_key"))
_DUMMY = re.compile(
    rb"(?i)(?:^|[/_.\-])(?:dummy|fake|stub|mock|example|sample|snakeoil|localhost|self[_\-]?signed)(?:[_.\-][^/]*)?$"
)
_MADE_UP = re.compile(rb"(?i)(?:^|/)(?:dummy|fake|mock|stub)[_.\-][^/]*$")
_NUMBERED = re.compile(rb"[A-Za-z_]+\d")
_LONG_LINE = 500
_NAME = re.compile(rb"[A-Za-z_][\w.\-]*")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_LEAST_BASE64, _LEAST_PADDED, _QUARTET = 12, 8, 4
_LEAST_BARE, _LEAST_DIGITS, _WORDY = 16, 2, 0.2


def dismissed_at(rule: Rule, value: bytes, line: bytes, path: str) -> str:
    """Why a value that ``dismissed`` let pass is no secret in a file of this path; "" when nothing speaks against it.

    Only rules that go by context are judged so: what a provider's structure proves is a secret wherever it stands.
    """
    name = _PACKED.sub(b"", path.encode("utf-8", "surrogateescape"))
    if rule.id == LONE_KEY and line.strip() == value:
        return "" if _RAILS_KEY.search(name) else "nothing says what it is"
    if "pem" in rule.checks or rule.id == _JWK:
        return _key_at(name)
    if (rule.confidence is not Confidence.HIGH or "jwt" in rule.checks) and _is_of_a_copy(name):
        return COPIED
    if _is_own_key_of_a_test(rule, value, line, name):
        return A_TESTS_KEY
    if rule.confidence is Confidence.HIGH:
        return ""
    if _LOCK.search(name):
        return LOCK_FILE
    if not (_BY_CONTEXT.intersection(rule.checks) or rule.id == _HASHES):
        return ""
    return _kind_at(rule, value, line, name) or _by_strength(rule, value, line, name or MESSAGE.encode())


def is_aside(name: bytes) -> bool:
    """Whether a path is of a test, an example or a document, or of a folder of such."""
    return name != MESSAGE.encode() and _DOUBTFUL.search(_PACKAGE.sub(b"/", name)) is not None


def _is_own_key_of_a_test(rule: Rule, value: bytes, line: bytes, name: bytes) -> bool:
    """With what a program signs or encrypts for itself, in a test or a build: it opens nothing else."""
    if "jwt" in rule.checks and _ASIDE.search(name):
        return True
    is_of_tests = _OF_TESTS.search(name) and (_PROGRAM.search(name) or _KEY_FILE.search(name))
    if not (is_of_tests or _BUILDS.search(name)):
        return False
    return rule.id in _OWN_KEYS or (rule.id.startswith("assigned_secret") and own_key(line, line.find(value)))


def _kind_at(rule: Rule, value: bytes, line: bytes, name: bytes) -> str:
    """What kind of file it is that holds no secrets of this kind."""
    if _BINARY.search(name):
        return NO_TEXT
    if _GENERATED.search(name):
        return GENERATED
    if _MADE_UP.search(name):
        return TEST_VALUE
    is_hash = rule.id == _HASHES or _A_HASH.match(value) or (rule.id == _COLUMN and _DIGEST.fullmatch(value))
    if is_hash and _is_hash_of_nobody(value, line, name):
        return "a hash in a test or an example"
    return A_TESTS_KEY if value.startswith(_DER) and _OF_TESTS.search(name) else ""


def _is_hash_of_nobody(value: bytes, line: bytes, name: bytes) -> bool:
    """In a test or an example, or what a program returns when there is no such user (so that it takes as long)."""
    before = line[: max(0, line.find(value))]
    if _ASIDE.search(name) or _SEEDS.search(name) or _NOBODYS.search(before):
        return True
    is_shown = _PYTHON.search(name) and _YAML.match(line)
    return bool(is_shown or (_PROGRAM.search(name) and _RETURNED.search(before)))


def _by_strength(rule: Rule, value: bytes, line: bytes, name: bytes) -> str:
    """Of a weak or bare value, what the file makes of it."""
    is_program = _PROGRAM.search(name) is not None and not (_MAKE.search(name) and _SET.match(line))
    if is_program and len(line) > _LONG_LINE and not _is_plainly_random(value):
        return GENERATED
    if is_program and rule.id.endswith("_bare") and not (_is_plainly_random(value) or _is_literal(rule, value, line)):
        return CODE
    is_typed = name == MESSAGE.encode() and not rule.id.startswith("assigned_")  # a command in a message was run
    is_aside = not is_typed and (_TEXT.search(name) or _ASIDE.search(name))
    text = _text(rule, value)
    if _is_weak(text) and (
        is_aside
        or (is_program and not _is_hard_coded(rule, value, line, name))
        or (_WORD_AND_NUMBER.fullmatch(text) and _is_of_a_build_or_a_comment(line, name))
    ):
        return WEAK
    if _is_named_after(text, name):
        return "a password made of the name of its file or folder"
    if (is_program or (_TEXT.search(name) and name != MESSAGE.encode())) and _TRANSCRIPT.match(line):
        return SHOWN
    if (_PYTHON.search(name) and _PRINTED.match(line)) or (_PIPELINE.search(name) and _CREDENTIALS_ID.search(line)):
        return SHOWN if _PYTHON.search(name) else "an identifier"
    return TRANSLATION if _is_weak(text) and (_TRANSLATION.search(name) or _SWAGGER.search(name)) else ""


def _key_at(name: bytes) -> str:
    """Of a private key, which may be anybody's: a program's own test key, or one that is called a dummy."""
    if _INSTALLED.search(name):
        return "part of an installed program"
    if _is_of_a_copy(name) or _INSTALLED_LIBRARY.search(name):
        return COPIED
    if _OF_TESTS.search(name) and (_KEY_FILE.search(name) or _PROGRAM.search(name)):
        return A_TESTS_KEY
    if _EXAMPLES.search(name):
        return "a key of an example"
    return TEST_VALUE if _DUMMY.search(name) else ""


def _is_of_a_copy(name: bytes) -> bool:
    """Whether it is a test, a text or a setting of its builds that came with somebody else's library."""
    copied = _COPIED.match(name)
    rest = name[copied.end() :] if copied else b""
    return _PACKED_POM.search(name) is not None or any(one.search(rest) for one in (_ASIDE, _TEXT, _OF_TESTS, _BUILDS))


def _is_hard_coded(rule: Rule, value: bytes, line: bytes, name: bytes) -> bool:
    """A literal in quotes is no name of anything else: ``grape1999`` is, ``latin1`` is not, nor one in a sentence."""
    is_literal = rule.id in _LITERALS and _NUMBERED.fullmatch(value) is None
    is_literal = is_literal and _PROSE.search(line.partition(value)[0]) is None
    return is_literal or _CONFIGURATION.search(name) is not None


def _is_literal(rule: Rule, value: bytes, line: bytes) -> bool:
    """``pw = "..."``: this rule alone has no other beside it for what stands in quotes."""
    return rule.id == _SHORT_NAMED and any(quote + value + quote in line for quote in (b'"', b"'"))


def _is_plainly_random(value: bytes) -> bool:
    """Long, with digits and hardly a word: no name of a variable, no expression."""
    digits = sum(one in b"0123456789" for one in value)
    return (
        len(value) >= (_LEAST_BARE if digits >= _LEAST_DIGITS else 2 * _LEAST_BARE)
        and wordiness(value) < _WORDY
        and not unlike_random(value)
        and (_NAME.fullmatch(value) is None or b"_" not in value or digits > 4)  # noqa: PLR2004
    )


def _is_of_a_build_or_a_comment(line: bytes, name: bytes) -> bool:
    """Of a database: of one that a build starts, or in a setting that is off."""
    is_off = _BUILDS.search(name) or line.lstrip().startswith(b"#")
    return bool(is_off and _DATABASE.search(line))


def _is_named_after(text: bytes, name: bytes) -> bool:
    """``petclinic1`` of ``k8s/petclinic.yml``."""
    named = _NAMED.fullmatch(text)
    word = named[1].lower() if named else b""
    return word not in _NO_PROJECT and word in _NAMES.findall(name.lower())


def _is_weak(text: bytes) -> bool:
    return bool(text) and is_weak(text)


def _text(rule: Rule, value: bytes) -> bytes:
    """The password that a value is, spelt out; empty for what needs to be random."""
    if "base64_pair" in rule.checks:
        return (decoded(value) or value).partition(b":")[2] or value
    if "base64_text" in rule.checks:
        return (decoded(value) or value).strip()
    value = _PERCENT.sub(lambda one: bytes.fromhex(one[1].decode()), value)
    if "password" not in rule.checks:
        return value if "random" in rule.checks and unlike_random(value) == A_WORD else b""  # a password by its name
    least = _LEAST_PADDED if len(value) % _QUARTET == 0 else _LEAST_BASE64
    text = decoded(value) if len(value) >= least else None
    is_text = text is not None and text.isascii() and text.decode().isprintable()
    return (text if text and is_text else value).rpartition(b":")[2] or value
