"""AWS's answers as they are to be: whole, and with what is asked of them.

botocore reads an answer that is no JSON as one that says nothing (``BaseJSONParser``: it becomes the ``message``). A
page of a list that was cut off on its way would seem to be the last one, and empty.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from irkit.errors import Unreachable

CUT_OFF = "the state there is unknown; is a proxy between irkit and AWS changing answers? Retry"
_READS = ("Describe", "Get", "List", "Lookup")
"""Calls of AWS's JSON protocol that give an object, be it an empty one: no body is no answer."""


class Answer(dict[str, Any]):
    """An answer, of which what is not there cannot be asked: ``[]`` raises ``Unreachable``, ``get`` gives None."""

    def __init__(self, call: str, told: Any) -> None:
        """``call`` is what was asked, for people: ``iam:GetUser ...``."""
        super().__init__(told)
        self._call = call

    def __missing__(self, name: str) -> Any:
        """Told by ``dict``: there is no such part."""
        raise Unreachable(f"{self._call}: an answer without {name}", hint=CUT_OFF)


def refuse_half(operation_model: Any, response_dict: dict[str, Any], **_: object) -> None:
    """Hears botocore's ``before-parse``. Raises ``ValueError`` for a body that is no JSON object."""
    protocol, body = operation_model.service_model.resolved_protocol, response_dict["body"]
    went_well = response_dict["status_code"] < HTTPStatus.MULTIPLE_CHOICES
    if protocol not in {"json", "rest-json"} or not went_well or not isinstance(body, bytes):
        return
    must_tell = protocol == "json" and operation_model.name.startswith(_READS)
    if (body or must_tell) and not isinstance(json.loads(body), dict):
        raise ValueError("the answer is no JSON object")
