"""A bench whose clients may do anything."""

from __future__ import annotations

from dataclasses import replace

from tests.bench import Bench, bench


def as_user(on: Bench) -> Bench:
    """The same world as a user who may do anything."""
    key, file = on.suspect().key, on.folder / "credentials"
    pair = f"aws_access_key_id = {key.key_id}\naws_secret_access_key = {key.secret.reveal()}\n"
    file.write_text(f"[default]\n{pair}", encoding="utf-8")
    aws = replace(on.outside.config.aws, credentials_file=file)
    return bench(on.world, on.folder, aws=aws)
