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
ORGANIZATION_PROFILE = "organization"
VAULT = "vault"


_NO_PROVIDERS = """rules:
  - name: nobody outside is asked in a rehearsal
    id: rehearsal.nobody
    pattern: (rehearsal_nobody_[a-z]{32})
    min_entropy: 0
    confidence: high
    examples: []
"""
"""In place of the Kingfisher SDK's own rules, whose providers are real."""


def write_private(path: Path, text: str) -> Path:
    """Writes a file that only its owner can read, in one step."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    spare = path.with_suffix(path.suffix + ".new")
    spare.touch(mode=0o600)
    spare.write_text(text, encoding="utf-8")
    spare.replace(path)
    return path


def write_aws_files(
    folder: Path, endpoint: str, region: str, keys: KeyPair, organization: KeyPair | None = None
) -> tuple[Path, Path]:
    """An AWS configuration and credentials file whose default profile points at the proxy.

    ``organization`` is the key pair of the profile ``organization``, which may write service control policies.
    """
    profiles = {PROFILE: keys} | ({ORGANIZATION_PROFILE: organization} if organization else {})
    config = write_private(
        folder / "config",
        "".join(
            f"[{name if name == PROFILE else f'profile {name}'}]\n"
            f"region = {region}\nendpoint_url = {endpoint}\nretry_mode = standard\n"
            for name in profiles
        ),
    )
    return config, write_private(folder / "credentials", "".join(_credentials(*each) for each in profiles.items()))


def write_irkit_config(facts: WorldFacts, recipient: str = "") -> Path:
    """An irkit configuration that points every client at the world; the data folder is left to the caller."""
    providers = write_private(Path(facts.config_file).with_name("providers.yml"), _NO_PROVIDERS)
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
        *(_toml({"organization_profile": facts.organization_profile}) if facts.organization_profile else []),
        f"regions = {json.dumps(list(facts.regions))}",
        f"settle_s = {facts.settle_s}",
        "[cloudtrail]",
        f"lag_s = {facts.lag_s}",
        f"lookups_per_second = {facts.lookups_per_second}",
        "[github]",
        *_toml(
            {"base_url": facts.github_url, "repository": facts.repository, "token": f"file:{facts.github_token_file}"}
        ),
        "[slack]",
        *_toml({"base_url": facts.slack_url, "token": f"file:{facts.slack_token_file}"}),
        "[git]",
        *_toml({"token": f"file:{facts.git_token_file}"}),
        "[providers]",
        f"rules = {json.dumps([str(providers)])}",
    ]
    return write_private(Path(facts.config_file), "\n".join(lines) + "\n")


def write_planted(folder: Path, planted: Mapping[str, Secret]) -> Path:
    """``vault/planted.json``: every secret value that must be found nowhere outside its store, by a name for it."""
    values = {name: secret.reveal() for name, secret in planted.items()}
    return write_private(folder / VAULT / "planted.json", json.dumps(values, indent=2))


def _credentials(profile: str, keys: KeyPair) -> str:
    token = keys.session_token
    named = f"[{profile}]\naws_access_key_id = {keys.key_id}\naws_secret_access_key = {keys.secret_key.reveal()}\n"
    return named + (f"aws_session_token = {token.reveal()}\n" if token else "")


def _toml(values: Mapping[str, str]) -> list[str]:
    return [f"{name} = {json.dumps(value)}" for name, value in values.items()]
