"""The report of ``irkit scan --format json``, as far as an incident takes over from it. It holds no values."""

from __future__ import annotations

import base64
import binascii
import os
import sys
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from irkit.errors import UsageError
from irkit.scan.output.json_document import SCHEMA
from irkit.scan.output.shown import shown

MOST_BYTES = 64 << 20
"""A report of 50 thousand places; nothing larger is read."""
KEY_ID_RULE = "aws_access_key_id"
SECRET_RULE = "aws_secret_access_key"  # noqa: S105 - a rule's name
_SHOWN_OF_A_PATH = 200
_HOW = "irkit scan --format json --output scan.json"

_Name = Annotated[str, Field(max_length=4096)]
_Offset = Annotated[int, Field(ge=0, lt=1 << 62)]


class ReportInvalid(UsageError):
    """What should be a report of a scan cannot be read as one."""


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class ReportedCommit(_Read):
    """The commit that brought a value to a place."""

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")]


class ReportedPlace(_Read):
    """One place of a value; ``docs/scan-output.md`` tells each field."""

    kind: Annotated[str, Field(max_length=40)]
    path: _Name = ""
    path_base64: _Name = ""
    line: _Offset | None = None
    object_id: Annotated[str, Field(pattern=r"^[0-9a-f]{40}([0-9a-f]{24})?$")] | None = Field(None, alias="object")
    span: tuple[_Offset, _Offset] | None = None
    via: tuple[_Name, ...] = ()
    first: ReportedCommit | None = None
    repository: _Name | None = None

    @property
    def file(self) -> str:
        """The path as the system has it, with bytes that are no UTF-8."""
        try:
            return os.fsdecode(base64.b64decode(self.path_base64, validate=True)) if self.path_base64 else self.path
        except binascii.Error:
            return self.path

    @property
    def told(self) -> str:
        """For people: ``conf/dev.env:3``, or in what it stands where that has no path."""
        where = _short(self.path) or f"{shown(self.kind)} {(self.object_id or '')[:12]}".strip()
        of = f"{_short(self.repository)}: " if self.repository else ""
        return f"{of}{where}:{self.line}" if self.line else f"{of}{where}"


def _short(name: str) -> str:
    escaped = shown(name)
    return escaped if len(escaped) <= _SHOWN_OF_A_PATH else f"{escaped[:_SHOWN_OF_A_PATH]}…"


class ReportedFinding(_Read):
    """One value of one kind, by its keyed fingerprint."""

    rule: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,100}$")]
    title: Annotated[str, Field(max_length=200)] = ""
    fingerprint: Annotated[str, Field(pattern=r"^fp_[0-9a-f]{32}$")]
    last4: Annotated[str, Field(max_length=10)] = ""
    places: tuple[ReportedPlace, ...] = ()

    @property
    def is_key_id(self) -> bool:
        """Whether it is an AWS access key id."""
        return self.rule == KEY_ID_RULE

    @property
    def is_secret_key(self) -> bool:
        """Whether it is the secret part of an AWS access key."""
        return self.rule.startswith(SECRET_RULE)

    @property
    def told(self) -> str:
        """For people, on one line."""
        where = self.places[0].told if self.places else "nowhere"
        return f"{self.fingerprint}  {shown(self.last4)}  {shown(self.title or self.rule)}  {where}"


class ReportedRepository(_Read):
    """Where it was scanned; empty where that is not known."""

    address: _Name = ""


class ReportedSummary(_Read):
    """How the scan went."""

    incomplete: bool = False


class ScanReport(_Read):
    """A whole report."""

    version: Literal["irkit-scan-1"] = Field(alias="schema")
    repository: ReportedRepository = ReportedRepository()
    findings: tuple[ReportedFinding, ...]
    summary: ReportedSummary = ReportedSummary()


def scan_report(file: str) -> ScanReport:
    """Read a report; ``-`` is stdin. Raises ``ReportInvalid``; no text of the file is in its message."""
    try:
        return ScanReport.model_validate_json(_content(file))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        at = ".".join(map(str, first["loc"]))
        said = f"{at}: {first['msg']}" if at else first["msg"]
        raise ReportInvalid(f"{shown(file)} is no report of a scan ({SCHEMA}): {said}", hint=_HOW) from None


def _content(file: str) -> bytes:
    try:
        if file == "-":
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(file).open("rb") as opened:
                content = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise ReportInvalid(f"cannot read {shown(file)}: {error.strerror}", hint=_HOW) from None
    if len(content) > MOST_BYTES:
        hint = "scan less (--since REV), or give the inputs by hand: --input key_id=..."
        raise ReportInvalid(f"{shown(file)} is larger than {MOST_BYTES >> 20} MiB", hint=hint)
    return content
