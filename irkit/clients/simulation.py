"""What IAM itself says of a principal that was denied: its own evaluation of the policies as they stand now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from irkit.contract import Credential, Means, Proof, Seen, Sighting, Verdict

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


def simulated(
    clients: Clients, verdict: Verdict, arn: str, calls: tuple[str, ...], about: Credential | None = None
) -> Verdict:
    """A proven verdict, if IAM's simulation denies the principal all these calls too; any other as it is.

    With ``about``, the simulation is a sighting of that credential.
    """
    if verdict.proof is not Proof.PROVEN:
        return verdict
    denied = sum(each == "explicitDeny" for each in clients.iam.simulated(arn, calls).values())
    holds = denied == len(calls)
    told = f"iam:SimulatePrincipalPolicy: {denied} of {len(calls)} denied"
    seen = Seen.DENIED if holds else Seen.UNKNOWN
    sightings = (
        (Sighting(credential=about, seen=seen, by=Means.SIMULATION, at=clients.aws_now().at, says=told),)
        if about is not None
        else ()
    )
    proof = Proof.PROVEN if holds else Proof.NOT_YET
    return Verdict(proof=proof, seen=f"{verdict.seen}; {told}", sightings=sightings)
