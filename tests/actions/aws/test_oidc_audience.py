"""``aws.remove_oidc_audience`` against providers held in memory: the emulator cannot change a provider's audiences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from irkit.clients.aws import AwsMoment
from irkit.clients.clients import Clients
from irkit.clients.oidc_providers import OidcProvider
from irkit.contract import Proof, Standing
from irkit.errors import PlanStale
from tests.actions.aws.test_own_hand import clients_of
from tests.bench import aged, applied, operation, planned, revert

ID = "aws.remove_oidc_audience"
PROVIDER = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"


class Held:
    """One provider."""

    def __init__(self) -> None:
        self.audiences = {AUDIENCE, "other"}

    def described(self, arn: str) -> OidcProvider:
        return OidcProvider(arn, "", tuple(sorted(self.audiences)), None)

    def add_audience(self, arn: str, audience: str) -> str:
        self.audiences.add(audience)
        return f"added to {arn}"

    def remove_audience(self, arn: str, audience: str) -> str:
        self.audiences.discard(audience)
        return f"removed from {arn}"


@pytest.fixture
def held() -> tuple[Clients, Held]:
    clients, told = clients_of("arn:aws:sts::111122223333:assumed-role/irkit/x", ())
    told.now = lambda: AwsMoment(datetime.now(UTC), timedelta(seconds=1))  # type: ignore[attr-defined]
    providers = Held()
    clients.__dict__["oidc_providers"] = providers
    return clients, providers


def test_only_the_named_audience_is_removed_and_put_back(held: tuple[Clients, Held]) -> None:
    clients, providers = held
    plan = planned(clients, ID, provider=PROVIDER, audience=AUDIENCE)
    assert operation(ID).probe(clients, plan).standing is Standing.UNTOUCHED
    receipt = applied(clients, operation(ID), plan)
    assert providers.audiences == {"other"}
    assert operation(ID).verify(clients, receipt).proof is Proof.NOT_YET
    assert operation(ID).verify(clients, aged(receipt)).proof is Proof.PROVEN
    applied(clients, revert(ID), revert(ID).plan(clients, receipt))
    assert providers.audiences == {AUDIENCE, "other"}
    assert operation(ID).verify(clients, aged(receipt)).proof is Proof.REFUTED


def test_an_audience_that_went_meanwhile_makes_the_plan_stale(held: tuple[Clients, Held]) -> None:
    clients, providers = held
    plan = planned(clients, ID, provider=PROVIDER, audience=AUDIENCE)
    providers.audiences.clear()
    with pytest.raises(PlanStale):
        operation(ID).apply(clients, plan)
