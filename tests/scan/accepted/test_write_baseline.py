from __future__ import annotations

import json
import stat
from datetime import UTC, datetime

import pytest

from irkit.errors import UsageError
from irkit.scan.accepted.accepted import accepted
from irkit.scan.accepted.baseline import read, text
from irkit.scan.accepted.write_baseline import save, update_baseline, write_baseline
from irkit.scan.finding import Place, PlaceKind
from tests.scan.accepted.repo import (
    NEW_KIND,
    OTHER_PASSWORD,
    OTHER_TOKEN,
    PASSWORD,
    RULES,
    TOKEN,
    Tree,
    finding,
    pem,
    values,
)

SOUGHT = [("github_token", TOKEN), ("password", PASSWORD), ("new_kind", NEW_KIND)]
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def test_what_was_written_is_accepted_from_then_on(tree: Tree) -> None:
    tree.write("a.py", f'x = 1\npassword = "{PASSWORD}"\nlogin(b"{TOKEN}")\n')
    tree.write("new.txt", f"{NEW_KIND}\n")
    report = tree.found(*SOUGHT)
    written = write_baseline(report, tree.baseline, RULES, root=tree.root)
    assert written.is_changed
    assert written.added == written.total > 3
    outcome = accepted(report, RULES, root=tree.root, baseline=tree.baseline)
    assert values(outcome.report) == []
    assert outcome.stale == ()


