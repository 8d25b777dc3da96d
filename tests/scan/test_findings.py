"""What is a finding, and what is not."""

from __future__ import annotations

import re

import pytest

from irkit.scan.findings import Looked, PassedOver, look
from irkit.scan.pieces import OVERLAP_BYTES, PIECE_BYTES
from tests.scan import planted

KEY = bytes(32)


def seen(text: str | bytes, path: str = "app.py") -> Looked:
    return look(path, [text.encode() if isinstance(text, str) else text], lambda: KEY)


def kinds(text: str | bytes, path: str = "app.py") -> list[str]:
    return [finding.kind for finding in seen(text, path).findings]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("aws_access_key_id", f"aws_access_key_id = {planted.KEY_ID}"),
        ("aws_secret_access_key", f"AWS_SECRET_ACCESS_KEY={planted.AWS_SECRET}"),
        ("aws_secret_access_key", f'  "secretAccessKey": "{planted.AWS_SECRET}",'),
        ("github_token", f"url = https://{planted.GITHUB}@github.com/acme/payments"),
        ("github_fine_grained_token", f"token: {planted.FINE_GRAINED}"),
        ("npm_token", f"//registry.example/:_authToken={planted.NPM}"),
        ("slack_token", f"SLACK={planted.SLACK}"),
        ("slack_webhook", f"post('{planted.WEBHOOK}')"),
        ("private_key", planted.PEM),
        ("private_key", repr(planted.PEM)),
        ("gitlab_token", f"GITLAB={planted.GITLAB}"),
        ("stripe_key", f"stripe.api = '{planted.STRIPE}'"),
        ("sendgrid_key", f"mail = '{planted.SENDGRID}'"),
        ("url_password", f"postgres://app:{planted.TOKEN}@db.internal/app"),
        ("assigned_secret", f'password = "{planted.PASSWORD}"'),
        ("assigned_secret", f'api_key = "{planted.TOKEN}"'),
        ("assigned_secret", f'session_token = "{planted.TOKEN}"'),
        ("assigned_secret", f'{{"client_secret": "{planted.HEX}"}}'),
    ],
)
def test_a_secret_of_each_kind_is_found_once(kind: str, text: str) -> None:
    assert kinds(text) == [kind]


def test_a_password_without_quotes_is_found_in_a_file_of_settings() -> None:
    assert kinds(f"DB_PASSWORD={planted.TOKEN}\n", ".env") == ["assigned_secret"]
    assert kinds(f"db_password: {planted.TOKEN}\n", "values.yaml") == ["assigned_secret"]


def test_a_secret_near_a_key_id_needs_no_name() -> None:
    assert kinds(f"{planted.KEY_ID}\n{planted.AWS_SECRET}\n") == ["aws_access_key_id", "aws_secret_access_key"]


def test_a_finding_tells_the_line_and_never_the_value() -> None:
    (finding,) = seen(f"a = 1\n\ntoken = '{planted.GITHUB}'\n").findings
    assert re.fullmatch(r"app\.py:3: github_token  fp_[0-9a-f]{32}  …\w{4}", str(finding))
    assert str(finding).endswith(planted.GITHUB[-4:])
    assert planted.GITHUB[:-4] not in repr(finding)


def test_one_value_has_one_fingerprint_in_every_place() -> None:
    found = seen(f"{planted.GITHUB}\n\n{planted.GITHUB}\n{planted.NPM}\n").findings
    assert [finding.line for finding in found] == [1, 3, 4]
    assert found[0].fingerprint == found[1].fingerprint != found[2].fingerprint


def test_two_keys_of_one_kind_never_share_a_fingerprint() -> None:
    other = planted.PEM.replace(planted.PEM_BODY[-40:], planted.PEM_BODY[-40:].swapcase())
    assert len({finding.fingerprint for finding in seen(planted.PEM + other).findings}) == 2


