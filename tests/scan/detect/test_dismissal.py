"""Why a value of a secret's shape is no secret."""

from __future__ import annotations

import base64
import hashlib
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.scan.detect.base64_text import unlike_base64_text
from irkit.scan.detect.dismissal import dismissed
from irkit.scan.detect.placeholder import longest_sequence
from irkit.scan.detect.private_key import NO_KEY, unlike_private_key
from irkit.scan.example import example
from irkit.scan.rule import Bounds, Confidence, Rule, Severity

_BASE62 = string.ascii_letters + string.digits


def _rule(confidence: Confidence, checks: tuple[str, ...] = ("random",)) -> Rule:
    return Rule("some_rule", "Some", Severity.HIGH, confidence, "(?P<value>x)", "x", Bounds.NONE, checks=checks)


_SURE, _VAGUE = _rule(Confidence.HIGH, ()), _rule(Confidence.MEDIUM)
_PASSWORD = _rule(Confidence.MEDIUM, ("password",))
_ASSIGNED = _VAGUE._replace(id="assigned_secret")
_ENTRY = _rule(Confidence.MEDIUM, ("base64_text",))


def _random(length: int = 40, seed: int = 7) -> bytes:
    dice = random.Random(seed)
    return "".join(dice.choice(_BASE62) for _ in range(length)).encode()


def _said(line: bytes, value: bytes, rule: Rule = _VAGUE) -> str:
    return dismissed(rule, value, line, line.index(value))


