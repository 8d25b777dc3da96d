"""``irkit doctor`` against the rehearsal cloud: who may act, what is wanting, and what cannot be reached."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from irkit.actions import catalog
from irkit.clients.iam import Decision
from irkit.clients.server_clock import heard_clock
from irkit.config import SlackConfig, user_file
from irkit.doctor.examination import CHECKS, examination, is_ready
from irkit.doctor.finding import Finding, Patient, Standing
from irkit.doctor.permissions import permissions
from irkit.drill.world.world import World
from irkit.errors import OutsideError, Unreachable
from irkit.runbook.load import load as load_runbook
from irkit.runbook.model import RunbookName
from irkit.runbook.policy import permissions as needed
from irkit.runbook.shelf import shelf
from irkit.token_ref import TokenRef, TokenSource
from tests.bench import Bench
from tests.e2e.commands import Command

KEY_LEAK = load_runbook(shelf(Path("no-runbooks-of-our-own"))[RunbookName("key_leak")].path)


def patient(on: Bench, **changes: object) -> Patient:
    clients = on.clients("examine")
    config = replace(clients.config, **changes)  # type: ignore[arg-type]
    return Patient(config, clients, (KEY_LEAK,), catalog)


def of(findings: Iterator[Finding] | list[Finding], about: str) -> list[Finding]:
    return [one for one in findings if one.about == about]


def acting(on: Bench, rights: list[str], monkeypatch: pytest.MonkeyPatch) -> Patient:
    """As a new user who may do just this."""
    name = f"responder-{secrets.token_hex(4)}"
    aws = on.clients("arrange").aws
    aws.call("iam", "create_user", UserName=name)
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": rights, "Resource": "*"}]}
    aws.call("iam", "put_user_policy", UserName=name, PolicyName="own", PolicyDocument=json.dumps(document))
    one = patient(on)
    identity = replace(one.clients.sts.own_identity(), arn=one.clients.iam.user_arn(name), principal=name)
    monkeypatch.setattr(type(one.clients.sts), "own_identity", lambda _: identity)
    return one


def test_who_has_a_runbooks_permissions_is_ready_for_it(on: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    rights = needed(KEY_LEAK, catalog)
    (found,) = permissions(acting(on, list(rights), monkeypatch))
    assert (found.standing, found.says) == (
        Standing.GOOD,
        f"key_leak: all {len(rights)} permissions, by IAM's simulation",
    )


def test_a_permission_that_is_wanting_is_named(on: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    rights = [each for each in needed(KEY_LEAK, catalog) if each != "iam:PutUserPolicy"]
    (found,) = permissions(acting(on, rights, monkeypatch))
    assert found.standing is Standing.BAD
    assert f"1 of {len(rights) + 1} permissions are wanting: iam:PutUserPolicy" in found.says
    assert "irkit runbook policy key_leak" in found.hint


def test_without_simulation_harmless_reads_are_tried_and_the_rest_is_not_known(
    on: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = patient(on)

    def denied(*_: object) -> dict[str, Decision]:
        raise OutsideError("AccessDenied")

    monkeypatch.setattr(type(one.clients.iam), "decided", denied)
    warned, found = permissions(one)
    assert warned.standing is Standing.WARNING
    assert found.standing is Standing.UNKNOWN
    assert "iam:PutUserPolicy" not in found.says or "could not be tried" in found.says
    tried = len(needed(KEY_LEAK, catalog)) - int(found.says.split()[1])
    assert tried >= 5


def test_a_protected_principal_that_does_not_exist_is_bad(on: Bench) -> None:
    found = of(examination(patient(on, protected_principals=("nobody-of-that-name",))), "AWS")
    assert any(one.standing is Standing.BAD and "nobody-of-that-name" in one.says for one in found)


def test_what_cannot_be_reached_is_a_finding_and_the_rest_is_examined(on: Bench) -> None:
    nowhere = SlackConfig("http://127.0.0.1:9/api/", TokenRef(TokenSource.ENVIRONMENT, "NOT_SET_ANYWHERE"))
    found = list(examination(patient(on, slack=nowhere)))
    assert {one.about for one in found} >= {"this machine", "AWS", "permissions", "CloudTrail", "clocks"}
    assert any(one.standing is Standing.UNKNOWN and "Slack" in one.says for one in of(found, "clocks"))
    assert set(CHECKS) >= {one.about for one in found}


def test_a_folder_that_cannot_be_written_to_is_bad(on: Bench, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    found = of(examination(patient(on, data_folder=file / "below")), "this machine")
    assert any(one.standing is Standing.BAD and "nothing can be written" in one.says for one in found)
    assert not is_ready(tuple(found))


def test_a_servers_clock_is_read_from_any_answer(on: Bench, world: World) -> None:
    heard = heard_clock(world.facts.github_url)
    assert timedelta(seconds=1) <= heard.uncertainty
    with pytest.raises(Unreachable):
        heard_clock("http://127.0.0.1:9/")


def test_the_command_tells_it_and_says_by_its_exit_code(on: Bench, world: World, tmp_path: Path) -> None:
    irkit = Command(tmp_path)
    told = irkit.run("doctor", "--config", world.facts.config_file, "--json")
    document = json.loads(told.stdout)
    assert document["ready"] is (told.returncode == 0), told.stderr
    assert {one["about"] for one in document["findings"]} <= set(CHECKS)
    nowhere = irkit.run("doctor", "--runbook", "no_such_runbook", "--config", world.facts.config_file)
    assert nowhere.returncode == 2
    assert "there is no runbook 'no_such_runbook'" in nowhere.stderr


def test_without_aws_the_rest_is_examined_and_aws_is_told_once(on: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    one = patient(on)

    def nobody(_: object) -> None:
        raise Unreachable("no answer")

    monkeypatch.setattr(type(one.clients.sts), "own_identity", nobody)
    found = list(examination(one))
    assert [each.about for each in found if each.standing is Standing.BAD] == ["AWS"]
    assert {each.about for each in found} == set(CHECKS)
    assert {each.says for each in of(found, "permissions")} == {"not examined: no call to AWS is possible"}


def test_without_a_configuration_file_it_says_where_one_would_be_read(on: Bench) -> None:
    found = of(examination(patient(on, file=None)), "this machine")
    assert found[0].says == f"no configuration file ({user_file()}): the defaults"
