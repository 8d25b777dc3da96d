"""What a careless app leaves on disk: a log with its environment, a crash bundle, what ``docker inspect`` tells."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from irkit.drill.world.signature import KeyPair
from irkit.secret import Secret

_LINES = 400


def write_leak(folder: Path, keys: KeyPair, token: Secret, alarm_at: datetime) -> tuple[Path, ...]:
    """Write the files below ``folder``; gives those that whoever raised the alarm names: three folders."""
    environment = {
        "SERVICE": "api",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": keys.key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key.reveal(),
        "LOG_LEVEL": "debug",
    }
    places = tuple(folder / name for name in ("logs", "bundles", "inspect"))
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
    logs, bundles, inspect = places
    (logs / "api.log").write_text(_log(environment, alarm_at))
    (logs / "deploy.log").write_text(_deploy_log(token, alarm_at))
    (bundles / "crash-20261120.tar.gz").write_bytes(_bundle(environment))
    (inspect / "api.json").write_text(json.dumps(_inspected(environment), indent=2))
    return places


def _log(environment: Mapping[str, str], alarm_at: datetime) -> str:
    """Honest lines, and one error whose handler writes out the whole environment."""
    lines = []
    for number in range(_LINES):
        at = alarm_at - timedelta(minutes=_LINES - number)
        lines.append(f"{at:%Y-%m-%dT%H:%M:%SZ} INFO api request={number:06x} status=200 ms={number % 37}")
        if number == _LINES // 2:
            lines.append(
                f"{at:%Y-%m-%dT%H:%M:%SZ} ERROR api ledger is not there; environment: {json.dumps(environment)}"
            )
    return "\n".join(lines) + "\n"


def _deploy_log(token: Secret, alarm_at: datetime) -> str:
    """The token once as it is, in an address, and once in a header as base64."""
    basic = base64.b64encode(f"x-access-token:{token.reveal()}".encode()).decode()
    at = f"{alarm_at - timedelta(hours=6):%Y-%m-%dT%H:%M:%SZ}"
    return (
        f"{at} deploy: cloning https://x-access-token:{token.reveal()}@github.com/acme/payments.git\n"
        f"{at} deploy: > Authorization: Basic {basic}\n{at} deploy: done\n"
    )


def _bundle(environment: Mapping[str, str]) -> bytes:
    packed = io.BytesIO()
    texts = {
        "crash/env": "\n".join(f"{name}={value}" for name, value in environment.items()),
        "crash/stack": "main()\n",
    }
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in texts.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()


def _inspected(environment: Mapping[str, str]) -> list[object]:
    variables = [f"{name}={value}" for name, value in environment.items()]
    return [{"Name": "/api", "State": {"Status": "running"}, "Config": {"Image": "acme/api:2026.11", "Env": variables}}]
