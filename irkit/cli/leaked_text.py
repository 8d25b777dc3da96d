"""The text of the leaked credential, given to a process: by stdin or unseen, never as an argument, and never kept.

It lives as long as the process. Where a look has to be made or a token revoked after that, it is given again.
"""

from __future__ import annotations

import argparse
import getpass
import sys

from pydantic import JsonValue

from irkit.errors import UsageError
from irkit.runbook.model import InputKind, Runbook
from irkit.secret import Secret
from irkit.wiring.inputs import given
from irkit.wiring.session import Session


def add_secret(parser: argparse.ArgumentParser) -> None:
    """``--secret-stdin`` and ``--ask-secret``."""
    secret = parser.add_mutually_exclusive_group()
    secret.add_argument("--secret-stdin", action="store_true", help="read the leaked credential's text from stdin")
    secret.add_argument("--ask-secret", action="store_true", help="ask for the leaked credential's text, unseen")


def secret_given(args: argparse.Namespace, runbook: Runbook) -> dict[str, Secret]:
    """By the name of the input that takes it; empty when none was given. Raises ``UsageError``."""
    if not (args.secret_stdin or args.ask_secret):
        return {}
    name = next((i.name for i in runbook.inputs.values() if i.kind is InputKind.SECRET), None)
    if name is None:
        raise UsageError(f"{runbook.name} takes no secret")
    text = sys.stdin.read() if args.secret_stdin else getpass.getpass("the leaked credential (not shown, not stored): ")
    if not text.strip():
        raise UsageError("the secret is empty")
    return {name: Secret(text.strip())}


def give_again(args: argparse.Namespace, session: Session) -> None:
    """Let a process that goes on with an incident know the text that the one before it knew."""
    secrets = secret_given(args, session.runbook)
    if secrets:
        values: dict[str, JsonValue | Secret] = dict(session.opened.inputs)
        values.update(secrets)
        session.secrets = given(session.runbook, values).secrets
