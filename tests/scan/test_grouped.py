from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irkit.scan import grouped as grouped_module
from irkit.scan.finding import Commit, Place, PlaceKind, Report, Sighting, Skipped
from irkit.scan.grouped import Context, Seen, grouped, merged
from irkit.scan.history import joined
from irkit.scan.rule import Confidence, Rule, Severity
from irkit.scan.scrubbed import CUT, scrubbed

RULE = Rule("thing_token", "Thing token", Severity.HIGH, Confidence.HIGH, r"thing_(?P<value>\w{12})", "thing_")
GUESS = RULE._replace(id="guess", title="Guess", confidence=Confidence.LOW, severity=Severity.LOW)
RULES = {rule.id: rule for rule in (RULE, GUESS)}
CONTEXT = Context(RULES.__getitem__, lambda: b"k" * 32, lambda commit: commit == "c1")


def sighting(value: str = "thing_Q7f2Lm9Zx1Wd", rule: Rule = RULE, line: int = 3, dismissed: str = "") -> Sighting:
    near = f"x = {value}".encode()
    return Sighting(rule.id, value.encode(), 4, 4 + len(value), line, 5, (), rule.confidence, near, dismissed)


def commit(number: int) -> Commit:
    return Commit(f"c{number}", "Ann", "ann@example.org", f"2024-01-{number:02}T00:00:00+01:00")


def blob(path: str, number: int, **more: object) -> Place:
    first = commit(number)
    return Place(PlaceKind.BLOB, path, object_id=f"o{number}", first=first, last=first)._replace(**more)  # type: ignore[arg-type] # fields by their names


def test_versions_of_one_file_are_one_place_from_the_first_commit_to_the_last() -> None:
    seen = [Seen(sighting(line=n), (blob("a.env", n),)) for n in (2, 1, 3)]
    (finding,) = grouped(seen, CONTEXT).findings
    (place,) = finding.places
    assert (place.first, place.last) == (commit(1), commit(3))
    assert (place.object_id, place.line, place.column) == ("o3", 3, 5)


def test_one_value_in_two_files_is_one_finding_with_two_places() -> None:
    (finding,) = grouped([Seen(sighting(), (blob("a", 1),)), Seen(sighting(), (blob("b", 2),))], CONTEXT).findings
    assert [place.path for place in finding.places] == ["a", "b"]
    assert finding.pushed is True


def test_refs_of_several_versions_are_named_branches_first() -> None:
    one = blob("a.env", 1, refs=("refs/heads/b", "refs/tags/v1"), refs_count=2)
    other = blob("a.env", 2, refs=("refs/heads/a", "refs/pull/1/head"), refs_count=2)
    (place,) = merged([one, other])
    assert place.refs == ("refs/heads/a", "refs/heads/b", "refs/tags/v1", "refs/pull/1/head")
    assert place.refs_count == 4


def test_a_value_is_pushed_when_any_version_of_its_file_is() -> None:
    seen = [Seen(sighting(), (blob("a.env", n),)) for n in (2, 3)]
    pushed = CONTEXT._replace(pushed=lambda commit: commit == "c3")
    (finding,) = grouped(seen, pushed).findings
    assert finding.places[0].first == commit(2)
    assert finding.pushed is True


def test_two_values_are_two_findings_with_different_fingerprints() -> None:
    seen = [Seen(sighting(), (blob("a", 1),)), Seen(sighting("thing_Zx1WdQ7f2Lm9"), (blob("a", 1),))]
    one, other = grouped(seen, CONTEXT).findings
    assert one.fingerprint != other.fingerprint


def test_the_surest_rule_names_a_value_that_two_rules_saw() -> None:
    seen = [Seen(sighting(rule=GUESS), (blob("a", 1),)), Seen(sighting(), (blob("b", 1),))]
    (finding,) = grouped(seen, CONTEXT).findings
    assert finding.rule == "thing_token"
    assert len(finding.places) == 2


def test_what_was_dismissed_is_counted_once_a_line_by_its_reason() -> None:
    seen = [Seen(sighting(dismissed="placeholder"), (blob("a", n),)) for n in (1, 2)]
    found = grouped(seen, CONTEXT)
    assert found.findings == ()
    assert found.dismissed == {"placeholder": 1}


def test_a_finding_shows_no_value_in_its_repr() -> None:
    found = grouped([Seen(sighting(), (blob("a", 1),))], CONTEXT)
    assert "Q7f2Lm9Zx1Wd" not in repr(found)
    assert "Q7f2Lm9Zx1Wd" not in repr(sighting())


def test_commits_with_the_same_path_stay_apart() -> None:
    places = [Place(PlaceKind.COMMIT, object_id=f"o{n}", first=commit(n)) for n in (1, 2)]
    assert len(list(merged(places))) == 2


