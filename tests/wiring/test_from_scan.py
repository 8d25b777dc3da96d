"""From the report of a real scan to the inputs of a runbook: read again, proven, and refused when it does not hold."""

from __future__ import annotations

import base64
import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest
from pydantic import JsonValue

from irkit.clients.git_objects import locator_parts
from irkit.errors import Refused, UsageError
from irkit.runbook.load import load, loads
from irkit.runbook.shelf import shipped_folder
from irkit.secret import Secret
from irkit.wiring import scan_report as reports
from irkit.wiring.chosen_finding import FindingNotChosen
from irkit.wiring.from_scan import HandOver, Wanted, handed_over
from irkit.wiring.inputs import given
from irkit.wiring.read_again import FindingMoved
from irkit.wiring.scan_report import ReportInvalid, scan_report
from tests.scan import planted
from tests.scan.work_tree import WorkTree

KEY_LEAK = load(shipped_folder() / "key_leak.yaml")
_dice = random.Random(31)


class Pair(NamedTuple):
    """An access key, made for a test."""

    id: str
    secret: str

    @property
    def env(self) -> str:
        return f"AWS_ACCESS_KEY_ID={self.id}\nAWS_SECRET_ACCESS_KEY={self.secret}\n"


def pair(prefix: str = "AKIA") -> Pair:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    return Pair(
        prefix + "".join(_dice.choice(letters) for _ in range(16)),
        "".join(_dice.choice(planted.BASE62 + "/+") for _ in range(40)),
    )


ONE, TWO = pair(), pair()


@pytest.fixture(scope="session")
def cache(rules_cache: Path) -> Path:
    return rules_cache


