from __future__ import annotations

import importlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar, Self

import psutil
import pytest

from irkit.clients.git import GitOverHttp, PushOutcome
from irkit.clients.git_mirror import commit_map, rewrite
from irkit.clients.git_objects import Locator, ObjectId, ObjectKind, secret_near
from irkit.drill.world.loopback_server import Outage
from irkit.errors import Denied, NotFound, OutsideError, Unreachable
from irkit.purge.survey import survey
from irkit.secret import Secret
from tests.forge import GIT_TOKEN, KEY_ID, SECRET, Forge

NAME = "acme/payments"


class Watcher:
    """Collects the arguments and environments of all descendant processes, as often as it can."""

    def __init__(self) -> None:
        self.seen: dict[int, bytes] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._stop.is_set():
            for child in own.children(recursive=True):
                for name in ("cmdline", "environ"):
                    try:
                        self.seen[child.pid] = (
                            self.seen.get(child.pid, b"") + Path(f"/proc/{child.pid}/{name}").read_bytes()
                        )
                    except OSError:
                        continue


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to look at other processes")
def test_no_secret_is_in_the_arguments_or_environment_of_any_child(
    forge: Forge, monkeypatch: pytest.MonkeyPatch
) -> None:
    importlib.import_module("git")  # GitPython's own import runs `git version` once, in the environment as it is
    monkeypatch.setenv("MY_GIT_TOKEN", GIT_TOKEN)  # as a token reference env:MY_GIT_TOKEN reads it
    client = forge.clients().git
    with Watcher() as watcher, client.mirror(forge.url) as mirror:
        before = mirror.refs()
        rewrite(mirror, [Secret(KEY_ID), Secret(SECRET)], "***")
        after = mirror.refs()
        moves = {
            ref: (old, after[ref]) for ref, old in before.items() if ref.startswith("refs/tags/") and old != after[ref]
        }
        assert client.push(mirror, moves)[0].outcome is PushOutcome.UPDATED
    assert any(b"filter" in text for text in watcher.seen.values()), "the watcher saw no git at all"
    for text in watcher.seen.values():
        assert SECRET.encode() not in text
        assert GIT_TOKEN.encode() not in text


def test_a_mirror_has_pull_requests_and_is_gone_afterwards(forge: Forge) -> None:
    with forge.clients().git.mirror(forge.url) as mirror:
        folder = mirror.folder
        assert mirror.refs() == forge.git.refs(NAME)
        assert folder.stat().st_mode & 0o077 == 0
        for path in folder.rglob("*"):
            assert not path.is_file() or GIT_TOKEN.encode() not in path.read_bytes()
    assert not folder.exists()


def test_a_wrong_token_is_denied(forge: Forge, tmp_path: Path) -> None:
    with pytest.raises(Denied, match="Authentication failed"):
        GitOverHttp(tmp_path / "work", Secret("wrong")).remote_refs(forge.url)


def test_no_token_at_all_is_denied_and_nobody_is_asked_for_one(forge: Forge, tmp_path: Path) -> None:
    with pytest.raises(Denied):
        GitOverHttp(tmp_path / "work").remote_refs(forge.url)


