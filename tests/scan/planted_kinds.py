"""The kinds of secret that are planted: values made from a seed, with valid checksums, and the texts they stand in."""

from __future__ import annotations

import base64
import json
import random
import string
import uuid
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from tests.scan.planted_keys import Keys

DIGITS, LOWER, HEX = string.digits, string.ascii_lowercase, "0123456789abcdef"
BASE62 = DIGITS + string.ascii_uppercase + LOWER
URL64 = BASE62 + "-_"
PASSWORD = BASE62 + "#!%#!%"
_NEEDLE = 40


class Nature(Enum):
    """What of its surroundings a value needs to be known."""

    TOKEN = "token"
    """Nothing: it begins with a text of its provider, and is made of letters, digits and ``-_.`` only."""
    CONTEXT = "context"
    """A name, an assignment, an address around it."""
    BLOCK = "block"
    """It has many lines."""


class Dice(random.Random):
    """Random letters from a seed."""

    keys: Keys

    def some(self, letters: str, count: int) -> str:
        return "".join(self.choices(letters, k=count))


@dataclass(frozen=True)
class Kind:
    """``texts`` are the lines it may stand in: ``^`` is the value, ``{user}`` and ``{host}`` are made up."""

    id: str
    make: Callable[[Dice], str] = field(repr=False)
    texts: tuple[str, ...] = ('token = "^"', "export TOKEN=^", '  "token": "^",', "token: ^")
    nature: Nature = Nature.TOKEN


@dataclass(frozen=True)
class Made:
    """A value of a kind. ``needle`` is the part of it that every report of it must hold: the whole, but for keys."""

    kind: Kind
    value: str = field(repr=False)
    text: str = field(repr=False)

    @property
    def needle(self) -> str:
        if self.kind.nature is not Nature.BLOCK:
            return self.value
        lines = self.value.replace("\\n", "\n").split("\n")
        return [line for line in lines if len(line) == max(map(len, lines))][-1][-_NEEDLE:]


def dice(seed: int) -> Dice:
    """Dice with a ring of keys."""
    made = Dice(seed)
    made.keys = Keys(random.Random(seed))
    return made


def make(kind: Kind, roll: Dice) -> Made:
    """The next value of a kind, in the next of its texts."""
    value = kind.make(roll)
    text = roll.choice(kind.texts)
    for name, letters in (("{user}", LOWER), ("{host}", LOWER)):
        text = text.replace(name, roll.some(letters, 9))
    if "{key_id}" in text:
        text = text.replace("{key_id}", key_id(roll))
    return Made(kind, value, text.replace("^", value))


def checked(prefix: str, roll: Dice) -> str:
    """30 letters and the CRC-32 of them in base 62, as GitHub and npm make their tokens."""
    body, tail = roll.some(BASE62, 30), ""
    number = zlib.crc32(body.encode())
    while number:
        number, rest = divmod(number, 62)
        tail = BASE62[rest] + tail
    return prefix + body + tail.rjust(6, "0")


def key_id(roll: Dice) -> str:
    """An AWS access key id that names an account of twelve digits."""
    account = roll.randrange(10**11, 10**12)
    number = (1 << 47) | (account << 7) | roll.getrandbits(7)
    return "AKIA" + base64.b32encode(number.to_bytes(6, "big") + roll.randbytes(4)).decode()


def _aws_secret(roll: Dice) -> str:
    return roll.some(BASE62 + "/+", 40)


def _pypi(roll: Dice) -> str:
    def part(kind: int, body: bytes) -> bytes:
        return bytes((kind, len(body))) + body

    caveat = b'[3,"' + str(uuid.UUID(int=roll.getrandbits(128), version=4)).encode() + b'"]'
    name = str(uuid.UUID(int=roll.getrandbits(128), version=4)).encode()
    macaroon = (
        b"\x02" + part(1, base64.b64decode("cHlwaS5vcmc=")) + part(2, name) + b"\x00" + part(2, caveat) + b"\x00\x00"
    )
    return "pypi" + "-" + _url64(macaroon + part(6, roll.randbytes(32)))


