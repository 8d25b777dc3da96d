"""``python -m irkit.drill.world.laws``: ministack with the laws of the rehearsal.

Its environment says ``REHEARSAL_MANAGEMENT``, the account that manages the organization (empty without one), and
``REHEARSAL_TOKEN``, beside which everything can be told to bind at once.
"""

from __future__ import annotations

import runpy
import sys

from irkit.drill.world.laws.installed import install


def main() -> None:
    """Puts the laws in place, then runs the emulator."""
    install()
    sys.argv = ["ministack"]
    runpy.run_module("ministack", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
