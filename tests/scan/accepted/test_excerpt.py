from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irkit.scan.accepted.audit import Answer, Audit, audit_report, root_of
from irkit.scan.accepted.baseline import Entry
from irkit.scan.accepted.excerpt import CodeLine, Excerpt, Look, excerpt
from irkit.scan.accepted.hashed import hashed
from irkit.scan.accepted.sites import Sites
from irkit.scan.finding import Sighting
from irkit.scan.rule import Confidence
from tests.scan.accepted.repo import HEAD, PASSWORD, TOKEN, pem

KEYWORD = "Secret Keyword"


def nothing(body: bytes) -> Sequence[Sighting]:
    return ()


def seeing(*values: str) -> Look:
    def look(body: bytes) -> list[Sighting]:
        found = []
        for value in values:
            at = body.find(value.encode())
            if at >= 0:
                end = at + len(value.encode())
                found.append(Sighting("r", value.encode(), at, end, 1, 1, (), Confidence.HIGH, b""))
        return found

    return look


def shown(line: CodeLine) -> str:
    text, at = "", 0
    for start, end in line.hidden:
        text += line.text[at:start] + "█"
        at = end
    return text + line.text[at:]


def rows(made: Excerpt) -> list[str]:
    return [shown(line) for line in made.lines]


def around(root: Path, text: str, entry: Entry, *others: Entry, look: Look = nothing) -> Excerpt:
    (root / entry.path).write_text(text, encoding="utf-8")
    return excerpt(entry, others, Sites(root), look, around=2)


def test_the_value_is_hidden_and_the_lines_around_are_shown(tmp_path: Path) -> None:
    text = f'a = 1\nb = 2\nc = 3\npassword = "{PASSWORD}"  # why\ne = 5\nf = 6\ng = 7\n'
    made = around(tmp_path, text, Entry("a.py", KEYWORD, hashed(PASSWORD), 4))
    assert rows(made) == ["b = 2", "c = 3", 'password = "█"  # why', "e = 5", "f = 6"]
    assert [line.number for line in made.lines if line.is_target] == [4]
    assert made.note == ""


def test_a_line_that_moved_is_found_and_said(tmp_path: Path) -> None:
    made = around(tmp_path, f'\n\npassword = "{PASSWORD}"\n', Entry("a.py", KEYWORD, hashed(PASSWORD), 1))
    assert made.note == "it stands on line 3 now"
    assert rows(made)[-1] == 'password = "█"'


def test_what_only_the_detector_sees_is_found_by_its_hash(tmp_path: Path) -> None:
    text = f"é ü\nkey {TOKEN} after é\n"
    made = around(tmp_path, text, Entry("./a.txt", KEYWORD, hashed(TOKEN), 9), look=seeing(TOKEN))
    assert made.note == "it stands on line 2 now"
    assert rows(made) == ["é ü", "key █ after é"]


def test_a_value_that_is_gone_leaves_its_line_hidden_as_far_as_it_may_be_a_secret(tmp_path: Path) -> None:
    made = around(tmp_path, f'password = "{TOKEN}" # note\n', Entry("a.py", KEYWORD, hashed(PASSWORD), 1))
    assert made.note == "its value is not in the file any more"
    assert rows(made) == ['password = "█" # note']


def test_a_prefix_that_a_plug_in_takes_for_the_value_does_not_leave_the_rest_in_sight(tmp_path: Path) -> None:
    made = around(tmp_path, f"login({TOKEN})\n", Entry("a.py", "GitHub Token", hashed("ghp"), 1))
    assert rows(made) == ["login(█)"]


def test_a_private_key_is_hidden_to_its_last_line(tmp_path: Path) -> None:
    key = pem()
    entry = Entry("id_rsa", "Private Key", hashed(HEAD.strip("-")), 1)
    made = around(tmp_path, f"{key}\nend\n", entry, look=seeing(key))
    assert rows(made) == ["█", "█", "█"]