@pytest.mark.parametrize("rule", [_SURE, _VAGUE])
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"AKIAIOSFODNN7" + b"EXAMPLE", "documented example"),
        (b"AKIAQWERT2345" + b"EXAMPLE", "placeholder"),
        (b"ghp_" + b"x" * 36, "placeholder"),
        (b"ghp_" + b"ab" * 18, "a sequence or a repetition"),
        (b"sk_live_" + b"0" * 24, "a sequence or a repetition"),
        (b"xoxb-" + b"1234567890" * 2, "a sequence or a repetition"),
        (b"changeme-" + _random(12), "placeholder"),
        (b"4eC39H".join((b"sk_test_", b"qLyjWDarjtT1zdp7dc")), "documented example"),
    ],
)
def test_plain_placeholders_are_no_secret_of_any_rule(rule: Rule, value: bytes, reason: str) -> None:
    assert _said(b"key = " + value, value, rule) == reason


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"${DB_PASSWORD_1}", "a reference, not a value"),
        (b"{{ vault_token_2 }}", "a reference, not a value"),
        (b"$SECRET_TOKEN_9", "a reference, not a value"),
        (b"%(token_1)s", "a reference, not a value"),
        (b"vault:secret/data/app#t0ken", "a reference, not a value"),
        (b"op://vault/item/t0ken", "a reference, not a value"),
        (b"arn:aws:secretsmanager:eu-west-1:123:secret:a1", "a reference, not a value"),
        (b"/run/secrets/token_v2", "a reference, not a value"),
        (b"certs/server-2024.pem", "a reference, not a value"),
        (b"git-p4.password", "a reference, not a value"),
        (b"azurerm_kubernetes_cluster.main.kube_config.0.password", "a reference, not a value"),
        (b"eu-west-1:734523926525:secret:rds!db-4f6c0e0a", "a reference, not a value"),
        (b"credentialsJSON:4f6c0e0a-7d1b-4c7e-9a43-1b2c3d4e5f60", "a reference, not a value"),
        (b"{AclGetUser_passwords_elements", "an expression of a program"),
        (b"newKey{123}", "an expression of a program"),
        (b"==g||c.ngTrim", "an expression of a program"),
        (b"1b(){e.ea.re(1a.qT)}", "an expression of a program"),
        (b":toMailUsing(function($user", "an expression of a program"),
        (b"1:4.5-1ubuntu2.5", "a version"),
        (b"400.v35420b_922dcb_", "a version"),
        (b"datasource-2.main.api-key", "a reference, not a value"),
        (b"<$cfg->{server1}->{db}", "an expression of a program"),
        (b"process.env.TOKEN_V2", "an expression of a program"),
        (b"self.session_token2", "an expression of a program"),
        (b"get_token(user1)", "an expression of a program"),
        (b"CURLKHTYPE_ED25519", "an expression of a program"),
        (b"AWS4-HMAC-SHA256", "an expression of a program"),
        (b"required|string|min:8", "an expression of a program"),
        (b"nullable|", "an expression of a program"),
        (b"required|regex:/^[0-9]{6}$/", "an expression of a program"),
        (b"ApiUserController@passwordRetake", "an expression of a program"),
        (b":register($container", "an expression of a program"),
        (b"NetErrCtxKey", "an expression of a program"),
        (b"([a-zA-Z0-9-!#$%&", "an expression of a program"),
        (b"/^[\\x21\\x23-\\x27]+$/D", "an expression of a program"),
        (b"c:\\u0001@/?#%d", "not a text"),
        (b"\xd1\xfe\xe2bj0?+\xa1\xd3|\xbc\xf1\xebv", "not a text"),
        (b"$1$SomeSalt$", "the salt of a hash"),
        (b"GoogleCloudApigeeV1AppGroupAppKey", "an expression of a program"),
        (b"V2alpha1ApiKey", "an expression of a program"),
        (b"advapi32.CryptGenKey", "an expression of a program"),
        (b"{0}-{1:015d}", "an expression of a program"),
        (b"latin1", "an expression of a program"),
        (b"--shm-size=256MB", "an expression of a program"),
        (b"Microsoft.KeyVault/vaults/secrets@2022-07-01", "a reference, not a value"),
        (b"\\$$POSTGRES_PASSWORD_1", "a reference, not a value"),
        (b"%s:%s" % (b"1f9c3a7be0" * 2, hashlib.sha256(b"x").hexdigest().encode()), "a signature"),
        (b"bcrypt$$", "the salt of a hash"),
        (b"AQIAAA5mAAAApAAA" + _random(40), "an encrypted value"),
        (b"CHANGE$This!", "placeholder"),
        (b"alsdjfKJKDf1#", "placeholder"),
        (b"tagKeys/123", "a reference, not a value"),
        (b"%SFTP_PWD", "a reference, not a value"),
        (b"jane.doe+x@some-home.se", "a mail address"),
        (b"IQoJb3JpZ2luX2Vj" + _random(40), "a session token cut short"),
        (b"AuthorizerCredential", "a word or a name"),
        (b"-anonymous@", "placeholder"),
        (b"pass@host", "placeholder"),
        (b"newtoken123", "placeholder"),
        (b"v0.0.0-20141017032234-72f9bd7c4e0c", "a version"),
        (b"<your-token-1>", "placeholder"),
        (b"__API_TOKEN_1__", "placeholder"),
        (b"my-secret-token-1", "placeholder"),
        (b"ENC[AES256_GCM,data:Zm9v]", "an encrypted value"),
        (b"{cipher}" + _random(20), "an encrypted value"),
        (b"U2FsdGVkX1" + _random(30), "an encrypted value"),
        (b"AAAAB3NzaC1yc2EAAAADAQABAAABg1" + _random(30), "a public key or a certificate"),
        (b"iVBORw0KGgo" + _random(40), "a picture or a file"),
        (b"sha512-" + _random(60), "a checksum"),
        (b"A128CBC-HS256", "an expression of a program"),
        (b"PBES2-HS512+A256KW", "an expression of a program"),
        (b"PBKDF2WithHmacSHA256", "an expression of a program"),
        (b"sun.security.pkcs11.P11Key$P11SecretKey", "an expression of a program"),
        (b"[System.Web.Security.Membership]::GeneratePassword(24,5)", "an expression of a program"),
        (b"images/{uuid.uuid4()}.jpg", "an expression of a program"),
        (b"%[a-f0-9]{2}", "an expression of a program"),
        (rb"\A[-/_=\.a-zA-Z0-9]+\z", "an expression of a program"),
        (b"demo_" + _random(20), "placeholder"),
        ("修复用户认证时的UUID7解析问题".encode(), "a word or a name"),
    ],
)
def test_what_is_not_the_secret_itself_is_told(value: bytes, reason: str) -> None:
    assert _said(b'token = "' + value + b'"', value) == reason
    assert _said(b'token = "' + value + b'"', value, _SURE) in {"", reason}


