"""How long an event history is read as a whole before it is asked by the names of sessions alone."""

from __future__ import annotations

from enum import IntEnum


class Patience(IntEnum):
    """So many pages of 50 events of each region, at AWS's two a second (CloudTrail API reference, LookupEvents).

    A role's calls are found whole only by reading everything: no attribute of the history names a session's role.
    """

    QUESTION = 20
    """11 seconds: what somebody waits for who asks."""
    PROOF = 1200
    """Ten minutes: a proof that misses nothing is worth the wait; CloudTrail's own lag is as long."""