@pytest.fixture
def tree(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> WorkTree:
    made = WorkTree(tmp_path, cache)
    for name in ("IRKIT_DATA_FOLDER", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, made.environment[name])
    monkeypatch.chdir(made.folder)
    return made


def scanned(tree: WorkTree, *words: str) -> Path:
    """The report of a scan of the tree, beside it."""
    report = tree.folder.parent / "report.json"
    told = tree.scan(*words, "--format", "json", "--output", str(report))
    assert told.code == 1, told.err
    assert not any(each in report.read_text() for each in (ONE.id, ONE.secret, TWO.id, TWO.secret))
    return report


def over(report: Path, finding: str = "", folder: Path | None = None, **inputs: JsonValue | Secret) -> HandOver:
    return handed_over(scan_report(str(report)), Wanted(KEY_LEAK, inputs, finding, folder or Path()))


def fingerprint(report: Path, rule: str, value: str) -> str:
    findings = json.loads(report.read_text())["findings"]
    return str(next(each["fingerprint"] for each in findings if each["rule"] == rule and value[-4:] in each["last4"]))


def altered(report: Path, change: Mapping[str, JsonValue]) -> Path:
    """The report, with this in every place."""
    made = json.loads(report.read_text())
    for finding in made["findings"]:
        finding["places"] = [{**place, **change} for place in finding["places"]]
    report.write_text(json.dumps(made))
    return report


def test_a_key_in_the_history_gives_its_id_and_its_repository(tree: WorkTree) -> None:
    tree.git("remote", "add", "origin", "https://git.example.org/acme/payments.git")
    first = tree.commit("conf/prod.env", ONE.env)
    tree.commit("conf/prod.env", "taken=out\n")
    got = over(scanned(tree))
    assert got.inputs == {
        "key_id": ONE.id,
        "repository_url": "https://git.example.org/acme/payments.git",
        "repository": "acme/payments",
    }
    assert got.filled["key_id"] == f"AKIA…{ONE.id[-4:]}"
    assert f"brought by commit {first[:12]}" in got.note
    assert "in conf/prod.env:1" in got.note


def test_the_note_has_a_locator_of_the_key_and_no_value(tree: WorkTree) -> None:
    tree.git("remote", "add", "origin", "https://git.example.org/acme/payments.git")
    tree.commit("prod.env", ONE.env)
    report = scanned(tree)
    got = over(report)
    assert fingerprint(report, "aws_access_key_id", ONE.id) in got.note
    at = next(part for part in got.note.split("; ") if part.startswith("at "))
    url, object_id, start, length = locator_parts(at.removeprefix("at "))  # type: ignore[arg-type]
    assert url == "https://git.example.org/acme/payments.git"
    assert tree.git("cat-file", "blob", object_id)[start : start + length] == ONE.id
    assert ONE.id not in got.note
    assert ONE.secret not in got.note


def _in_message(tree: WorkTree) -> None:
    tree.git("commit", "-q", "--allow-empty", "-m", f"use it\n\n{ONE.env}")


def _in_tag(tree: WorkTree) -> None:
    tree.commit("a.txt", "a\n")
    tree.git("tag", "-a", "v1", "-m", f"released with {ONE.id}")


def _in_note(tree: WorkTree) -> None:
    tree.commit("a.txt", "a\n")
    tree.git("notes", "add", "-m", f"key: {ONE.id}")


def _in_untracked_file(tree: WorkTree) -> None:
    tree.commit("a.txt", "a\n")
    tree.write("conf/new ü.env", ONE.env)


def _in_base64(tree: WorkTree) -> None:
    tree.commit("secret.yaml", f"data:\n  env: {base64.b64encode(ONE.env.encode()).decode()}\n")


def _in_utf16(tree: WorkTree) -> None:
    tree.commit("windows.txt", ONE.env.encode("utf-16"))


def _in_long_file(tree: WorkTree) -> None:
    tree.commit("long.txt", "lorem ipsum dolor\n" * 30_000 + ONE.env + "sit amet\n" * 30_000)


@pytest.mark.parametrize(
    "plant", [_in_message, _in_tag, _in_note, _in_untracked_file, _in_base64, _in_utf16, _in_long_file]
)
def test_a_key_is_read_again_wherever_the_scan_saw_it(tree: WorkTree, plant: Callable[[WorkTree], None]) -> None:
    plant(tree)
    assert over(scanned(tree)).inputs["key_id"] == ONE.id


def test_a_file_that_was_scanned_without_a_repository_is_read_again(tree: WorkTree, tmp_path: Path) -> None:
    loose = tmp_path / "loose"
    loose.mkdir()
    (loose / "a.env").write_text(ONE.env)
    report = scanned(tree, str(loose))
    got = over(report, folder=loose)
    assert got.inputs == {"key_id": ONE.id}
    assert "#" not in got.note


def test_a_bare_repository_is_named_by_its_folder(tree: WorkTree, tmp_path: Path) -> None:
    tree.commit("a.env", ONE.env)
    tree.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    report = scanned(tree, str(tmp_path / "bare.git"))
    assert over(report, folder=tmp_path / "bare.git").inputs["key_id"] == ONE.id


def test_what_the_user_gives_wins(tree: WorkTree) -> None:
    tree.git("remote", "add", "origin", "https://git.example.org/acme/payments.git")
    tree.commit("a.env", ONE.env)
    got = over(scanned(tree), key_id=TWO.id, repository="acme/other", secret_id="prod/aws")
    assert got.inputs["key_id"] == TWO.id
    assert got.inputs["repository"] == "acme/other"
    assert got.inputs["secret_id"] == "prod/aws"
    assert set(got.filled) == {"repository_url"}
    assert "given by hand, and is another one" in got.note


def test_the_id_in_a_pasted_credential_wins(tree: WorkTree) -> None:
    tree.commit("a.env", ONE.env)
    tree.commit("b.env", TWO.env)
    got = over(scanned(tree), credential=Secret(TWO.env))
    assert got.inputs["key_id"] == TWO.id
    assert "by hand" not in got.note


@pytest.mark.parametrize(
    ("address", "inputs"),
    [
        ("git@github.com:acme/payments.git", ("https://github.com/acme/payments.git", "acme/payments")),
        ("ssh://git@gitlab.com/acme/payments", ("https://gitlab.com/acme/payments", "acme/payments")),
        ("ssh://git@github.com:22/acme/payments", (None, None)),
        ("https://me:pass@git.example.org/acme/p.git", ("https://git.example.org/acme/p.git", "acme/p")),
        ("https://git.example.org/a/b/c.git", ("https://git.example.org/a/b/c.git", None)),
        ("http://127.0.0.1:8000/acme/payments.git", ("http://127.0.0.1:8000/acme/payments.git", "acme/payments")),
        ("git@work:acme/payments.git", (None, None)),
        ("/srv/git/payments.git", (None, None)),
        ("http://git.example.org/acme/payments.git", (None, None)),
        ("https://[bad/acme/payments.git", (None, None)),
    ],
)
def test_an_address_is_taken_over_where_irkit_would_open_it(
    tree: WorkTree, address: str, inputs: tuple[str | None, str | None]
) -> None:
    tree.git("remote", "add", "origin", address)
    tree.write("a.env", ONE.env)
    got = over(scanned(tree)).inputs
    assert (got.get("repository_url"), got.get("repository")) == inputs


def test_a_secret_hands_over_the_id_beside_it_and_stays_in_memory(tree: WorkTree) -> None:
    tree.commit("a.env", ONE.env)
    report = scanned(tree)
    got = over(report, fingerprint(report, "aws_secret_access_key", ONE.secret))
    assert got.inputs["key_id"] == ONE.id
    credential = got.inputs["credential"]
    assert isinstance(credential, Secret)
    assert credential.matches(Secret(ONE.secret))
    assert ONE.secret not in got.note + str(got.filled) + repr(got)
    words: Mapping[str, JsonValue | Secret] = {
        **got.inputs,
        "repository": "a/b",
        "repository_url": "u",
        "secret_id": "s",
    }
    made = given(KEY_LEAK, words)
    assert made.secrets == {ONE.id: Secret(ONE.secret)}
    assert ONE.secret not in str(made.inputs)


def _profiles(*parts: str) -> str:
    return "".join(f"[p{number}]\n{part}\n" for number, part in enumerate(parts))


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        (_profiles(ONE.env, TWO.env), TWO.id),
        (_profiles(TWO.env, ONE.env), TWO.id),
        (_profiles("\n".join(TWO.env.splitlines()[::-1]), "\n".join(ONE.env.splitlines()[::-1])), TWO.id),
        (_profiles("\n".join(ONE.env.splitlines()[::-1]), "\n".join(TWO.env.splitlines()[::-1])), TWO.id),
        (f"{ONE.id}\n{TWO.env}", TWO.id),
        (base64.b64encode(_profiles(ONE.env, TWO.env).encode()).decode(), TWO.id),
    ],
)
def test_the_id_of_a_secret_among_several_is_its_own(tree: WorkTree, text: str, id_: str) -> None:
    tree.write("credentials", text)
    report = scanned(tree)
    assert over(report, fingerprint(report, "aws_secret_access_key", TWO.secret)).inputs["key_id"] == id_