def test_values_of_other_entries_nearby_are_hidden_too(tmp_path: Path) -> None:
    text = f'password = "{PASSWORD}"\nsecret = "{TOKEN}"\n'
    other = Entry("a.py", KEYWORD, hashed(TOKEN), 2)
    made = around(tmp_path, text, Entry("a.py", KEYWORD, hashed(PASSWORD), 1), other)
    assert rows(made) == ['password = "█"', 'secret = "█"']


def test_a_very_long_line_is_cut_around_its_value(tmp_path: Path) -> None:
    text = "x = 1; " * 5000 + f'password = "{PASSWORD}"' + "; y = 2" * 5000
    (line,) = around(tmp_path, text, Entry("a.js", KEYWORD, hashed(PASSWORD), 1), look=seeing(PASSWORD)).lines
    assert len(line.text) <= 500
    assert "█" in shown(line)
    assert PASSWORD not in shown(line)


def test_a_file_outside_the_root_or_a_device_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "outside").write_text("x")
    (tmp_path / "root" / "link").symlink_to("../outside")
    for name in ("../outside", str(tmp_path / "outside"), "link", "/dev/zero", "no\0name", ""):
        made = excerpt(Entry(name or ".", KEYWORD, "0" * 40, 1), (), Sites(tmp_path / "root"), nothing)
        assert made.lines == ()
        assert "no such file" in made.note


@settings(deadline=None, max_examples=40)
@given(
    before=st.text(st.characters(blacklist_categories=["Cs"]), max_size=60),
    after=st.text(st.characters(blacklist_categories=["Cs"]), max_size=60),
)
def test_a_value_that_the_detector_sees_is_never_in_sight(
    tmp_path_factory: pytest.TempPathFactory, before: str, after: str
) -> None:
    root = tmp_path_factory.mktemp("any")
    text = f"{before}{TOKEN}{after}"
    made = around(root, text, Entry("a.py", KEYWORD, hashed(TOKEN), 1), look=seeing(TOKEN))
    assert TOKEN not in "\n".join(rows(made))
    assert any("█" in row for row in rows(made))


def test_a_report_of_an_audit_counts_and_lists(tmp_path: Path) -> None:
    entries = [
        Entry("a", KEYWORD, "0" * 40, 1, is_secret=True),
        Entry("b", "X", "1" * 40),
        Entry("c", "X", "2" * 40, 3),
    ]
    assert list(audit_report(entries)) == [
        "3 entries: 1 real, 0 no secret, 2 undecided",
        "  Secret Keyword: 1 real",
        "  X: 2 undecided",
        "real  a:1  Secret Keyword",
        "undecided  b:?  X",
        "undecided  c:3  X",
    ]
    assert next(audit_report(entries[:1])) == "1 entry: 1 real, 0 no secret, 0 undecided"


def test_the_root_is_the_folder_that_has_the_files(tmp_path: Path) -> None:
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    (tmp_path / "sub" / "deep" / "a.py").touch()
    entries = [Entry("deep/a.py", KEYWORD, "0" * 40, 1)]
    folders = (tmp_path, tmp_path / "sub", tmp_path / "sub" / "deep")
    assert root_of(tmp_path / "b", entries, *folders) == tmp_path / "sub"
    assert root_of(tmp_path / "b", [], *folders) == tmp_path
    assert root_of(tmp_path / "b", entries) == tmp_path


def test_an_audit_that_says_what_the_file_says_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "b"
    file.write_text('{"results": {"a": [{"type": "X", "hashed_secret": "' + "0" * 40 + '", "is_secret": false}]}}')
    before = file.read_bytes()
    audit = Audit(file, tmp_path, nothing)
    audit.decide(audit.entries[0], Answer.REAL)
    audit.decide(audit.entries[0], Answer.NO_SECRET)
    assert audit.save() == 0
    assert file.read_bytes() == before
