"""What a value is called: the name before it on its line, and whether that name says that it is no secret."""

from __future__ import annotations

import re

_REACH = 160
_NAME = re.compile(
    rb"(?i)(?:(?!example )[a-z]+ (?=key\b)|\b(?:page|continuation|pagination|csrf|xsrf) (?=token\b))?"
    rb"[\w.\-]*(?:pass|pwd|psw|secret|token|key|auth|cred|salt|bearer|signature|signing|session|cookie)[\w.\-]*"
)
_WORD = re.compile(rb"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]+|[0-9]+")
_TAILS = frozenset(
    b"id ids uid guid name names url urls uri uris link file files filename filenames path paths dir directory folder "
    b"type types kind length len size count number num index idx ref refs reference alias aliases version ver label "
    b"labels title text message msg prompt hint help description desc error errors field fields column attr attribute "
    b"attributes param params parameter parameters header headers class style styles pattern regex regexp format "
    b"prefix suffix separator delimiter endpoint host hostname port domain user username email mail expiry expires "
    b"expiration ttl timeout age lifetime"
    b" policy rule rules strength min max minimum maximum required enabled disabled reset "
    b"changed algorithm algo alg audience issuer scope scopes placeholder template vault ring keyring board keyboard "
    b"word words frame frames map pair event press pressed down up left right selector color colour thumbprint "
    b"fingerprint hash hashes sha md crc checksum digest integrity etag "
    b"revision rev commit usage spec schema provider manager service store keystore truststore handler factory method "
    b"methods function func callback class interface code status state level mode flag flags bits bit offset date time "
    b"at on by for of with input output request response result test tests spec button icon image img menu form view "
    b"page screen modal dialog tooltip locale lang language group category section item node element component "
    b"constant enum values options option settings config configuration generator validator checker parser reader "
    b"writer encoder decoder encryptor decryptor helper util utils module package library lib plugin adapter driver "
    b"source target resource signature identifier arn region account location address property properties "
    b"metadata annotation annotations tag tags usages jti kid sub iss aud nonce challenge verifier hints used lastused "
    b"ids variable variables".split()
)
_ANYWHERE = frozenset(
    b"public pub csrf xsrf csrftoken xsrftoken primary foreign partition sort natural surrogate unique bucket cache "
    b"dedupe idempotency request lifecycle change action i18n l10n translation continuation pagination hashed "
    b"next prev previous cursor page hot accelerator "
    b"keyboard monkey turkey rspauth keyword keywords rule postman"
    b" author authors authority accessor accessibility fake dummy mock "
    b"mocked sample example examples placeholder publishable site recaptcha sitekey registry component react object "
    b"map dictionary dict issuer checksum integrity fingerprint thumbprint cert certificate crt sha md "
    b"license authenticity".split()
)
_IN_CLEAR = re.compile(rb"clear-text=[\"']$|\.basic_auth[ (]{1,2}[\"'][^\"'\n]{1,80}[\"'], ?[\"']$")
"""``<credential-reference clear-text="...">``, ``request.basic_auth user, password``: a name of something else."""
_PASSWORDS = frozenset((b"password", b"passwd", b"passphrase", b"pass", b"pwd"))
_OF_A_PASSWORD = frozenset((b"cert", b"certificate", b"crt", b"registry", b"public", b"site", b"component"))
"""What may have a password, and is none by itself."""
_TOGETHER = (b"keyvault", b"websocket", b"notsosecret", b"notasecret", b"notsecret", b"nonsecret", b"websitetoken")
_NO_TAILS = ([b"secret", b"id"], [b"not", b"commit"])
"""The secret half of HashiCorp Vault's AppRole; ``do_not_commit``."""
_REACT_APP = [b"react", b"app"]
"""How names of settings begin that Create React App builds into a page (create-react-app.dev)."""
_CALLED_TEST = frozenset(b"test testing tests stub fixture".split())


