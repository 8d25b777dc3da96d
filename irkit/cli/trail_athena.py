"""Check the CloudTrail table of Athena that --from names, or make one over a trail's bucket after showing the plan."""

from __future__ import annotations

import argparse

from irkit.cli.trail_arguments import add_where
from irkit.cli.trail_source import Whence
from irkit.cli.trail_told import say
from irkit.cli.yes import can_ask, says_yes
from irkit.cloudtrail.places import ALL, Kind, Place, place
from irkit.errors import Refused, UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("table", metavar="athena:DB.TABLE", help="the table; @WORKGROUP behind it names the workgroup")
    parser.add_argument("--create", metavar="S3-FOLDER", help="make it, over s3://bucket/prefix of a trail")
    parser.add_argument("--create-workgroup", action="store_true", help="make irkit's own, with a limit (--results)")
    parser.add_argument("--organization", default="", metavar="O-ID", help="of an organization's trail: its o-...")
    parser.add_argument("--regions", nargs="+", metavar="REGION", help="its regions (default: all of the account)")
    add_where(parser)


def run(args: argparse.Namespace) -> int:
    """Say what is wrong with the table (1 when it gives no right answers), or make it."""
    asked = place(args.table)
    if asked.kind is not Kind.ATHENA:
        raise UsageError(f"{args.table} is no table of Athena", hint="athena:DATABASE.TABLE@WORKGROUP")
    whence = Whence(args)
    if args.create_workgroup:
        return _made_workgroup(args, whence)
    return _created(args, asked, whence) if args.create else _checked(asked, whence)


def _checked(asked: Place, whence: Whence) -> int:
    from irkit.cloudtrail.athena.source import Athena, Spot
    from irkit.cloudtrail.athena.table import Weight

    database, _, table = asked.name.rpartition(".")
    source = Athena(whence.clients(), Spot(table, database, workgroup=asked.below or Spot.workgroup))
    found = source.findings
    for one in found:
        print(f"{one.weight.value}: {one.what}")
        print(f"  {one.hint}")
    if not found:
        print(f"{source.label}: nothing is wrong with it")
    return 1 if any(one.weight is Weight.WRONG for one in found) else 0


def _created(args: argparse.Namespace, asked: Place, whence: Whence) -> int:
    from irkit.clients.athena import Where
    from irkit.cloudtrail.accounts import whole_organization
    from irkit.cloudtrail.athena.making import TrailPlace, made, planned_table

    bucket = place(args.create)
    if bucket.kind is not Kind.BUCKET:
        raise UsageError(f"{args.create} is no folder of S3", hint="--create s3://bucket/prefix, as the trail has it")
    clients = whence.clients()
    accounts = tuple(args.asked_accounts) or (clients.sts.own_identity().account,)
    if accounts == (ALL,):
        accounts = whole_organization(clients)
    regions = tuple(args.regions or clients.regions.found().enabled)
    database, _, table = asked.name.rpartition(".")
    trail = TrailPlace(bucket.name, accounts, regions, bucket.below, args.organization)
    plan = planned_table(database, table, trail)
    for each in plan.changes:
        say(f"irkit trail: {each}")
    print(plan.statement)
    _agreed(args)
    made(clients, plan, Where(asked.below or "primary", database, args.results, ""))
    say(f"irkit trail: made; irkit trail activity --from {asked.text} --key ... asks it")
    return 0


def _made_workgroup(args: argparse.Namespace, whence: Whence) -> int:
    from irkit.cloudtrail.athena.making import planned_workgroup

    plan = planned_workgroup(args.results)
    say(f"irkit trail: make the workgroup {plan.name}: results go to {plan.output}, and a statement ends at")
    say(f"  {plan.cutoff or 0:,} scanned bytes")
    _agreed(args)
    whence.clients().athena.create_workgroup(plan)
    say(f"irkit trail: made; name it behind the table: athena:DB.TABLE@{plan.name}")
    return 0


def _agreed(args: argparse.Namespace) -> None:
    """Raises ``Refused`` when nobody agrees."""
    if args.yes:
        return
    if not can_ask():
        raise Refused("nothing was made: nobody is here to agree", hint="--yes agrees")
    if not says_yes("Make it?"):
        raise Refused("nothing was made")
