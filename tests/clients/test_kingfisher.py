"""The real SDK, asked about a made-up kind of token whose provider is a server on loopback."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from irkit.clients.kingfisher import Answer, Kingfisher, Question, Said, Targets
from irkit.secret import Secret

RULE = """
rules:
  - name: Acme token
    id: custom.acme
    pattern: |
      (?x)\\b(acme_[a-z0-9]{{12}})\\b
    min_entropy: 0
    confidence: high
    examples: [acme_aaaa12345678]
    validation:
      type: Http
      content:
        request:
          method: GET
          url: http://127.0.0.1:{port}/user
          headers:
            Authorization: "Bearer {{{{ TOKEN }}}}"
          response_matcher:
            - report_response: true
            - type: StatusMatch
              status: [200]
"""
STATUSES = {
    "acme_good00000001": 200,
    "acme_dead00000001": 401,
    "acme_less00000001": 403,
    "acme_slow00000001": 429,
    "acme_down00000001": 503,
}


class Provider(ThreadingHTTPServer):
    def __init__(self) -> None:
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                outer.asked.append(token)
                self.send_response(STATUSES[token])
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                return

        super().__init__(("127.0.0.1", 0), Handler)


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def sdk(provider: Provider, folder: Path, targets: Targets = Targets.LOOPBACK) -> Kingfisher:
    rules = folder / "acme.yml"
    rules.write_text(RULE.format(port=provider.server_port))
    return Kingfisher(None, [rules], targets)


def question(token: str, line: str = "t = {} ;") -> Question:
    return Question("custom.acme", Secret(token), (line.format(token).encode(),))


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("acme_good00000001", Said.ACTIVE),
        ("acme_dead00000001", Said.INACTIVE),
        ("acme_less00000001", Said.UNKNOWN),
        ("acme_slow00000001", Said.UNKNOWN),
        ("acme_down00000001", Said.UNKNOWN),
    ],
)
def test_only_an_answer_about_the_credential_decides(
    provider: Provider, tmp_path: Path, token: str, said: Said
) -> None:
    (answer,) = sdk(provider, tmp_path).ask([question(token)])
    assert answer.said is said
    assert token not in answer.why
    assert set(provider.asked) == {token}


def test_a_provider_that_cannot_be_reached_leaves_it_unknown(provider: Provider, tmp_path: Path) -> None:
    asker = sdk(provider, tmp_path)
    provider.shutdown()
    provider.server_close()
    assert asker.ask([question("acme_good00000001")]) == [Answer(Said.UNKNOWN, "the provider could not be reached")]


def test_another_credential_of_the_same_line_is_not_sent(provider: Provider, tmp_path: Path) -> None:
    line = "a = acme_dead00000001; b = {}"
    (answer,) = sdk(provider, tmp_path).ask([question("acme_good00000001", line)])
    assert answer.said is Said.ACTIVE
    assert provider.asked == ["acme_good00000001"]


def test_loopback_is_asked_only_by_rehearsals(provider: Provider, tmp_path: Path) -> None:
    (answer,) = sdk(provider, tmp_path, Targets.PROVIDERS).ask([question("acme_good00000001")])
    assert answer.said is Said.UNKNOWN
    assert provider.asked == []


def test_a_value_the_sdk_does_not_see_is_unknown_and_not_sent(provider: Provider, tmp_path: Path) -> None:
    (answer,) = sdk(provider, tmp_path).ask([Question("custom.acme", Secret("acme_good00000001"), (b"nothing",))])
    assert answer.said is Said.UNKNOWN
    assert provider.asked == []


def test_the_sdk_is_not_imported_before_something_is_asked() -> None:
    code = "import sys, irkit.scan.liveness, irkit.cli.scan; print('kingfisher_sdk' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
