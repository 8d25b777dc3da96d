"""What a file's path says of a secret."""

from __future__ import annotations

import base64
import random
import string

import pytest

from irkit.scan.detect import by_name_alone
from irkit.scan.detect.by_name_alone import is_doubtful
from irkit.scan.detect.by_path import dismissed_at
from irkit.scan.rule import Bounds, Confidence, Rule, Severity
from irkit.scan.ruleset import shipped

_dice = random.Random(11)
_TOKEN = "".join(_dice.choice(string.ascii_letters + string.digits) for _ in range(40)).encode()


def _rule(rule_id: str, confidence: Confidence, *checks: str) -> Rule:
    return Rule(rule_id, "Some", Severity.HIGH, confidence, "(?P<value>x)", "x", Bounds.NONE, checks=checks)


_SECRET = _rule("assigned_secret", Confidence.MEDIUM, "random")
_BARE = _rule("assigned_secret_bare", Confidence.MEDIUM, "random")
_PASSWORD = _rule("assigned_password", Confidence.MEDIUM, "password")
_PROVIDER = _rule("github_token", Confidence.HIGH, "github_checksum")


def _said(rule: Rule, value: bytes, path: str) -> str:
    return dismissed_at(rule, value, b'name = "' + value + b'"', path)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("package-lock.json", "hash of a lock file"),
        ("a/b/Cargo.lock", "hash of a lock file"),
        ("go.sum", "hash of a lock file"),
        ("dist/SHA256SUMS", "hash of a lock file"),
        ("static/app.min.js", "minified or generated code"),
        (".yarn/releases/yarn-4.1.0.cjs", "minified or generated code"),
        ("img/logo.svg", "minified or generated code"),
    ],
)
def test_generated_files_hold_no_secret_by_name_alone(path: str, reason: str) -> None:
    assert _said(_SECRET, _TOKEN, path) == reason
    assert _said(_PROVIDER, _TOKEN, path) == ""


@pytest.mark.parametrize(
    "path", ["app/settings.py", "deploy.yaml", "src/Main.java", "docs/setup.md", "tests/test_a.py", ""]
)
def test_random_values_count_in_any_other_file(path: str) -> None:
    assert _said(_SECRET, _TOKEN, path) == ""


@pytest.mark.parametrize(
    ("path", "doubtful"),
    [
        ("tests/test_a.py", True),
        ("src/test/java/com/acme/KeyTest.java", True),
        ("examples/app/settings.py", True),
        ("docs/setup.md", True),
        ("README.md", True),
        ("man/coredns-tsig.7", True),
        (".env.example", True),
        ("vendor/github.com/a/b/docs/x.go", True),
        ("molecule/default/converge.yml", True),
        ("", False),
        (".env", False),
        ("src/app.py", False),
        ("config/app.yml", False),
        ("deploy/values.yaml", False),
        ("deploy/user-data.sh.tpl", False),
        ("notes.txt", False),
        ("message.txt", False),
        ("src/main/java/com/example/demo/Config.java", False),
        ("app/src/main/kotlin/org/acme/samples/Config.kt", False),
        ("src/com/example/Config.java", False),
        ("samples/app/src/main/java/Config.java", True),
        ("vendor/github.com/a/b/c.go", False),
        ("node_modules/a/index.js", False),
        ("src/latest/contest.py", False),
    ],
)
def test_what_a_name_alone_tells_is_doubtful_in_tests_examples_and_documents(path: str, doubtful: bool) -> None:  # noqa: FBT001
    assert is_doubtful(_SECRET, path) is doubtful
    assert not is_doubtful(_rule("github_token", Confidence.HIGH, "github_checksum"), path)
    assert not is_doubtful(_rule("url_password", Confidence.MEDIUM, "password"), path)


def test_the_rules_that_know_a_form_are_there() -> None:
    assert {rule.id for rule in shipped() if rule.confidence is Confidence.MEDIUM} >= by_name_alone._BY_FORM


@pytest.mark.parametrize(
    "path",
    [
        "tests/test_main.py",
        "tests/data/x.yaml",
        "docs/index.rst",
        "README.md",
        "examples/.env",
        "x.dist-info/METADATA",
        "README.txt.gz",
        "",
    ],
)
def test_a_weak_password_does_not_count_in_an_example_or_a_test(path: str) -> None:
    assert _said(_PASSWORD, b"hunter22", path) == "a weak password in an example or a test"


