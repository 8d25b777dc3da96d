"""The files a responder finds the world by: AWS configuration and credentials, tokens, and an irkit configuration.

All are readable by their owner alone. What only the world and its judges may read lies in ``vault/``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from irkit.drill.world.facts import WorldFacts
from irkit.drill.world.signature import KeyPair
from irkit.secret import Secret

PROFILE = "default"
VAULT = "vault"


def write_private(path: Path, text: str) -> Path:
    """Writes a file that only its owner can read, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    spare = path.with_suffix(path.suffix + ".new")
    spare.touch(mode=0o600)
    spare.write_text(text, encoding="utf-8")
    spare.replace(path)
    return path


def write_aws_files(folder: Path, endpoint: str, region: str, keys: KeyPair) -> tuple[Path, Path]:
    """An AWS configuration and credentials file with one default profile that points at the proxy."""
    token = keys.session_token
    config = write_private(
        folder / "config", (f"[{PROFILE}]\nregion = {region}\nendpoint_url = {endpoint}\nretry_mode = standard\n")
    )
    credentials = write_private(
        folder / "credentials",
        (
            f"[{PROFILE}]\naws_access_key_id = {keys.key_id}\naws_secret_access_key = {keys.secret_key.reveal()}\n"
            + (f"aws_session_token = {token.reveal()}\n" if token else "")
        ),
    )
    return config, credentials


def write_irkit_config(facts: WorldFacts, recipient: str = "") -> Path:
    """An irkit configuration that points every client at the world; the data folder is left to the caller."""
    lines = [
        *([f"evidence_recipient = {json.dumps(recipient)}"] if recipient else []),
        "[aws]",
        *_toml(
            {
                "profile": facts.aws_profile,
                "region": facts.region,
                "config_file": facts.aws_config_file,
                "credentials_file": facts.aws_credentials_file,
            }
        ),
        f"regions = {json.dumps(list(facts.regions))}",
        "[github]",
        *_toml(
            {"base_url": facts.github_url, "repository": facts.repository, "token": f"file:{facts.github_token_file}"}
        ),
        "[slack]",
        *_toml({"base_url": facts.slack_url, "token": f"file:{facts.slack_token_file}"}),
        "[git]",
        *_toml({"token": f"file:{facts.git_token_file}"}),
    ]
    return write_private(Path(facts.config_file), "\n".join(lines) + "\n")


def write_planted(folder: Path, planted: Mapping[str, Secret]) -> Path:
    """``vault/planted.json``: every secret value that must be found nowhere outside its store, by a name for it."""
    values = {name: secret.reveal() for name, secret in planted.items()}
    return write_private(folder / VAULT / "planted.json", json.dumps(values, indent=2))


def _toml(values: Mapping[str, str]) -> list[str]:
    return [f"{name} = {json.dumps(value)}" for name, value in values.items()]