_OF_ACCESS = frozenset(
    b"api secret private access auth client licence license service account subscription integration "
    b"admin master shared session deploy server write encryption encrypt signing token".split()
)
"""What stands before ``key`` where a UUID is one. An instrumentation key names what it measures, and opens nothing
(learn.microsoft.com, 'Connection strings in Application Insights')."""
_UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_OBJECT_ID = re.compile(rb"[4-7][0-9a-f]{23}")
"""Of MongoDB: a time of this century in seconds and a number (mongodb.com, 'ObjectId')."""
_CALLED_WITH = re.compile(rb"\w[Tt]okens\([\"']$")
_FINGERPRINT = re.compile(rb"(?:0x)?(?:[0-9A-Fa-f]{40}|[0-9A-Fa-f]{16}|[0-9A-Fa-f]{32})")
_PRINTED_FINGERPRINT = re.compile(rb"[0-9A-F]{16}|[0-9A-F]{40}")
"""As GnuPG prints the id and the fingerprint of a key."""
_TLS_SESSION = re.compile(rb"(?:[0-9A-F]{64}|[0-9A-F]{96})")
"""What OpenSSL prints of a connection as ``Master-Key: ``; it serves for nothing else."""
_ENTRY = re.compile(rb"[\"']?([\w.\-]{1,120})[\"']?:[ \t]{1,8}[\"']?$")
_OF_PLACES = frozenset(
    b"user login email mail host hostname port url uri address addr endpoint server region zone database db dbname "
    b"schema bucket namespace project tenant account engine driver type kind role scheme protocol version id uid "
    b"uuid".split()
)
_TELLING = frozenset(b"password passwd pass pwd secret token key dsn connection".split())
_OWN_KEYS = frozenset(
    b"app application encryption encrypt cipher crypto aes hmac signing sign cookie session jwt secret".split()
)
_OWN_SECRETS = ([b"jwt", b"secret"], [b"session", b"secret"], [b"cookie", b"secret"], [b"hmac", b"secret"])
_PLAIN_KEYS = ([b"key"], [b"new", b"key"], [b"old", b"key"])
_OF_OTHERS = frozenset(b"api access aws client account service deploy consumer license s3".split())
_LEXICAL = ([b"token", b"data"], [b"project", b"key"])
"""The tables of a parser; what Jira and Sonar call a project."""


_SEPARATED = re.compile(rb"[^a-z0-9]+")
_LEAST_PARTS, _LEAST_NAME = 2, 3
_DIGITS = b"0123456789"
_SAYING = frozenset(b"password passwd pass pwd secret secured secure token key user the my for of a is".split())
"""What a made-up value has beside its name."""
_A_PASSWORD = re.compile(
    rb"(?i)(?:password|passwd|pwd|passphrase)[\"'`]{0,2}[^A-Za-z]*(?:value|val|default)?[^A-Za-z]*$"
)
_MIXED = (re.compile(rb"[A-Z]"), re.compile(rb"[a-z]"), re.compile(rb"[0-9]"), re.compile(rb"[!@#%^&*+?~|]"))
_LEAST_MIXED = 9
_NO_NAME = re.compile(rb"(?:^|[^\w.$-])(?:PASS: +|pass +[\"'`(]{1,3})$")


def named_password(value: bytes, before: bytes) -> bool:
    """Whether a value that is not random is a password all the same: named so, with capitals, digits and signs."""
    is_mixed = len(value) >= _LEAST_MIXED and all(one.search(value) for one in _MIXED)
    return is_mixed and _A_PASSWORD.search(before, max(0, len(before) - _REACH)) is not None


def name_before(line: bytes, at: int) -> bytes:
    """The last telling name (``api_key``, ``user.password``) before a place in a line; empty for none."""
    found = _NAME.findall(line, max(0, at - _REACH), at)
    return found[-1].strip(b"-.") if found else b""


def name_words(name: bytes) -> list[bytes]:
    """The words of a name in small letters: ``api``, ``key`` of ``apiKey``, ``API_KEY`` and ``api-key2``."""
    return [word.lower() for word in _WORD.findall(name) if not word.isdigit()]