@given(st.permutations([1, 2, 3, 4]), st.lists(st.booleans(), min_size=4, max_size=4))
def test_the_order_of_versions_does_not_matter(order: list[int], current: list[bool]) -> None:
    places = [blob("a", n, is_current=current[n - 1], refs=(f"refs/heads/b{n}",), refs_count=1) for n in order]
    (place,) = merged(places)
    assert place.first == commit(1)
    assert place.last == commit(4)
    assert set(place.refs) == {f"refs/heads/b{n}" for n in order}
    assert place.is_current is any(current)


def look(body: bytes) -> list[Sighting]:
    return [sighting()._replace(start=at.start(), end=at.end()) for at in re.finditer(rb"thing_\w{12}", body)]


def test_a_secret_in_a_name_is_cut_out_wherever_it_would_be_shown() -> None:
    value = "thing_Q7f2Lm9Zx1Wd"
    who = Commit("c1", f"Ann {value}", "a@b", "2024-01-01T00:00:00Z")
    place = Place(PlaceKind.FILE_NAME, f"keys/{value}.txt", first=who, refs=(f"refs/heads/{value}",))
    (finding,) = grouped([Seen(sighting(), (place,))], CONTEXT).findings
    clean, skipped = scrubbed([finding], [Skipped(f"x/{value}", "too large")], look)
    shown = clean[0].places[0]
    assert shown.path == f"keys/{CUT}.txt"
    assert shown.refs == (f"refs/heads/{CUT}",)
    assert shown.first is not None
    assert shown.first.author == f"Ann {CUT}"
    assert skipped == [Skipped(f"x/{CUT}", "too large")]


def test_names_without_a_secret_stay_as_they_are() -> None:
    (finding,) = grouped([Seen(sighting(), (blob("a\nb", 1),))], CONTEXT).findings
    clean, _ = scrubbed([finding], [], look)
    assert clean == [finding]


def test_a_private_keys_last_line_is_not_shown_as_its_last_characters() -> None:
    begin = "-----BEGIN " + "PRIVATE KEY-----"
    value = f"{begin}\nabc\n{begin.replace('BEGIN', 'END')}"
    (finding,) = grouped([Seen(sighting(value), (blob("a.pem", 1),))], CONTEXT).findings
    assert finding.last4 == "…"


def test_what_lies_in_an_archive_is_judged_by_its_own_path(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []

    def dismissed_at(_rule: Rule, _value: bytes, _near: bytes, path: str) -> str:
        judged.append(path)
        return ""

    monkeypatch.setattr(grouped_module, "dismissed_at", dismissed_at)
    for via in ((), ("gzip", "base64"), ("zip:web/package-lock.json", "base64")):
        grouped([Seen(sighting()._replace(via=via), (blob("app.zip", 1),))], CONTEXT)
    assert judged == ["app.zip", "app.zip", "web/package-lock.json"]


def test_a_message_is_judged_as_a_text_and_what_no_path_is_known_of_is_not() -> None:
    rule = RULE._replace(id="assigned_password", confidence=Confidence.MEDIUM, checks=("password",))
    context = CONTEXT._replace(rule=lambda _: rule)
    weak = sighting("hunter22", rule)
    of_a_message = Place(PlaceKind.COMMIT, "", object_id="c1", first=commit(1), last=commit(1))
    assert grouped([Seen(weak, (of_a_message,))], context).findings == ()
    assert len(grouped([Seen(weak, (blob("", 1),))], context).findings) == 1
    assert len(grouped([Seen(sighting(rule=rule), (of_a_message,))], context).findings) == 1


def test_confidence_is_that_of_the_best_place() -> None:
    rule = RULE._replace(id="assigned_secret", confidence=Confidence.MEDIUM, checks=("random",))
    context = CONTEXT._replace(rule=lambda _: rule)
    value = sighting("Q7f2Lm9Zx1WdT5rB8kHs", rule)

    def confidence(*paths: str) -> Confidence:
        (finding,) = grouped([Seen(value, tuple(blob(path, 1) for path in paths))], context).findings
        return finding.confidence

    assert confidence("tests/a.py", "docs/b.md") is Confidence.LOW
    assert confidence("tests/a.py", "src/b.py") is Confidence.MEDIUM
    assert confidence("") is Confidence.MEDIUM
    of_a_message = Place(PlaceKind.COMMIT, "", object_id="c1", first=commit(1), last=commit(1))
    (finding,) = grouped([Seen(value, (of_a_message, blob("tests/a.py", 1)))], context).findings
    assert finding.confidence is Confidence.MEDIUM
    elsewhere = [Seen(value, (blob("tests/a.py", 1),)), Seen(value, (blob("src/b.py", 2),))]
    assert grouped(elsewhere, context).findings[0].confidence is Confidence.MEDIUM


def test_a_report_of_both_has_the_confidence_of_the_surer() -> None:
    (finding,) = grouped([Seen(sighting(), (blob("a", 1),))], CONTEXT).findings
    doubted = finding._replace(confidence=Confidence.LOW, places=(blob("tests/a", 2),))
    for reports in ((doubted, finding), (finding, doubted)):
        (one,) = joined([Report((each,), {}, (), {}, 0) for each in reports]).findings
        assert one.confidence is Confidence.HIGH
        assert len(one.places) == 2