def test_a_password_may_hold_what_joins_rules_or_methods() -> None:
    for value in (
        b"poem|Project2014",
        b"Welcome@home7",
        b"a9|kd8|",
        b"1.2.horse",
        b"Base64Kiwi",
        b"kiwi{7}Q",
        b"pass@Mosel7",
        b"GrapeSunV1day",
        b"Mosel@rhein.2024",
        b"m\xfcller7#",
        "пароль7#кот".encode(),
    ):
        assert _said(b'token = "' + value + b'"', value) == ""


def test_a_uuid_is_a_secret_by_a_name_of_access_alone() -> None:
    value = b"0ff0a31a-3727-4cba-b45b-4ba8519499bd"
    for name in (b"mediaKey", b"contentElementTypeKey"):
        assert _said(b'"' + name + b'": "' + value + b'"', value, _ASSIGNED) == "an identifier"
    for name in (b"apiKey", b"CAMO_KEY", b"access_token", b"clientSecret"):
        assert _said(b'"' + name + b'": "' + value + b'"', value, _ASSIGNED) == ""


def test_the_fingerprint_of_a_gpg_key_is_public() -> None:
    value = b"0d96df4d4110e5c43fbfb17f2d347ea6aa65421d"
    assert _said(b'GPG_KEY="' + value + b'"', value, _ASSIGNED) == "the fingerprint of a key"
    assert _said(b'GPG_PRIVATE_KEY="' + _random() + b'"', _random(), _ASSIGNED) == ""


def test_the_key_of_a_connection_that_has_ended_is_of_no_use() -> None:
    value = hashlib.sha384(b"a connection").hexdigest().upper().encode()
    assert _said(b"    Master-Key: " + value, value, _ASSIGNED) == "the key of a TLS connection"
    assert _said(b"    MASTER_KEY: " + value, value, _ASSIGNED) == ""


def test_base64_of_a_phrase_is_a_phrase() -> None:
    value = base64.b64encode(b"this_is_the_very_deep_secret")
    assert _said(b"secret_value: " + value, value) == "a word or a name"
    value = base64.b64encode(_random(21))
    assert _said(b"secret_value: " + value, value) == ""


@pytest.mark.parametrize(
    "name",
    ["public_key", "token_url", "csrf_token", "secretName", "credentials_id", "primary-key", "Sec-WebSocket-Key",
     "key_length", "fakeSecret", "MOCK_TOKEN", "cache_key", "next_page_token", "tokenHash", "KeyVaultName",
     "primary key", "license key", "authenticity_token", "tokenData", "PWDHASH", "CLIENT_NOTSOSECRET",
     "Next page token"],
)  # fmt: skip
def test_a_name_can_say_that_its_value_is_no_secret(name: str) -> None:
    value = _random()
    assert _said(name.encode() + b' = "' + value + b'"', value).startswith("named ")


@pytest.mark.parametrize(
    "name", ["api_key", "clientSecret", "SERVICE_TOKEN", "secret_id", "aws-secret-access-key", "auth", "latest_api_key"]
)
def test_a_telling_name_says_nothing_against_its_value(name: str) -> None:
    value = _random()
    assert _said(name.encode() + b' = "' + value + b'"', value) == ""


@pytest.mark.parametrize("before", [b'NSString *const kApiKey = @"', b'#define API_KEY @"', b"service key = '"])
def test_the_line_before_says_nothing_against_a_value(before: bytes) -> None:
    value = _random()
    assert _said(before + value + before[-1:], value) == ""


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (b"# test vector: key = ", b"", "test vector"),
        (b"RFC 7518 key = ", b"", "test vector"),
        (b"FIPS_KEY_STRING key = ", b"", "test vector"),
        (b"for example key = ", b"", "documented example"),
        (b"https://u:", b"@db.example.com/x", "documented example"),
        (b"assert token == ", b"", "what a test expects"),
        (b"key = ", b"  # not a secret", "said to be no secret"),
        (b"key = ", b"  # noqa: S105", "said to be no secret"),
        (b"sha256: ", b"", "a checksum"),
        (b"commit ", b"", "a checksum"),
    ],
)
def test_the_line_around_can_say_that_it_is_no_secret(before: bytes, after: bytes, reason: str) -> None:
    value = _random()
    assert _said(before + value + after, value) == reason
    assert _said(before + value + after, value, _SURE) == ""


