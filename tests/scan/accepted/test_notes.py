from __future__ import annotations

import json

from irkit.scan.accepted.accepted import Accepted, accepted
from irkit.scan.accepted.notes import notes
from irkit.scan.finding import Report
from tests.scan.accepted.repo import OTHER_PASSWORD, PASSWORD, RULES, TOKEN, Tree


def told(outcome: Accepted) -> str:
    return "\n".join(notes(outcome, ".secrets.baseline"))


def test_stale_moved_changed_and_real_entries_are_told(tree: Tree) -> None:
    for name in ("moved", "gone", "changed", "real"):
        tree.write(f"{name}.py", f'password = "{PASSWORD}{name}"\n')
    made = json.loads(tree.made_by_detect_secrets().read_text())
    for entry in made["results"]["real.py"]:
        entry["is_secret"] = True
    tree.baseline.write_text(json.dumps(made))
    (tree.root / "moved.py").rename(tree.root / "new name.py")
    (tree.root / "gone.py").unlink()
    tree.write("changed.py", f'password = "{OTHER_PASSWORD}"\n')
    sought = [("password", f"{PASSWORD}{name}") for name in ("moved", "gone", "changed", "real")]
    report = tree.found(*sought, ("password", OTHER_PASSWORD))
    lines = told(accepted(report, RULES, root=tree.root, baseline=tree.baseline)).splitlines()
    assert lines[0] == ".secrets.baseline: 1 finding known and marked as real: revoke, then remove"
    assert lines[1] == "changed.py:1: .secrets.baseline knows another value there: it was changed"
    assert "moved.py is now new name.py:1" in lines[2]
    assert "stale, their values are gone" in lines[3]
    assert "gone.py:1 Secret Keyword" in lines[3]
    assert "real.py" not in "\n".join(lines[1:])


def test_lines_that_are_malformed_or_cover_nothing_are_told(tree: Tree) -> None:
    tree.write(".irkitignore", "a:b\nnone/**\n")
    assert told(accepted(tree.found(("github_token", TOKEN)), RULES, root=tree.root)) == (
        ".irkitignore:1: neither path:rule:line nor commit:path:rule:line, rule:fp_… nor a path pattern: a:b"
        " (not understood, so it accepts nothing)\n"
        "1 line of ignore files that cover nothing: .irkitignore:2: none/**"
    )


def test_filters_that_exclude_nothing_here_are_told_with_the_reason(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    made = json.loads(tree.made_by_detect_secrets().read_text())
    own = "detect_secrets.filters"
    made["filters_used"] += [
        {"path": f"{own}.wordlist.should_exclude_secret", "min_length": 3, "file_name": "words.txt"},
        {"path": f"{own}.gibberish.should_exclude_secret", "limit": 3.7},
        {"path": "file://ours.py::is_harmless"},
        {"path": f"{own}.common.is_ignored_due_to_verification_policies", "min_level": 3},
    ]
    tree.baseline.write_text(json.dumps(made))
    lines = told(accepted(tree.found(), RULES, root=tree.root, baseline=tree.baseline)).splitlines()
    wordlist, gibberish, code, verified = (line for line in lines if "excludes nothing here" in line)
    why = "irkit does not read its list of words, so it excludes nothing here"
    assert wordlist == f".secrets.baseline: wordlist filter words.txt: {why}"
    assert "gibberish filter: irkit does not ask its model" in gibberish
    assert "file://ours.py::is_harmless: irkit does not run code" in code
    assert "--only-verified" in verified


def test_the_word_list_of_a_baseline_of_version_0_is_told(tree: Tree) -> None:
    made = {"version": "0.14.3", "results": {}, "word_list": {"file": "words.txt", "hash": "0"}}
    tree.baseline.write_text(json.dumps(made))
    outcome = accepted(tree.found(), RULES, root=tree.root, baseline=tree.baseline)
    assert outcome.unheeded == ("wordlist filter words.txt: irkit does not read its list of words",)


def test_a_long_list_is_cut_and_counted(tree: Tree) -> None:
    tree.write(".irkitignore", "".join(f"none{number}/**\n" for number in range(25)))
    assert told(accepted(tree.found(), RULES, root=tree.root)).endswith("none9/**; and 15 more")


def test_nothing_is_told_when_there_is_nothing_to_tell(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    file = tree.made_by_detect_secrets()
    report = tree.found(("password", PASSWORD))
    assert told(accepted(report, RULES, root=tree.root, baseline=file)) == ""
    assert told(Accepted(Report((), {}, (), {}, 0))) == ""
