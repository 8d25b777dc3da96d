"""The rules: which bytes make a line a candidate, and what confirms it.

A rule is data. Its ``anchors`` are searched in the lower-cased text, which costs next to nothing; only around a hit is
the ``pattern`` compiled and tried, and only what it finds is confirmed: by ``proof`` where the provider built a check
into the secret, by a plug-in of detect-secrets where it has one. A text belongs to the first rule that takes it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from irkit.scan.shape import (
    has_github_checksum,
    has_key_body,
    is_anything,
    is_disordered,
    is_key_id,
    is_mixed,
)


class Rule(NamedTuple):
    """``before`` and ``after`` are the bytes looked at around an anchor; ``near`` must be among them, when given."""

    kind: str
    anchors: tuple[bytes, ...]
    pattern: bytes
    """With a group ``value``: the secret itself."""
    shape: Callable[[bytes], bool] = is_anything
    """False: this is no secret of this kind, another rule may take it."""
    proof: Callable[[bytes], bool] = is_anything
    """False: it looks like one and is none, no rule takes it."""
    plugins: tuple[str, ...] = ()
    """Classes of detect-secrets, one of which must see it too; none: ``shape`` and ``proof`` say enough."""
    near: bytes = b""
    before: int = 64
    after: int = 512


_KEYWORDS = (
    rb"passw(?:or)?d|passwd|pwd|pass_?phrase|secret|token|credential|(?:api|auth|access|private|client|service|account|db|master"
    rb"|encryption|signing)[_.-]?key"
)

RULES: tuple[Rule, ...] = (
    Rule(
        "aws_access_key_id",
        (b"akia", b"asia"),
        rb"(?<![A-Za-z0-9+/])(?P<value>(?:AKIA|ASIA)[A-Z2-7]{16})(?![A-Za-z0-9+/])",
        shape=is_key_id,
        plugins=("aws.AWSKeyDetector",),
    ),
    Rule(
        "aws_secret_access_key",
        (b"akia", b"asia", b"aws", b"secret_access_key", b"secretaccesskey", b"secret-access-key"),
        rb"(?<![A-Za-z0-9/+_.-])(?P<value>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=_-])",
        shape=is_mixed,
        near=rb"(?:AKIA|ASIA)[A-Z2-7]{16}|(?i:aws.{0,20}(?:secret|key|passw|pwd|token))|(?i:secret.?access.?key)",
        before=300,
        after=300,
    ),
    Rule(
        "github_token",
        (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"),
        rb"(?<![A-Za-z0-9])(?P<value>gh[pousr]_[A-Za-z0-9]{36})(?![A-Za-z0-9])",
        proof=has_github_checksum,
    ),
    Rule(
        "github_fine_grained_token",
        (b"github_pat_",),
        rb"(?<![A-Za-z0-9])(?P<value>github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})(?![A-Za-z0-9])",
        shape=is_mixed,
    ),
    Rule(
        "slack_token",
        (b"xox",),
        rb"(?<![A-Za-z0-9])(?P<value>xox[abposr]-(?:\d+-)+[A-Za-z0-9]{10,})",
        plugins=("slack.SlackDetector",),
    ),
    Rule("slack_app_token", (b"xapp-",), rb"(?<!\w)(?P<value>xapp-\d-[A-Z0-9]{8,}-\d{8,}-[a-f0-9]{40,})"),
    Rule(
        "slack_webhook",
        (b"hooks.slack.com/services/",),
        rb"(?P<value>https://hooks\.slack\.com/services/T\w{7,}/B\w{7,}/\w{20,})",
        plugins=("slack.SlackDetector",),
    ),
    Rule(
        "private_key",
        (b"private key",),
        rb"(?P<value>-----BEGIN (?:(?:RSA|DSA|EC|OPENSSH|PGP) )?PRIVATE KEY(?: BLOCK)?-----[^\"'`]{40,16000}?)"
        rb"(?:-----END|\Z|[\"'`])",
        shape=has_key_body,
        plugins=("private_key.PrivateKeyDetector",),
        after=16384,
    ),
    Rule(
        "gitlab_token",
        (b"glpat-", b"gldt-", b"glft-", b"glsoat-", b"glrt-", b"glptt-"),
        rb"(?<![A-Za-z0-9])(?P<value>gl(?:pat|dt|ft|soat|rt|ptt)-[A-Za-z0-9_-]{20,50})(?!\w)",
        plugins=("gitlab_token.GitLabTokenDetector",),
    ),
    Rule(
        "npm_token",
        (b"npm_",),
        rb"(?<![A-Za-z0-9])(?P<value>npm_[A-Za-z0-9]{36})(?![A-Za-z0-9])",
        proof=has_github_checksum,
    ),
    Rule(
        "stripe_key",
        (b"sk_live_", b"rk_live_"),
        rb"(?<![A-Za-z0-9])(?P<value>[rs]k_live_[0-9a-zA-Z]{24,120})",
        plugins=("stripe.StripeDetector",),
    ),
    Rule(
        "sendgrid_key",
        (b"sg.",),
        rb"(?<![A-Za-z0-9])(?P<value>SG\.[\w-]{22}\.[\w-]{43})(?![\w-])",
        plugins=("sendgrid.SendGridDetector",),
    ),
    Rule(
        "pypi_token",
        (b"pypi-age",),
        rb"(?P<value>pypi-AgE[A-Za-z0-9_-]{80,400})",
        plugins=("pypi_token.PypiTokenDetector",),
    ),
    Rule(
        "url_password",
        (b"://",),
        rb"(?<=://)[^\s:/?#\[\]@\"'<>]{0,64}:(?P<value>[^\s:/?#\[\]@\"'<>{}$]{8,128})@[A-Za-z0-9]",
        shape=is_disordered,
        plugins=("basic_auth.BasicAuthDetector",),
    ),
    Rule(
        "assigned_secret",
        (b"passw", b"pwd", b"pass_phrase", b"passphrase", b"secret", b"token", b"credential", b"key"),
        rb"(?i)(?:"
        + _KEYWORDS
        + rb")[\w-]{0,24}(?:\[\d*\])?[\"']?\s{0,4}(?:=>|:=|={1,3}|:)[ \t]{0,4}(?:[bru@]{0,2}(?P<quote>[\"'`])"
        rb"(?P<value>[^\"'`\s]{8,200})(?P=quote)|(?P<bare>[^\s\"'`,;(){}\[\]<>$&|]{12,200})(?=[\s,;]|\\n|\Z))",
        shape=is_disordered,
        plugins=(
            "keyword.KeywordDetector",
            "high_entropy_strings.Base64HighEntropyString",
            "high_entropy_strings.HexHighEntropyString",
        ),
    ),
)
