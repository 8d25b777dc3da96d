"""The names of the structural checks that a rule may ask for; ``irkit.scan.detect.structure`` has the checks."""

from __future__ import annotations

CHECK_NAMES = frozenset(
    (
        "aws_key_id",
        "aws_secret",
        "azure_storage_key",
        "base64_pair",
        "base64_text",
        "discord_token",
        "disordered",
        "github_checksum",
        "jumbled",
        "jwt",
        "jwt_base64",
        "mixed",
        "no_variable",
        "password",
        "pem",
        "pypi_macaroon",
        "random",
        "slack_token",
        "slack_webhook",
        "tail_of_random",
        "user_password",
        "wordless",
    )
)
