"""Make CloudTrail logs to measure on: ``python benchmarks/trail/generate.py FOLDER 2000000 --records FOLDER``.

Real records (those of the tests, or of ``--records``) are given new ids, times, accounts, regions and callers and
written as AWS writes them. Beside the folder, ``FOLDER.json`` says what is in it.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from trail import cast
from trail.logs import PER_FILE, Maker, Told
from trail.templates import templates

RECORDS = Path(__file__).resolve().parents[2] / "tests" / "data" / "cloudtrail"


def make(folder: Path, events: int, records: Path = RECORDS, seed: int = 1, jobs: int = 2) -> dict[str, object]:
    """Make so many events below a folder; what is in it, for those who check an answer."""
    files = -(-events // PER_FILE)
    shares = [(folder, records, seed, range(job, files, jobs), files, events) for job in range(jobs)]
    told = Told()
    with ProcessPoolExecutor(jobs) as pool:
        for each in pool.map(_make_share, shares):
            told.add(each)
    facts: dict[str, object] = {
        "events": told.events,
        "files": files,
        "bytes": told.bytes,
        "leaked_key": cast.LEAKED_KEY,
        "leak": [cast.LEAK_START.isoformat(), cast.LEAK_END.isoformat()],
        "ips": [cast.OWN_IP, cast.SECOND_IP],
        "ci_role": f"arn:aws:iam::{cast.ACCOUNTS[0]}:role/{cast.CI_ROLE}",
    }
    folder.with_name(folder.name + ".json").write_text(json.dumps(facts, indent=1) + "\n")
    return facts


def _make_share(share: tuple[Path, Path, int, range, int, int]) -> Told:
    folder, records, seed, numbers, files, events = share
    maker = Maker(folder, templates(records), seed)
    told = Told()
    for number in numbers:
        told.add(maker.write(number, files, min(PER_FILE, events - number * PER_FILE)))
    return told


def main() -> None:
    """Make what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("events", type=int)
    parser.add_argument("--records", type=Path, default=RECORDS)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    print(json.dumps(make(args.folder, args.events, args.records, args.seed)))


if __name__ == "__main__":
    main()
