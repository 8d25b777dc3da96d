"""Whether a value is not the secret itself: where to find it, an expression, its encrypted form, a public part."""

from __future__ import annotations

import re

from irkit.scan.detect.shape import A_WORD, is_scrambled
from irkit.scan.detect.wordiness import wordiness

_ALL_WORDS = 0.6
_MOST_HIGH = 4
"""A quarter."""
_WORDY = 0.3
"""Share of letters and digits in words from which dots and slashes are those of a name or a path."""
REFERENCE = "a reference, not a value"
ENCRYPTED = "an encrypted value"
PUBLIC = "a public key or a certificate"
HASHED = "a checksum"
CODE = "an expression of a program"
NO_TEXT = "not a text"
_REFERENCE = re.compile(
    rb"(?i)^[$#%][({].*[)}]s?$|\{\{|^%\w+%$|<%|^!(?:ref|sub|getatt|vault|secret|env)\b"
    rb"|^(?:env|file|vault|ssm|sm|asm|secretsmanager|keyvault|keyring|keychain|op|pass|bw|doppler|gcp-?secrets?|azurekv"
    rb"|awssm|ref\+\w+|secret|secrets|config|conjur|akeyless|berglas|kms|infisical|credentialsjson)(?::|/{2}|\+)"
    rb"|^arn:aws|^[a-z]{2}(?:-[a-z]+)+-\d:\d{12}:|^projects/[\w-]+/secrets/|^@microsoft\.keyvault|^https?://|^(?:jdbc|mailto|data|urn|ldaps?|s3|gs):"
    rb"|\.(?:pem|key|crt|cer|p12|pfx|jks|json|ya?ml|toml|ini|txt|conf|cfg|properties|env|js|ts|py|go|rb|java|php|html?"
    rb"|xml|sh|gpg|asc|pub|md|rst|com|org|net|io|svc|local|internal)(?::\d+)?/?$"
)
_VARIABLE = re.compile(rb"(?i)\$[({]|^\\*\$[A-Za-z_]\w*(?![\w$])|^\\+\$\$[A-Za-z_]|^%[({]|#\{|\$\[\[?|^&[a-z]")
_PATH = re.compile(rb"(?i)^(?:\.{0,2}|~|[a-z]:)[/\\](?!/)[\w.\\/ -]+$|^/?(?:[\w.-]+/)+[\w.-]*$")
_DOTTED = re.compile(rb"^[&*]?[A-Za-z_]\w*(?:(?:\.|->|::|\?\.|!\.)[A-Za-z_]\w*)+[();,]*$")
_CODE = re.compile(
    rb"</?\w+>|^\$\$[A-Za-z_]|^--[a-z][a-z-]*=|\\(?:x00|0)$|(?:^|[^\w])(?:process\.env|os\.environ|os\.getenv|getenv|import\.meta|ENV\[|System\.getenv|std::env)\b"
    rb"|^(?:self|this|cls|ctx|req|request|res|response|config|settings|conf|opts|"
    rb"options|args|params|props|state|data|env|event|context|app|user|account|session|session|credentials|creds|var"
    rb"|local|module|each|secrets|vars|input|github|inputs|steps|needs|matrix|values)\.[A-Za-z_]"
    rb"|^(?:new|await|return|lambda|function|async)\b"
    rb"|^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+(?:\|\||&&|\?\?)"
    rb"|^[&*]?[A-Za-z_]\w*(?:->|::)|\$\w+->[{\[]|^\\[dwsbDWSB]|\[(?:\^|a-[zf]|A-[ZF]|0-9)|a-zA-Z|A-Za-z|\(\?[:=!<P]|\\[dwsS][+*{]"
    rb"|^\[[A-Z]\w*(?:\.\w+)+\]::\w|\{[A-Za-z_]\w*(?:\.\w+)*\([^{}]{0,40}\)\}"
)
"""Also a static call of PowerShell, and what Python fills in: ``{uuid.uuid4()}``."""
_LIKE_CODE = re.compile(
    rb"^[A-Za-z_$][\w$.:>-]*(?:\(|\[|\)\.|\{$)|=>|\(.*\)\s*[;{]?$|^[A-Za-z_$]{1,2}\?[\w$.]+:|\\[(|<)]|^[rbuf]?\^|[+*]\)?\$$"
    rb"|^[({\[]+[A-Za-z_]\w+$|^[A-Za-z_:.\-]+\{\w{0,12}\}$|^[=!]=|\w\(\)\{"
)
"""What a random password may have by chance."""
_ENCRYPTED = re.compile(
    rb"(?i)^enc[\[(:]|^\{(?:cipher|aes|aes256|rsa|crypt|ssha\d*|xor|base64url)\}|^\$ansible_vault|^vault:v\d+:|^!encrypted"
    rb"|^pkcs7[,\]]|^sops[:=]|^age1|^AQICAH[A-Za-z0-9]|^AgA[A-Za-z0-9+/]{80}|^eyJ[\w-]*\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+$"
    rb"|^gAAAAA[A-Za-z0-9_-]{60}|^AQIAA[A-Z0-9a-z]{3}AAAApAAA|^U2FsdGVkX1|^hQ[EI]MA|^wcBMA|^\$jasypt"
)
_PUBLIC = re.compile(
    rb"^eyJ[\w-]{8,100}$|^(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2)|^AAAA[BCE][23]Nza|^MIIBIjANBgkqhki|^MIICIjANBgkqhki"
    rb"|^MIGfMA0GCSqGSIb3DQEBAQUAA4"
    rb"|^MFkwEwYHKoZIzj0|^MHYwEAYHKoZIzj0|^MCowBQYDK2Vw|^MI[ID]{1,2}[A-Za-z0-9]{2,4}[CD]CA"
    rb"|^-----BEGIN (?:CERT|PUBLIC|PGP PUB)"
    rb"|^pk_(?:live|test)_|^[A-Za-z0-9_-]+\.apps\.googleusercontent\.com|^did:|^0x[0-9a-fA-F]{40}$"
    rb"|^[xyz]pub[1-9A-HJ-NP-Za-km-z]{80}"
)
_MEDIA = re.compile(
    rb"^iVBORw0KGgo|^TlRMTVNTUAA[BC]|^R0lGOD[dl]h|^/9j/4AAQ|^UklGR|^PHN2Zy|^JVBERi0|^d09GR|^AAEAAAA|^H4sIAAAA|^UEsDB"
)
_CHECKSUM = re.compile(rb"(?i)^(?:sha(?:1|224|256|384|512)|md5|blake[23]\w?|h1)(?:[-:=]|$)")
_BEFORE_CHECKSUM = re.compile(
    rb"(?i)(?<![a-z0-9_])(?:sha-?(?:1|224|256|384|512)(?:sum)?|md5(?:sum)?|blake[23]\w?|integrity|checksum|digest|crc32|etag|revision"
    rb"|commit(?:[ _-]?(?:id|hash|sha))?|h1|srcrev\w*|thumbprint|fingerprint)[\"'\s:=_(,-]{1,6}$"
)
_OF_A_CONFIGURATION = re.compile(rb"\bchecksum/[\w.\-]{1,40}[\"']?:[ ]?[\"']?$")
"""An annotation by which a Deployment is rolled when its Secret changes (helm.sh, 'Chart Development Tips')."""
_OF_A_FILE = re.compile(rb"[\w)\]}-]\.[A-Za-z]\w{0,4}[\"'][ \t]{0,2}(?:=>|[:=])[ \t]{0,2}[\"']$")
"""The name of a file in quotes, and what is told of it: tools remember so what they have looked at."""
_HASH = re.compile(rb"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")