@pytest.mark.parametrize("path", [".env", "conf/app.yaml", "config.php", "app/database.yml", "deployment-config.json"])
def test_a_weak_password_of_a_configuration_counts(path: str) -> None:
    assert _said(_PASSWORD, b"hunter22", path) == ""


def test_a_command_in_a_message_was_run_with_its_password() -> None:
    typed = _rule("command_line_user", Confidence.MEDIUM, "password")
    assert _said(typed, b"hunter22", "") == ""
    assert _said(typed, b"hunter22", "README.md") != ""


def test_a_strong_password_counts_in_a_program_too() -> None:
    assert _said(_PASSWORD, b"zCGp9*ghPmt#ezFjdr", "src/main.py") == ""


def test_what_stands_bare_in_a_program_is_an_expression_unless_it_is_plainly_random() -> None:
    assert _said(_BARE, b"known_hosts_key2", "lib/ssh.c") == "an expression of a program"
    assert _said(_BARE, b"k3Yz9qLw8TbV", "lib/ssh.c") == "an expression of a program"
    assert _said(_BARE, _TOKEN, "lib/ssh.c") == ""
    assert _said(_BARE, b"k3Yz9qLw8TbV", "app.ini") == ""


def test_a_transcript_in_documentation_is_an_example() -> None:
    line = b'  $ export API_KEY="' + _TOKEN + b'"'
    assert dismissed_at(_SECRET, _TOKEN, line, "docs/config.rst") == "shown in a transcript"
    assert dismissed_at(_SECRET, _TOKEN, line, "deploy.env") == ""
    line = b"    $ {command} --key='" + _TOKEN + b"'"
    assert dismissed_at(_SECRET, _TOKEN, line, "surface/describe.py") == "shown in a transcript"


def test_what_a_program_printed_in_a_text_of_python_is_shown() -> None:
    """``NAME:'value'`` is no statement; with a blank it is YAML, and in any other file it may be a setting."""
    line = b"            SECRET_KEY:'" + _TOKEN + b"'"
    assert dismissed_at(_SECRET, _TOKEN, line, "pkg/config.py") == "shown in a transcript"
    assert dismissed_at(_SECRET, _TOKEN, line.replace(b":", b": "), "pkg/config.py") == ""
    assert dismissed_at(_SECRET, _TOKEN, line, "conf/app.conf") == ""


def test_the_id_of_what_jenkins_keeps_is_no_secret_in_a_pipeline() -> None:
    value = b"4f6c0e0a-7d1b-4c7e-9a43-1b2c3d4e5f60"
    line = b'    HUB_CREDENTIALS = "' + value + b'"'
    assert dismissed_at(_SECRET, value, line, "ci/Jenkinsfile.release") == "an identifier"
    assert dismissed_at(_SECRET, value, line, "ci/settings.ini") == ""


def test_the_manifest_of_a_jar_holds_hashes_for_every_rule_by_a_name() -> None:
    by_name = _rule("honeycomb_key_by_name", Confidence.MEDIUM, "mixed")
    assert _said(by_name, _TOKEN, "META-INF/MANIFEST.MF") == "hash of a lock file"
    assert _said(by_name, _TOKEN, "conf/app.conf") == ""


def test_a_password_in_quotes_behind_a_short_name_is_no_expression_of_a_program() -> None:
    short = _rule("short_named_password_bare", Confidence.MEDIUM, "password")
    value = b"kX9fQ2mRt8Lz!7"
    for line in (b"pw = '" + value + b"'", b'DATA = {"pw": "' + value + b'"}'):
        assert dismissed_at(short, value, line, "src/x.py") == ""
    assert dismissed_at(short, value, b"pw = " + value, "src/x.py") == "an expression of a program"
    assert (
        dismissed_at(short, b"grape1999", b"pw = 'grape1999'", "src/x.py") == "a weak password in an example or a test"
    )


def test_what_a_makefile_sets_is_a_text_and_no_expression() -> None:
    bare = _rule("assigned_password_bare", Confidence.MEDIUM, "password")
    assert dismissed_at(bare, b"Coffee1994!", b"DB_PASSWORD ?= Coffee1994!", "Makefile") == ""
    assert dismissed_at(bare, b"Coffee1994!", b"\tlogin(password=Coffee1994!)", "Makefile") != ""