def test_a_password_may_belong_to_a_certificate_or_a_registry() -> None:
    for name in (b"certificateKeystorePassword", b"registry_password", b"site_pass"):
        assert _said(name + b'="' + _random(14) + b'"', _random(14), _PASSWORD) == "", name
    for name in (b"fake_password", b"examplePassword"):
        assert _said(name + b'="' + _random(14) + b'"', _random(14), _PASSWORD) != "", name


def test_a_name_before_the_user_of_a_call_is_not_that_of_its_password() -> None:
    value = _random(14)
    assert _said(b"request.basic_auth 'u', '" + value + b"'", value, _PASSWORD) == ""
    assert _said(b'<credential-reference clear-text="' + value + b'"/>', value, _PASSWORD) == ""


def test_what_a_tool_remembers_of_a_file_is_a_checksum() -> None:
    value = hashlib.md5(_random(), usedforsecurity=False).hexdigest().encode()
    assert _said(b'{"tests/Auth/PasswordTest.php":"' + value + b'"', value) == "a checksum"
    assert _said(b'{"tests/Auth/password":"' + value + b'"', value) == ""


def test_an_entry_of_a_kubernetes_secret_that_names_a_user_or_an_address_is_none() -> None:
    text = base64.b64encode(b"muser2")
    for name in (b"username", b"node.session.auth.username_in", b"azurestorageaccountname", b"apiAddress"):
        assert _said(b"  " + name + b": " + text, text, _ENTRY).startswith("named for something else")
    for name in (b"password", b"user-password", b"key", b"cfg"):
        assert _said(b"  " + name + b": " + text, text, _ENTRY) == ""


def test_base64_of_an_address_or_of_a_word_for_a_value_is_no_secret() -> None:
    for text in (b"tcp://127.0.0.1:5705", b"value-1\r\n", b"abc"):
        assert unlike_base64_text(base64.b64encode(text)) != "", text
    for text in (b"tcp://bot:h7x9Kq@host:5705", b"quobyte7"):
        assert unlike_base64_text(base64.b64encode(text)) == "", text


def test_base64_of_base64_of_a_phrase_is_a_phrase() -> None:
    value = base64.b64encode(base64.b64encode(b"test:test"))
    assert _said(b'header = "Bearer ' + value + b'"', value) == "placeholder"


