"""The world as a whole: its files, its processes, its end."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from irkit.config import load
from irkit.drill.world.facts import WorldFacts, read_facts
from irkit.drill.world.leash import Child, least_environment
from irkit.drill.world.settings import WorldSettings
from irkit.drill.world.world import World
from irkit.secret import Secret
from tests.drill.world.accounts import becomes
from tests.patience import PATIENCE_S


@pytest.fixture
def own_process(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], WorldFacts]]:
    folder = tmp_path / "apart"
    process = subprocess.Popen([sys.executable, "-m", "irkit.drill.world", str(folder)], cwd=Path(__file__).parents[3])
    try:
        assert becomes(lambda: read_facts(folder) is not None or process.poll() is not None)
        facts = read_facts(folder)
        assert facts is not None
        yield process, facts
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def alive(facts: WorldFacts) -> list[int]:
    return [
        pid
        for pid in facts.children.values()
        if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    ]


def control(facts: WorldFacts, route: str, asked: dict[str, object], token: str = "") -> dict[str, object]:
    token = token or Path(facts.control_token_file).read_text().strip()
    request = urllib.request.Request(  # noqa: S310  loopback
        facts.control_url + route, json.dumps(asked).encode(), {"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310  loopback
        told: dict[str, object] = json.loads(answer.read())
    return told


def test_the_facts_are_read_back_as_written(world: World) -> None:
    assert read_facts(world.folder) == world.facts


def test_the_irkit_configuration_points_every_client_here(world: World) -> None:
    config = load(Path(world.facts.config_file), environment={}, flags={})
    assert config.aws.asked_regions == ("eu-west-1", "us-east-1")
    assert (config.github.base_url, config.slack.base_url) == (world.facts.github_url, world.facts.slack_url)
    assert config.github.token is not None
    assert config.github.token.read().matches(world.github.token)


def test_files_with_secrets_are_their_owners_alone(world: World) -> None:
    private = [*(world.folder / "access").iterdir(), *(world.folder / "vault").iterdir()]
    assert len(private) >= 8
    assert {stat.S_IMODE(file.stat().st_mode) for file in private} == {0o600}


def test_planted_secrets_lie_only_in_the_vault_and_the_repository(world: World) -> None:
    found = set()
    for file in world.folder.rglob("*"):
        if file.is_file() and not file.is_relative_to(world.folder / "git"):
            data = file.read_bytes()
            found |= {file.name for secret in world.planted().values() if secret.reveal().encode() in data}
    assert found == {"planted.json"}


def test_no_process_of_the_world_shows_a_planted_secret(world: World) -> None:
    for pid in world.facts.children.values():
        process = psutil.Process(pid)
        shown = "\0".join([*process.cmdline(), *process.environ().values()])
        assert not [name for name, secret in world.planted().items() if secret.reveal() in shown]


def test_the_planted_file_grows_with_new_keys(world: World) -> None:
    world._new_key("AKIATEST", Secret("a-new-key-made-later"))
    written = json.loads((world.folder / "vault" / "planted.json").read_text())
    assert written["secret of AKIATEST"] == "a-new-key-made-later"


def test_everything_listens_on_loopback_alone(world: World) -> None:
    mine = {os.getpid(), *world.facts.children.values()}
    listening = [
        place.laddr.ip
        for pid in mine
        for place in psutil.Process(pid).net_connections("inet")
        if place.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 9
    assert set(listening) == {"127.0.0.1"}


def test_the_control_port_wants_its_token(world: World) -> None:
    with pytest.raises(urllib.error.HTTPError, match="401"):
        control(world.facts, "/faults", {"iam_delay_s": 1}, token="wrong")


def test_faults_are_flipped_from_another_process(
    own_process: tuple[subprocess.Popen[bytes], WorldFacts],
) -> None:
    _, facts = own_process
    control(facts, "/faults", {"service": "slack", "outage": "on"})
    with pytest.raises(OSError, match=r"closed|reset|refused"):
        urllib.request.urlopen(facts.slack_url + "auth.test", data=b"", timeout=PATIENCE_S)  # noqa: S310  loopback
    with pytest.raises(urllib.error.HTTPError, match="400"):
        control(facts, "/faults", {"service": "slack", "outage": "sideways"})


def test_a_world_of_its_own_ends_when_told_and_takes_its_children_along(
    own_process: tuple[subprocess.Popen[bytes], WorldFacts],
) -> None:
    process, facts = own_process
    assert len(alive(facts)) == 4
    control(facts, "/stop", {})
    assert process.wait(30) == 0
    assert alive(facts) == []
    assert not (Path(facts.folder) / "facts.json").exists()


def test_a_world_that_nobody_calls_ends_by_itself(tmp_path: Path) -> None:
    folder = tmp_path / "apart"
    folder.mkdir()
    (folder / "settings.json").write_text(WorldSettings(idle=timedelta(milliseconds=1)).model_dump_json())
    ended = subprocess.run(
        [sys.executable, "-m", "irkit.drill.world", str(folder)],
        timeout=PATIENCE_S,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert ended.returncode == 0
    assert (folder / "vault" / "truth.json").exists()


def test_a_child_that_hangs_is_ended_by_force(tmp_path: Path) -> None:
    hung = Child(["irkit.drill.world.leash", "http.server"], {}, tmp_path / "log", least_environment(tmp_path))
    os.kill(hung.pid, signal.SIGSTOP)
    hung.stop()
    assert not hung.running


def test_children_end_when_their_world_is_killed(own_process: tuple[subprocess.Popen[bytes], WorldFacts]) -> None:
    process, facts = own_process
    process.kill()
    process.wait()
    assert becomes(lambda: alive(facts) == [])