def _zipped(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in members.items():
            archive.writestr(f"{name}.env", text)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        _zipped(one=ONE.env, two=TWO.env),
        gzip.compress(TWO.env.encode(), mtime=0),
        base64.b64encode(gzip.compress(TWO.env.encode(), mtime=0)),
        quote(f"{TWO.env}note={'x' * 20}", safe="+").encode(),
    ],
    ids=["zip", "gzip", "base64 of gzip", "percent"],
)
def test_the_id_of_a_secret_in_what_is_packed_is_its_own(tree: WorkTree, content: bytes) -> None:
    tree.write("backup", content)
    report = scanned(tree)
    assert over(report, fingerprint(report, "aws_secret_access_key", TWO.secret)).inputs["key_id"] == TWO.id


def test_two_keys_in_one_packed_text_are_asked_about(tree: WorkTree) -> None:
    tree.write("backup.gz", gzip.compress(_profiles(ONE.env, TWO.env).encode(), mtime=0))
    report = scanned(tree)
    secret = fingerprint(report, "aws_secret_access_key", TWO.secret)
    with pytest.raises(FindingNotChosen, match="may belong to any"):
        over(report, secret)
    assert over(report, secret, key_id=TWO.id).inputs["key_id"] == TWO.id


def test_a_secret_between_two_ids_is_asked_about(tree: WorkTree) -> None:
    tree.write("a.env", f"{ONE.env}{TWO.id}\n")
    report = scanned(tree)
    secret = fingerprint(report, "aws_secret_access_key", ONE.secret)
    with pytest.raises(FindingNotChosen, match="may belong to any") as refused:
        over(report, secret)
    assert fingerprint(report, "aws_access_key_id", TWO.id) in refused.value.message
    assert ONE.id not in refused.value.message
    assert over(report, secret, key_id=ONE.id).inputs["key_id"] == ONE.id


