"""A worker process of a build: a job a line comes in, its end a line goes out. Ends when its builder does."""

from __future__ import annotations

import signal
import sys
from contextlib import closing
from pathlib import Path

from irkit.cloudtrail.raw.raw_file import RawFile
from irkit.cloudtrail.store.duck import duckdb
from irkit.cloudtrail.store.job import Job, JobDone, Tally
from irkit.cloudtrail.store.part import write_part, writing_engine
from irkit.cloudtrail.store.reading import RowReader


def done(job: Job, engine: duckdb.DuckDBPyConnection) -> JobDone:
    """Do one job. What the disk refuses is its failure; what a file holds never is."""
    part = Path(job.part)
    tally = Tally()
    reader = RowReader()
    found = ((file, reader.rows(RawFile(file.place, 0, file.path))) for file in job.files)
    every = (row for file, rows in found for row in tally.counted(file, rows))
    try:
        write_part(engine, every, part)
        return tally.done(part)
    except (OSError, duckdb.Error) as error:
        part.unlink(missing_ok=True)
        return JobDone(failure=str(error))


def main() -> None:
    """Work until there are no more jobs. An interrupt is the builder's to answer: it lets go of this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with closing(writing_engine()) as engine:
        for line in sys.stdin:
            sys.stdout.write(done(Job.read(line), engine).line)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
