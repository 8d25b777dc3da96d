"""Keep a trail's log files, its digests with their metadata, and AWS's public keys as evidence, and check them.

What is kept is a bundle in the incident's folder that ``irkit trail verify`` proves later without any network. The
journal holds the hash of its manifest, and the manifest those of all files. A step that was stopped goes on where it
was; nothing is overwritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from irkit.cloudtrail.integrity.s3_objects import S3Objects
from irkit.cloudtrail.kept import Keep
from irkit.cloudtrail.log_check import IAM, Check, Checked, checked, keep_bundle, opened
from irkit.contract import Action, Effect
from irkit.errors import UsageError

if TYPE_CHECKING:
    from irkit.clients.clients import Clients


class Params(Check):
    """What is kept of a trail's bucket (``s3://bucket/prefix``; without a ``source`` the configured one).

    That is what was delivered in the last ``hours``, or from ``since`` on, and before ``until``. ``what`` says whether
    the objects are kept whole, or referenced by their hashes.
    """

    what: Keep = Keep.WHOLE


class Result(Checked):
    """What was kept and what its check says; ``bundle`` is the folder, ``unread`` what could not be had."""

    bundle: str
    size: int
    unread: tuple[str, ...]
    evidence: str
    sha256: str

    @property
    def summary(self) -> str:
        """In a few words, for one line."""
        missed = f"; {len(self.unread)} could not be read" if self.unread else ""
        return f"{self.log_files} log files and {self.digests} digests kept, {self.verdict}{missed}"


def read(clients: Clients, params: Params) -> Result:
    """Keep, then check what was kept. Raises ``OutsideError`` when nothing can be listed."""
    source = opened(clients, params)
    if not isinstance(source, S3Objects):
        raise UsageError(f"{source.label} are files already", hint="cloudtrail.verify_logs checks them; name a bucket")
    done = keep_bundle(clients, source, params.what)
    return Result.model_validate(
        {
            **checked(done.report),
            "bundle": f"evidence/{done.folder.name}",
            "size": done.kept.size,
            "unread": tuple(f"{one.place}: {one.why}" for one in done.kept.unread),
            "evidence": done.manifest.path,
            "sha256": done.manifest.sha256,
        }
    )


ACTION: Action[Clients, Params, Result] = Action(
    params=Params,
    result=Result,
    effect=Effect.READ,
    summary="Keep log files as evidence",
    read=read,
    iam=IAM,
)
