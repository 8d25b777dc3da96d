from array import array
from collections.abc import Sequence

from irkit.scan.objects.commit_heads import Columns

SOURCE: str
"""The SHA-256 of the C file it was made of, in hex."""

def heads(numbers: list[int], texts: Sequence[tuple[bytes, object]], kinds: bytearray) -> bytes: ...
def pooled(packs: list[tuple[bytes, array[int], memoryview, array[int]]], loose: bytes, boundary: bytes) -> Columns: ...