_CONSTANT = re.compile(rb"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|_*[a-z]+\d{0,4}(?:_[a-z]+\d{0,4})+")
_ALGORITHM = re.compile(
    rb"(?i)[\w.\-+/:]*(?:^|[-_/.:])(?:hmac|sha|aes|rsa|ec?dsa|ecdh|oauth|ed25519|md5|pbkdf2|utf|iso|cbc|gcm|chacha20|"
    rb"x509|ssh|tls|aws4)"
    rb"-?\d{0,4}(?:[-_/.:][\w.\-+/:]*)?"
)
_UNBALANCED = re.compile(
    rb"^[*!(&@]+[A-Za-z(/~]|^[^(\[{]*[)\]}]+:?$|^[^(\[{]*[)\]}][^\w]|\$_[A-Z]+\[|^[.,;)\]}]|->$|-$"
)
_RULES = re.compile(rb"[a-z_]{2,30}(?::[^|]{0,80})?(?:\|(?:[a-z_]{2,30}(?::[^|]{0,80})?)?)+")
"""What a field must be, in the words of Laravel (laravel.com, 'Validation') and others: ``required|min:8``."""
_METHOD = re.compile(rb"(?:[A-Z][a-z]+){2,}@[a-z]+(?:[A-Z][a-z]+)*|:\w[\w:]*\((?:f(?:unctio)?n ?\()?\$?\w*")
"""``UserController@resetPassword``; the rest of ``Some::call($x``."""
_NAMED_SO = re.compile(rb"(?:[A-Z][a-z]{2,11}){2,}(?:Key|Token|Secret|Password|Id)")
_LITERAL = re.compile(rb"/\^.*\$/[A-Za-z]{0,4}")
_SALT = re.compile(rb"\$(?:[1567]|2[abxy]|g?y|apr1)\$(?:(?:rounds=)?\d{1,9}\$)?[./A-Za-z0-9]{0,16}\$?")
_VERSION = re.compile(
    rb"v?\d{1,4}\.\d{1,4}\.\d{1,8}(?:[-.+][0-9A-Za-z.+-]+)?|\d{1,3}:\d{1,4}\.\d{1,4}[-.+~][0-9A-Za-z.+~-]+"
    rb"|\d{1,6}\.v[0-9a-f_]{8,20}"
)
"""Also Debian's, with an epoch (deb-version(7)), and those of Jenkins' plug-ins, which end in a commit (JEP-229)."""
_SETTING = re.compile(
    rb"[A-Za-z][\w-]{0,40}\.(?:(?:[A-Za-z][\w-]{0,40}|\d{1,3})\.){0,6}(?:pass(?:word|wd|phrase)?|secret|token|credentials?|(?:api[_-]?)?key)"
)
"""The name of a setting that holds one: ``spring.datasource.password``, ``git-p4.password``."""
_ENCODING = re.compile(
    rb"(?i)(?:base|utf|ucs|latin|cp|windows|iso|koi|big|gb)[-_]?\d{1,5}(?:[-_]?(?:le|be|url|sig|std|raw|hex))?"
)
"""``Buffer.from(password, "base64")``."""
_TYPE = re.compile(
    rb"(?:[A-Z][a-z]{1,20}|[A-Z]+(?=[A-Z][a-z])|[A-Z]+(?![A-Za-z])|V\d{1,2}(?:(?:alpha|beta)\d{1,2})?){3,}"
    rb"|V\d(?:alpha|beta)\d(?:[A-Z][a-z]{1,20})+"
)
"""``GoogleCloudApigeeV1AppGroupAppKey``."""
_DOTTED_LETTERS = re.compile(rb"[a-z]{3,20}\d{0,2}(?:\.[A-Z]?[a-z]{2,20}(?:[A-Z][a-z]{2,20}){0,5})+")
"""``advapi32.CryptGenKey``."""
_FORMAT = re.compile(
    rb"(?:[\w\-.:/@]*\{\d{0,2}\}){2,}[\w\-.:/@]*|[\w\-.:/@]*(?:\{\d{0,2}\}[\w\-.:/@]*)*\{\d{0,2}:[^{}\s]{1,8}\}[\w\-.:/@{}]*"
)
"""``{0}-{1:015d}``, which a program fills in."""
_RESOURCE = re.compile(rb"[A-Za-z]{3,24}/\d{1,20}")
_RESOURCE_TYPE = re.compile(rb"[A-Z][A-Za-z]+\.[A-Z][A-Za-z]+(?:/\w{1,60})+@\d{4}-\d\d-\d\d(?:-\w{1,20})?")
"""``Microsoft.KeyVault/vaults/secrets@2022-07-01`` (learn.microsoft.com, 'Bicep resource declaration')."""
_HASHER = re.compile(rb"[a-z][a-z0-9_]{2,20}\${1,2}")
"""How a hash of Django's begins: ``bcrypt$$``."""
_SIGNED = re.compile(rb"[0-9a-f]{20}:[0-9a-f]{64}")
"""A key's name and what it signed (pusher.com, 'Authentication signatures'): it serves for one connection."""
_PERCENT = re.compile(rb"%[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_MAIL = re.compile(rb"[A-Za-z][\w.+\-]{2,63}@(?:[A-Za-z][A-Za-z\-]{2,30}\.)+[a-z]{2,3}")
_CUT_SHORT = re.compile(rb"(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[A-Za-z0-9+/]{0,80}={0,2}")
"""The beginning of a session token of AWS, of which at least a hundred characters belong together."""
_SCOPE = re.compile(rb"(?i)(?:%2F|/)[a-z0-9]*4_request[^\w]?$")
_JOSE = re.compile(
    rb"A\d{3}(?:CBC-HS\d{3}|GCM(?:KW)?|KW)|PBES2-HS\d{3}\+A\d{3}KW|ECDH-ES\+A\d{3}KW|RSA-OAEP-\d{3}|PBKDF2With\w{4,24}"
)
"""Algorithms of RFC 7518 and of Java's ``SecretKeyFactory``."""
_JAVA_CLASS = re.compile(rb"(?:[a-z][a-z0-9_]{1,20}\.){2,8}[A-Z]\w{1,60}(?:\$\w{1,60})?")
_IDEOGRAPHS = re.compile(rb"(?s).*(?:[\xe3-\xe9][\x80-\xbf]{2}){4}.*")
"""Four signs of Chinese or Japanese, or syllables of some of Korean, in a row: nobody's password, but a sentence."""
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]|\\u00[01][0-9a-fA-F]")