def test_base64_of_a_placeholder_is_one() -> None:
    value = base64.b64encode(b"please-changeme-" + _random(20))
    assert _said(b"secret: " + value, value) == "placeholder"
    value = base64.b64encode(base64.b64encode(b"wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + b"EXAMPLEKEY"))
    assert _said(b"secret: " + value, value) == "documented example"


def test_a_sequence_does_not_go_on_over_a_line_end() -> None:
    assert longest_sequence(b"vbnm\n1q2w") == 4
    assert longest_sequence(b"yXCVBNM1q2w") == 6


def test_a_sequence_spoils_a_random_value_but_not_a_password() -> None:
    value = _random(20) + b"12345"
    assert _said(b'token = "' + value + b'"', value) == "a sequence or a repetition"
    assert _said(b'password = "Pass!12345"', b"Pass!12345", _PASSWORD) == ""


def test_random_values_are_not_dismissed() -> None:
    kept = [_said(b'api_key = "' + value + b'"', value) for value in (_random(40, seed) for seed in range(1000))]
    assert kept.count("") >= 990


@given(st.binary(max_size=600), st.binary(max_size=80), st.binary(max_size=80))
def test_any_bytes_are_judged_without_a_failure(value: bytes, before: bytes, after: bytes) -> None:
    for rule in (_SURE, _VAGUE, _PASSWORD):
        assert isinstance(dismissed(rule, value, before + value + after, len(before)), str)


@pytest.mark.parametrize(
    ("alphabet", "length"),
    [
        (string.ascii_lowercase + string.digits + "!@#$%^&*(-_=+)", 50),  # Django's
        (_BASE62 + "!@#$%^&*()-_+=", 20),
        (_BASE62 + "!@#%^&*-_+=", 12),
    ],
)
def test_a_random_password_with_signs_is_no_expression_for_the_signs_it_happens_to_have(
    alphabet: str, length: int
) -> None:
    dice = random.Random(3)
    texts = ["".join(dice.choices(alphabet, k=length)).encode() for _ in range(500)]
    assert sum(not _said(b"PASSWORD = '" + text + b"'", text, _PASSWORD) for text in texts) >= 470


@pytest.mark.parametrize(
    "value",
    [
        "^[A-Za-z0-9_-]{3,16}$",
        r"^\d{1,3}(\.\d{1,3}){3}$",
        "$(aws_get_secret_2)",
        "${DB_PASSWORD_12}",
        "%(db_password_12)s",
        "$conf1->db2[$pass3]",
        "a1.b2(c3)=>d4",
        "x1[i2]||y3[j4]",
        "#{ENV2[KEY1]}",
        "getSecret1(config2)",
        r"\$DOCKER_TOKEN",
    ],
)
def test_an_expression_stays_one_however_mixed_its_signs_are(value: str) -> None:
    assert _said(f"PASSWORD = '{value}'".encode(), value.encode(), _PASSWORD)


def test_the_key_of_a_websocket_is_none_and_that_of_a_service_called_socket_is_one() -> None:
    value = _random(32)
    for name in (b"Sec-WebSocket-Key", b"webSocketKey", b"websocket_key"):
        assert _said(name + b": " + value, value) == "named for something else: websocket"
    assert not _said(b"SOCKET_API_KEY=" + value, value)


def test_settings_of_create_react_app_are_no_keys_of_react_elements() -> None:
    value = _random(32)
    assert not _said(b"REACT_APP_API_KEY=" + value, value)
    assert _said(b"reactKey=" + value, value) == "named for something else: react"


def test_random_letters_are_no_name_of_a_type() -> None:
    assert not _said(b'token = "KiASRCRiGFLPDiIdZZLBXaNzXCMEdYIs"', b"KiASRCRiGFLPDiIdZZLBXaNzXCMEdYIs")
    assert _said(b'key = "GoogleCloudApigeeV1AppGroupAppKey"', b"GoogleCloudApigeeV1AppGroupAppKey")


def test_a_token_of_a_status_page_is_no_mark_of_a_page() -> None:
    value = _random(36)
    assert not _said(b"statuspage token = " + value, value)
    assert _said(b"page token = " + value, value) == "named for something else: page"


def test_a_private_key_that_a_log_printed_is_one() -> None:
    lines = example("${pem:PRIVATE}", 3).splitlines()
    block = "\n".join([lines[0], *(f"2026-04-26 12:36:0{number % 10} {line}" for number, line in enumerate(lines[1:]))])
    assert unlike_private_key(block.encode()) == ""
    assert unlike_private_key(block.replace(lines[3], "no line of it").encode()) == NO_KEY


@pytest.mark.parametrize(
    "value",
    [b"P@ssw0rd", b"Pass@word1", b"password1", b"pass01;pass02", b"SQL_password123", b"s3Cr3T@!!!", b"user1Password"],
)
def test_the_word_password_is_none_however_it_is_spelt(value: bytes) -> None:
    assert _said(b"DB_PASSWORD=" + value, value, _PASSWORD) == "placeholder"


@pytest.mark.parametrize("value", [b"Passau-1987", b"Compass2014!", b"kiwi-Secretary7", b"Pass#84512x!"])
def test_a_password_may_begin_or_end_like_the_word(value: bytes) -> None:
    assert _said(b"DB_PASSWORD=" + value, value, _PASSWORD) == ""


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b"DB2INST1_PASSWORD=db2inst1-pwd", b"db2inst1-pwd"),
        (b"WIKI_ADMIN_PASSWORD: wiki@secured", b"wiki@secured"),
        (b"billing_api_token: billing-api-token-12", b"billing-api-token-12"),
    ],
)
def test_what_is_made_of_its_own_name_is_no_secret(line: bytes, value: bytes) -> None:
    rule = _PASSWORD._replace(id="assigned_password_bare")
    assert _said(line, value, rule) in {"made of its own name", "placeholder"}
    assert _said(line.replace(value, b"wiki@Mosel7"), b"wiki@Mosel7", rule) == ""


def test_the_fingerprint_of_a_key_is_told_by_its_capitals() -> None:
    printed = hashlib.sha1(b"x").hexdigest().upper().encode()  # noqa: S324 - any forty digits
    assert _said(b"ENV SOLR_KEY=" + printed, printed, _ASSIGNED) == "the fingerprint of a key"
    assert _said(b'CR_KEY: "' + printed[:16] + b'"', printed[:16], _ASSIGNED) == "the fingerprint of a key"
    for line in (b"API_KEY=" + printed, b"SOLR_KEY=" + printed.lower(), b"SOLR_TOKEN=" + printed):
        value = line.partition(b"=")[2]
        assert _said(line, value, _ASSIGNED) == ""


