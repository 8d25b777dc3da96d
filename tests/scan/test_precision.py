"""What the rules by context find and what they pass over, in the forms that languages and tools write."""

from __future__ import annotations

import base64
import hashlib
import random
import string
import uuid

import pytest

from irkit.scan.detect.by_path import dismissed_at
from irkit.scan.detect.detector import Detector
from irkit.scan.detect.loading import detector
from irkit.scan.ruleset import SHIPPED, load

_dice = random.Random(44)


def _some(count: int, letters: str = string.ascii_letters + string.digits) -> str:
    while True:
        text = "".join(_dice.choices(letters, k=count))
        if any(one.isdigit() for one in text) and any(one.isalpha() for one in text):
            return text


TOKEN, PASSWORD = _some(40), "h7#!" + _some(14) + "%&"
HEX = _some(32, string.hexdigits[:16])
PAIR = base64.b64encode(f"bot:{_some(18)}".encode()).decode()
UUID = str(uuid.UUID(int=_dice.getrandbits(128), version=4))
SHA = hashlib.sha256(TOKEN.encode()).hexdigest()


@pytest.fixture(scope="module")
def generic() -> Detector:
    return detector(load(SHIPPED / "generic.toml"))


def _found(generic: Detector, text: str, path: str = "app.conf") -> set[str]:
    return {
        one.value.decode()
        for one in generic.look(text.encode()).sightings
        if not (one.dismissed or dismissed_at(generic.rule(one.rule), one.value, one.near, path))
    }


@pytest.mark.parametrize(
    "line",
    [
        'api_key = "^"',
        "api_key = '^'",
        "API_KEY=^",
        "export SERVICE_TOKEN=^",
        "ENV AUTH_TOKEN=^",
        '"clientSecret": "^",',
        r"\"access_token\": \"^\",",
        "auth_token: ^",
        "secret_key_base: ^",
        'const apiKey = "^";',
        'let secret := "^"',
        'private static final String SECRET_KEY = "^";',
        'private String token = new String("^");',
        '$api_key = "^";',
        ":api_key => '^',",
        'secret = os.environ.get("APP_SECRET", "^")',
        'val t = System.getenv("API_TOKEN") ?: "^"',
        'const t = process.env.API_TOKEN || "^"',
        'if token == "^":',
        "<ApiToken>^</ApiToken>",
        '<add key="ApiSecret" value="^" />',
        "curl -H 'Authorization: Bearer ^' https://host.tld",
        'headers = {"Authorization": "token ^"}',
        "https://host.tld/x?api_key=^&y=1",
        "tool login --token=^ --quiet",
        "tool login --api-key ^",
        "//npm.host.tld/:_authToken=^",
        "SECRET_KEY = b'^'",
        '#define API_SECRET "^"',
    ],
)
def test_an_unknown_token_is_found_by_its_name(generic: Detector, line: str) -> None:
    assert _found(generic, line.replace("^", TOKEN)) == {TOKEN}


