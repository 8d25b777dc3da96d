"""Who is behind an access key: learned from the answers that pass through the proxy, as CloudTrail would say it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree import ElementTree as ET

from irkit.drill.world.aws_call import AwsCall
from irkit.drill.world.json_shape import JsonObject, text
from irkit.drill.world.laws.web_identity import audiences, issuer_host
from irkit.drill.world.web_token import WrongToken, bare_claims

_BY_TOKEN = "AssumeRoleWithWebIdentity"  # noqa: S105  an operation's name
_ACCOUNT = 4


@dataclass
class Principals:
    """Access key id to ``userIdentity``. Safe between threads."""

    account: str
    root_key_id: str
    _user_ids: dict[str, str] = field(default_factory=dict)
    _role_ids: dict[str, str] = field(default_factory=dict)
    _keys: dict[str, JsonObject] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def identity(self, key_id: str) -> JsonObject | None:
        """The ``userIdentity`` of who signs with this key, without secrets; ``None`` when AWS never made that key."""
        if key_id == self.root_key_id:
            return {
                "type": "Root",
                "principalId": self.account,
                "arn": f"arn:aws:iam::{self.account}:root",
                "accountId": self.account,
                "accessKeyId": key_id,
            }
        with self._lock:
            known = self._keys.get(key_id)
        return None if known is None else dict(known)

    def caller(self, call: AwsCall) -> JsonObject | None:
        """The ``userIdentity`` of a call: of its key, or of the web identity token that stands for one."""
        return _web_identity(call) if call.operation == _BY_TOKEN else self.identity(call.key_id)

    def learn(self, call: AwsCall, answer: ET.Element, when: datetime) -> None:
        """Takes in what a successful IAM or STS call made: users, roles, keys, sessions."""
        read = _READERS.get(call.operation)
        if read is not None and call.service in {"iam", "sts"}:
            with self._lock:
                read(self, call, answer, when)

    def _user(self, _call: AwsCall, answer: ET.Element, _when: datetime) -> None:
        self._user_ids[answer.findtext(".//UserName", "")] = answer.findtext(".//UserId", "")

    def _role(self, _call: AwsCall, answer: ET.Element, _when: datetime) -> None:
        self._role_ids[answer.findtext(".//RoleName", "")] = answer.findtext(".//RoleId", "")

    def _key(self, _call: AwsCall, answer: ET.Element, _when: datetime) -> None:
        name, key_id = answer.findtext(".//UserName", ""), answer.findtext(".//AccessKeyId", "")
        self._keys[key_id] = {
            "type": "IAMUser",
            "principalId": self._user_ids.get(name, ""),
            "arn": f"arn:aws:iam::{self.account}:user/{name}",
            "accountId": self.account,
            "accessKeyId": key_id,
            "userName": name,
        }

    def _session(self, call: AwsCall, answer: ET.Element, when: datetime) -> None:
        role = text(call.params.get("RoleArn"))
        name, account = role.rpartition("/")[2], role.split(":")[4]
        key_id = answer.findtext(".//Credentials/AccessKeyId", "")
        issuer: JsonObject = {
            "type": "Role",
            "principalId": self._role_ids.get(name, ""),
            "arn": f"arn:aws:iam::{account}:role/{name}",
            "accountId": account,
            "userName": name,
        }
        self._keys[key_id] = {
            "type": "AssumedRole",
            "principalId": answer.findtext(".//AssumedRoleId", ""),
            "arn": answer.findtext(".//AssumedRoleUser/Arn", ""),
            "accountId": account,
            "accessKeyId": key_id,
            "sessionContext": {
                "sessionIssuer": issuer,
                "webIdFederationData": _federation(call),
                "attributes": _attributes(when),
            },
        }

    def _user_session(self, call: AwsCall, answer: ET.Element, when: datetime) -> None:
        key_id = answer.findtext(".//Credentials/AccessKeyId", "")
        owner = self._keys.get(call.key_id, {})
        self._keys[key_id] = {**owner, "accessKeyId": key_id, "sessionContext": {"attributes": _attributes(when)}}

    def _federated(self, call: AwsCall, answer: ET.Element, when: datetime) -> None:
        key_id = answer.findtext(".//Credentials/AccessKeyId", "")
        owner = self._keys.get(call.key_id, {})
        issuer: JsonObject = {
            "type": "IAMUser",
            "principalId": owner.get("principalId"),
            "arn": owner.get("arn"),
            "accountId": self.account,
            "userName": owner.get("userName"),
        }
        self._keys[key_id] = {
            "type": "FederatedUser",
            "principalId": answer.findtext(".//FederatedUserId", ""),
            "arn": answer.findtext(".//FederatedUser/Arn", ""),
            "accountId": self.account,
            "accessKeyId": key_id,
            "sessionContext": {"sessionIssuer": issuer, "attributes": _attributes(when)},
        }


_READERS = {
    "CreateUser": Principals._user,  # noqa: SLF001  the table belongs to the class
    "CreateRole": Principals._role,  # noqa: SLF001
    "CreateAccessKey": Principals._key,  # noqa: SLF001
    "AssumeRole": Principals._session,  # noqa: SLF001
    "AssumeRoleWithWebIdentity": Principals._session,  # noqa: SLF001
    "GetSessionToken": Principals._user_session,  # noqa: SLF001
    "GetFederationToken": Principals._federated,  # noqa: SLF001
}


def _web_identity(call: AwsCall) -> JsonObject | None:
    """As CloudTrail shows who asked with a token; ``None`` for what is no token."""
    try:
        claims = bare_claims(text(call.params.get("WebIdentityToken")))
    except WrongToken:
        return None
    role = text(call.params.get("RoleArn")).split(":")
    account = role[4] if len(role) > _ACCOUNT else ""
    provider = f"arn:aws:iam::{account}:oidc-provider/{issuer_host(claims)}"
    subject, audience = text(claims.get("sub")), text(next(iter(audiences(claims)), ""))
    return {
        "type": "WebIdentityUser",
        "principalId": f"{provider}:{audience}:{subject}",
        "userName": subject,
        "identityProvider": provider,
        "accountId": account,
    }


def _federation(call: AwsCall) -> JsonObject:
    caller = _web_identity(call) if call.operation == _BY_TOKEN else None
    return {"federatedProvider": caller["identityProvider"], "attributes": {}} if caller else {}


def shown_name(identity: JsonObject) -> str:
    """The ``Username`` that LookupEvents shows: the user's, ``root``, or a role session's own name."""
    if identity.get("type") == "Root":
        return "root"
    own = text(identity.get("userName"))
    return own or text(identity.get("arn")).rpartition("/")[2]


def _attributes(when: datetime) -> JsonObject:
    return {"creationDate": when.strftime("%Y-%m-%dT%H:%M:%SZ"), "mfaAuthenticated": "false"}
