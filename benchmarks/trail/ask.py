"""Ask the raw files of a folder for one key, without the command line's own work: ``ask.py FOLDER KEY [JOBS]``.

Prints one line a record, in the order in which they are found.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from irkit.cloudtrail.local import LocalFiles
from irkit.cloudtrail.query import Query


def main() -> None:
    """Ask, and print."""
    folder, key, *jobs = sys.argv[1:]
    for batch in LocalFiles([Path(folder)], int(jobs[0]) if jobs else 2).look(Query(keys=(key,))):
        if batch.records:
            sys.stdout.write("".join(f"{one.at:%Y-%m-%dT%H:%M:%SZ} {one.call} {one.ip}\n" for one in batch.records))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
