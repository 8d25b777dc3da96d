"""One call as the CloudTrail record AWS documents. Pure.

Shapes were taken from real records (invictus-ir/aws_dataset, DataDog/stratus-red-team) and from the CloudTrail user
guide, "CloudTrail record contents": camel case parameters, no secret values, no ciphertext, the encryption context
kept, ``responseElements`` only for calls that change something and for AssumeRole, ``requestParameters`` null for a
denied IAM or STS call.
"""

from __future__ import annotations

import re
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET

from irkit.drill.world.aws_call import AwsCall, Protocol
from irkit.drill.world.json_shape import Json, JsonObject, at, items, mapping, text

_READS = ("Get", "List", "Describe", "Lookup", "Head", "Simulate", "Generate", "Assume", "Batch")
_READ_OPERATIONS = {"Decrypt", "Encrypt", "ReEncrypt", "Sign", "Verify"}
_HIDDEN = {
    "secretString",
    "secretBinary",
    "plaintext",
    "ciphertextBlob",
    "secretAccessKey",
    "password",
    "newPassword",
    "oldPassword",
    "ciphertextForRecipient",
    "randomPassword",
    "webIdentityToken",
    "grantToken",
    "message",
    "signature",
}
_ANSWERED_READS = {"AssumeRole", "GetSessionToken", "GetFederationToken", "AssumeRoleWithWebIdentity"}
_BY_TOKEN = "WebIdentityUser"  # noqa: S105  a type of identity
_TAKES_ROLE = {"AssumeRole", "AssumeRoleWithWebIdentity"}
_SHOWN_WHEN_DENIED = {"AssumeRoleWithWebIdentity"}
_GLOBAL = {"iam": "us-east-1", "organizations": "us-east-1"}
_SECRET_WRITES_SHOW = ("arn",)
_XML_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_NUMBERS = {"durationSeconds", "maxSessionDuration", "maxItems"}
_KEEP_AS_IS = {"encryptionContext", "encryptionContextEquals", "encryptionContextSubset", "tags"}


@dataclass(frozen=True)
class Seen:
    """What the proxy saw around a call: who, from where, when, and how it was answered."""

    identity: JsonObject
    at: datetime
    source_ip: str
    user_agent: str
    answer: JsonObject
    """The answer as JSON, as the service names things; empty for a refused call."""
    error_code: str = ""
    error_message: str = ""
    request_id: str = ""


def is_recorded(call: AwsCall) -> bool:
    """Whether AWS logs the call as a management event: object-level S3 calls are data events, left out by trails."""
    return not (call.protocol is Protocol.S3 and ("key" in call.params or call.operation == "ListObjects"))


def is_read_only(operation: str) -> bool:
    """What CloudTrail says in ``readOnly``; AssumeRole and Decrypt count as reads there."""
    return operation.startswith(_READS) or operation in _READ_OPERATIONS


def record_region(call: AwsCall) -> str:
    """The region a call is logged in: IAM and Organizations are global and log in us-east-1."""
    return _GLOBAL.get(call.service, call.region)


def cloudtrail_record(call: AwsCall, seen: Seen) -> JsonObject:
    """The record of one call."""
    is_blind = call.service in {"iam", "sts"} and call.operation not in _SHOWN_WHEN_DENIED
    denied_blind = is_blind and "Denied" in seen.error_code
    params = None if denied_blind else _request_parameters(call)
    account = text(seen.identity.get("accountId"))
    record: JsonObject = {
        "eventVersion": "1.09",
        "userIdentity": _shown_identity(seen.identity),
        "eventTime": seen.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{call.service}.amazonaws.com",
        "eventName": call.operation,
        "awsRegion": record_region(call),
        "sourceIPAddress": seen.source_ip,
        "userAgent": seen.user_agent,
    }
    if seen.error_code:
        record |= {"errorCode": seen.error_code, "errorMessage": seen.error_message}
    record |= {
        "requestParameters": params or None,
        "responseElements": None if seen.error_code else _response_elements(call, seen.answer),
        "requestID": seen.request_id or str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": is_read_only(call.operation),
    }
    if resources := _resources(call, seen.answer, account):
        record["resources"] = resources
    return {**record, **_tail(account)}


def _shown_identity(identity: JsonObject) -> JsonObject:
    # Whoever comes with a web identity token belongs to no account; the record's own account is the role's.
    return {name: value for name, value in identity.items() if identity["type"] != _BY_TOKEN or name != "accountId"}


