"""AWS: the policies of resources that may let somebody in by name: S3 buckets, secrets."""

from __future__ import annotations

from irkit.clients.aws import Aws, aws_code
from irkit.errors import NotFound, OutsideError


class ResourcePolicies:
    """Resource policies as one step sees them, as JSON text; empty where there is none."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def buckets(self) -> tuple[str, ...]:
        """The names of the account's buckets (s3:ListAllMyBuckets)."""
        return tuple(str(row["Name"]) for row in self._aws.call("s3", "list_buckets").get("Buckets", []))

    def of_bucket(self, bucket: str) -> str:
        """The policy of a bucket (s3:GetBucketPolicy)."""
        try:
            return str(self._aws.call("s3", "get_bucket_policy", Bucket=bucket)["Policy"])
        except OutsideError as error:
            if aws_code(error) in {"NoSuchBucketPolicy", "NoSuchBucket"}:
                return ""
            raise

    def secrets(self, region: str) -> tuple[str, ...]:
        """The ARNs of a region's secrets (secretsmanager:ListSecrets)."""
        pages = self._aws.pages("secretsmanager", "list_secrets", region=region)
        return tuple(str(row["ARN"]) for page in pages for row in page["SecretList"])

    def of_secret(self, arn: str, region: str) -> str:
        """The policy of a secret (secretsmanager:GetResourcePolicy)."""
        try:
            answer = self._aws.call("secretsmanager", "get_resource_policy", region=region, SecretId=arn)
        except NotFound:
            return ""
        return str(answer.get("ResourcePolicy") or "")