def harmless_name(line: bytes, at: int) -> str:
    """Why a name says that its value is no secret (``public_key``, ``token_url``, ``fakeSecret``); "" otherwise."""
    if _NO_NAME.search(line, max(0, at - _REACH), at):
        return "in a sentence or a test's result"
    words = [] if _IN_CLEAR.search(line, max(0, at - _REACH), at) else name_words(name_before(line, at))
    words = words[len(_REACT_APP) :] if words[: len(_REACT_APP)] == _REACT_APP else _without_owner(words)
    if not words:
        return ""
    if (words[-1] in _TAILS or words[-1].endswith((b"hash", b"address"))) and words[-2:] not in _NO_TAILS:
        return "named for something else: " + words[-1].decode()
    if words[-2:] in _LEXICAL:
        return "named for something else: " + b" ".join(words[-2:]).decode()
    together = b"".join(words)
    for thing in _TOGETHER:
        if thing in together:
            return "named for something else: " + thing.decode()
    for word in words:
        if word in _ANYWHERE:
            return "named for something else: " + word.decode()
        if word in _CALLED_TEST:
            return "named as a test value"
    return ""


def _without_owner(words: list[bytes]) -> list[bytes]:
    """The words of a name without those of what a password may belong to, and which is no secret by itself."""
    if words[-1:] and words[-1] in _PASSWORDS:
        return [word for word in words if word not in _OF_A_PASSWORD]
    return words


def own_key(line: bytes, at: int) -> bool:
    """Whether a name tells a key with which a program signs or encrypts for itself: ``SECRET_KEY``, ``jwtSecret``."""
    words = name_words(name_before(line, at))
    if _OF_OTHERS.intersection(words):
        return False
    if words[-2:] in _OWN_SECRETS or words[-3:] == [b"secret", b"key", b"base"]:
        return True
    return (
        words[-1:] == [b"salt"]
        or words in _PLAIN_KEYS
        or (words[-1:] == [b"key"] and not _OWN_KEYS.isdisjoint(words[:-1]))
    )


def named_entry(line: bytes, at: int) -> str:
    """Why an entry of a Kubernetes Secret is none: it is called a user, an address, a name of something; "" otherwise.

    Source: kubernetes.io, 'Secrets' (``username`` of ``kubernetes.io/basic-auth``).
    """
    entry = _ENTRY.search(line, max(0, at - _REACH), at)
    words = [word for word in name_words(entry[1]) if word != b"in"] if entry else []
    if not words or _TELLING.intersection(words):
        return ""
    is_named = words[-1] in _OF_PLACES or words[-1].endswith((b"name", b"host", b"url", b"address"))
    return "named for something else: " + words[-1].decode() if is_named else ""


def named_itself(value: bytes, line: bytes, at: int) -> str:
    """Why a value is made of its own name: ``db-pwd-1`` of ``DB_PASSWORD``, ``wiki@secured`` of ``WIKI_PASSWORD``."""
    parts = [part for part in _SEPARATED.split(value.lower()) if part]
    if len(parts) < _LEAST_PARTS:
        return ""
    name = name_before(line, at)
    own = {*_SEPARATED.split(name.lower()), *name_words(name)}
    words = [part.rstrip(_DIGITS) if part not in own else part for part in parts]
    is_itself = all(word in own or word in _SAYING or not word for word in words)
    return "made of its own name" if is_itself and any(len(word) >= _LEAST_NAME for word in words) else ""


def named_thing(value: bytes, line: bytes, at: int) -> str:
    """Why a value of this form is no secret under its name: the id of a ``mediaKey``, the fingerprint of a GPG key."""
    name = name_before(line, at)
    words = name_words(name)
    if _FINGERPRINT.fullmatch(value) and {b"gpg", b"pgp", b"openpgp"}.intersection(words):
        return "the fingerprint of a key"
    is_a_key = words[-1:] in ([b"key"], [b"keys"]) and not _OF_ACCESS.intersection(words)
    if is_a_key and _PRINTED_FINGERPRINT.fullmatch(value):
        return "the fingerprint of a key"
    if name == b"Master-Key" and _TLS_SESSION.fullmatch(value):
        return "the key of a TLS connection"
    if _OBJECT_ID.fullmatch(value) and _CALLED_WITH.search(line, max(0, at - _REACH), at):
        return "an identifier"
    is_thing = name.endswith(b"Key") and len(words) > 1 and words[-2] not in _OF_ACCESS
    return "an identifier" if is_thing and _UUID.fullmatch(value) else ""
