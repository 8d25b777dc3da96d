from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha1, sha256
from pathlib import Path

import pytest

from irkit.scan.accepted.accepted import BASELINE, EXCLUDED, HASH, REAL, Accepted, accepted
from irkit.scan.accepted.baseline import BaselineInvalid
from irkit.scan.finding import Commit, Place, PlaceKind, Report
from tests.scan.accepted.repo import (
    OTHER_PASSWORD,
    OTHER_TOKEN,
    PASSWORD,
    RULES,
    TOKEN,
    Tree,
    finding,
    paths,
    pem,
    values,
)

SOUGHT = [("github_token", TOKEN), ("password", PASSWORD)]


def reasons(outcome: Accepted) -> dict[str, int]:
    return {each.reason: len(each.findings) for each in outcome.left_out}


def test_a_baseline_that_detect_secrets_made_is_honoured(tree: Tree) -> None:
    key = pem()
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    tree.write("conf.yaml", f"token: {TOKEN}\n")
    tree.write("id_rsa", f"{key}\n")
    report = tree.found(*SOUGHT, ("private_key", key))
    assert len(report.findings) == 3
    outcome = accepted(report, RULES, root=tree.root, baseline=tree.made_by_detect_secrets())
    assert values(outcome.report) == []
    assert reasons(outcome) == {BASELINE: 3}
    assert outcome.total == 3
    assert outcome.stale == ()


def test_a_typed_declaration_is_known_although_detect_secrets_hashes_a_backslash_with_it(tree: Tree) -> None:
    value = b64encode(sha256(b"a typed declaration").digest()).decode()[:32]
    tree.write("config.ts", f'export const apiToken: string = "{value}";\n')
    outcome = accepted(tree.found(("password", value)), RULES, root=tree.root, baseline=tree.made_by_detect_secrets())
    assert reasons(outcome) == {BASELINE: 1}
    assert outcome.stale == ()


