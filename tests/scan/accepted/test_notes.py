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


def test_a_long_list_is_cut_and_counted(tree: Tree) -> None:
    tree.write(".irkitignore", "".join(f"none{number}/**\n" for number in range(25)))
    assert told(accepted(tree.found(), RULES, root=tree.root)).endswith("none9/**; and 15 more")


def test_nothing_is_told_when_there_is_nothing_to_tell(tree: Tree) -> None:
    tree.write("a.py", f'password = "{PASSWORD}"\n')
    file = tree.made_by_detect_secrets()
    report = tree.found(("password", PASSWORD))
    assert told(accepted(report, RULES, root=tree.root, baseline=file)) == ""
    assert told(Accepted(Report((), {}, (), {}, 0))) == ""
