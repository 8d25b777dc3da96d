from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from irkit.clients.cloudtrail import Pace


def test_calls_to_one_region_are_spaced_also_between_threads() -> None:
    pace = Pace(per_second=50)
    started = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: pace.wait("eu-west-1"), range(11)))
    assert time.monotonic() - started >= 10 / 50


def test_regions_do_not_wait_for_each_other() -> None:
    pace = Pace(per_second=0.001)
    started = time.monotonic()
    for number in range(20):
        pace.wait(f"region-{number}")
    assert time.monotonic() - started < 100
