"""``InlinePolicy``: one inline policy of a user or role."""

from __future__ import annotations

from dataclasses import dataclass

from irkit.clients.document import Document
from irkit.clients.document import Rewrite as Rewrite  # noqa: PLC0414 - what a policy's plan keeps
from irkit.clients.iam_rights import Rights


@dataclass(frozen=True)
class InlinePolicy(Document):
    """The policy ``name`` of ``holder``."""

    rights: Rights

    @property
    def target(self) -> str:
        """What a plan calls this policy."""
        return f"inline policy {self.name} of {self.holder}"

    @property
    def looked_at(self) -> str:
        """``iam:GetUserPolicy``."""
        return f"iam:Get{self.holder.kind.capitalize()}Policy"

    def written_by(self, document: str) -> str:
        """``iam:PutUserPolicy``."""
        return f"iam:{'Put' if document else 'Delete'}{self.holder.kind.capitalize()}Policy"

    def read(self) -> str:
        """The document that stands now."""
        return self.rights.inline(self.holder, self.name)

    def set(self, document: str) -> str:
        """Write the document, or take the policy away when it is empty; the request id.

        Raises ``NotFound`` when there is none to take away.
        """
        if document:
            return self.rights.put_inline(self.holder, self.name, document)
        return self.rights.delete_inline(self.holder, self.name)
