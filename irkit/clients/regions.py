"""AWS's regions: which of them an account uses, by whoever may say so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from irkit.clients.aws import Aws, Tries
from irkit.clients.page_tokens import PageTokens
from irkit.errors import OutsideError

_OFF = frozenset({"not-opted-in", "DISABLED", "DISABLING"})
_PAGE = 50


class ToldBy(StrEnum):
    """Who named the regions."""

    EC2 = "ec2:DescribeRegions"
    ACCOUNT = "account:ListRegions"
    SDK = "botocore"
    """The SDK's own list: whether a region is enabled in the account is not in it."""


@dataclass(frozen=True)
class RegionsFound:
    """``enabled`` may be asked; ``disabled`` are not enabled in the account, so that nothing can happen there."""

    enabled: tuple[str, ...]
    disabled: tuple[str, ...]
    told_by: ToldBy


class Regions:
    """The regions as one step sees them."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def found(self) -> RegionsFound:
        """The regions of the account: by the account service, else by EC2, else all that the SDK knows.

        EC2 is asked second: to load the SDK's model of it takes 0.15 s of CPU.
        """
        for ask in (self._by_account, self._by_ec2):
            try:
                return ask()
            except OutsideError:
                # Often a want of permission. CloudTrail itself is asked next, and tells when nothing answers.
                continue
        return RegionsFound(self._aws.session.known_regions("cloudtrail"), (), ToldBy.SDK)

    def _by_ec2(self) -> RegionsFound:
        rows = self._aws.call("ec2", "describe_regions", tries=Tries.ONCE, AllRegions=True)["Regions"]
        return _sorted({str(row["RegionName"]): str(row.get("OptInStatus", "")) for row in rows}, ToldBy.EC2)

    def _by_account(self) -> RegionsFound:
        status: dict[str, str] = {}
        token: dict[str, Any] = {}
        seen = PageTokens("account:ListRegions")
        while True:
            page = self._aws.call("account", "list_regions", tries=Tries.ONCE, MaxResults=_PAGE, **token)
            status |= {str(row["RegionName"]): str(row["RegionOptStatus"]) for row in page["Regions"]}
            if not page.get("NextToken"):
                return _sorted(status, ToldBy.ACCOUNT)
            token = {"NextToken": seen.next(page["NextToken"])}


def _sorted(status: dict[str, str], told_by: ToldBy) -> RegionsFound:
    if not status:
        msg = f"{told_by} names no region"
        raise OutsideError(msg)
    disabled = tuple(sorted(name for name, word in status.items() if word in _OFF))
    return RegionsFound(tuple(sorted(set(status) - set(disabled))), disabled, told_by)
