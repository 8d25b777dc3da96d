"""Arguments that the verbs of ``irkit trail`` share: where to look, what for, and what comes out."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from irkit.cli.trail_times import windows
from irkit.cli.trail_values import as_recorded
from irkit.cloudtrail.query import Outcome, Query, Window

FORMATS = ("table", "json", "jsonl", "csv")
_FIELDS = (
    ("--key", "keys", "ID", "access key ids that calls were signed with"),
    ("--arn", "arns", "ARN", "who called: a user, a session, or a role with all its sessions"),
    ("--user", "users", "NAME", "names of users, or of roles with all their sessions"),
    ("--session", "sessions", "NAME", "names of role sessions"),
    ("--source-identity", "source_identities", "NAME", "source identities, which outlive role chains"),
    ("--ip", "ips", "IP", "source addresses, or a range: 203.0.113.0/24"),
    ("--agent", "agents", "TEXT", "whole user agents"),
    ("--call", "calls", "CALL", "kms:Decrypt, Decrypt, or kms:*"),
    ("--mention", "mentions", "TEXT", "texts within parameters, answers or resources: a secret's name, a key's ARN"),
    ("--account", "accounts", "ID", "accounts whose log it is"),
    ("--region", "regions", "REGION", "regions"),
    ("--event-id", "event_ids", "ID", "event ids"),
)
"""Option, field of ``Query``, metavar, help."""


def add_where(parser: argparse.ArgumentParser) -> None:
    """Where the records lie, and as whom to reach them."""
    group = parser.add_argument_group("where to look")
    group.add_argument(
        "--from",
        dest="places",
        nargs="+",
        action="extend",
        default=[],
        metavar="PLACE",
        help="files and folders, s3://bucket/prefix, athena:DB.TABLE, lake:STORE-ID or event-history "
        "(default: cloudtrail.source of the configuration, else event-history)",
    )
    group.add_argument("--incident", metavar="ID", help="an incident: its source, its store, its window and its key")
    group.add_argument(
        "--accounts",
        dest="asked_accounts",
        nargs="+",
        action="extend",
        default=[],
        metavar="ID",
        help="ask in these; 'all': the organization",
    )
    group.add_argument("--role", help="the role to assume in each of the accounts (default: cloudtrail.role)")
    group.add_argument("--profile", help="the profile of the AWS configuration (default: aws.profile)")
    group.add_argument("--results", default="", metavar="S3-FOLDER", help="where Athena puts results")
    group.add_argument("--no-limit", action="store_true", help="ask Athena though its workgroup limits no scan")
    group.add_argument("--yes", action="store_true", help="agree to what Athena costs (told on stderr) without asking")
    group.add_argument("--no-cache", action="store_true", help="read the files themselves, and build no store")
    group.add_argument("--jobs", type=int, metavar="N", help="worker processes (default: one a processor)")
    group.add_argument("--config", type=Path, metavar="FILE", help="configuration file (default: the user's own)")
    group.add_argument("--data", metavar="FOLDER", help="where incidents are kept (default: the user's data folder)")


def add_what(parser: argparse.ArgumentParser) -> None:
    """Which records. Several values of one option are alternatives; several options must all hold."""
    group = parser.add_argument_group("who and what", "several values of one option are alternatives; options add up")
    for option, field, metavar, text in _FIELDS:
        group.add_argument(option, dest=field, nargs="+", action="extend", default=[], metavar=metavar, help=text)
    ended = group.add_mutually_exclusive_group()
    for outcome, text in (
        (Outcome.DENIED, "only calls refused for want of a permission"),
        (Outcome.FAILED, "only calls that ended with an error"),
        (Outcome.SUCCEEDED, "only calls that succeeded"),
    ):
        ended.add_argument(
            f"--{outcome.value}", dest="outcome", action="store_const", const=outcome, default=Outcome.ANY, help=text
        )
    add_window(group)


def add_window(group: argparse._ActionsContainer) -> None:
    """``--since`` and ``--until``."""
    group.add_argument("--since", metavar="TIME", help="from then on: 2026-11-21T03:00Z, 2026-11-21, 30h or 2d (ago)")
    group.add_argument("--until", metavar="TIME", help="before then; a bare day is meant with its last moment")


def window(args: argparse.Namespace) -> tuple[Window, ...]:
    """The span of the arguments of ``add_window``; empty for all time. Raises ``UsageError``."""
    return windows(args.since, args.until, datetime.now(UTC))


def add_output(parser: argparse.ArgumentParser) -> None:
    """What comes out."""
    group = parser.add_argument_group("what comes out")
    group.add_argument("--format", choices=FORMATS, default="table", help="jsonl of activity comes as it is found")
    group.add_argument("--output", type=Path, metavar="FILE", help="write the rows there instead of on stdout")
    group.add_argument("--limit", type=int, metavar="N", help="the first N rows; how many are left out is told")
    group.add_argument("--columns", metavar="A,B", help="these columns; 'all' for all of them")
    group.add_argument("--sort", metavar="COLUMN", help="by a column; -COLUMN from the greatest")


def query(args: argparse.Namespace) -> Query:
    """The query of the arguments of ``add_what``. Raises ``UsageError``."""
    given = as_recorded({field: getattr(args, field) for _, field, _, _ in _FIELDS})
    return Query(windows=window(args), outcome=args.outcome, **given)  # type: ignore[arg-type]  # of _FIELDS each holds texts


def is_open(asked: Query) -> bool:
    """Whether a query says nothing of who and what."""
    return all(not getattr(asked, field) for _, field, _, _ in _FIELDS)
