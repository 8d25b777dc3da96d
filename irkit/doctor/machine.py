"""Examine this machine: the configuration, the folders that must be written to, the programs that runbooks start."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from irkit.config import user_file
from irkit.doctor.finding import Finding, Patient, bad, good, unknown, warning
from irkit.scan.native_code import native_code

_ABOUT = "this machine"
_LEAST_GIT = (2, 30)
"""Older ones have no ``protocol.allow`` for what irkit asks, and hashes that no server takes."""
_LEAST_FREE = 5 << 30
_PARTS = {
    "hyperscan": "irkit scan looks by RE2, which is slower",
    "isal": "packs and CloudTrail's files are inflated by zlib, which is slower",
    "kingfisher-secret-scanner": "irkit scan --verify cannot ask providers",
    "ministack": "irkit drill has no cloud to rehearse against (pip install irkit[drill])",
}


def machine(patient: Patient) -> Iterator[Finding]:
    """The configuration file, folders and programs."""
    config = patient.config
    without = f"no configuration file ({user_file()}): the defaults"
    yield good(_ABOUT, f"configuration from {config.file}" if config.file else without)
    yield good(_ABOUT, f"Python {sys.version.split()[0]}, irkit acts for {config.identity}")
    yield from _folder(config.data_folder)
    yield from _git()
    for name, without in _PARTS.items():
        if not _installed(name):
            yield warning(_ABOUT, f"{name} is not installed", without)
    is_native, how = native_code()
    if is_native:
        yield good(_ABOUT, f"irkit scan runs {how}")
    else:
        hint = "scans of histories take about twice as long; irkit installed where there is a C compiler has it"
        yield warning(_ABOUT, f"irkit scan runs {how}", hint)
    yield from _recipient(config.evidence_recipient)
    if config.quorum < 2:  # noqa: PLR2004 - two people are the rule
        yield warning(_ABOUT, "one person alone may approve what cannot be undone", "set quorum to 2 or more")
    if not config.protected_principals:
        yield warning(
            _ABOUT, "no principal is protected", "name the break-glass role and people's own in protected_principals"
        )


def _folder(folder: Path) -> Iterator[Finding]:
    """Whether the journal could be written: to the disk, not to a cache."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(b"irkit")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        yield bad(_ABOUT, f"nothing can be written to {folder}: {error.strerror}", "no journal means no effect")
        return
    free = shutil.disk_usage(folder).free
    if free < _LEAST_FREE:
        hint = "a mirror of a repository and its sealed bundle may need more"
        yield warning(_ABOUT, f"{free / (1 << 30):.1f} GiB are free at {folder}", hint)
    else:
        yield good(_ABOUT, f"incidents are kept in {folder}, {free / (1 << 30):.0f} GiB free")
    if folder.stat().st_mode & 0o077:
        yield warning(_ABOUT, f"others may read {folder}", f"chmod 700 {folder}")


def _git() -> Iterator[Finding]:
    try:
        said = subprocess.run(["git", "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        yield bad(_ABOUT, f"git does not run ({type(error).__name__})", "install git: histories are searched with it")
        return
    version = tuple(int(part) for part in re.findall(r"\d+", said)[:2])
    if version < _LEAST_GIT:
        yield bad(_ABOUT, f"{said.strip()} is too old", f"git {'.'.join(map(str, _LEAST_GIT))} or newer is needed")
    else:
        yield good(_ABOUT, said.strip())


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _recipient(recipient: str) -> Iterator[Finding]:
    if not recipient:
        yield warning(
            _ABOUT,
            "no age key to seal evidence to: a purge, which must seal the old history first, would be refused",
            "set evidence_recipient to an age public key (age1...) whose secret half is off this machine",
        )
        return
    import pyrage

    try:
        pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        yield bad(_ABOUT, "evidence_recipient is no age public key", "it must look like age1...")
    except (ValueError, TypeError) as error:
        yield unknown(_ABOUT, f"evidence_recipient cannot be read: {error}", "it must look like age1...")
    else:
        yield good(_ABOUT, f"evidence is sealed to {recipient[:12]}…")