_FINGERPRINT = re.compile(rb"(?i)(?:[0-9a-f]{2}:){7,}[0-9a-f]{2}")
_DATE = re.compile(rb"(?:19|20)\d\d-\d\d(?:-\d\d)?(?:[T _]\d\d:?\d\d(?::?\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?")
_WHOLE = (
    *((form, CODE) for form in (_CONSTANT, _ALGORITHM, _METHOD, _NAMED_SO, _LITERAL, _ENCODING, _FORMAT)),
    *((form, CODE) for form in (_JOSE, _JAVA_CLASS)),
    (_DOTTED_LETTERS, CODE),
    *((form, REFERENCE) for form in (_SETTING, _RESOURCE, _RESOURCE_TYPE, _PERCENT)),
    (_IDEOGRAPHS, A_WORD),
    (_MAIL, "a mail address"),
    (_HASHER, "the salt of a hash"),
    (_SIGNED, "a signature"),
    (_CUT_SHORT, "a session token cut short"),
    (_SALT, "the salt of a hash"),
    (_VERSION, "a version"),
    (_DATE, "a date"),
)
"""What a value is when all of it has a form."""


def reference(value: bytes) -> str:
    """Why it is not the secret itself but an expression or a place where it is found; "" when it may be."""
    is_random = is_scrambled(value)
    if _REFERENCE.search(value) or (not is_random and _VARIABLE.search(value)):
        return REFERENCE
    if not is_random and _LIKE_CODE.search(value):
        return CODE
    if _CODE.search(value) or _SCOPE.search(value) or _is_list_of_rules(value):
        return CODE
    if _FINGERPRINT.match(value):
        return HASHED
    if _CONTROL.search(value) or _is_binary(value):
        return NO_TEXT
    whole = next((reason for form, reason in _WHOLE if form.fullmatch(value)), "")
    if whole or wordiness(value) < _WORDY:
        return whole
    if _TYPE.fullmatch(value):
        return CODE
    if _PATH.search(value):
        return REFERENCE
    if _UNBALANCED.search(value):
        return CODE
    return CODE if _DOTTED.search(value) else ""


