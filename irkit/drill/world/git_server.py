"""A git server over smart HTTP: bare repositories behind ``git http-backend``, as GitHub behaves towards a purge.

Pull request refs are hidden from pushes (``receive.hideRefs``), an ``update`` hook refuses forced pushes and deletions
of protected branches, and a fork shares its parent's objects. The token is asked for with basic authentication.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import threading
from collections.abc import Iterable
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import ClassVar, NamedTuple, cast
from urllib.parse import unquote, urlsplit

from irkit.drill.world.loopback_server import LoopbackHandler, LoopbackServer
from irkit.secret import Secret

_UPDATE_HOOK = """#!/bin/sh
# Branch protection: a protected branch takes only fast-forwards, and is not deleted.
test -f "$GIT_DIR/protected-branches" || exit 0
grep -qxF -e "$1" "$GIT_DIR/protected-branches" || exit 0
case "$2" in *[!0]*) ;; *) exit 0 ;; esac
case "$3" in
    *[!0]*) git merge-base --is-ancestor "$2" "$3" && exit 0 ;;
esac
echo "error: GH006: Protected branch update failed for $1." >&2
exit 1
"""

_CONFIG = {
    "http.receivepack": "true",
    "receive.hideRefs": "refs/pull",
    "receive.denyDeleteCurrent": "ignore",
    "uploadpack.allowAnySHA1InWant": "true",
    "core.logAllRefUpdates": "false",
    "gc.auto": "0",
}


def environment(root: Path) -> dict[str, str]:
    """What the server's git processes see: a path and a home without configuration."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(root),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_PROJECT_ROOT": str(root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "LC_ALL": "C",
    }


class Pushed(NamedTuple):
    """Who pushed a commit, when, and what they said of it."""

    author: str
    at: datetime
    message: str


class _GitHandler(LoopbackHandler):
    """One request, handed to ``git http-backend`` as a CGI program."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        owner = cast("GitServer", self.server.owner)
        body = self.body()
        if not self._may_enter(owner.token):
            self.answer(401, b"token wanted\n", {"WWW-Authenticate": 'Basic realm="rehearsal git"'})
            return
        git = shutil.which("git") or "git"
        backend = subprocess.Popen(
            [git, "http-backend"],
            env=environment(owner.root) | self._cgi(len(body)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        with backend:
            writer = threading.Thread(target=_feed, args=(backend, body), daemon=True)
            writer.start()
            self._relay(backend)
            writer.join()

    def _may_enter(self, token: Secret) -> bool:
        scheme, _, credentials = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return False
        password = base64.b64decode(credentials).decode(errors="replace").partition(":")[2]
        return bool(password) and token.matches(Secret(password))

    def _cgi(self, size: int) -> dict[str, str]:
        parts = urlsplit(self.path)
        return {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": unquote(parts.path),
            "QUERY_STRING": parts.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(size),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": "responder",
            "REMOTE_ADDR": "127.0.0.1",
        }

    def _relay(self, backend: subprocess.Popen[bytes]) -> None:
        output = cast("BufferedReader", backend.stdout)
        status = 200
        headers: dict[str, str] = {}
        for line in iter(output.readline, b""):
            name, _, value = line.decode("latin-1").strip().partition(":")
            if not name:
                break
            if name.lower() == "status":
                status = int(value.split()[0])
            else:
                headers[name] = value.strip()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while chunk := output.read1(65536):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")


def _feed(backend: subprocess.Popen[bytes], body: bytes) -> None:
    if backend.stdin is None:
        return
    try:
        backend.stdin.write(body)
        backend.stdin.close()
    except BrokenPipeError:
        return


class GitServer(LoopbackServer):
    """Serves ``<root>/<owner>/<name>.git`` at ``<url>/<owner>/<name>.git`` to those who hold the token."""

    handler: ClassVar[type[LoopbackHandler]] = _GitHandler

    def __init__(self, root: Path, token: Secret) -> None:
        super().__init__()
        self.root = root
        self.token = token

    def clone_url(self, full_name: str) -> str:
        """``http://127.0.0.1:PORT/acme/payments.git``, without credentials."""
        return f"{self.url}/{full_name}.git"

    def folder(self, full_name: str) -> Path:
        """Where the bare repository lies."""
        return self.root / f"{full_name}.git"

    def create(self, full_name: str) -> Path:
        """Make an empty repository with ``main`` as its branch; gives its folder."""
        folder = self.folder(full_name)
        folder.parent.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(folder))
        self._prepare(folder)
        return folder

    def fork(self, full_name: str, into: str) -> Path:
        """Make a fork that shares the parent's objects, with branches and tags but no pull requests."""
        folder = self.folder(into)
        folder.parent.mkdir(parents=True, exist_ok=True)
        self.git("clone", "--quiet", "--bare", "--shared", str(self.folder(full_name)), str(folder))
        self._prepare(folder)
        return folder

    def protect(self, full_name: str, branches: Iterable[str]) -> None:
        """Say which branches refuse forced pushes from now on."""
        text = "".join(f"refs/heads/{branch}\n" for branch in sorted(branches))
        (self.folder(full_name) / "protected-branches").write_text(text)

    def refs(self, full_name: str) -> dict[str, str]:
        """Every ref and the object it names."""
        listing = self.git("for-each-ref", "--format=%(refname) %(objectname)", cwd=self.folder(full_name)).split("\n")
        return dict(cast("tuple[str, str]", tuple(line.split(" "))) for line in listing if line)

    def push_file(self, full_name: str, branch: str, path: str, text: str, pushed: Pushed) -> str:
        """Commit a file on a branch, which starts from ``main`` when it is new; gives the commit's id."""
        refs = self.refs(full_name)
        ref = f"refs/heads/{branch}"
        parent = refs.get(ref) or refs["refs/heads/main"]
        who = f"{pushed.author} <{pushed.author}@acme.example> {int(pushed.at.timestamp())} +0000"
        message, body = pushed.message.encode(), text.encode()
        stream = (
            f"commit {ref}\nauthor {who}\ncommitter {who}\ndata {len(message)}\n".encode() + message
            + f"\nfrom {parent}\nM 100644 inline {path}\ndata {len(body)}\n".encode() + body + b"\n"
        )  # fmt: skip
        self.git("fast-import", "--quiet", "--date-format=raw", cwd=self.folder(full_name), stdin=stream)
        return self.refs(full_name)[ref]

    def git(self, *arguments: str, cwd: Path | None = None, stdin: bytes = b"") -> str:
        """Run git on the server's own side, with nothing of the caller's environment or configuration."""
        done = subprocess.run(
            ["git", *arguments], cwd=cwd, input=stdin, env=environment(self.root), capture_output=True, check=False
        )
        if done.returncode:
            msg = f"git {arguments[0]} ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()}"
            raise RuntimeError(msg)
        return done.stdout.decode().rstrip("\n")

    def _prepare(self, folder: Path) -> None:
        lines = [f"[{key.split('.')[0]}]\n\t{key.split('.')[1]} = {value}\n" for key, value in _CONFIG.items()]
        with (folder / "config").open("a") as config:
            config.writelines(lines)
        hook = folder / "hooks" / "update"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(_UPDATE_HOOK)
        hook.chmod(0o755)