def test_a_github_token_with_a_wrong_checksum_is_no_secret_of_any_kind() -> None:
    looked = seen(f'password = "{planted.GITHUB_WRONG}"')
    assert looked.findings == ()
    assert looked.passed_over == {PassedOver.CHECKSUM: 1}


@pytest.mark.parametrize(
    "text",
    [
        "AKIA" + "IOSFODNN7EXAMPLE",
        'password = "ENC(2048:tUf83Ex0oSbDGa8vaU1hGqesODG9J4j4)"',
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
        'password = "your-Pa55word-here"',
        'api_key = "${API_KEY_2024}"',
        'api_key = "prod-xxxxxx-9f3ak2"',
    ],
)
def test_a_placeholder_is_passed_over_and_counted(text: str) -> None:
    looked = seen(text)
    assert looked.findings == ()
    assert looked.passed_over[PassedOver.PLACEHOLDER] == 1


@pytest.mark.parametrize(
    "text",
    [
        "token = get_token_for(user, 2024)",
        "password = os.environ['DB_PASSWORD_1']",
        f"if text.startswith('{planted.PEM_HEAD}'):",
        "secret_name: prod/deploy/aws2",
        f"{planted.PEM_HEAD}\0%s: not a key\0ssh-rsa\0" + "usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy]\0" * 9,
        "def test_the_token_of_2024_is_not_shown(): ...",
        "commit 3f786850e387550fdab836ed7e6dc881de23001b of aws secret key rotation",
        'token_id = "123e4567-e89b-12d3-a456-426614174000"',
        "https://example.org:8080/a@b",
        'api_key = "xxxxxxxxxxxxxxxx1"',
        'password = "correct-horse-battery"',
        '"integrity": "sha512-' + "Zm9v" * 21 + '"',
    ],
)
def test_plain_code_is_no_finding(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize(
    "word", ["pragma: allowlist secret", "gitleaks:allow", "kingfisher:ignore", "nosecret", "pragma: whitelist secret"]
)
def test_the_words_of_every_scanner_allow_their_line_alone(word: str) -> None:
    looked = seen(f"a = '{planted.GITHUB}'  # {word}\nb = '{planted.NPM}'\n")
    assert [finding.line for finding in looked.findings] == [2]
    assert looked.passed_over == {PassedOver.ALLOWED: 1}


def test_a_line_can_allow_the_next_one() -> None:
    text = f"# pragma: allowlist nextline secret\na = '{planted.GITHUB}'\nb = '{planted.NPM}'\n"
    assert [finding.line for finding in seen(text).findings] == [3]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_read(encoding: str) -> None:
    text = f"first\r\ntoken = '{planted.GITHUB}'\r\n".encode(encoding)
    assert [(finding.line, finding.kind) for finding in seen(text).findings] == [(2, "github_token")]


@pytest.mark.parametrize("before", [PIECE_BYTES - 20, PIECE_BYTES - OVERLAP_BYTES - 5, PIECE_BYTES + 7])
def test_a_secret_across_a_cut_is_found_once_on_its_own_line(before: int) -> None:
    line = b"x" * 99 + b"\n"
    filler = line * (before // 100) + b" " * (before % 100)
    chunks = [
        (filler + planted.GITHUB.encode() + b"\n" + line)[at:][: 1 << 20] for at in range(0, before + 200, 1 << 20)
    ]
    found = look("big", chunks, lambda: KEY).findings
    assert [(finding.line, finding.kind) for finding in found] == [(before // 100 + 1, "github_token")]


def test_a_line_of_megabytes_with_a_keyword_everywhere_is_done_in_linear_time() -> None:
    text = "token:secret=key;" * 60_000 + f"'{planted.GITHUB}'"
    assert kinds(text, "min.js") == ["github_token"]


def test_the_key_is_not_asked_for_without_a_finding() -> None:
    def key() -> bytes:
        pytest.fail("nothing was found")

    assert look("a", [b"token = 'AKIAIOSFODNN7EXAMPLE'"], key).findings == ()
