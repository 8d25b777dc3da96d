"""DuckDB's own module, without the package around it.

That takes twice as long to load and 14 MB more of each process. It is needed only where rows of Python's are given to
DuckDB (``part.write_part``).
"""

from __future__ import annotations

try:
    import _duckdb as duckdb
except ImportError:
    import duckdb  # type: ignore[no-redef]

__all__ = ["duckdb"]
