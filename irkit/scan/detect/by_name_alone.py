"""Which values nothing but a name makes a secret, and where such a one is seldom anybody's."""

from __future__ import annotations

from irkit.scan.detect.by_path import is_aside
from irkit.scan.rule import Confidence, Rule

_BY_FORM = frozenset(
    (
        *("url_password", "dsn_password", "connection_string_password", "jdbc_password", "jdbc_oracle_password"),
        *("data_source_password", "registry_auth", "netrc_password", "pgpass_password", "kubernetes_secret"),
        *("network_device_password", "cisco_password", "ipsec_secret", "laravel_config_key", "google_app_password"),
    )
)
"""Rules of medium confidence that know a form, which a value has from the program that reads it."""


def is_doubtful(rule: Rule, path: str) -> bool:
    """Whether a value of this rule is one by its name alone, and this file a test, an example or a document.

    ``path``: of the file, or of the member of an archive; empty where nobody knows it, and then nothing is doubtful.
    """
    if rule.confidence is Confidence.HIGH or rule.id in _BY_FORM:
        return False
    return bool(path) and is_aside(path.encode("utf-8", "surrogateescape"))
