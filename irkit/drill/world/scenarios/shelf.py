"""The scenarios, each by the name of the runbook that answers it."""

from __future__ import annotations

from collections.abc import Mapping

from irkit.drill.world.scenarios.ci_runner_compromise import CiRunnerCompromise
from irkit.drill.world.scenarios.key_leak import KeyLeak
from irkit.drill.world.scenarios.kms_misuse import KmsMisuse
from irkit.drill.world.scenarios.offboarding import Offboarding
from irkit.drill.world.scenarios.runtime_leak import RuntimeLeak
from irkit.drill.world.scenarios.scenario import Scenario

SCENARIOS: Mapping[str, Scenario] = {
    "key_leak": KeyLeak(),
    "kms_misuse": KmsMisuse(),
    "ci_runner_compromise": CiRunnerCompromise(),
    "runtime_leak": RuntimeLeak(),
    "offboarding": Offboarding(),
}
"""Names as in ``WorldSettings.scenario``."""
