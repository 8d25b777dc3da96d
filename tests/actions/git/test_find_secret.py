from __future__ import annotations

from datetime import UTC, datetime

import pytest

from irkit.actions.git import find_secret
from irkit.actions.git.find_secret import Outcome, Params, Result
from irkit.clients.git_mirror import Held
from irkit.clients.git_objects import ObjectKind
from irkit.drill.world.git_server import Pushed
from irkit.drill.world.loopback_server import Outage
from irkit.errors import Unreachable, UsageError
from irkit.secret import Secret
from tests.forge import KEY_ID, LEAKED_AT, SECRET, Forge

NAME = "acme/payments"


def found(forge: Forge, key_id: str = KEY_ID) -> Result:
    return find_secret.read(forge.clients("find_leak"), Params(repository=forge.url, key_id=key_id))


def test_it_finds_every_planted_place(forge: Forge) -> None:
    places = {(place.kind, place.path) for place in found(forge).places}
    assert places == {
        (ObjectKind.BLOB, "deploy/settings.env"),
        (ObjectKind.BLOB, "tools/import_batch.py"),
        (ObjectKind.BLOB, "deploy/terraform.tfvars"),
        (ObjectKind.COMMIT, ""),
        (ObjectKind.TAG, ""),
    }


def test_it_names_the_commit_that_brought_the_key_first(forge: Forge) -> None:
    result = found(forge)
    assert result.first_commit == forge.seeded.leak_commit
    assert result.first_at == LEAKED_AT
    assert result.first_author == forge.seeded.leaking_author


def test_it_names_every_ref_whose_history_holds_the_key(forge: Forge) -> None:
    assert found(forge).refs == (
        "refs/heads/feature/batch-import",
        "refs/heads/main",
        "refs/pull/1/head",
        "refs/pull/1/merge",
        "refs/tags/v1.4.0",
    )


def test_the_line_is_where_the_key_id_stands(forge: Forge) -> None:
    lines = {place.path: place.line for place in found(forge).places if place.path}
    assert lines["deploy/settings.env"] == 3
    assert lines["tools/import_batch.py"] == 4


def test_one_secret_in_five_places_gives_one_locator_and_one_fingerprint(forge: Forge) -> None:
    result = found(forge)
    assert len(result.locators) == 1
    assert {place.fingerprint for place in result.places} == {forge.clients().fingerprint(Secret(SECRET))}
    assert {place.held for place in result.places} == {Held.PAIR}


def test_a_locator_gives_the_secret_back(forge: Forge) -> None:
    assert forge.clients().git.read_secret(found(forge).locators[0]) == Secret(SECRET)


def test_neither_the_result_nor_the_evidence_holds_the_secret(forge: Forge) -> None:
    result = found(forge)
    assert SECRET not in result.model_dump_json()
    kept = (forge.folder / result.evidence).read_bytes()
    assert SECRET.encode() not in kept
    assert kept.count(b"\n") == len(result.places)


def test_a_path_or_an_author_that_holds_the_secret_is_told_without_it(forge: Forge) -> None:
    pushed = Pushed(f"ann {SECRET}", datetime(2026, 1, 2, tzinfo=UTC), "keys")
    forge.git.push_file(NAME, "main", f"keys/{SECRET}.csv", f"{KEY_ID} once more\n", pushed)
    result = found(forge)
    (place,) = (place for place in result.places if place.path.startswith("keys/"))
    assert place.path == "keys/[secret].csv"
    assert place.author.startswith("ann [secret]")
    assert SECRET not in result.model_dump_json()
    assert SECRET.encode() not in (forge.folder / result.evidence).read_bytes()


def test_a_ref_that_is_named_by_the_secret_is_told_without_it(forge: Forge) -> None:
    pushed = Pushed("ann", datetime(2026, 1, 2, tzinfo=UTC), "a branch of its own")
    forge.git.push_file(NAME, f"try-{SECRET}", "keys.csv", f"{KEY_ID}\n", pushed)
    result = found(forge)
    assert "refs/heads/try-[secret]" in result.refs
    assert SECRET not in result.model_dump_json()
    assert SECRET.encode() not in (forge.folder / result.evidence).read_bytes()


def test_no_mirror_is_left_behind(forge: Forge) -> None:
    found(forge)
    assert list((forge.folder / "work").iterdir()) == []


def test_a_key_that_is_not_there_is_absent_and_says_what_was_read(forge: Forge) -> None:
    result = found(forge, "AKIANOTHEREATALL0000")
    assert (result.outcome, result.places, result.evidence) == (Outcome.ABSENT, (), "")
    assert result.commits_scanned > 40
    assert "not read: forks" in result.coverage


def test_a_key_that_stands_in_names_alone_is_not_absent(forge: Forge) -> None:
    key_id, folder = "AKIANAMEDONLY0000000", forge.git.folder(NAME)
    main = forge.git.refs(NAME)["refs/heads/main"]
    forge.git.git("update-ref", f"refs/heads/rotate-{key_id}", main, cwd=folder)
    result = found(forge, key_id)
    assert (result.outcome, result.places, result.names) == (Outcome.FOUND, (), 1)
    assert result.summary.endswith("1 name of files or refs")
    pushed = Pushed("ann", datetime(2026, 1, 2, tzinfo=UTC), "keys")
    forge.git.push_file(NAME, "main", f"keys/{key_id}.csv", "x\n", pushed)
    assert found(forge, key_id).names == 2


def test_the_secret_is_known_to_the_process_afterwards(forge: Forge) -> None:
    found(forge)
    assert forge.outside.known_secrets.get(KEY_ID) == Secret(SECRET)


def test_an_outage_is_no_answer_and_not_an_empty_history(forge: Forge) -> None:
    forge.git.outage(Outage.ON)
    with pytest.raises(Unreachable):
        found(forge)


@pytest.mark.parametrize(
    "address",
    ["ext::sh -c id", "file:///etc", "http://example.com/a/b.git", "https://x:y@host/a/b.git", "--upload-pack=x"],
)
def test_an_address_that_git_would_run_or_leak_is_refused(forge: Forge, address: str) -> None:
    with pytest.raises(UsageError):
        find_secret.read(forge.clients(), Params(repository=address, key_id=KEY_ID))
