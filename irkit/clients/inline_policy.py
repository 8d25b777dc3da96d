"""``InlinePolicy``: one inline policy of one user, as an action plans, writes and proves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from irkit.clients.iam import Iam
from irkit.contract import Change, Frozen, Probe, Proof, Receipt, Standing, Verdict
from irkit.errors import PlanStale


class Rewrite(Frozen):
    """What a plan does to one inline policy, as its details keep it: from one document to another, empty for none."""

    user: str
    before: str
    after: str


@dataclass(frozen=True)
class InlinePolicy:
    """The policy ``name`` of ``user``. A document is canonical JSON text, as ``Iam.user_policy`` reads it; empty: none.

    ``meaning`` says in words what a document does, and is empty for one that it does not know.
    """

    iam: Iam
    user: str
    name: str
    meaning: Callable[[str], str]

    @property
    def target(self) -> str:
        """What a plan calls this policy."""
        return f"inline policy {self.name} of user {self.user}"

    def words(self, document: str) -> str:
        """A document in words."""
        if not document:
            return "absent"
        return self.meaning(document) or f"another document: {document}"

    def told(self, document: str) -> str:
        """That this policy holds a document, in words."""
        return f"{self.name} of {self.user}: {self.words(document)}"

    def changes(self, before: str, after: str) -> tuple[Change, ...]:
        """The change from one document to another; empty when they are the same."""
        change = Change(target=self.target, before=self.words(before), after=self.words(after))
        return () if before == after else (change,)

    def read(self) -> str:
        """The document that stands now."""
        return self.iam.user_policy(self.user, self.name)

    def standing(self, work: Rewrite, receipt: Receipt) -> Probe:
        """Where it stands against a plan; with the receipt when it is in place."""
        now = self.read()
        if now == work.after:
            return Probe(standing=Standing.IN_PLACE, seen=self.told(now), receipt=receipt)
        return Probe(standing=Standing.UNTOUCHED if now == work.before else Standing.BETWEEN, seen=self.told(now))

    def refuse_moved(self, before: str) -> None:
        """Raise ``PlanStale`` when another document stands than the plan shows."""
        now = self.read()
        if now != before:
            msg = f"{self.name} of {self.user} is now: {self.words(now)}"
            raise PlanStale(msg, hint="look at the new plan")

    def set(self, document: str) -> str:
        """Write the document, or take the policy away when it is empty; the request id.

        Raises ``NotFound`` when there is none to take away.
        """
        if document:
            return self.iam.put_user_policy(self.user, self.name, document)
        return self.iam.delete_user_policy(self.user, self.name)

    def receipt(self, work: Rewrite, result: Frozen, *request_ids: str) -> Receipt:
        """The receipt of ``set``; without a request id, of a document that was found in place."""
        return Receipt(
            summary=f"iam:{'PutUserPolicy' if work.after else 'DeleteUserPolicy'} {self.user} {self.name}",
            result=result.model_dump(mode="json"),
            details=work.model_dump(mode="json"),
            request_ids=request_ids,
        )

    def verdict(self, after: str) -> Verdict:
        """Whether a document stands now: proven or not yet, by looking at this policy alone."""
        now = self.read()
        proof = Proof.PROVEN if now == after else Proof.NOT_YET
        return Verdict(proof=proof, seen=f"iam:GetUserPolicy: {self.told(now)}")