def test_detect_secrets_hook_passes_on_our_baseline_and_leaves_it_as_it_is(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\ntoken = "{TOKEN}"\n')
    tree.write("deep/conf.yaml", f"a: 1\ntoken: {OTHER_TOKEN}\n")
    tree.write("id_rsa", (key := pem()))
    tree.write("new.txt", f"{NEW_KIND}\n")
    sought = [*SOUGHT, ("github_token", OTHER_TOKEN), ("private_key", key)]
    write_baseline(tree.found(*sought), tree.baseline, RULES, root=tree.root)
    before = tree.baseline.read_bytes()
    ran = tree.hook("a.py", "deep/conf.yaml", "id_rsa", "new.txt")
    assert (ran.returncode, ran.stdout) == (0, "")
    assert tree.baseline.read_bytes() == before
    tree.write("b.py", f'password = "{OTHER_PASSWORD}"\n')
    assert tree.hook("b.py").returncode == 1


def test_what_detect_secrets_cannot_see_is_filed_where_its_hook_leaves_it_alone(tree: Tree) -> None:
    tree.write("new.txt", f"{NEW_KIND}\n")
    write_baseline(tree.found(*SOUGHT), tree.baseline, RULES, root=tree.root)
    assert list(tree.results()) == ["./new.txt"]


def test_the_audit_of_detect_secrets_goes_through_our_baseline(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    tree.write("new.txt", f"{NEW_KIND}\n")
    write_baseline(tree.found(*SOUGHT), tree.baseline, RULES, root=tree.root)
    ran = tree.detect_secrets("audit", ".secrets.baseline", answers="s\nn\n")
    assert ran.returncode == 0, ran.stderr
    assert "not found on line" in ran.stdout
    assert tree.results()["a.py"][0]["is_secret"] is True
    assert len(tree.results()["./new.txt"]) == 1


def test_an_entry_of_irkit_s_own_follows_a_renamed_file(tree: Tree) -> None:
    tree.write("new.txt", f"{NEW_KIND}\n")
    write_baseline(tree.found(*SOUGHT), tree.baseline, RULES, root=tree.root)
    (tree.root / "new.txt").rename(tree.root / "other.txt")
    outcome = accepted(tree.found(*SOUGHT), RULES, root=tree.root, baseline=tree.baseline)
    assert outcome.report.findings == ()
    assert outcome.refreshed is not None
    assert [entry.filename for entry in outcome.refreshed.entries] == ["./other.txt"]


def test_our_baseline_knows_a_private_key_from_another_one_in_the_same_file(tree: Tree) -> None:
    key, other = pem(), pem()
    tree.write("id_rsa", key)
    write_baseline(tree.found(("private_key", key)), tree.baseline, RULES, root=tree.root)
    tree.write("id_rsa", other)
    outcome = accepted(tree.found(("private_key", other)), RULES, root=tree.root, baseline=tree.baseline)
    assert values(outcome.report) == [other]


def test_writing_an_unchanged_baseline_changes_no_byte(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    report = tree.found(*SOUGHT)
    write_baseline(report, tree.baseline, RULES, root=tree.root, at=NOON)
    indented = json.dumps(json.loads(tree.baseline.read_text()), indent=4)
    tree.baseline.write_text(indented)
    written = write_baseline(report, tree.baseline, RULES, root=tree.root)
    assert not written.is_changed
    assert tree.baseline.read_text() == indented


def test_the_time_in_it_changes_only_with_its_entries(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    write_baseline(tree.found(*SOUGHT), tree.baseline, RULES, root=tree.root, at=NOON)
    assert read(tree.baseline).document["generated_at"] == "2026-01-02T12:00:00Z"
    tree.write("b.py", f'password = "{OTHER_PASSWORD}"\n')
    later = NOON.replace(hour=13)
    sought = [*SOUGHT, ("password", OTHER_PASSWORD)]
    write_baseline(tree.found(*sought), tree.baseline, RULES, root=tree.root, at=later)
    assert read(tree.baseline).document["generated_at"] == "2026-01-02T13:00:00Z"
    assert set(tree.results()) == {"a.py", "b.py"}


def test_a_baseline_of_detect_secrets_that_is_read_and_written_is_the_same_text(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\ntoken = "{TOKEN}"\n')
    tree.write("id_rsa", pem())
    file = tree.made_by_detect_secrets()
    made = json.loads(file.read_text())
    assert json.loads(text(read(file))) == made
    assert [*json.loads(text(read(file)))["results"]["a.py"]] == made["results"]["a.py"]


def test_an_update_drops_stale_entries_refreshes_lines_and_adds_nothing(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    tree.write("b.py", f'token = "{TOKEN}"\n')
    file = tree.made_by_detect_secrets()
    tree.write("a.py", f'#\npassword = "{PASSWORD}"\nother_password = "{OTHER_PASSWORD}"\n')
    (tree.root / "b.py").unlink()
    outcome = accepted(tree.found(*SOUGHT, ("password", OTHER_PASSWORD)), RULES, root=tree.root, baseline=file)
    assert outcome.refreshed is not None
    written = update_baseline(outcome.refreshed, len(outcome.stale), file)
    assert written.is_changed
    assert written.dropped == len(outcome.stale) > 0
    assert set(tree.results()) == {"a.py"}
    assert {entry["line_number"] for entry in tree.results()["a.py"]} == {2}
    assert values(outcome.report) == [OTHER_PASSWORD]


def test_entries_of_irkit_s_own_survive_a_report_that_lacks_what_was_accepted(tree: Tree) -> None:
    tree.write("new.txt", f"{NEW_KIND}\n")
    write_baseline(tree.found(*SOUGHT), tree.baseline, RULES, root=tree.root)
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    outcome = accepted(tree.found(*SOUGHT), RULES, root=tree.root, baseline=tree.baseline)
    write_baseline(outcome.report, tree.baseline, RULES, root=tree.root)
    assert set(tree.results()) == {"./new.txt", "a.py"}


def test_entries_of_irkit_s_own_are_dropped_when_all_that_was_found_lacks_them(tree: Tree) -> None:
    tree.write("new.txt", f"{NEW_KIND}\n")
    write_baseline(tree.found(*SOUGHT), tree.baseline, RULES, root=tree.root)
    tree.write("new.txt", "\n")
    outcome = accepted(tree.found(*SOUGHT), RULES, root=tree.root, baseline=tree.baseline)
    written = write_baseline(outcome.report, tree.baseline, RULES, root=tree.root, outcome=outcome)
    assert (written.dropped, written.total) == (1, 0)


def test_an_audit_survives_a_second_writing(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    write_baseline(tree.found(*SOUGHT), tree.baseline, RULES, root=tree.root)
    made = json.loads(tree.baseline.read_text())
    for entry in made["results"]["a.py"]:
        entry["is_secret"] = False
    tree.baseline.write_text(json.dumps(made))
    tree.write("b.py", f'password = "{OTHER_PASSWORD}"\n')
    write_baseline(tree.found(*SOUGHT, ("password", OTHER_PASSWORD)), tree.baseline, RULES, root=tree.root)
    assert all(entry["is_secret"] is False for entry in tree.results()["a.py"])
    assert all("is_secret" not in entry for entry in tree.results()["b.py"])


def test_findings_of_the_history_alone_are_filed_apart_and_are_accepted(tree: Tree) -> None:
    old = Place(PlaceKind.BLOB, "gone.py", 7, 1, "b" * 40)
    said = Place(PlaceKind.COMMIT, "", 1, 1, "1" * 40)
    found = tree.found()._replace(findings=(finding("password", PASSWORD, old, said),), counts={"commits": 2})
    write_baseline(found, tree.baseline, RULES, root=tree.root)
    assert list(tree.results()) == ["git history: commit", "git history: gone.py"]
    outcome = accepted(found, RULES, root=tree.root, baseline=tree.baseline)
    assert outcome.report.findings == ()
    assert accepted(tree.found(), RULES, root=tree.root, baseline=tree.baseline).stale == ()
    tree.write("gone.py", f'password = "{PASSWORD}"\n')
    again = accepted(tree.found(*SOUGHT), RULES, root=tree.root, baseline=tree.baseline)
    assert values(again.report) == [PASSWORD]


def test_a_slim_baseline_stays_slim(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    slim = tree.detect_secrets("scan", "--all-files", "--slim", "--no-verify").stdout
    tree.baseline.write_text(slim)
    assert not write_baseline(tree.found(*SOUGHT), tree.baseline, RULES, root=tree.root).is_changed
    assert tree.baseline.read_text() == slim
    tree.write("b.py", f'password = "{OTHER_PASSWORD}"\n')
    write_baseline(tree.found(*SOUGHT, ("password", OTHER_PASSWORD)), tree.baseline, RULES, root=tree.root)
    made = json.loads(tree.baseline.read_text())
    assert "generated_at" not in made
    assert all("line_number" not in entry for listed in made["results"].values() for entry in listed)


def test_a_baseline_of_version_0_is_honoured_and_can_be_added_to(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    entries = json.loads(tree.made_by_detect_secrets().read_text())["results"]["a.py"]
    listed = [{name: one[name] for name in ("hashed_secret", "line_number", "type", "is_verified")} for one in entries]
    plugins = [{"name": "KeywordDetector"}, {"base64_limit": 4.5, "name": "Base64HighEntropyString"}]
    made = {"version": "0.14.3", "plugins_used": plugins, "results": {"a.py": listed}, "generated_at": "x"}
    tree.baseline.write_text(json.dumps(made))
    assert accepted(tree.found(*SOUGHT), RULES, root=tree.root, baseline=tree.baseline).report.findings == ()
    tree.write("b.py", f'password = "{OTHER_PASSWORD}"\n')
    write_baseline(tree.found(*SOUGHT, ("password", OTHER_PASSWORD)), tree.baseline, RULES, root=tree.root)
    assert {"Secret Keyword", "Base64 High Entropy String"} >= {one["type"] for one in tree.results()["b.py"]}
    assert tree.hook("a.py", "b.py").returncode in {0, 3}


def test_a_line_of_a_megabyte_is_not_given_to_detect_secrets_and_its_values_are_accepted(tree: Tree) -> None:
    tree.write("min.js", "x=1;" * 100_000 + f'password="{PASSWORD}"' + "\"'=:;" * 50_000)
    write_baseline(tree.found(*SOUGHT), tree.baseline, RULES, root=tree.root)
    assert list(tree.results()) == ["./min.js"]
    near = f'password="{PASSWORD}"'.encode()
    place = Place(PlaceKind.FILE, "min.js", 1, 1)
    found = tree.found()._replace(findings=(finding("password", PASSWORD, place, near=near),))
    assert accepted(found, RULES, root=tree.root, baseline=tree.baseline).report.findings == ()


def test_a_file_keeps_its_mode_and_a_link_stays_a_link(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    write_baseline(tree.found(*SOUGHT), tree.root / "real.baseline", RULES, root=tree.root)
    (tree.root / "real.baseline").chmod(0o640)
    tree.baseline.symlink_to("real.baseline")
    assert save(read(tree.baseline).with_entries(()), tree.baseline)
    assert tree.baseline.is_symlink()
    assert stat.S_IMODE((tree.root / "real.baseline").stat().st_mode) == 0o640
    assert [one for one in tree.root.iterdir() if one.name.startswith(".real")] == []


def test_a_folder_that_is_not_there_is_said(tree: Tree) -> None:
    with pytest.raises(UsageError, match="cannot be written: No such file"):
        write_baseline(tree.found(), tree.root / "no" / "baseline", RULES, root=tree.root)
