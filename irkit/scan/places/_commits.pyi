from irkit.scan.places.graph import Listed

SOURCE: str
"""The SHA-256 of the C file it was made of, in hex."""

def listed_with_trees(data: bytes, into: Listed, trees: list[bytes]) -> int: ...
def numbered(ids: list[bytes], parents: list[list[bytes]]) -> tuple[dict[bytes, int], list[tuple[int, ...]], bool]: ...