def test_a_secret_alone_needs_its_id(tree: WorkTree) -> None:
    tree.write("a.env", ONE.env.splitlines()[1])
    report = scanned(tree)
    with pytest.raises(FindingNotChosen, match="no access key id stands beside it") as refused:
        over(report)
    assert "key_id=" in refused.value.hint
    got = over(report, key_id=ONE.id)
    assert got.inputs["key_id"] == ONE.id
    assert "by hand" not in got.note


def test_of_several_keys_one_must_be_chosen(tree: WorkTree) -> None:
    tree.commit("a.env", ONE.env)
    tree.commit("b/c.env", TWO.env)
    report = scanned(tree)
    with pytest.raises(FindingNotChosen) as refused:
        over(report)
    for each, place in ((ONE, "a.env:1"), (TWO, "b/c.env:1")):
        shown = f"{fingerprint(report, 'aws_access_key_id', each.id)}  …{each.id[-4:]}  AWS access key id  {place}"
        assert shown in refused.value.message
        assert each.id not in refused.value.message
    assert "--finding" in refused.value.hint
    mark = fingerprint(report, "aws_access_key_id", TWO.id)
    assert over(report, mark).inputs["key_id"] == TWO.id
    assert over(report, mark[:12]).inputs["key_id"] == TWO.id
    assert f"({'AKIA…' + TWO.id[-4:]})" in over(report, key_id=TWO.id).note
    with pytest.raises(FindingNotChosen, match="begin with fp_"):
        over(report, "fp_")
    with pytest.raises(FindingNotChosen, match="no finding fp_0000"):
        over(report, "fp_0000")


def test_what_is_no_aws_key_is_not_handed_over(tree: WorkTree) -> None:
    tree.write("a.py", f"token = '{planted.GITHUB}'\n")
    report = scanned(tree)
    with pytest.raises(FindingNotChosen, match="no AWS access key, but: GitHub"):
        over(report)
    with pytest.raises(FindingNotChosen, match="is no AWS access key but: GitHub") as refused:
        over(report, fingerprint(report, "github_token", planted.GITHUB))
    assert "provider" in refused.value.hint


def test_temporary_credentials_are_not_handed_over(tree: WorkTree) -> None:
    temporary = pair("ASIA")
    tree.write("a.env", temporary.env)
    with pytest.raises(FindingNotChosen, match="no long-term key") as refused:
        over(scanned(tree))
    assert temporary.id not in refused.value.message


def test_a_report_without_findings_hands_nothing_over(tree: WorkTree) -> None:
    tree.write("a.env", ONE.env)
    report = scanned(tree)
    report.write_text(json.dumps(json.loads(report.read_text()) | {"findings": []}))
    with pytest.raises(FindingNotChosen, match="no findings"):
        over(report)


def test_a_runbook_that_takes_no_key_is_refused(tree: WorkTree) -> None:
    tree.write("a.env", ONE.env)
    ask = loads(
        "runbook: ask\ntitle: Ask\nseverity: SEV4\nsummary: Asks.\ninputs: {}\nsteps:\n"
        "  ask: {uses: human.note, with: {prompt: What happened}}\n",
        "ask.yaml",
    )
    with pytest.raises(UsageError, match="ask takes no key_id"):
        handed_over(scan_report(str(scanned(tree))), Wanted(ask, {}))


