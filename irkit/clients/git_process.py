"""Runs git through GitPython. The token reaches git over an inherited pipe: it is in no argument, environment or file.

Git asks a *credential helper* for the password; ours is one line of shell that reads a line from a file descriptor git
inherited (https://git-scm.com/docs/gitcredentials, "custom helpers"). The helpers of the user's own configuration are
put aside, so that git does not hand them our token to store.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from irkit.errors import Denied, NotFound, OutsideError, Throttled, Unreachable, UsageError
from irkit.secret import Secret

if TYPE_CHECKING:
    from git.cmd import Git as GitCommand

USERNAME = "x-access-token"
"""The user name that goes with a token on GitHub."""

_ASKED_AT_MOST = 16
_QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "GIT_TRACE": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
}
"""Never ask a person, never write a trace, and read objects as they are: ``refs/replace`` could hide some."""

_PATIENCE = {"GIT_HTTP_LOW_SPEED_LIMIT": "1", "GIT_HTTP_LOW_SPEED_TIME": "120"}
"""Give a server up that sends nothing for two minutes (``http.lowSpeedLimit``, in bytes): git would wait for ever.
One that is at work on a pack says so every five seconds (``uploadpack.keepAlive``)."""

_SIGNS: tuple[tuple[tuple[str, ...], type[OutsideError], str], ...] = (
    (("error: 429",), Throttled, "wait a minute, then retry the step"),
    (("Authentication failed", "could not read Username", "could not read Password", "error: 401", "error: 403"),
     Denied,
     "check the git token: it needs read and write on the repository's contents"),
    (("not found", "error: 404", "does not appear to be a git repository"), NotFound, "check the repository's address"),
    (("Could not resolve", "Failed to connect", "Couldn't connect", "Empty reply", "timed out", "Recv failure",
      "Connection re", "early EOF", "hung up", "error: 50", "too slow", "transfer closed"),
     Unreachable, "the git server gave no answer: look at its status"),
)  # fmt: skip


def checked_url(url: str) -> str:
    """The address, if it is one that irkit lets git open: https, or http on loopback, and without credentials in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise UsageError("a repository's address is none", hint="give it as https://host/owner/name.git") from None
    loopback = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
        msg = f"a repository's address must begin with https://, not {parts.scheme or 'nothing'}://"
        raise UsageError(msg, hint="give it as https://host/owner/name.git")
    if parts.username or parts.password:
        msg = "a repository's address must hold no credentials"
        raise UsageError(msg, hint="configure the git token instead")
    return url


class GitProcess:
    """Git in one folder. ``local`` never meets a network; ``remote`` may, with the token within reach."""

    def __init__(
        self, folder: Path, token: Secret | None = None, username: str = USERNAME, most_bytes: int = 0
    ) -> None:
        """``most_bytes``: git may write no file larger than this (the kernel stops it); 0 for no limit."""
        self.folder = folder
        self._token = token
        self._username = username
        self._limited = _limited(most_bytes)

    def local(self, *arguments: str, fds: tuple[int, ...] = ()) -> str:
        """Run and give stdout as text. Raises OutsideError when git does not end with 0."""
        status, out, err = self._run(list(arguments), fds)
        if status:
            msg = f"git {arguments[0]} ended with {status}: {_last_line(err)}"
            raise OutsideError(msg)
        return out

    def remote(self, *arguments: str) -> str:
        """Run with the token at hand. Raises what git's complaint amounts to."""
        status, out, err = self.remote_status(*arguments)
        if status:
            raise outside_error(arguments[0], err)
        return out

    def remote_status(self, *arguments: str) -> tuple[int, str, str]:
        """Run with the token at hand; exit code, stdout, stderr. For commands that fail in parts, as push does.

        One of the arguments is the address. Its server alone is given the token, not one that it redirects to.
        """
        server = next((one for one in arguments if "://" in one), "")
        with _credential(self._username, self._token, server) as (options, fds):
            return self._run([*options, *arguments], fds)

    @contextmanager
    def stream(self, *arguments: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """Run and give stdin and stdout while it runs. Raises OutsideError when git does not end with 0."""
        process = self._command().execute(["git", *arguments], istream=PIPE, as_process=True, env=self._environment())
        running = process.proc
        if running is None or running.stdin is None or running.stdout is None:
            msg = f"git {arguments[0]} could not be started"
            raise OutsideError(msg)
        try:
            yield running.stdin, running.stdout
            running.stdin.close()
            status = running.wait()
        except BaseException:
            running.kill()
            running.wait()
            raise
        finally:
            running.stdout.close()
            if running.stderr is not None:
                running.stderr.close()
        if status:
            msg = f"git {arguments[0]} ended with {status}"
            raise OutsideError(msg)

    def _environment(self) -> dict[str, str]:
        """What is set over our own environment; a variable that the token was read from is emptied for git."""
        token = self._token.reveal() if self._token else ""
        patience = {name: os.environ.get(name, value) for name, value in _PATIENCE.items()}
        return _QUIET | patience | {name: "" for name, value in os.environ.items() if token and token in value}

    def _command(self) -> GitCommand:
        from git.cmd import Git as GitCommand

        return GitCommand(str(self.folder))

    def _run(self, arguments: list[str], fds: tuple[int, ...]) -> tuple[int, str, str]:
        status, out, err = self._command().execute(
            [*self._limited, "git", *arguments], with_extended_output=True, with_exceptions=False,
            stdout_as_string=False, env=self._environment(), pass_fds=fds,
        )  # fmt: skip
        return status, out.decode(errors="replace"), err


def _limited(most_bytes: int) -> tuple[str, ...]:
    """What is put before a command so that the files it writes stay small: POSIX counts them in 512 bytes."""
    return ("sh", "-c", 'ulimit -f "$0" && exec "$@"', str(max(1, most_bytes // 512))) if most_bytes else ()


@contextmanager
def readable_pipe(content: bytes) -> Iterator[int]:
    """A file descriptor that a child process may inherit and read ``content`` (at most 60 KiB) from."""
    reader, writer = os.pipe()
    try:
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(content)
        yield reader
    finally:
        os.close(reader)


@contextmanager
def _credential(username: str, token: Secret | None, address: str) -> Iterator[tuple[list[str], tuple[int, ...]]]:
    forget, where = ["-c", "credential.helper="], urlsplit(address)
    if token is None or not where.netloc:
        yield forget, ()
        return
    with readable_pipe(f"{username} {token.reveal()}\n".encode() * _ASKED_AT_MOST) as fd:
        read = f'read -r name word < /dev/fd/{fd} && printf "username=%s\\npassword=%s\\n" "$name" "$word"'
        helper = f"credential.{where.scheme}://{where.netloc}.helper"
        yield [*forget, "-c", f'{helper}=!f() {{ test "$1" = get && {read}; }}; f'], (fd,)


def outside_error(command: str, complaint: str) -> OutsideError:
    """The error that git's complaint on stderr amounts to."""
    for signs, kind, hint in _SIGNS:
        if any(sign in complaint for sign in signs):
            return kind(f"git {command}: {_last_line(complaint)}", hint=hint)
    return OutsideError(f"git {command}: {_last_line(complaint)}")


def _last_line(complaint: str) -> str:
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return (fatal or lines or ["no reason given"])[-1]
