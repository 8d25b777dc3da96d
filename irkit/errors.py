"""Every error irkit raises on purpose.

Each error says what went wrong for the reader, carries a ``hint`` (what to do next) and the exit code that a
command ends with when nothing above handles it::

    IrkitError                   1   a step failed, or the general case
    ├── UsageError               2   the command line or a configuration file is off
    │   ├── ConfigInvalid        2
    │   ├── RunbookInvalid       2   carries the findings, each with file and line
    │   ├── IncidentUnknown      2
    │   └── InputMissing         2
    ├── Waiting                  3   only a human can go on
    │   └── ApprovalMissing      3
    ├── Refused                  4   irkit will not do this, for safety
    │   ├── OwnIdentity          4   the target is the identity irkit acts as
    │   ├── ModeMixed            4   a drill met a live journal, or the mode would change
    │   ├── ApprovalInvalid      4   wrong plan, wrong phrase, same person twice
    │   └── DryRun               4   an effect was asked for in a dry run
    ├── PlanStale                1   the world moved between plan and apply
    ├── JournalError             1
    │   ├── JournalBroken        1   the chain does not verify
    │   ├── JournalMoved         1   another process wrote first and it matters
    │   └── JournalUnwritable    1   so the effect did not happen
    ├── InDoubt                  5   intent without receipt: look before acting
    └── OutsideError             1   a service answered badly
        ├── Unreachable          1   no answer: the state is unknown, not dead
        ├── Throttled            1
        ├── Denied               1   we lack a permission
        └── NotFound             1

Exit code 0 is done and 130 is interrupted.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing takes longer to import than this module
if TYPE_CHECKING:
    from typing import ClassVar


class IrkitError(Exception):
    """Base of all errors irkit raises on purpose; ``hint`` says what to do next."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(IrkitError):
    """The command line, a configuration file or a runbook is off."""

    exit_code = 2


class ConfigInvalid(UsageError):
    """A configuration file has an unknown key or a wrong value."""


class RunbookInvalid(UsageError):
    """A runbook is refused; the message holds one line a finding, each ``file:line: text``."""


class IncidentUnknown(UsageError):
    """There is no incident of that id here."""


class InputMissing(UsageError):
    """A runbook input was not given."""


class Waiting(IrkitError):
    """Only a human can go on."""

    exit_code = 3


class ApprovalMissing(Waiting):
    """An effect lacks the approvals its gate demands."""


class Refused(IrkitError):
    """irkit will not do this, for safety."""

    exit_code = 4


class OwnIdentity(Refused):
    """The target is the identity irkit acts as."""


class ModeMixed(Refused):
    """A drill met a live journal, or a mode would change during an incident."""


class ApprovalInvalid(Refused):
    """An approval names another plan, the phrase is wrong, or one person approves twice."""


class DryRun(Refused):
    """An effect was asked for in a dry run."""


class PlanStale(IrkitError):
    """The world moved between plan and apply, so the plan shown is not what would happen."""


class JournalError(IrkitError):
    """The journal cannot be read or written as it must."""


class JournalBroken(JournalError):
    """The hash chain does not verify."""


class JournalMoved(JournalError):
    """Another process wrote first, and what was decided no longer holds."""


class JournalUnwritable(JournalError):
    """The journal could not be written, so the effect did not happen."""


class InDoubt(IrkitError):
    """An effect was intended and its outcome is not known."""

    exit_code = 5


class OutsideError(IrkitError):
    """A service answered badly."""


class Unreachable(OutsideError):
    """A service gave no answer: the state of things there is unknown."""


class Throttled(OutsideError):
    """A service asked us to slow down, and kept asking."""


class Denied(OutsideError):
    """A service refused us for want of a permission."""


class NotFound(OutsideError):
    """The thing asked about does not exist there."""