class _Elsewhere(BaseHTTPRequestHandler):
    """Another server, which asks for a password."""

    given: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.given.extend(self.headers.get_all("Authorization", []))
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="elsewhere"')
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nothing."""


class _Redirecting(_Elsewhere):
    to: ClassVar[str] = ""

    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", self.to + self.path)
        self.end_headers()


def test_a_server_that_one_redirects_to_is_not_given_the_token(tmp_path: Path) -> None:
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), _Elsewhere) as elsewhere,
        ThreadingHTTPServer(("127.0.0.1", 0), _Redirecting) as redirecting,
    ):
        _Redirecting.to = f"http://localhost:{elsewhere.server_port}"
        for one in (elsewhere, redirecting):
            threading.Thread(target=one.serve_forever, daemon=True).start()
        client = GitOverHttp(tmp_path / "git", Secret(GIT_TOKEN))
        try:
            with pytest.raises(Denied):
                client.remote_refs(f"http://127.0.0.1:{redirecting.server_port}/acme/payments.git")
            assert not _Elsewhere.given
            with pytest.raises(Denied):
                client.remote_refs(f"http://127.0.0.1:{elsewhere.server_port}/acme/payments.git")
            assert _Elsewhere.given, "else nothing was tested"
        finally:
            for one in (elsewhere, redirecting):
                one.shutdown()


def test_a_repository_that_is_not_there_is_not_found(forge: Forge) -> None:
    with pytest.raises(NotFound):
        forge.clients().git.remote_refs(forge.git.clone_url("acme/nothing"))


def test_no_answer_is_unreachable(forge: Forge) -> None:
    client = forge.clients().git
    forge.git.outage(Outage.ON)
    with pytest.raises(Unreachable):
        client.remote_refs(forge.url)
    forge.git.outage(Outage.OFF)
    assert client.remote_refs(forge.url) == forge.git.refs(NAME)


def test_every_call_is_noted_and_a_failed_one_with_its_error(forge: Forge) -> None:
    clients = forge.clients()
    clients.git.remote_refs(forge.url)
    with pytest.raises(NotFound):
        clients.git.remote_refs(forge.git.clone_url("acme/nothing"))
    assert [(call.text.split()[1], call.error) for call in clients.drain_calls()] == [
        ("ls-remote", ""),
        ("ls-remote", "NotFound"),
    ]


def test_a_push_tells_each_ref_apart(forge: Forge) -> None:
    client = forge.clients().git
    with client.mirror(forge.url) as mirror:
        before = mirror.refs()
        rewrite(mirror, [Secret(KEY_ID), Secret(SECRET)], "***")
        after = mirror.refs()
        pushed = client.push(mirror, {ref: (old, after[ref]) for ref, old in before.items() if old != after[ref]})
    outcomes = {one.ref: (one.outcome, one.reason) for one in pushed}
    assert outcomes["refs/heads/main"] == (PushOutcome.REFUSED, "hook declined")
    assert outcomes["refs/tags/v1.4.0"] == (PushOutcome.UPDATED, "")
    assert outcomes["refs/heads/feature/batch-import"] == (PushOutcome.UPDATED, "")
    assert outcomes["refs/pull/1/head"][0] is PushOutcome.REFUSED


def test_more_refs_than_one_command_line_takes_are_all_pushed(forge: Forge) -> None:
    folder = forge.git.folder(NAME)
    main = forge.git.refs(NAME)["refs/heads/main"]
    forge.git.git("update-ref", "--stdin", cwd=folder, stdin="".join(
        f"create refs/heads/b{number} {main}\n" for number in range(450)).encode())  # fmt: skip
    client = forge.clients().git
    with client.mirror(forge.url) as mirror:
        new = mirror.refs()["refs/heads/release/1.3"]
        moves = {ref: (old, new) for ref, old in mirror.refs().items() if ref.startswith("refs/heads/b")}
        pushed = client.push(mirror, moves)
    assert {one.ref for one in pushed} == set(moves)
    assert {one.outcome for one in pushed} == {PushOutcome.UPDATED}
    assert {forge.git.refs(NAME)[ref] for ref in moves} == {new}


def test_a_ref_that_moved_meanwhile_is_not_overwritten(forge: Forge) -> None:
    client = forge.clients().git
    with client.mirror(forge.url) as mirror:
        ref = "refs/heads/feature/batch-import"
        old = mirror.refs()[ref]
        forge.git.git("update-ref", ref, "refs/heads/main", cwd=forge.git.folder(NAME))
        pushed = client.push(mirror, {ref: (old, mirror.refs()["refs/heads/release/1.3"])})
    assert [(one.outcome, one.reason) for one in pushed] == [(PushOutcome.REFUSED, "stale info")]
    assert forge.git.refs(NAME)[ref] == forge.git.refs(NAME)["refs/heads/main"]


def test_rewriting_twice_gives_the_same_ids(forge: Forge) -> None:
    maps = []
    for _ in range(2):
        with forge.clients().git.mirror(forge.url) as mirror:
            rewrite(mirror, [Secret(KEY_ID), Secret(SECRET)], "***")
            maps.append(commit_map(mirror))
    assert maps[0] == maps[1] != {}


def test_a_signed_commit_is_counted(forge: Forge) -> None:
    folder = forge.git.folder(NAME)
    plain = forge.git.git("cat-file", "commit", "refs/heads/main", cwd=folder)
    head, _, message = plain.partition("\n\n")
    signed = f"{head}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n\n{message}\n"
    oid = forge.git.git("hash-object", "-t", "commit", "-w", "--stdin", cwd=folder, stdin=signed.encode())
    forge.git.git("update-ref", "refs/heads/signed", oid, cwd=folder)
    with forge.clients().git.mirror(forge.url) as mirror:
        assert survey(mirror, KEY_ID).signed_commits == 1


def test_a_replaced_object_hides_nothing(forge: Forge) -> None:
    """``refs/replace`` makes git show one object in place of another; a search must see the object itself."""
    folder = forge.git.folder(NAME)
    leaking = forge.git.git("rev-parse", f"{forge.seeded.leak_commit}:deploy/settings.env", cwd=folder)
    harmless = forge.git.git("rev-parse", "refs/heads/main:README.md", cwd=folder)
    forge.git.git("update-ref", f"refs/replace/{leaking}", harmless, cwd=folder)
    with forge.clients().git.mirror(forge.url) as mirror:
        assert leaking in {hit.object_id for hit in survey(mirror, KEY_ID).hits}


def test_a_ref_that_names_a_file_without_any_commit_is_found(forge: Forge) -> None:
    folder = forge.git.folder(NAME)
    oid = forge.git.git("hash-object", "-w", "--stdin", cwd=folder, stdin=f"only here: {KEY_ID}".encode())
    forge.git.git("update-ref", "refs/tags/a-file", oid, cwd=folder)
    tree = forge.git.git("mktree", cwd=folder, stdin=f"100644 blob {oid}\tkey.txt\n".encode())
    forge.git.git("update-ref", "refs/tags/a-folder", tree, cwd=folder)
    with forge.clients().git.mirror(forge.url) as mirror:
        found = {hit.object_id: hit.refs for hit in survey(mirror, KEY_ID).hits}
    assert found[ObjectId(oid)] == ("refs/tags/a-file", "refs/tags/a-folder")


def test_a_tag_of_a_tag_is_found_with_its_ref(forge: Forge) -> None:
    folder = forge.git.folder(NAME)
    inner = forge.git.refs(NAME)["refs/tags/v1.4.0"]
    text = f"object {inner}\ntype tag\ntag outer\ntagger T <t@example.org> 1790000000 +0000\n\nouter\n"
    outer = forge.git.git("mktag", cwd=folder, stdin=text.encode())
    forge.git.git("update-ref", "refs/tags/outer", outer, cwd=folder)
    with forge.clients().git.mirror(forge.url) as mirror:
        found = {hit.object_id: hit.refs for hit in survey(mirror, KEY_ID).hits}
    assert found[ObjectId(inner)] == ("refs/tags/outer", "refs/tags/v1.4.0")


def test_refs_are_as_git_itself_tells_them(forge: Forge) -> None:
    folder = forge.git.folder(NAME)
    with forge.clients().git.mirror(forge.url) as mirror:
        hits = [hit for hit in survey(mirror, KEY_ID).hits if hit.kind is ObjectKind.COMMIT]
    assert hits
    for hit in hits:
        told = forge.git.git("for-each-ref", "--format=%(refname)", "--contains", hit.object_id, cwd=folder)
        assert hit.refs == tuple(told.split("\n"))


def test_a_locator_that_is_none_is_refused(forge: Forge) -> None:
    with pytest.raises(OutsideError, match="no locator"):
        forge.clients().git.read_secret(Locator("https://example.com/a/b.git"))


def test_a_locator_whose_object_is_gone_is_not_found(forge: Forge) -> None:
    with pytest.raises(NotFound):
        forge.clients().git.read_secret(Locator(f"{forge.url}#{'0' * 40}@0+40"))


MIXED = b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEY = KEY_ID.encode()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"id=%b\nsecret=%b\n" % (KEY, MIXED), True),
        (b"secret = %b # for %b" % (SECRET.encode(), KEY), True),
        (b"%b,%b" % (KEY, MIXED), True),
        (b"%b fixed in %b" % (KEY, SECRET.encode()), False),
        (b"%b\nsecret=%b0" % (KEY, MIXED), False),
        (b"%b" % KEY + b"\n" * 500 + b"secret=%b" % MIXED, False),
        (b"secret=%b" % MIXED, False),
    ],
    ids=["beside", "before", "a pair", "a git hash", "too long", "far away", "no key id"],
)
def test_a_secret_is_taken_by_its_shape_and_nearness(content: bytes, found: bool) -> None:  # noqa: FBT001
    assert (secret_near(content, KEY) is not None) is found


def test_the_text_the_word_secret_introduces_goes_first() -> None:
    content = b"%b\nchecksum=%b\nsecret=%b\n" % (KEY, MIXED[::-1], MIXED)
    span = secret_near(content, KEY)
    assert span is not None
    assert content[span[0] : sum(span)] == MIXED
