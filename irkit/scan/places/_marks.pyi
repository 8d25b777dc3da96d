from collections.abc import Callable

SOURCE: str
"""The SHA-256 of the C file it was made of, in hex."""

def tree_marks(
    columns: tuple[object, ...],
    ids: bytes,
    names: tuple[bytes, ...],
    key: bytes,
    inflated: tuple[Callable[[memoryview, int, int], bytes], type[Exception]],
    release: Callable[[], None],
) -> bytes | None: ...
def changed_commits(
    columns: tuple[object, ...],
    marks: bytes,
    trees: list[bytes],
    parents: list[list[bytes]],
    numbers: dict[bytes, int],
) -> list[int]: ...
