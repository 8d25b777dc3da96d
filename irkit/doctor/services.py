"""The services beyond AWS: whether they can be reached, as whom, and how far their clocks are from ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from irkit.clients.server_clock import heard_clock
from irkit.doctor.finding import Finding, Patient, bad, good, unknown, warning
from irkit.errors import Denied, IrkitError
from irkit.token_ref import TokenRef

if TYPE_CHECKING:
    from irkit.clients.clients import Clients

ABOUT = "clocks"
_MOST_OFF = timedelta(seconds=30)
"""AWS refuses a signature that is 5 minutes off; a timeline is in doubt long before."""


def clocks(patient: Patient) -> Iterator[Finding]:
    """How far the clock of each provider is from this machine's, by the ``Date`` of its answers (RFC 9110, 6.6.1)."""
    moment = patient.clients.aws.now()
    yield _offset("AWS", moment.at - datetime.now(UTC), moment.uncertainty)
    for name, url in (("GitHub", patient.config.github.base_url), ("Slack", patient.config.slack.base_url)):
        try:
            heard = heard_clock(url)
        except IrkitError as error:
            yield unknown(ABOUT, f"{name}: {error.message}", error.hint)
        else:
            yield _offset(name, heard.at - datetime.now(UTC), heard.uncertainty)


def _offset(name: str, off: timedelta, uncertainty: timedelta) -> Finding:
    says = f"{name}'s clock is {off.total_seconds():+.0f} s from ours (± {uncertainty.total_seconds():.0f} s)"
    if abs(off) - uncertainty > _MOST_OFF:
        return warning(ABOUT, says, "set this machine's clock: the timeline is told in its time")
    return good(ABOUT, says)


def github(patient: Patient) -> Iterator[Finding]:
    """Whether GitHub takes our token."""
    yield from _token("GitHub", patient.config.github.token, "github.token", _login, patient)


def slack(patient: Patient) -> Iterator[Finding]:
    """Whether Slack takes our token."""
    yield from _token("Slack", patient.config.slack.token, "slack.token", _team, patient)


def _login(clients: Clients) -> str:
    return clients.github.login()


def _team(clients: Clients) -> str:
    return clients.slack.identity()


def _token(
    name: str, token: TokenRef | None, key: str, who: Callable[[Clients], str], patient: Patient
) -> Iterator[Finding]:
    if token is None:
        yield warning(
            name, f"no token for {name}: its steps will fail", f"set {key} (env:NAME, file:PATH, command:...)"
        )
        return
    try:
        yield good(name, f"{name} takes our token: {who(patient.clients)}")
    except Denied as error:
        yield bad(name, f"{name} refuses our token: {error.message}", "make a new one")
    except IrkitError as error:
        yield bad(name, f"{name} is not to be reached: {error.message}", error.hint)