def service_made_decrypt(parent: JsonObject, secret_arn: str, version: str, key_arn: str) -> JsonObject:
    """The Decrypt that Secrets Manager makes on a caller's behalf for a secret under a KMS key.

    As in 744 of 744 real ones: a fresh session key that occurs nowhere else, the service as address and agent, the key
    only in ``resources``, the secret and its version in the encryption context.
    """
    who = mapping(parent.get("userIdentity"))
    identity: JsonObject = {
        **who,
        "accessKeyId": f"ASIA{secrets.token_hex(8).upper()}",
        "invokedBy": "secretsmanager.amazonaws.com",
    }
    if "sessionContext" not in who:
        identity["sessionContext"] = {
            "sessionIssuer": {},
            "webIdFederationData": {},
            "attributes": {"creationDate": parent.get("eventTime"), "mfaAuthenticated": "false"},
        }
    account = text(who.get("accountId"))
    context: JsonObject = {"SecretARN": secret_arn, "SecretVersionId": version}
    resource: JsonObject = {"accountId": account, "type": "AWS::KMS::Key", "ARN": key_arn}
    return {
        "eventVersion": "1.09",
        "userIdentity": identity,
        "eventTime": parent.get("eventTime"),
        "eventSource": "kms.amazonaws.com",
        "eventName": "Decrypt",
        "awsRegion": parent.get("awsRegion"),
        "sourceIPAddress": "secretsmanager.amazonaws.com",
        "userAgent": "secretsmanager.amazonaws.com",
        "requestParameters": {"encryptionAlgorithm": "SYMMETRIC_DEFAULT", "encryptionContext": context},
        "responseElements": None,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": True,
        "resources": [resource],
        **_tail(account),
    }


def camel(value: Json) -> Json:
    """``value`` with the names as CloudTrail writes them, and without what CloudTrail never holds."""
    if isinstance(value, list):
        return [camel(member) for member in value]
    if not isinstance(value, dict):
        return value
    named = {_camel_name(name): member for name, member in value.items()}
    return {
        name: member if name in _KEEP_AS_IS and isinstance(member, dict) else camel(member)
        for name, member in named.items()
        if name not in _HIDDEN
    }


def xml_shape(element: ET.Element) -> JsonObject:
    """A query service's answer as JSON: the children of its result, lists from ``member``, dates as CloudTrail's."""
    result = next((child for child in element if child.tag.endswith("Result")), None)
    return mapping(_xml_value(result)) if result is not None else {}


def _xml_value(element: ET.Element) -> Json:
    children = list(element)
    if not children:
        own = element.text or ""
        return _spoken_time(own) if _XML_TIME.fullmatch(own) else own
    if all(child.tag == "member" for child in children):
        return [_xml_value(child) for child in children]
    return {child.tag: _xml_value(child) for child in children}


def _spoken_time(stamp: str) -> str:
    when = datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S%z")
    return f"{when:%b} {when.day}, {when:%Y} {when:%I:%M:%S %p}"


def _request_parameters(call: AwsCall) -> JsonObject:
    shown = mapping(camel(call.params))
    for name in _NUMBERS & shown.keys():
        if text(shown[name]).isdigit():
            shown[name] = int(text(shown[name]))
    if call.service == "kms" and call.operation in {"Decrypt", "Encrypt"}:
        shown.setdefault("encryptionAlgorithm", "SYMMETRIC_DEFAULT")
    return shown


def _camel_name(name: str) -> str:
    if name.isupper():
        return name.lower()
    return name[:1].lower() + name[1:]


def _response_elements(call: AwsCall, answer: JsonObject) -> Json:
    if is_read_only(call.operation) and call.operation not in _ANSWERED_READS:
        return None
    shown = mapping(camel(answer))
    if call.service == "secretsmanager":
        shown = {name: shown[name] for name in _SECRET_WRITES_SHOW if name in shown}
    credentials = mapping(shown.get("credentials"))
    if "sessionToken" in credentials:
        shown["credentials"] = {**credentials, "sessionToken": "HIDDEN_DUE_TO_SECURITY_REASONS"}
    return shown or None


def _resources(call: AwsCall, answer: JsonObject, account: str) -> list[Json]:
    if call.service == "kms":
        arn = text(at(answer, "KeyMetadata", "Arn")) or text(answer.get("KeyId")) or text(call.params.get("KeyId"))
        return [{"accountId": account, "type": "AWS::KMS::Key", "ARN": arn}] if arn.startswith("arn:") else []
    if call.operation in _TAKES_ROLE and answer:
        return [{"accountId": account, "type": "AWS::IAM::Role", "ARN": call.params.get("RoleArn")}]
    return []


def _tail(account: str) -> JsonObject:
    return {
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }


def named_resources(record: JsonObject) -> list[tuple[str, str]]:
    """What LookupEvents lists as a record's resources: (type, name) pairs."""
    params = mapping(record.get("requestParameters"))
    found = [(kind, text(params.get(name))) for name, kind in _RESOURCE_PARAMS if text(params.get(name))]
    found += [(text(at(one, "type")), text(at(one, "ARN"))) for one in items(record.get("resources"))]
    made = text(at(record, "responseElements", "accessKey", "accessKeyId"))
    return [*found, ("AWS::IAM::AccessKey", made)] if made else found


_RESOURCE_PARAMS = (
    ("userName", "AWS::IAM::User"),
    ("roleName", "AWS::IAM::Role"),
    ("accessKeyId", "AWS::IAM::AccessKey"),
    ("policyArn", "AWS::IAM::Policy"),
    ("secretId", "AWS::SecretsManager::Secret"),
    ("bucketName", "AWS::S3::Bucket"),
    ("service", "AWS::ECS::Service"),
)