def _url64(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


def _jwt(roll: Dice) -> str:
    head = _url64(b'{"alg":"HS256","typ":"JWT"}')
    claims = {"sub": roll.some(DIGITS, 8), "scope": "admin", "iat": roll.randrange(1_600_000_000, 1_700_000_000)}
    return f"{head}.{_url64(json.dumps(claims).encode())}.{_url64(roll.randbytes(32))}"


def _discord(roll: Dice) -> str:
    return f"{_url64(roll.some('123456789', 18).encode())}.G{roll.some(URL64, 5)}.{roll.some(URL64, 37)}Z"


def _service_account(roll: Dice) -> str:
    return roll.keys.pkcs8().replace("\n", "\\n")


def _basic(roll: Dice) -> str:
    return base64.b64encode(f"{roll.some(LOWER, 8)}:{roll.some(BASE62, 18)}".encode()).decode()


def _drawn(prefix: str, letters: str, count: int) -> Callable[[Dice], str]:
    return lambda roll: prefix + roll.some(letters, count)


def _password(count: int = 20, letters: str = BASE62) -> Callable[[Dice], str]:
    return lambda roll: roll.some(LOWER, 1) + roll.some(letters, count - 2) + roll.some(DIGITS, 1)


_AWS_TEXTS = ("aws_access_key_id = ^", 'AWS_ACCESS_KEY_ID="^"', '  "accessKeyId": "^",')
_PAIR_TEXTS = (
    "[default]\naws_access_key_id = {key_id}\naws_secret_access_key = ^\n",
    'client = Client("{key_id}", "^")',
    '  "AccessKeyId": "{key_id}",\n  "SecretAccessKey": "^",',
)
_C, _B = Nature.CONTEXT, Nature.BLOCK

KINDS: tuple[Kind, ...] = (
    Kind("github classic token", lambda roll: checked("ghp_", roll), ("GITHUB_TOKEN=^", 'token = "^"', "token: ^")),
    Kind("github app token", lambda roll: checked("ghs_", roll)),
    Kind("github fine-grained token", lambda r: "github_pat_" + r.some(BASE62, 22) + "_" + r.some(BASE62, 59)),
    Kind("gitlab token", _drawn("glpat" + "-", BASE62, 20)),
    Kind("npm token", lambda roll: checked("npm_", roll), ("//registry.npmjs.org/:_authToken=^", "NPM_TOKEN=^")),
    Kind("pypi token", _pypi, ("password = ^", "TWINE_PASSWORD=^")),
    Kind("slack bot token", lambda r: f"xoxb-{r.some('123456789', 12)}-{r.some(DIGITS, 13)}-{r.some(BASE62, 24)}"),
    Kind(
        "slack webhook",
        lambda r: f"T{r.some(string.ascii_uppercase, 10)}/B{r.some(string.ascii_uppercase, 10)}/{r.some(BASE62, 24)}",
        ("SLACK=https://hooks.slack.com/services/^", 'url: "https://hooks.slack.com/services/^"'),
        _C,
    ),
    Kind("stripe live key", _drawn("sk_" + "live_", BASE62, 24)),
    Kind("sendgrid key", lambda roll: "SG" + f".{roll.some(URL64, 21)}a.{roll.some(URL64, 42)}b"),
    Kind("openai key", lambda r: f"sk-proj-{r.some(URL64, 74)}T3BlbkFJ{r.some(URL64, 73)}A"),
    Kind("anthropic key", lambda roll: f"sk-ant-api03-{roll.some(URL64, 93)}AA"),
    Kind("google api key", lambda r: f"AIza{r.some(URL64, 34)}w", ('"apiKey": "^",', "GOOGLE_API_KEY=^", 'key: "^"')),
    Kind("hugging face token", _drawn("hf_", string.ascii_letters, 34)),
    Kind("digitalocean token", _drawn("dop_v1_", HEX, 64)),
    Kind("shopify token", _drawn("shpat_", HEX, 32)),
    Kind("databricks token", _drawn("dapi", HEX, 32), ("DATABRICKS_TOKEN=^", 'databricks_token = "^"')),
    Kind("doppler token", _drawn("dp" + ".pt.", BASE62, 43)),
    Kind("vault token", lambda roll: "hvs" + f".CAES{roll.some(URL64, 87)}a", ("VAULT_TOKEN=^", 'vault_token = "^"')),
    Kind("terraform cloud token", lambda r: f"{r.some(BASE62, 14)}.atlasv1.{r.some(URL64, 66)}b"),
    Kind("linear key", _drawn("lin_api_", BASE62, 40)),
    Kind("postman key", lambda roll: f"PMAK-{roll.some(HEX, 24)}-{roll.some(HEX, 34)}"),
    Kind("new relic key", _drawn("NRAK-", DIGITS + string.ascii_uppercase, 27)),
    Kind("docker hub token", lambda roll: f"dckr_pat_{roll.some(URL64, 26)}k"),
    Kind("square secret", lambda roll: f"sq0csp-{roll.some(URL64, 42)}k"),
    Kind("aws access key id", key_id, _AWS_TEXTS),
    Kind("aws key pair", _aws_secret, _PAIR_TEXTS, _C),
    Kind(
        "lone aws secret",
        _aws_secret,
        ("AWS_SECRET_ACCESS_KEY=^", "aws_secret_access_key = ^", 'secretAccessKey: "^"', "aws_secret_key: '^'"),
        _C,
    ),
    Kind(
        "telegram token",
        lambda r: f"{r.some('123456789', 10)}:AA{r.some(URL64, 32)}w",
        ('bot_token = "^"', "TELEGRAM_TOKEN=^", "curl https://api.telegram.org/bot^/getMe"),
        _C,
    ),
    Kind("discord token", _discord, ('DISCORD_TOKEN = "^"', 'client.run("^")', "discord_bot_token: ^"), _C),
    Kind("jwt", _jwt, ("Authorization: Bearer ^", 'jwt = "^"', "session: ^"), _C),
    Kind(
        "azure storage key",
        lambda roll: base64.b64encode(roll.randbytes(64)).decode(),
        ("DefaultEndpointsProtocol=https;AccountName={user};AccountKey=^;EndpointSuffix=core.windows.net",),
        _C,
    ),
    Kind("twilio key", _drawn("SK", HEX, 32), ('twilio_api_key = "^"', "TWILIO_API_KEY=^"), _C),
    Kind("mailgun key", _drawn("key-", HEX, 32), ('mailgun_api_key = "^"', "MAILGUN_KEY=^"), _C),
    Kind("mailchimp key", lambda r: f"{r.some(HEX, 32)}-us{r.randrange(2, 21)}", ('mailchimp_api_key = "^"',), _C),
    Kind("datadog key", _drawn("", HEX, 32), ('DD_API_KEY="^"', "datadog_api_key: ^"), _C),
    Kind(
        "database address",
        _password(18),
        (
            "DATABASE_URL=postgres://{user}:^@db1.{host}.io:5432/orders",
            'uri = "mongodb+srv://{user}:^@cluster0.{host}.mongodb.net/app"',
            "CACHE=redis://:^@cache.{host}.io:6379/0",
            'dsn: "mysql://{user}:^@10.20.4.17:3306/shop"',
        ),
        _C,
    ),
    Kind("address with password", _password(16), ("git clone https://{user}:^@git.{host}.io/team/app.git",), _C),
    Kind("basic authorization", _basic, ("Authorization: Basic ^", '  -H "Authorization: Basic ^" \\'), _C),
    Kind(
        "password",
        _password(20, PASSWORD),
        ('password = "^"', "  password: '^'", 'db_password = "^"', '<property name="password" value="^"/>'),
        _C,
    ),
    Kind("api key", _drawn("", BASE62, 40), ('api_key = "^"', "API_KEY=^", 'const apiKey = "^";'), _C),
    Kind("client secret", _drawn("", BASE62, 32), ("client_secret: ^", '"clientSecret": "^",', 'SECRET_KEY = "^"'), _C),
    Kind("rsa private key", lambda roll: roll.keys.rsa(), ("^",), _B),
    Kind("pkcs8 private key", lambda roll: roll.keys.pkcs8(), ("^",), _B),
    Kind("ed25519 private key", lambda roll: roll.keys.ed25519(), ("^",), _B),
    Kind("ec private key", lambda roll: roll.keys.ec(), ("^",), _B),
    Kind("openssh private key", lambda roll: roll.keys.openssh(), ("^",), _B),
    Kind(
        "google service account",
        _service_account,
        ('{\n  "type": "service_account",\n  "project_id": "{host}-1",\n  "private_key": "^"\n}\n',),
        _B,
    ),
)
