"""What a statement of Athena would cost: told before it runs, and agreed to when it is more than small change."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from irkit.cli.trail_told import say
from irkit.cli.yes import can_ask, says_yes
from irkit.errors import Refused

if TYPE_CHECKING:
    from irkit.cloudtrail.athena.estimate import Estimate

SMALL = 0.10
"""US dollars that one answer may cost without anybody agreeing."""


class Consent(StrEnum):
    """Whether somebody agreed to any cost beforehand."""

    ASKED = "asked"
    GIVEN = "given"


class Agreement:
    """Tells each estimate of one answer, and asks once for all of them when the sum is not small."""

    def __init__(self, consent: Consent) -> None:
        self._consent = consent
        self._sum = 0.0

    def hear(self, estimate: Estimate) -> None:
        """A statement is about to run. Raises ``Refused`` when nobody agrees."""
        say(f"irkit trail: {estimate.text}")
        self._sum += estimate.dollars
        if self._consent is Consent.GIVEN or (self._sum <= SMALL and estimate.is_whole):
            return
        if not can_ask():
            raise Refused("nobody is here to agree to that", hint="--yes agrees; --since and --account make it less")
        if not says_yes("Run it?"):
            raise Refused("nothing was run", hint="--since, --until, --account and --region make it less")
        self._consent = Consent.GIVEN