@pytest.mark.parametrize(
    ("line", "value", "reason"),
    [
        (b'get "/login/reset" => "login#reset_password",', b"login#reset_password", "an expression of a program"),
        (b'(list "auth.password") "skipB64enc" true', b"skipB64enc", "an expression of a program"),
        (b'  "pwd" : "95ec4261124ba5951720b199908d892b",', b"95ec4261124ba5951720b199908d892b", "a checksum"),
        (b"checksum/secrets: " + _random(40), _random(40), "a checksum"),
        (
            b"https://firebasestorage.googleapis.com/v0/b/x/o/a.jpg?alt=media&token=" + _random(40),
            _random(40),
            "a part of an address",
        ),
        (b"passwordVariable: 'hub7Username'", b"hub7Username", "named for something else: variable"),
        (b"issue.e1.ruleKey = java:S4502", b"java:S4502", "named for something else: rule"),
        (b"sonar.projectKey=acme7-web1", b"acme7-web1", "named for something else: project key"),
        (b'"credentialsJSON:' + _random(36) + b'"', _random(36), "a reference, not a value"),
        (b"Postman-Token: " + _random(40), _random(40), "named for something else: postman"),
        (b"websiteToken: '" + _random(24) + b"',", _random(24), "named for something else: websitetoken"),
        (b"implementation 'io.jsonwebtoken:jjwt-api:0.12.6'", b"jjwt-api:0.12.6", "the coordinates of a package"),
        (b" ibm8HZYVQJKEo+" + _random(49, 3), _random(49, 3)[5:], "a part of a longer base64 text"),
    ],
)
def test_a_line_says_what_is_none(line: bytes, value: bytes, reason: str) -> None:
    assert _said(line, value, _PASSWORD) == reason


def test_a_password_in_a_hash_of_ruby_may_hold_what_joins_routes() -> None:
    assert _said(b'"password" => "mango#kiwi_7"', b"mango#kiwi_7", _PASSWORD) == ""


def test_a_word_in_base64_is_no_secret_of_kubernetes_unless_it_says_it_is_a_password() -> None:
    for word in (b"storageos", b"enterprise-metrics", b"password", b"super-secret-password"):
        assert unlike_base64_text(base64.b64encode(word)), word
    for word in (b"mydbpassword", b"kiwi7mango", b"xkqzvbwtprmlgdhsncfjy"):
        assert unlike_base64_text(base64.b64encode(word)) == "", word


def test_what_stands_beside_the_coordinates_of_a_package_is_one() -> None:
    assert _said(b"access_token: jjwt:0.5.1", b"jjwt:0.5.1", _PASSWORD) == ""
    value = _random(64, 3)
    assert _said(b"key = " + value, value, _ASSIGNED) == ""


def test_an_id_of_mongodb_that_a_call_is_given_is_no_token() -> None:
    value = b"5db5d97e287ebe4e58de5f28"
    assert _said(b"await generateAuthTokens('" + value + b"');", value, _ASSIGNED) == "an identifier"
    assert _said(b"authToken = '" + value + b"'", value, _ASSIGNED) == ""


def test_base64_of_a_placeholder_is_one_in_eight_characters_too() -> None:
    assert _said(b"password: bXBhc3My", b"bXBhc3My", _PASSWORD) == "placeholder"
    assert _said(b"password: Kd7mQzX2", b"Kd7mQzX2", _PASSWORD) == ""


def test_an_instrumentation_key_is_an_identifier() -> None:
    value = b"c6d1ccb6-779e-4672-8315-08a3b47086b0"
    assert _said(b'"InstrumentationKey": "' + value + b'"', value, _ASSIGNED) == "an identifier"
    assert _said(b'"SubscriptionKey": "' + value + b'"', value, _ASSIGNED) == ""


def test_a_hash_that_is_called_a_dummy_is_nobodys() -> None:
    hashed = _rule(Confidence.MEDIUM, ())._replace(id="password_hash")
    value = b"$2a$10$" + _random(53)
    assert _said(b'const dummyHash = "' + value + b'"', value, hashed) == "named as a test value"
    assert _said(b'const adminHash = "' + value + b'"', value, hashed) == ""
