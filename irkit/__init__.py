"""irkit: incident-response runbook automation that proves what it did."""

__version__ = "0.1.0"
