"""Git repositories for tests: written step by step, or at random from a seed."""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from irkit.scan.finding import Sighting
from irkit.scan.repository import Repository, repository
from irkit.scan.rule import Confidence


class Held(NamedTuple):
    object_id: str
    kind: str
    sightings: tuple[Sighting, ...]


def sighting(value: bytes = b"a value", dismissed: str = "") -> Sighting:
    return Sighting("a_rule", value, 0, len(value), 1, 1, (), Confidence.HIGH, value, dismissed)


def held(object_id: str, kind: str = "blob", value: bytes = b"a value") -> Held:
    return Held(object_id, kind, (sighting(value),))


class Git:
    """A repository and a clock: each commit is a minute later than the one before."""

    def __init__(self, folder: Path, *init: str) -> None:
        self.folder = folder
        self.clock = 1_700_000_000
        folder.mkdir(parents=True, exist_ok=True)
        self("init", "-q", "-b", "main", *init)

    def __call__(self, *words: str | bytes | Path, read: bytes | None = None) -> str:
        ran = subprocess.run(
            ["git", "-C", str(self.folder), *words],
            input=read,
            capture_output=True,
            check=False,
            env=self.environment(),
        )
        if ran.returncode:
            raise RuntimeError(f"git {words}: {ran.stderr.decode(errors='replace')}")
        return ran.stdout.decode(errors="surrogateescape").strip("\n")

    def environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            "GIT_AUTHOR_NAME": "Ann",
            "GIT_AUTHOR_EMAIL": "ann@example.org",
            "GIT_COMMITTER_NAME": "Con",
            "GIT_COMMITTER_EMAIL": "con@example.org",
            "GIT_AUTHOR_DATE": f"{self.clock} +0000",
            "GIT_COMMITTER_DATE": f"{self.clock} +0130",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_LITERAL_PATHSPECS": "1",
            "GIT_CONFIG_SYSTEM": "/dev/null",
        }

    def repository(self) -> Repository:
        return repository(self.folder)

    def write(self, path: str | bytes, text: bytes) -> str:
        """A file and its blob's id; it is added to the index."""
        file = self.folder / os.fsdecode(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text)
        self("add", "-f", "--", path)
        return self("hash-object", "--stdin", read=text)

    def commit(self, message: str = "message", *words: str) -> str:
        self.clock += 60
        self("commit", "-q", "--allow-empty", "-m", message, *words)
        return self("rev-parse", "HEAD")

    def commit_tree(self, files: dict[bytes, bytes], parents: list[str], message: str = "message") -> str:
        """A commit of exactly these files (path to blob id), without a work tree."""
        self.clock += 60
        index = self.folder / ".random-index"
        index.unlink(missing_ok=True)
        text = b"".join(b"100644 %b\t%b\0" % (id_, path) for path, id_ in files.items())
        env = self.environment() | {"GIT_INDEX_FILE": str(index)}
        run = ["git", "-C", str(self.folder)]
        subprocess.run([*run, "update-index", "-z", "--index-info"], input=text, check=True, env=env)
        tree = subprocess.run([*run, "write-tree"], check=True, env=env, capture_output=True).stdout.decode().strip()
        return self("commit-tree", tree, *(word for parent in parents for word in ("-p", parent)), "-m", message)


PATHS = (
    b"a",
    b"b",
    b"dir/a",
    b"dir/b",
    b"dir/sub/c",
    b"dir2/a",
    b'quo"te',
    b"new\nline",
    b"\xff\xfe",
    b"-dash",
    b":colon",
)


class RandomHistory:
    """A repository made at random: merges (of two or three, honest and evil), copies, renames, deletions, roots,
    branches, tags, moved and removed refs, commits that nothing leads to."""

    def __init__(self, folder: Path, seed: int, clock: str = "wrong at times") -> None:
        self.dice = random.Random(seed)
        self.clock = clock
        self.git = Git(folder)
        if self.dice.random() < 0.5:
            self.git("config", "core.logAllRefUpdates", "false")
        self.blobs = tuple(self.git("hash-object", "-w", "--stdin", read=b"%d of %d\n" % (n, seed)) for n in range(12))
        self.trees: dict[str, dict[bytes, bytes]] = {}

    def grow(self, commits: int) -> None:
        for _ in range(commits):
            commit = self._commit()
            if self.dice.random() < 0.4:
                self._name(commit)
        self.git("update-ref", "refs/heads/main", list(self.trees)[-1])

    def forget(self) -> None:
        """Removes a ref."""
        names = self.git("for-each-ref", "--format=%(refname)").split()
        self.git("update-ref", "-d", self.dice.choice(names))

    def _commit(self) -> str:
        dice, trees = self.dice, self.trees
        known = list(trees)
        count = dice.choice((1, 1, 1, 1, 2, 2, 3)) if len(known) > 3 else min(len(known), 1)
        if dice.random() < 0.05:
            count = 0
        recent = known[-8:]
        parents = dice.sample(recent, min(count, len(recent)))
        files = dict(trees[dice.choice(parents)]) if parents else {}
        for other in parents:
            files |= {path: id_ for path, id_ in trees[other].items() if dice.random() < 0.3}
        if len(parents) < 2 or dice.random() < 0.4:
            _change(files, self.blobs, dice)
        files = files or {b"a": self.blobs[0].encode()}
        commit = self.git.commit_tree(files, parents)
        trees[commit] = files
        if self.clock != "right" and dice.random() < 0.1:
            self.git.clock -= dice.randrange(600)
        return commit

    def _name(self, commit: str) -> None:
        dice, git = self.dice, self.git
        kind = dice.choice(("heads", "tags", "annotated", "remotes/origin", "pull", "odd"))
        if kind == "annotated":
            git("tag", "-f", "-a", f"t{dice.randrange(4)}", "-m", "tag", commit)
        elif kind == "pull":
            git("update-ref", f"refs/pull/{dice.randrange(4)}/head", commit)
        else:
            git("update-ref", f"refs/{kind}/{dice.randrange(4)}", commit)
        if dice.random() < 0.2:
            git("pack-refs", "--all")


def _change(files: dict[bytes, bytes], blobs: Sequence[str], dice: random.Random) -> None:
    for _ in range(dice.randint(1, 3)):
        deed = dice.choice(("write", "write", "delete", "rename"))
        if deed == "write" or not files:
            files[dice.choice(PATHS)] = dice.choice(blobs).encode()
        elif deed == "delete":
            del files[dice.choice(list(files))]
        else:
            id_ = files.pop(dice.choice(list(files)))
            files[dice.choice(PATHS)] = id_
