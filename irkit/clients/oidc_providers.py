"""AWS IAM: the OpenID Connect providers that federated roles trust, and the audiences they are taken for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from irkit.clients.aws import Aws


@dataclass(frozen=True)
class OidcProvider:
    """A provider. ``audiences`` are the client ids whose tokens AWS takes; with none, it takes none."""

    arn: str
    url: str
    audiences: tuple[str, ...]
    created_at: datetime | None


class OidcProviders:
    """OIDC providers as one step sees them."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def arns(self) -> tuple[str, ...]:
        """The ARNs of all providers (iam:ListOpenIDConnectProviders)."""
        found = self._aws.call("iam", "list_open_id_connect_providers")["OpenIDConnectProviderList"]
        return tuple(sorted(str(row["Arn"]) for row in found))

    def described(self, arn: str) -> OidcProvider:
        """One provider (iam:GetOpenIDConnectProvider). Raises ``NotFound``."""
        told = self._aws.call("iam", "get_open_id_connect_provider", OpenIDConnectProviderArn=arn)
        made = told.get("CreateDate")
        at = made.astimezone(UTC) if isinstance(made, datetime) else None
        return OidcProvider(arn, str(told.get("Url", "")), tuple(sorted(told.get("ClientIDList", []))), at)

    def add_audience(self, arn: str, audience: str) -> str:
        """Take tokens for an audience; the request id."""
        given: dict[str, Any] = {"OpenIDConnectProviderArn": arn, "ClientID": audience}
        done = self._aws.call("iam", "add_client_id_to_open_id_connect_provider", **given)
        return str(done["ResponseMetadata"]["RequestId"])

    def remove_audience(self, arn: str, audience: str) -> str:
        """Take no more tokens for an audience; the request id."""
        given: dict[str, Any] = {"OpenIDConnectProviderArn": arn, "ClientID": audience}
        done = self._aws.call("iam", "remove_client_id_from_open_id_connect_provider", **given)
        return str(done["ResponseMetadata"]["RequestId"])
