"""How long a test waits for what comes about at once on an idle machine; an idle one never waits so long."""

from __future__ import annotations

PATIENCE_S = 120.0
"""Seconds. Below the 300 that a whole test may take, so that it is told what did not come about."""