def test_rows_of_a_keyboard_are_weak() -> None:
    assert dismissed_at(_PASSWORD, b"asdfqwer1234asdf", b"password = asdfqwer1234asdf", "tests/x.conf") != ""
    assert dismissed_at(_PASSWORD, b"asdfqwer1234asdf", b"password = asdfqwer1234asdf", "deploy/x.conf") == ""


def test_a_path_that_is_no_utf_8_is_judged_as_well() -> None:
    assert _said(_SECRET, _TOKEN, "caf\udce9/yarn.lock") == "hash of a lock file"


def test_a_weak_literal_of_a_program_counts_unless_it_is_a_numbered_word() -> None:
    assert _said(_PASSWORD, b"grape1999", "src/main.py") == ""
    assert _said(_PASSWORD, b"latin1", "src/main.py") == "a weak password in an example or a test"


def test_a_weak_password_in_a_sentence_of_a_program_is_an_example() -> None:
    line = b"  To set the password to `grape1999` run:"
    assert dismissed_at(_PASSWORD, b"grape1999", line, "src/main.py") == "a weak password in an example or a test"
    assert dismissed_at(_PASSWORD, b"grape1999", b"password = `grape1999`", "src/main.py") == ""


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("tests/certs/server.key", "a key of a test"),
        ("keys/dummy.pem", "named as a test value"),
        ("t/lib-gpg/keyring.gpg", "a key of a test"),
        ("backup/keyring.gpg", ""),
        ("usr/lib64/libssh.so.4.8.7", "part of an installed program"),
        ("pkg/tls/store_test.go", "a key of a test"),
        ("src/test/java/a/TlsTest.java", "a key of a test"),
        ("integration/fixtures/https/dynamic.toml", "a key of a test"),
        ("vendor/github.com/a/b/README.md", "in a test or a text of a library"),
        ("vendor/github.com/a/b/certs/server.key", "in a test or a text of a library"),
        ("vendor/acme/certs/server.key", ""),
        ("pkg/tls/contest.go", ""),
        ("deploy/server.key", ""),
        ("caddytest/server.key", "a key of a test"),
        ("integration_tests/server.key", "a key of a test"),
        ("charts/x/ci/tls-values.yaml", "a key of a test"),
        ("latest/server.key", ""),
        ("contest/server.key", ""),
        ("certs/app.localhost.key", "named as a test value"),
        ("examples/https/server.key", "a key of an example"),
        ("node_modules/a/lib/server.key", "in a test or a text of a library"),
        ("vendor/a/h2demo/server.key", "in a test or a text of a library"),
        ("tests/readme.txt", ""),
    ],
)
def test_a_private_key_is_judged_by_whose_it_is(path: str, reason: str) -> None:
    key = _rule("private_key", Confidence.HIGH, "pem")
    assert dismissed_at(key, b"-----BEGIN", b"-----BEGIN", path) == reason


def test_a_password_hash_of_a_test_is_no_secret() -> None:
    hashed = _rule("password_hash", Confidence.MEDIUM)
    assert dismissed_at(hashed, b"$6$x", b"$6$x", "t/passwd") == "a hash in a test or an example"
    assert dismissed_at(hashed, b"$6$x", b"$6$x", "etc/shadow") == ""


def test_a_hash_where_a_password_belongs_is_one_too() -> None:
    netrc = _rule("netrc_password", Confidence.MEDIUM, "password")
    assert _said(netrc, b"$y$j9T$" + _TOKEN, "tests/data/x") == "a hash in a test or an example"
    assert _said(netrc, b"$y$j9T$" + _TOKEN, "home/.netrc") == ""


def test_the_hash_that_a_factory_of_test_data_gives_everybody_is_no_secret() -> None:
    hashed = _rule("password_hash", Confidence.MEDIUM)
    for path in ("database/factories/UserFactory.php", "db/seeds/users.sql"):
        assert dismissed_at(hashed, b"$2y$10$x", b"$2y$10$x", path) == "a hash in a test or an example"