def test_a_report_made_with_another_key_is_refused(tree: WorkTree) -> None:
    tree.commit("a.env", ONE.env)
    report = scanned(tree)
    (tree.data / "scan.key").write_bytes(bytes(32))
    with pytest.raises(FindingMoved, match="made with another user's key") as refused:
        over(report)
    assert ONE.id not in refused.value.message
    (tree.data / "scan.key").write_bytes(b"short")
    with pytest.raises(UsageError, match="not a key"):
        over(report)


def test_where_nobody_scanned_no_key_is_made(tree: WorkTree) -> None:
    tree.commit("a.env", ONE.env)
    report = scanned(tree)
    (tree.data / "scan.key").unlink()
    with pytest.raises(Refused, match="no scan was made here"):
        over(report)
    assert not (tree.data / "scan.key").exists()


def test_a_repository_that_has_not_the_object_is_refused(tree: WorkTree, tmp_path: Path, cache: Path) -> None:
    tree.commit("a.env", ONE.env)
    report = scanned(tree)
    (tmp_path / "second").mkdir()
    other = WorkTree(tmp_path / "second", cache)
    other.commit("a.env", TWO.env)
    with pytest.raises(FindingMoved, match="this repository has no object") as refused:
        over(report, folder=other.folder)
    assert "--scanned" in refused.value.hint
    with pytest.raises(FindingMoved, match="here is none"):
        over(report, folder=tmp_path)
    with pytest.raises(UsageError, match="there is no"):
        over(report, folder=tmp_path / "absent")


@pytest.mark.parametrize("now", ["", TWO.env, "x" * 20, None])
def test_a_file_that_has_changed_is_refused(tree: WorkTree, now: str | None) -> None:
    file = tree.write("a.env", ONE.env)
    report = scanned(tree, "a.env")
    file.unlink() if now is None else file.write_text(now)
    with pytest.raises(FindingMoved, match=r"another text|shorter|No such file"):
        over(report)


def test_a_place_that_is_gone_is_made_up_for_by_another(tree: WorkTree) -> None:
    tree.write("a.env", ONE.env)
    tree.write("b.env", f"# here too\n{ONE.env}")
    report = scanned(tree)
    (tree.folder / "a.env").unlink()
    got = over(report)
    assert got.inputs["key_id"] == ONE.id
    assert "in b.env:2" in got.note


@pytest.mark.parametrize(
    "change",
    [
        {"span": [0, 20]},
        {"span": [20, 18]},
        {"span": [18, 10**15]},
        {"span": None},
        {"object": "0" * 40},
        {"object": None},
        {"object": None, "kind": "reflog"},
        {"object": None, "kind": "file", "path": "/dev/zero"},
        {"object": None, "kind": "file", "path": "a\0b"},
        {"object": None, "kind": "file", "path": "."},
    ],
)
def test_a_report_that_was_altered_is_refused(tree: WorkTree, change: dict[str, JsonValue]) -> None:
    tree.commit("a.env", ONE.env)
    report = altered(scanned(tree), change)
    (tree.folder / "a.env").unlink()
    with pytest.raises(FindingMoved) as refused:
        over(report)
    assert ONE.id not in refused.value.message


def test_the_locator_is_where_the_value_was_seen_and_not_what_a_report_says(tree: WorkTree) -> None:
    tree.commit("a.env", ONE.env)
    note = over(altered(scanned(tree), {"via": ["base64"], "span": [0, 5]})).note
    assert f"@{ONE.env.index(ONE.id)}+20" in note


def test_names_of_strangers_are_escaped_in_the_note(tree: WorkTree) -> None:
    tree.write("a\x1b[31m\u202e.env", ONE.env)
    note = over(scanned(tree)).note
    assert r"a\x1b[31m\u202e.env:1" in note
    assert note.isprintable()