@pytest.mark.parametrize(
    "line",
    [
        'password = "^"',
        "db_password: '^'",
        'userPass("^")',
        'password "^"',
        "user username: 'x', password: '^', role: 'y'",
        'password (System.getenv("A") != null ? System.getenv("NEXUS_PSW") : "^")',
        "CREATE USER app IDENTIFIED BY '^';",
        "ALTER USER app WITH PASSWORD '^';",
        'curl -u "bot:^" https://host.tld',
        "sshpass -p '^' ssh root@host",
        "<password>^</password>",
        'identity "x"\npassword "^"',
    ],
)
def test_a_password_with_signs_is_found(generic: Detector, line: str) -> None:
    value = PASSWORD if "<" not in line else PASSWORD.replace("&", "+")
    assert _found(generic, line.replace("^", value)) == {value}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (f"DB=postgres://app:{TOKEN}@db.host.tld/x", TOKEN),
        (f"machine mail.host.tld login bot password {TOKEN}", TOKEN),
        (f"db.host.tld:5432:app:app:{TOKEN}", TOKEN),
        (f"Server=db;Uid=app;Pwd={TOKEN};", TOKEN),
        (f"Authorization: Basic {PAIR}", PAIR),
        (f'{{"auths": {{"host": {{"auth": "{PAIR}"}}}}}}', PAIR),
        (f"_auth = {PAIR}", PAIR),
        (f"kind: Secret\ndata:\n  anything: {PAIR}\n", PAIR),
        (f"admin:$apr1${TOKEN[:8]}${TOKEN[:22]}", f"$apr1${TOKEN[:8]}${TOKEN[:22]}"),
        (f"CLIENT_SECRET={UUID}", UUID),
        (f"secret_id={UUID}", UUID),
        (f"API_TOKEN={HEX}", HEX),
    ],
)
def test_credentials_are_found_in_the_files_that_keep_them(generic: Detector, text: str, value: str) -> None:
    assert _found(generic, text) == {value}


@pytest.mark.parametrize(
    "text",
    [
        'password = "password"',
        'password: "changeme1234"',
        'password = "<your-password-1>"',
        "password = ${DB_PASSWORD_1}",
        "password: {{ vault_db_password_1 }}",
        'password = request.form["password1"]',
        "password: str = Field(min_length=8)",
        'label = "Enter your password: 8 characters at least"',
        "api_key = your_api_key_1",
        f'public_key = "{TOKEN}"',
        f'token_url = "https://id.host.tld/{TOKEN}"',
        f'csrf_token = "{TOKEN}"',
        f'"integrity": "sha512-{TOKEN}{TOKEN}=="',
        f'"key_id": "{UUID}"',
        f'commit: "{SHA[:40]}"',
        f'"secret_store_commit": "{SHA[:40]}"',
        f"credentialsId: '{UUID}'",
        f"token: {SHA}  # not a secret",
        f"  hash = {SHA} --hash=sha256:{SHA}",
        'KEY = "000102030405060708090a0b0c0d0e0f"',
        'TOKEN = "0123456789abcdef0123456789abcdef"',
        "secret: ENC[AES256_GCM,data:Zm9vYmFyMTIz,iv:YWJj,tag:ZGVm,type:str]",
        f"secret: vault:v1:{TOKEN}",
        'secret: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-a1b2c3"',
        "secretKeyRef:\n  name: my-secret-2\n  key: token-1",
        "token: op://Private/host/token1",
        "Authorization: Bearer $ACCESS_TOKEN_1",
        "https://user:password@host.tld/",
        f"https://user:{TOKEN}@db.example.com/",
        "tokenizer = AutoTokenizer2.from_pretrained('bert-base-uncased-v2')",
        "SSL_KEY_TYPE = 'KEY_ALGORITHM_ED25519_SHA512'",
        f"ssh_key = 'ssh-rsa AAAAB3NzaC1yc2E{TOKEN}{TOKEN}'",
        "logo_key = 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUA'",
        "primary_auth: user_authentication_v2",
        "password_last_used: 2016-09-08T21:47:36Z",
        "PASS: ld-elf/pr14156a",
        "one can pass `SSL_OP_NO_TLSv1`",
        "kind: Secret\nmetadata:\n  name: mysecretname\n  namespace: production\n",
    ],
)
def test_what_is_no_secret_is_passed_over(generic: Detector, text: str) -> None:
    assert _found(generic, text) == set()


def test_a_long_line_full_of_names_is_looked_at_to_its_end(generic: Detector) -> None:
    """In a second; what goes back at each of its names would take minutes."""
    names, value = b'password_token_key="a ' * 300_000, _some(24)
    seen = generic.look(names + b'"\n' + f'db_password = "{value}"'.encode())
    assert [one.value for one in seen.sightings if not one.dismissed] == [value.encode()]