@pytest.mark.parametrize(
    "path",
    [
        "vendor/github.com/a/b/client_test.go",
        "node_modules/a/README.md",
        "node_modules/a/.travis.yml",
        "lib/python3.12/site-packages/a/tests/test_b.py",
        "Godeps/_workspace/src/github.com/a/b/docs/use.yml",
    ],
)
def test_the_tests_and_texts_of_libraries_hold_nobodys_secrets_by_name_alone(path: str) -> None:
    assert _said(_SECRET, _TOKEN, path) == "in a test or a text of a library"
    assert _said(_PROVIDER, _TOKEN, path) == ""


@pytest.mark.parametrize(
    "path", ["vendor/github.com/a/b/client.go", "node_modules/a/node_modules/b/main.js", "README.md"]
)
def test_what_libraries_run_and_what_is_ours_counts(path: str) -> None:
    assert _said(_SECRET, _TOKEN, path) == ""


def test_a_key_without_its_frame_is_a_tests_too() -> None:
    assert _said(_SECRET, b"MIICdQIBADANBgkqhki" + _TOKEN, "src/test/java/a/HeldTest.java") == "a key of a test"
    assert _said(_SECRET, b"MIICdQIBADANBgkqhki" + _TOKEN, "src/main/java/a/Held.java") == ""


def test_a_weak_password_in_base64_is_weak() -> None:
    value = base64.b64encode(b"letters-and-7")
    assert _said(_PASSWORD, value, "pkg/fixtures/secret.yml") == "a weak password in an example or a test"
    assert _said(_PASSWORD, value, "deploy/secret.yml") == ""


def test_a_providers_shape_by_name_alone_is_not_ours_in_a_librarys_test() -> None:
    by_name = _rule("splunk_token", Confidence.MEDIUM, "disordered")
    assert _said(by_name, _TOKEN, "vendor/a/splunk_test.go") == "in a test or a text of a library"
    assert _said(by_name, _TOKEN, "pkg/splunk_test.go") == ""


def test_a_json_web_key_of_a_test_or_a_copied_library_is_not_anybodys() -> None:
    key = _rule("jwk_private_key", Confidence.HIGH, "mixed")
    assert _said(key, _TOKEN, "tests/keys/jwk.json") == "a key of a test"
    assert _said(key, _TOKEN, "vendor/x/docs/jwt.md") == "in a test or a text of a library"
    assert not _said(key, _TOKEN, "conf/jwk.json")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("'app.key' =>", "a key of a test"),
        ("SECRET_KEY =", "a key of a test"),
        ("jwtSecret:", "a key of a test"),
        ("'--key' =>", "a key of a test"),
        ("encryption_key =", "a key of a test"),
        ("api_key =", ""),
        ("client_secret =", ""),
        ("aws_secret_key =", ""),
        ("token =", ""),
    ],
)
def test_a_key_with_which_a_program_signs_opens_nothing_else_in_its_test(name: str, reason: str) -> None:
    line = name.encode() + b" '" + _TOKEN + b"'"
    assert dismissed_at(_SECRET, _TOKEN, line, "tests/Feature/CryptTest.php") == reason
    assert dismissed_at(_SECRET, _TOKEN, line, ".github/workflows/tests.yml") == reason
    assert dismissed_at(_SECRET, _TOKEN, line, "config/app.php") == ""


def test_a_web_token_of_a_test_or_an_example_is_no_secret() -> None:
    web_token = _rule("jwt", Confidence.MEDIUM, "jwt")
    assert _said(web_token, _TOKEN, "tests/api.postman_collection.json") == "a key of a test"
    assert _said(web_token, _TOKEN, "examples/jwt/main.rs") == "a key of a test"
    assert _said(web_token, _TOKEN, "src/client.cs") == ""


def test_a_frameworks_own_key_in_a_test_is_no_secret() -> None:
    own = _rule("laravel_app_key", Confidence.HIGH)
    assert _said(own, _TOKEN, "tests/Unit/KeyTest.php") == "a key of a test"
    assert _said(own, _TOKEN, ".env") == ""


