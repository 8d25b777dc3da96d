SOURCE: str
"""The SHA-256 of the C file it was made of, in hex."""

def touched_by(body: bytes, delta: bytes) -> tuple[tuple[int, int], ...] | None: ...
