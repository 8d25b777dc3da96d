"""An AWS session of an assumed role, for other accounts of an organization: kept in memory, renewed before it ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from irkit.clients.aws import AwsSession
from irkit.clients.whole_answer import Answer

_NOT_IN_A_NAME = re.compile(r"[^\w+=,.@-]", re.ASCII)
_LONGEST_NAME = 64


@dataclass(frozen=True)
class RoleToAssume:
    """A role, and the external id that its trust policy may ask for (no secret: AWS shows it)."""

    arn: str
    external_id: str = ""

    @property
    def account(self) -> str:
        """The role's account: 12 digits."""
        return self.arn.split(":", maxsplit=5)[4]


def session_name(incident: str) -> str:
    """``irkit-<incident>``, of the characters and the length that STS allows (AssumeRole, RoleSessionName)."""
    return _NOT_IN_A_NAME.sub("-", f"irkit-{incident}")[:_LONGEST_NAME]


class AssumedSession(AwsSession):
    """A session whose credentials ``assume`` gives: an answer of sts:AssumeRole. Asked again before they expire.

    botocore alone holds them. Raises what ``assume`` raises.
    """

    def __init__(self, base: AwsSession, assume: Callable[[], Mapping[str, Any]]) -> None:
        import boto3
        from botocore.credentials import RefreshableCredentials

        super().__init__(base.config)
        self._assume = assume
        below = self._configured()
        # The one door that botocore has for credentials of one's own making; boto3 itself opens it like this. The
        # first ones are asked for here: botocore would log a refusal on its own.
        below._credentials = RefreshableCredentials.create_from_metadata(  # noqa: SLF001
            self._fetched(), self._fetched, "sts-assume-role"
        )
        self._session = boto3.Session(botocore_session=below, region_name=self.config.region)

    def _fetched(self) -> dict[str, str]:
        given = Answer("sts:AssumeRole", self._assume()["Credentials"])
        return {
            "access_key": str(given["AccessKeyId"]),
            "secret_key": str(given["SecretAccessKey"]),
            "token": str(given["SessionToken"]),
            "expiry_time": given["Expiration"].isoformat(),
        }
