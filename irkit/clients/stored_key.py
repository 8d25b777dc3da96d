"""An access key as it is kept in a secret store: one JSON object with the key's id and its secret among its fields."""

from __future__ import annotations

import json
from typing import Any

from irkit.clients.iam import NewKey
from irkit.errors import OutsideError
from irkit.secret import Secret

_ID_FIELDS = ("access_key_id", "AWS_ACCESS_KEY_ID", "aws_access_key_id", "AccessKeyId")
_SECRET_FIELDS = ("secret_access_key", "AWS_SECRET_ACCESS_KEY", "aws_secret_access_key", "SecretAccessKey")


def stored_key_id(stored: Secret) -> str:
    """The id of the access key that a stored secret holds; empty when it holds none."""
    fields = _fields(stored)
    return next((str(fields[name]) for name in _ID_FIELDS if fields.get(name)), "")


def stored_key(stored: Secret) -> NewKey:
    """The access key that a stored secret holds. Raises ``OutsideError`` when it holds none."""
    fields = _fields(stored)
    key_id = stored_key_id(stored)
    secret = next((str(fields[name]) for name in _SECRET_FIELDS if fields.get(name)), "")
    if not key_id or not secret:
        msg = "the stored secret holds no access key"
        raise OutsideError(msg, hint=f"it must be a JSON object with {_ID_FIELDS[0]} and {_SECRET_FIELDS[0]}")
    return NewKey(key_id, Secret(secret))


def with_new_key(stored: Secret, key: NewKey) -> Secret:
    """The same stored secret with another access key, under the field names it has; all other fields are kept.

    Raises ``OutsideError`` when the stored secret is no JSON object: what it means to its readers is not known then.
    """
    fields = _fields(stored)
    if not fields:
        msg = "the stored secret is no JSON object"
        raise OutsideError(msg, hint="irkit changes secrets that hold a JSON object; write the new key by hand")
    id_field = next((name for name in _ID_FIELDS if name in fields), _ID_FIELDS[0])
    secret_field = next((name for name in _SECRET_FIELDS if name in fields), _SECRET_FIELDS[0])
    return Secret(json.dumps({**fields, id_field: key.key_id, secret_field: key.secret.reveal()}))


def _fields(stored: Secret) -> dict[str, Any]:
    try:
        fields = json.loads(stored.reveal())
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}
