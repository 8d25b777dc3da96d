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
) -> object | None: ...
def changed_commits(
    marks: object, told: Callable[[int, list[tuple[bytes, int, int]]], None], commits: tuple[bytes, bytes, bytes, bytes]
) -> list[int]: ...
