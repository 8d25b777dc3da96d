from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_import_contract_is_kept() -> None:
    script = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run(  # noqa: PLW1510 - the assertion below shows the output, which an exception would not
        [script, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " 0 broken" in ran.stdout
