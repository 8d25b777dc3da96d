"""A leaked key in every form, in a real repository behind a real git server."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from irkit.actions.git import find_secret, purge_history
from irkit.clients.git_mirror import Held
from irkit.contract import Proof
from irkit.errors import OutsideError
from irkit.purge import survey
from irkit.scan.repository import Repository, repository
from irkit.secret import Secret
from tests.forge import KEY_ID, SECRET, Forge

PAIR = f"aws_access_key_id = {KEY_ID}\naws_secret_access_key = {SECRET}\n".encode()
NAME = "acme/payments"
FORMS = {
    ("base64",): base64.b64encode(PAIR),
    ("base64", "base64"): base64.b64encode(base64.b64encode(PAIR)),
    ("hex",): PAIR.hex().encode(),
    ("percent",): b"https://host/?q=" + quote(PAIR, safe="").encode(),
    ("utf-16",): PAIR.decode().encode("utf-16"),
    ("gzip",): gzip.compress(PAIR, mtime=0),
}


def committed(forge: Forge, content: bytes, path: str = "deploy/encoded.txt") -> None:
    """Put a file on the server's main branch."""
    folder = forge.git.folder(NAME)
    blob = forge.git.git("hash-object", "-w", "--stdin", cwd=folder, stdin=content)
    tree = forge.git.git("mktree", cwd=folder, stdin=f"100644 blob {blob}\t{path.replace('/', '-')}\n".encode())
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")
    commit = forge.git.git(*who, "commit-tree", tree, "-p", "refs/heads/main", "-m", "more", cwd=folder)
    forge.git.git("update-ref", "refs/heads/main", commit, cwd=folder)


def found(forge: Forge) -> find_secret.Result:
    return find_secret.read(forge.clients("find_leak"), find_secret.Params(repository=forge.url, key_id=KEY_ID))


@pytest.mark.parametrize("via", [via for via in FORMS if via != ("percent",)], ids="-".join)
def test_a_key_is_found_in_every_encoding(forge: Forge, via: tuple[str, ...]) -> None:
    committed(forge, FORMS[via])
    (place,) = [place for place in found(forge).places if place.path == "deploy-encoded.txt"]
    assert place.via == via
    assert place.held is Held.PAIR
    assert place.locator is None
    assert "refs/heads/main" in place.refs


def test_the_secret_beside_an_encoded_key_id_is_known_from_then_on(forge: Forge) -> None:
    committed(forge, FORMS["base64",])
    result = found(forge)
    (place,) = [place for place in result.places if place.via]
    assert place.fingerprint
    assert SECRET not in result.model_dump_json()
    kept = (forge.folder / result.evidence).read_text()
    assert json.loads(kept.splitlines()[-1])["via"] == ["base64"]
    assert base64.b64encode(SECRET.encode()).decode() not in kept


@pytest.mark.parametrize("via", [("base64",), ("base64", "base64"), ("hex",), ("percent",)], ids="-".join)
def test_a_purge_takes_encoded_texts_out_too(forge: Forge, via: tuple[str, ...]) -> None:
    committed(forge, FORMS[via])
    params = purge_history.Params(repository=forge.url, key_id=KEY_ID, locators=found(forge).locators, protections=())
    plan = purge_history.plan(forge.clients(), params)
    receipt = purge_history.apply(forge.clients(), plan)
    assert purge_history.verify(forge.clients(), receipt).proof is Proof.PROVEN
    assert not [place for place in found(forge).places if "refs/heads/main" in place.refs]


@pytest.mark.parametrize("via", [("utf-16",), ("gzip",)], ids="-".join)
def test_what_no_text_can_be_replaced_in_is_named_and_never_proven_gone(forge: Forge, via: tuple[str, ...]) -> None:
    committed(forge, FORMS[via])
    params = purge_history.Params(repository=forge.url, key_id=KEY_ID, locators=found(forge).locators, protections=())
    plan = purge_history.plan(forge.clients(), params)
    assert f"deploy-encoded.txt ({via[0]}): remove that file by hand" in plan.blast
    receipt = purge_history.apply(forge.clients(), plan)
    verdict = purge_history.verify(forge.clients(), receipt)
    assert verdict.proof is Proof.REFUTED
    assert "still in refs/heads/main" in verdict.seen


def test_the_values_are_in_no_plan(forge: Forge) -> None:
    committed(forge, FORMS["hex",])
    params = purge_history.Params(repository=forge.url, key_id=KEY_ID, locators=found(forge).locators, protections=())
    plan = purge_history.plan(forge.clients(), params).model_dump_json()
    assert SECRET.encode().hex() not in plan
    assert SECRET not in plan
    assert Secret(SECRET).masked() not in plan


def test_a_wrapped_text_is_named_and_never_replaced_by_halves(forge: Forge) -> None:
    wrapped = base64.encodebytes(b"#" * 20 + PAIR)
    assert wrapped.count(b"\n") > 1
    committed(forge, wrapped)
    params = purge_history.Params(repository=forge.url, key_id=KEY_ID, locators=found(forge).locators, protections=())
    plan = purge_history.plan(forge.clients(), params)
    purge_history.apply(forge.clients(), plan)
    blob = "refs/heads/main:deploy-encoded.txt"
    text = forge.git.git("cat-file", "-p", blob, cwd=forge.git.folder(NAME))
    assert "deploy-encoded.txt (base64): remove that file by hand" in plan.blast
    assert text == wrapped.decode().rstrip()


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """An object of each mirror cannot be read."""

    def with_one(folder: Path) -> Repository:
        where = folder / "objects" / "ab" / ("c" * 38)
        where.parent.mkdir(exist_ok=True)
        where.write_bytes(b"no object")
        return repository(folder)

    monkeypatch.setattr(survey, "repository", with_one)


@pytest.mark.usefixtures("broken")
def test_a_key_is_not_absent_where_an_object_could_not_be_read(forge: Forge) -> None:
    absent = find_secret.Params(repository=forge.url, key_id="AKIAQYLPMN5HFIQR7XYA")
    with pytest.raises(OutsideError, match="nobody knows whether the key is there") as raised:
        find_secret.read(forge.clients("find_leak"), absent)
    assert "git fsck" in raised.value.hint
    assert found(forge).outcome is find_secret.Outcome.FOUND
    assert "; NOT LOOKED INTO: 1 times " in found(forge).coverage


def test_nothing_is_proven_gone_where_an_object_could_not_be_read(forge: Forge, request: pytest.FixtureRequest) -> None:
    params = purge_history.Params(repository=forge.url, key_id=KEY_ID, locators=found(forge).locators, protections=())
    receipt = purge_history.apply(forge.clients(), purge_history.plan(forge.clients(), params))
    assert purge_history.verify(forge.clients(), receipt).proof is Proof.PROVEN
    request.getfixturevalue("broken")
    with pytest.raises(OutsideError, match="not every object"):
        purge_history.verify(forge.clients(), receipt)