@pytest.mark.parametrize(
    ("path", "line", "reason"),
    [
        ("src/main/resources/db/h2/data.sql", b"('a', '^')", "a hash in a test or an example"),
        ("config/liquibase/users.csv", b"3;admin;^;x", "a hash in a test or an example"),
        ("auth/hashes.go", b'\treturn []byte("^")', "a hash in a test or an example"),
        ("values.yaml", b"  #     foo:^", "a hash in a test or an example"),
        ("values.yaml", b"  admin:^", ""),
        ("auth/users.go", b'\tadmin := "^"', ""),
    ],
)
def test_a_hash_that_stands_for_everybody_or_nobody_is_none(path: str, line: bytes, reason: str) -> None:
    hashed = _rule("password_hash", Confidence.MEDIUM)
    value = b"$2a$14$" + _TOKEN
    assert dismissed_at(hashed, value, line.replace(b"^", value), path) == reason


def test_a_hash_of_postgresql_is_one() -> None:
    for value in (b"md5" + b"4f6c0e0a7d1b4c7e" * 2, b"SCRAM-SHA-256$4096:" + _TOKEN):
        line = b"    password: " + value
        assert dismissed_at(_PASSWORD, value, line, "tests/roles.yml") == "a hash in a test or an example"
        assert dismissed_at(_PASSWORD, value, line, "plugins/role.py") == "a hash in a test or an example"
        assert dismissed_at(_PASSWORD, value, line, "deploy/roles.yml") == ""


def test_a_builds_own_database_has_a_password_for_nobody() -> None:
    line = b"          SA_PASSWORD: Forge123"
    assert dismissed_at(_PASSWORD, b"Forge123", line, ".github/workflows/tests.yml") != ""
    assert dismissed_at(_PASSWORD, b"Forge123", line, "deploy/tests.yml") == ""
    assert dismissed_at(_PASSWORD, b"Forge123", b"  password: Forge123", ".travis.yml") == ""
    assert dismissed_at(_PASSWORD, b"Forge123", b"  #" + line, "deploy/tests.yml") != ""


def test_a_password_that_is_the_name_of_its_project_is_none() -> None:
    reason = "a password made of the name of its file or folder"
    assert _said(_PASSWORD, b"quokka12", "k8s/quokka/secret.yaml") == reason
    assert _said(_PASSWORD, base64.b64encode(b"quoKka123"), "k8s/quokka/secret.yaml") == reason
    assert _said(_PASSWORD, b"quokka12", "k8s/wombat/secret.yaml") == ""
    assert _said(_PASSWORD, b"admin123", "k8s/admin/secret.yaml") == ""


@pytest.mark.parametrize("path", ["deploy/sample.env", "quickdemo/app.env", "pkg/doc.go", "example-config.yaml"])
def test_samples_are_told_by_their_names(path: str) -> None:
    assert _said(_PASSWORD, b"hunter22", path) == "a weak password in an example or a test"


def test_the_pom_in_a_jar_and_a_made_up_file_hold_nobodys_secrets() -> None:
    assert _said(_SECRET, _TOKEN, "META-INF/maven/org.a/b/pom.xml") == "in a test or a text of a library"
    assert _said(_SECRET, _TOKEN, "pom.xml") == ""
    assert _said(_SECRET, _TOKEN, "mock-services.json") == "named as a test value"
    assert _said(_SECRET, _TOKEN, "mockingbird/services.json") == ""


@pytest.mark.parametrize("path", ["fastlane/images/3.png", "assets/mobilenet.tflite", "lib/etree.cp312.pyd"])
def test_no_name_stands_in_a_picture_or_a_model(path: str) -> None:
    assert _said(_BARE, _TOKEN, path) == "not a text"
    assert _said(_PROVIDER, _TOKEN, path) == ""


def test_a_digest_in_a_table_that_a_new_database_is_filled_with_is_nobodys() -> None:
    column = _rule("column_password", Confidence.MEDIUM, "password")
    value = b"b8f57d6d6ec0a60dfe2e20182d4615b12e321cad9e2979e0b9f81e0d6eda78ad9b6dcfe53e4e22d1"
    assert _said(column, value, "src/main/resources/liquibase/users.csv") == "a hash in a test or an example"
    assert _said(column, value, "export/users.csv") == ""
    assert _said(column, b"kiwi7-Mango42", "liquibase/users.csv") == ""


def test_a_playbook_that_molecule_runs_is_a_test() -> None:
    assert _said(_PASSWORD, b"Root123$", "molecule/default/converge.yml") == "a weak password in an example or a test"
