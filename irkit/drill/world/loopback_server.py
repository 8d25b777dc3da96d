"""A small HTTP server of the rehearsal cloud: 127.0.0.1, a random port, threads, and a switch that plays an outage."""

from __future__ import annotations

import contextlib
import json
import socket
import sys
import threading
from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import JsonValue

_MAX_BODY = 256 * 1024 * 1024


class Outage(StrEnum):
    """Whether a server answers. While ON it takes connections and hangs up without a word."""

    OFF = "off"
    ON = "on"


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, handler: type[LoopbackHandler], owner: LoopbackServer) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.owner = owner

    def server_bind(self) -> None:
        """Bind, and ask no name server for the name of 127.0.0.1, as the parent does."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 - the parent's arguments
        """A client that hung up is its own affair; anything else is kept for the tests to see."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, ConnectionError):
            self.owner.failures.append(error)


class LoopbackHandler(BaseHTTPRequestHandler):
    """What the three servers' request handlers share: quiet, keep-alive, outage, bodies and JSON answers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server_version = "rehearsal"
    sys_version = ""
    server: _Listener

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's own name
        """Nothing: request lines may hold what must not be logged."""

    def parse_request(self) -> bool:
        """Hang up without an answer while the outage is on."""
        if not super().parse_request():
            return False
        if self.server.owner.is_out:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return False
        return True

    @property
    def route(self) -> str:
        """The path without its query."""
        return urlsplit(self.path).path

    def body(self) -> bytes:
        """The whole request body, chunked or sized."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return b"".join(iter(self._chunk, b""))
        size = int(self.headers.get("Content-Length") or 0)
        if size > _MAX_BODY:
            msg = f"a body of {size} bytes is more than this server takes"
            raise ValueError(msg)
        return self.rfile.read(size)

    def _chunk(self) -> bytes:
        size = int(self.rfile.readline().split(b";")[0].strip() or b"0", 16)
        data = self.rfile.read(size)
        self.rfile.readline()
        return data

    def answer(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """Send one whole response."""
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != HTTPStatus.NO_CONTENT:
            self.wfile.write(body)

    def answer_json(self, status: int, value: JsonValue, headers: Mapping[str, str] | None = None) -> None:
        """Send one JSON response."""
        kind = {"Content-Type": "application/json; charset=utf-8"}
        self.answer(status, json.dumps(value).encode(), kind | dict(headers or {}))


class LoopbackServer:
    """Start, address, outage and stop of one server; what it answers is the subclass's ``handler``."""

    handler: ClassVar[type[LoopbackHandler]]

    def __init__(self) -> None:
        self._outage = Outage.OFF
        self._listener: _Listener | None = None
        self._thread: threading.Thread | None = None
        self.failures: list[BaseException] = []
        """What went wrong inside a handler, other than a client hanging up."""

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``, without a slash at the end. Only after ``start``."""
        if self._listener is None:
            msg = f"{type(self).__name__} is not started"
            raise RuntimeError(msg)
        return f"http://127.0.0.1:{self._listener.server_address[1]}"

    @property
    def is_started(self) -> bool:
        """Whether it has an address."""
        return self._listener is not None

    @property
    def is_out(self) -> bool:
        """Whether the outage is on."""
        return self._outage is Outage.ON

    def outage(self, outage: Outage) -> None:
        """Turn the outage on or off."""
        self._outage = outage

    def start(self) -> None:
        """Bind a random port of 127.0.0.1 and answer on a thread of its own."""
        self._listener = _Listener(self.handler, self)
        self._thread = threading.Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and free the port; harmless when not started."""
        listener, thread = self._listener, self._thread
        self._listener = self._thread = None
        if listener is not None:
            listener.shutdown()
            listener.server_close()
        if thread is not None:
            thread.join(timeout=5)