def _is_binary(value: bytes) -> bool:
    """No UTF-8, and more of it than the few letters of another alphabet that a password has."""
    is_utf_8 = value.isascii() or value.decode("utf-8", "replace").encode() == value
    return not is_utf_8 and _MOST_HIGH * sum(one > 127 for one in value) > len(value)  # noqa: PLR2004 - ASCII


def _is_list_of_rules(value: bytes) -> bool:
    return _RULES.fullmatch(value) is not None and wordiness(re.sub(rb":[^|]*", b"", value)) >= _ALL_WORDS


def converted(value: bytes) -> str:
    """Why it is no use by itself: encrypted, public, or a picture; "" otherwise."""
    if _ENCRYPTED.search(value):
        return ENCRYPTED
    if _PUBLIC.search(value):
        return PUBLIC
    return "a picture or a file" if _MEDIA.search(value) else ""


def checksum(value: bytes, line: bytes, at: int) -> str:
    """Why it is the hash of something public: by its own prefix or by the word before it; "" otherwise."""
    if _CHECKSUM.search(value) or _BEFORE_CHECKSUM.search(line, max(0, at - 40), at):
        return HASHED
    if _OF_A_CONFIGURATION.search(line, max(0, at - 60), at):
        return HASHED
    is_of_a_file = _HASH.fullmatch(value) and _OF_A_FILE.search(line, max(0, at - 40), at)
    return HASHED if is_of_a_file else ""
