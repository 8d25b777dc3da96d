"""What lies in a bucket of logs beside a trail: other services' files, folders' own entries, anything else."""

from __future__ import annotations

import re

_SERVICE = re.compile(r"(?:^|/)AWSLogs/(?:o-[a-z0-9]+/)?\d{12}/([^/]+)/")
_OURS = "CloudTrail"


def is_others(key: str) -> bool:
    """Whether a key is of another service (``AWSLogs/111122223333/Config/...``), or a folder's own empty entry."""
    service = _SERVICE.search(key)
    return key.endswith("/") or (service is not None and not service[1].startswith(_OURS))