MARK = "must-not-be-told"
FINDING = {"rule": "aws_access_key_id", "fingerprint": "fp_" + "0" * 32, "places": []}


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        f'"{MARK}"'.encode(),
        b"\xff\xfe{\0",
        b"[" * 100_000,
        json.dumps(FINDING | {"title": MARK}).encode(),
        json.dumps({"version": "2.1.0", "runs": [MARK]}).encode(),
        json.dumps({"schema": "irkit-scan-2", "findings": MARK}).encode(),
        json.dumps({"schema": "irkit-scan-1", "findings": [{"rule": MARK}]}).encode(),
        json.dumps({"schema": "irkit-scan-1", "findings": [FINDING | {"fingerprint": MARK}]}).encode(),
        json.dumps({"schema": "irkit-scan-1", "findings": [FINDING | {"rule": f"aws_access_key_id\n{MARK}"}]}).encode(),
        *(
            json.dumps(
                {"schema": "irkit-scan-1", "findings": [FINDING | {"places": [{"kind": "blob", **place}]}]}
            ).encode()
            for place in (
                {"object": f"HEAD:{MARK}"},
                {"object": "0" * 40 + f"\n{MARK}"},
                {"object": "0" * 40 + "\n"},
                {"span": [1]},
                {"span": [-1, 5]},
                {"span": [1, 10**30]},
                {"span": [MARK, 2]},
                {"path": ["a", MARK]},
                {"path": MARK * 1000},
            )
        ),
    ],
)
def test_what_is_no_report_is_refused_and_not_told(tmp_path: Path, text: bytes) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(text)
    with pytest.raises(ReportInvalid, match="is no report of a scan") as refused:
        scan_report(str(file))
    assert MARK not in refused.value.message + str(refused.value.__cause__)
    assert len(refused.value.message) < 500


def test_a_report_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for name in ("absent.json", "."):
        with pytest.raises(ReportInvalid, match="cannot read"):
            scan_report(str(tmp_path / name))


def test_a_report_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MOST_BYTES", 1 << 20)
    with pytest.raises(ReportInvalid, match="larger than 1 MiB"):
        scan_report("/dev/zero")


def test_a_report_that_shows_secrets_is_taken_over_like_any_other(tree: WorkTree) -> None:
    tree.commit("a.env", ONE.env)
    report = tree.folder.parent / "shown.json"
    tree.scan("--show-secrets", "--format", "json", "--output", str(report))
    assert ONE.secret in report.read_text()
    assert over(report).inputs["key_id"] == ONE.id
    report.write_text(report.read_text().replace('"kind": "blob"', '"kind": 7'))
    with pytest.raises(ReportInvalid) as refused:
        over(report)
    assert ONE.secret not in refused.value.message
    assert ONE.id not in refused.value.message


def test_a_finding_of_many_repositories_is_told_with_its_own(tree: WorkTree, tmp_path: Path) -> None:
    tree.commit("a.env", ONE.env)
    listed = tmp_path / "list"
    listed.write_text(f"{tree.folder}\n")
    report = tmp_path / "org.json"
    told = tree.scan("org", str(listed), "--format", "json", "--output", str(report))
    assert told.code == 1, told.err
    got = over(report)
    assert got.inputs["key_id"] == ONE.id
    assert f"in {tree.folder}: a.env:1" in got.note
    with pytest.raises(FindingMoved, match=r"repo: a\.env:1: it is in a git repository, and here is none"):
        over(report, folder=tmp_path)


def test_a_value_in_a_name_is_said_to_be_only_there(tree: WorkTree) -> None:
    tree.stage(f"keys/{ONE.id}.txt", "a\n")
    tree.git("commit", "-q", "-m", "add it")
    with pytest.raises(FindingMoved, match="a file name says no more than that it is there") as refused:
        over(scanned(tree))
    assert ONE.id not in refused.value.message


def test_a_file_as_large_as_a_scan_takes_in_pieces_is_read_again(tree: WorkTree) -> None:
    line = b"lorem ipsum dolor sit amet, consetetur\n"
    tree.write("large.txt", line * ((65 << 20) // len(line)) + ONE.env.encode() + line)
    assert over(scanned(tree, "large.txt", "--jobs", "1")).inputs["key_id"] == ONE.id


def test_fields_of_a_later_irkit_are_passed_over(tree: WorkTree) -> None:
    tree.commit("a.env", ONE.env)
    report = altered(scanned(tree), {"more": {"a": 1}})
    made = json.loads(report.read_text()) | {"later": [1]}
    report.write_text(json.dumps(made))
    assert over(report).inputs["key_id"] == ONE.id