def test_a_value_that_is_not_in_it_is_reported(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    file = tree.made_by_detect_secrets()
    tree.write("a.py", f'password = "{PASSWORD}"\nother_password = "{OTHER_PASSWORD}"\n')
    outcome = accepted(tree.found(*SOUGHT, ("password", OTHER_PASSWORD)), RULES, root=tree.root, baseline=file)
    assert values(outcome.report) == [OTHER_PASSWORD]


def test_a_line_that_moved_is_still_known_and_its_number_is_refreshed(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    file = tree.made_by_detect_secrets()
    tree.write("a.py", f'# a\n# b\npassword = "{PASSWORD}"\n')
    outcome = accepted(tree.found(*SOUGHT), RULES, root=tree.root, baseline=file)
    assert values(outcome.report) == []
    assert outcome.refreshed is not None
    assert {entry.line for entry in outcome.refreshed.entries} == {3}


def test_a_changed_password_is_reported_and_said_to_be_changed(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    file = tree.made_by_detect_secrets()
    tree.write("a.py", f'password = "{OTHER_PASSWORD}"\n')
    outcome = accepted(tree.found(("password", OTHER_PASSWORD)), RULES, root=tree.root, baseline=file)
    assert values(outcome.report) == [OTHER_PASSWORD]
    assert outcome.changed == ("a.py:1",)
    assert [entry.path for entry in outcome.stale] == ["a.py"] * len(outcome.stale)
    assert outcome.stale


def test_a_changed_token_is_reported_although_detect_secrets_hashes_its_prefix_alone(tree: Tree) -> None:
    tree.write("a.py", f'token = "{TOKEN}"\n')
    file = tree.made_by_detect_secrets()
    assert {entry["type"] for entry in tree.results()["a.py"]} >= {"GitHub Token", "Base64 High Entropy String"}
    assert accepted(tree.found(*SOUGHT), RULES, root=tree.root, baseline=file).report.findings == ()
    tree.write("a.py", f'token = "{OTHER_TOKEN}"\n')
    outcome = accepted(tree.found(("github_token", OTHER_TOKEN)), RULES, root=tree.root, baseline=file)
    assert values(outcome.report) == [OTHER_TOKEN]


def test_a_renamed_file_keeps_its_entries_and_is_said_to_be_moved(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    file = tree.made_by_detect_secrets()
    (tree.root / "a.py").rename(tree.root / "b.py")
    outcome = accepted(tree.found(*SOUGHT), RULES, root=tree.root, baseline=file)
    assert values(outcome.report) == []
    assert {(each.entry.path, each.path) for each in outcome.moved} == {("a.py", "b.py")}
    assert outcome.refreshed is not None
    assert {entry.filename for entry in outcome.refreshed.entries} == {"b.py"}
    assert outcome.stale == ()


def test_a_copy_of_a_known_value_into_another_file_is_reported(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    file = tree.made_by_detect_secrets()
    tree.write("copy.py", f'password = "{PASSWORD}"\n')
    outcome = accepted(tree.found(*SOUGHT), RULES, root=tree.root, baseline=file)
    assert paths(outcome.report) == [["copy.py"]]


def test_the_constant_hash_of_a_private_key_covers_no_key_in_another_file(tree: Tree) -> None:
    key, other = pem(), pem()
    tree.write("id_rsa", key)
    file = tree.made_by_detect_secrets()
    (tree.root / "id_rsa").unlink()
    tree.write("elsewhere", other)
    outcome = accepted(tree.found(("private_key", other)), RULES, root=tree.root, baseline=file)
    assert values(outcome.report) == [other]


def test_a_known_value_is_known_in_the_history_too_wherever_it_stood(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    file = tree.made_by_detect_secrets()
    commit = Commit("1" * 40, "a", "b", "2024-01-01T00:00:00+00:00")
    old = Place(PlaceKind.BLOB, "old/name.py", 7, 1, "b" * 40, first=commit)
    now = Place(PlaceKind.FILE, "a.py", 1, 1)
    said = Place(PlaceKind.COMMIT, "", 1, 1, "1" * 40)
    report = tree.found(*SOUGHT)._replace(findings=(finding("password", PASSWORD, old, now, said),))
    assert accepted(report, RULES, root=tree.root, baseline=file).report.findings == ()


def test_the_constant_hash_of_a_private_key_covers_no_older_key_of_the_same_file(tree: Tree) -> None:
    key, older = pem(), pem()
    tree.write("id_rsa", key)
    file = tree.made_by_detect_secrets()

    def found(value: str, *more: Place) -> Report:
        past = Place(PlaceKind.BLOB, "id_rsa", 1, 1, "b" * 40)
        near = value.split("\n", maxsplit=1)[0].encode()
        return tree.found()._replace(findings=(finding("private_key", value, past, *more, near=near),))

    now = Place(PlaceKind.FILE, "id_rsa", 1, 1)
    assert accepted(found(key, now), RULES, root=tree.root, baseline=file).report.findings == ()
    assert values(accepted(found(older), RULES, root=tree.root, baseline=file).report) == [older]


def test_an_entry_that_only_detect_secrets_sees_is_not_stale(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    tree.write("conf.ini", f"[x]\npassword = {OTHER_PASSWORD}\n")
    file = tree.made_by_detect_secrets()
    nothing = Report((), {}, (), {}, 0)
    assert accepted(nothing, RULES, root=tree.root, baseline=file).stale == ()
    tree.write("a.py", "password = None\n")
    (tree.root / "conf.ini").unlink()
    gone = accepted(nothing, RULES, root=tree.root, baseline=file)
    assert {entry.path for entry in gone.stale} == {"a.py", "conf.ini"}
    assert gone.refreshed is not None
    assert gone.refreshed.entries == ()


def test_nothing_is_stale_in_files_that_were_not_scanned(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    file = tree.made_by_detect_secrets()
    tree.write("a.py", "")
    outcome = accepted(Report((), {}, (), {}, 0), RULES, root=tree.root, baseline=file, scanned={"b.py"})
    assert outcome.stale == ()
    assert accepted(Report((), {}, (), {}, 0), RULES, root=tree.root, baseline=file, scanned={"a.py"}).stale


def test_values_that_an_audit_called_real_are_accepted_and_counted_apart(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    file = tree.made_by_detect_secrets()
    made = json.loads(file.read_text())
    for entry in made["results"]["a.py"]:
        entry["is_secret"] = True
    file.write_text(json.dumps(made))
    assert reasons(accepted(tree.found(*SOUGHT), RULES, root=tree.root, baseline=file)) == {REAL: 1}


def test_the_hashes_in_a_baseline_are_no_secrets(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    file = tree.made_by_detect_secrets()
    digest = str(tree.results()["a.py"][0]["hashed_secret"])
    place = Place(PlaceKind.FILE, ".secrets.baseline", 3, 1)
    written = finding("password", digest, place, near=f'        "hashed_secret": "{digest}",'.encode())
    other = finding("password", digest, place, near=f'        "secret": "{digest}",'.encode())
    assert reasons(accepted(Report((written,), {}, (), {}, 0), RULES, root=tree.root)) == {HASH: 1}
    assert accepted(Report((other,), {}, (), {}, 0), RULES, root=tree.root, baseline=file).report.findings == (other,)


@pytest.mark.parametrize(
    ("option", "pattern", "left"),
    [
        ("--exclude-files", "^tests/", ["a.py"]),
        ("--exclude-lines", "^password", ["a.py"]),
        ("--exclude-secrets", f"^{PASSWORD[:4]}", ["a.py"]),
        ("--exclude-files", "nothing", ["a.py", "tests/b.py"]),
    ],
)
def test_what_a_baseline_excludes_is_left_out(tree: Tree, option: str, pattern: str, left: list[str]) -> None:
    made = tree.detect_secrets("scan", "--all-files", "--no-verify", option, pattern).stdout
    tree.baseline.write_text(made)
    tree.write("a.py", f'my_password = "{OTHER_PASSWORD}"\n')
    tree.write("tests/b.py", f'password = "{PASSWORD}"\n')
    report = tree.found(*SOUGHT, ("password", OTHER_PASSWORD))
    outcome = accepted(report, RULES, root=tree.root, baseline=tree.baseline)
    assert sorted(path for one in paths(outcome.report) for path in one) == left


def test_a_filter_that_could_hang_is_harmless_and_one_that_is_not_understood_is_said(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    filters = "detect_secrets.filters.regex.should_exclude_secret"
    made = {"version": "1.5.0", "results": {}, "filters_used": [{"path": filters, "pattern": ["(a*)*$b", "(?=x)"]}]}
    tree.baseline.write_text(json.dumps(made))
    report = tree.found()._replace(findings=(finding("password", "a" * 5000, Place(PlaceKind.FILE, "a.py", 1)),))
    outcome = accepted(report, RULES, root=tree.root, baseline=tree.baseline)
    assert len(outcome.report.findings) == 1
    assert outcome.malformed[0].startswith(".secrets.baseline: no filter that can be used: (?=x)")


def test_exclusions_of_version_0_are_honoured(tree: Tree) -> None:
    tree.write("vendor/a.py", f'password = "{PASSWORD}"\n')
    made = {"version": "0.14.3", "results": {}, "exclude": {"files": "^vendor/", "lines": None}}
    tree.baseline.write_text(json.dumps(made))
    outcome = accepted(tree.found(*SOUGHT), RULES, root=tree.root, baseline=tree.baseline)
    assert reasons(outcome) == {EXCLUDED: 1}


@pytest.mark.parametrize(("version", "known"), [("0.14.3", True), ("1.5.0", False)])
def test_the_hash_of_small_letters_is_of_a_keyword_in_version_0(tree: Tree, version: str, *, known: bool) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    digest = sha1(PASSWORD.lower().encode(), usedforsecurity=False).hexdigest()
    entry = {"type": "Secret Keyword", "line_number": 1, "is_verified": False, "hashed_secret": digest}
    tree.baseline.write_text(json.dumps({"version": version, "results": {"a.py": [entry]}}))
    outcome = accepted(tree.found(*SOUGHT), RULES, root=tree.root, baseline=tree.baseline)
    assert reasons(outcome) == ({BASELINE: 1} if known else {})


def test_what_version_0_hashed_in_small_letters_is_not_stale(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    kept, gone = (sha1(one.encode(), usedforsecurity=False).hexdigest() for one in (PASSWORD.lower(), "gone"))
    entries = [{"type": "Secret Keyword", "line_number": 1, "hashed_secret": digest} for digest in (kept, gone)]
    tree.baseline.write_text(json.dumps({"version": "0.14.3", "results": {"a.py": entries}}))
    outcome = accepted(tree.found(), RULES, root=tree.root, baseline=tree.baseline)
    assert [entry.hashed_secret for entry in outcome.stale] == [gone]


def test_files_named_by_a_baseline_outside_the_root_are_not_read(tree: Tree) -> None:
    tree.write("../outside.py", f'password = "{PASSWORD}"\n')
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    file = tree.made_by_detect_secrets()
    made = json.loads(file.read_text())
    made["results"] = {"../outside.py": [{**one, "filename": "../outside.py"} for one in made["results"]["a.py"]]}
    file.write_text(json.dumps(made))
    outcome = accepted(Report((), {}, (), {}, 0), RULES, root=tree.root, baseline=file)
    assert {entry.path for entry in outcome.stale} == {"../outside.py"}


def test_a_plug_in_that_a_baseline_names_by_file_is_never_run(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    file = tree.made_by_detect_secrets()
    tree.write("evil.py", "open('ran', 'w').close()\n")
    made = json.loads(file.read_text())
    made["plugins_used"].append({"name": "Evil", "path": f"file://{tree.root}/evil.py"})
    made["filters_used"].append({"path": f"file://{tree.root}/evil.py::evil"})
    made["results"]["a.py"] = [{**one, "hashed_secret": "0" * 40} for one in made["results"]["a.py"]]
    file.write_text(json.dumps(made))
    accepted(tree.found(*SOUGHT), RULES, root=tree.root, baseline=file)
    assert not (tree.root / "ran").exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nothing", "is no JSON"),
        ("[]", "has no results"),
        ('{"results": {"a": 1}}', "are no list"),
        ('{"results": {"a": [1]}}', "is no object"),
        ('{"results": {"a": [{"type": "x", "hashed_secret": "1"}]}}', "no SHA-1"),
        ('{"results": {"a": [{"type": "x", "hashed_secret": "' + "0" * 40 + '", "line_number": "1"}]}}', "line_number"),
        ('{"results": {"a": [{"type": "x", "hashed_secret": "' + "0" * 40 + '", "is_secret": 1}]}}', "is_secret"),
        ("[" * 100_000, "is no JSON"),
    ],
)
def test_a_file_that_is_no_baseline_is_refused_with_the_reason(tree: Tree, text: str, says: str) -> None:
    tree.write(".secrets.baseline", text)
    with pytest.raises(BaselineInvalid, match=says):
        accepted(tree.found(), RULES, root=tree.root, baseline=tree.baseline)


def test_a_baseline_that_is_not_there_is_said(tree: Tree) -> None:
    with pytest.raises(BaselineInvalid, match="No such file"):
        accepted(tree.found(), RULES, root=tree.root, baseline=tree.baseline)


def test_a_baseline_without_an_end_is_refused(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("irkit.scan.accepted.baseline.MOST_BYTES", 1 << 20)
    with pytest.raises(BaselineInvalid, match="larger than 1 MiB"):
        accepted(tree.found(), RULES, root=tree.root, baseline=Path("/dev/zero"))


def test_a_baseline_with_conflicts_of_a_merge_says_how_to_go_on(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    made = tree.made_by_detect_secrets().read_text()
    tree.write(".secrets.baseline", made.replace('"results"', '<<<<<<< ours\n"results"').replace("  <<<", "<<<"))
    with pytest.raises(BaselineInvalid, match="is no JSON") as raised:
        accepted(tree.found(), RULES, root=tree.root, baseline=tree.baseline)
    assert "take either side" in raised.value.hint
