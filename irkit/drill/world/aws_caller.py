"""Calls AWS without an SDK: what the seeding, the consumer apps and the intruder speak. Standard library only."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree as ET

from irkit.drill.world.json_shape import JsonObject, mapping, parsed, text, written
from irkit.drill.world.signature import KeyPair, Request, signed_headers

_TARGETS = {
    "kms": "TrentService",
    "secretsmanager": "secretsmanager",
    "ecs": "AmazonEC2ContainerServiceV20141113",
    "cloudtrail": "CloudTrail_20131101",
    "organizations": "AWSOrganizationsV20161128",
    "ssm": "AmazonSSM",
}
_VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15", "ec2": "2016-11-15"}
_ERRORS_FROM = 400


class AwsRefused(Exception):
    """AWS answered with an error: its code, its message and the HTTP status."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.status = status


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class AwsCaller:
    """Signs and sends calls to one endpoint as one identity. Safe to share between threads: it keeps no connection.

    ``headers`` are sent unsigned beside the signed ones (user agent, the rehearsal's private headers).
    """

    endpoint: str
    keys: KeyPair
    region: str
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 10

    def json(self, service: str, operation: str, params: JsonObject) -> JsonObject:
        """One call of a JSON service. Raises AwsRefused, or OSError when nobody answers."""
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"{_TARGETS[service]}.{operation}"}
        return mapping(parsed(self._send(service, "POST", "/", headers, written(params)).body))

    def query(self, service: str, action: str, params: Mapping[str, str]) -> ET.Element:
        """One call of a query service (IAM, STS); the answer's XML root without namespaces. Raises like ``json``."""
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        body = urlencode({"Action": action, "Version": _VERSIONS[service], **params}).encode()
        return bare_xml(self._send(service, "POST", "/", headers, body).body)

    def anonymous(self, service: str, action: str, params: Mapping[str, str]) -> ET.Element:
        """An unsigned call of a query service: one that a token proves. Raises like ``json``."""
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        body = urlencode({"Action": action, "Version": _VERSIONS[service], **params}).encode()
        return bare_xml(self._exchanged("POST", "/", {"Host": urlsplit(self.endpoint).netloc, **headers}, body).body)

    def put_object(self, bucket: str, key: str, data: bytes) -> None:
        """Puts one object into S3. Raises like ``json``."""
        self._send("s3", "PUT", f"/{bucket}/{key}", {"Content-Type": "application/octet-stream"}, data)

    def make_bucket(self, bucket: str) -> None:
        """Creates a bucket in the caller's region. Raises like ``json``."""
        place = (
            ""
            if self.region == "us-east-1"
            else (
                '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
                f"<LocationConstraint>{self.region}</LocationConstraint></CreateBucketConfiguration>"
            )
        )
        self._send("s3", "PUT", f"/{bucket}", {"Content-Type": "application/xml"}, place.encode())

    def seal_bucket(self, bucket: str, key_arn: str) -> None:
        """Makes a KMS key the default encryption of a bucket's new objects. Raises like ``json``."""
        rule = (
            '<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule>'
            "<ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm>"
            f"<KMSMasterKeyID>{key_arn}</KMSMasterKeyID></ApplyServerSideEncryptionByDefault>"
            "</Rule></ServerSideEncryptionConfiguration>"
        )
        self._send("s3", "PUT", f"/{bucket}?encryption", {"Content-Type": "application/xml"}, rule.encode())

    def _send(self, service: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        request = Request(method, f"{self.endpoint}{path}", headers, body)
        sent = signed_headers(request, self.keys, service, self.region, datetime.now(UTC))
        return self._exchanged(method, path, sent, body)

    def _exchanged(self, method: str, path: str, sent: Mapping[str, str], body: bytes) -> Answer:
        place = urlsplit(self.endpoint)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=self.timeout)
        try:
            connection.request(method, path, body, {**sent, **self.headers})
            raw = connection.getresponse()
            answer = Answer(raw.status, dict(raw.getheaders()), raw.read())
        except http.client.HTTPException as error:
            raise OSError(f"no whole answer: {error}") from error
        finally:
            connection.close()
        if answer.status >= _ERRORS_FROM:
            code, message = error_of(answer.body)
            raise AwsRefused(code, message, answer.status)
        return answer


def bare_xml(body: bytes) -> ET.Element:
    """An XML answer's root with the namespaces cut off; an empty element when it is no XML."""
    try:
        root = ET.fromstring(body)  # noqa: S314  the emulator on loopback wrote it
    except ET.ParseError:
        return ET.Element("Empty")
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def error_of(body: bytes) -> tuple[str, str]:
    """An error answer's code and message, whichever protocol wrote it."""
    value = mapping(parsed(body))
    if value:
        code = text(value.get("__type")) or text(value.get("code"))
        return code.rpartition("#")[2], text(value.get("message")) or text(value.get("Message"))
    root = bare_xml(body)
    return root.findtext(".//Code", ""), root.findtext(".//Message", "")
