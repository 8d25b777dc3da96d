"""What differs between trees, of what is wanted, is told by their marks, whatever the pack says; or git is asked."""

from __future__ import annotations

import hashlib
import re
import zlib
from array import array
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, cast

import pytest
from dulwich.pack import create_delta
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from irkit.scan.objects.codec import InflateError, inflate
from irkit.scan.places import gits, marks
from irkit.scan.places.changes import Track, Wanted
from irkit.scan.places.marks import Columns, changed_commits, marked_pack, tree_marks
from irkit.scan.places.walk import Walk
from irkit.scan.repository import repository
from tests.scan.places.histories import Git

pytestmark = pytest.mark.skipif(tree_marks is marks._without, reason="there is no C compiler")

KEY = bytes(range(16))
TREES = 9


def id_of(name: str) -> bytes:
    return hashlib.sha1(name.encode(), usedforsecurity=False).digest()


WANTED = [id_of(f"wanted {number}") for number in range(3)]
OTHERS = [id_of(f"other {number}") for number in range(3)]
IDS = [id_of(f"tree {number}") for number in range(TREES)]


class Made(NamedTuple):
    """A tree of the pack: what it is a delta of, if anything, and its data, inflated."""

    base: int
    data: bytes


def columns(trees: Sequence[Made]) -> Columns:
    """A pack of these trees; a base stands before its deltas."""
    data, offsets = b"", array("Q")
    count = len(trees)
    first, following = array("i", [-1] * count), array("i", [-1] * count)
    for number, tree in enumerate(trees):
        offsets.append(len(data))
        data += b"\0" + zlib.compress(tree.data)
        if tree.base >= 0:
            following[number], first[tree.base] = first[tree.base], number
    by_id = sorted(range(count), key=lambda number: IDS[number])
    places = array("I", [offsets[number] for number in by_id])
    ids = b"".join(IDS[number] for number in by_id)
    sizes = array("Q", [len(tree.data) for tree in trees])
    bases = array("i", [tree.base for tree in trees])
    offsets.append(len(data))
    heads, kinds = array("B", b"\1" * count), bytearray(b"\2" * count)
    return Columns(memoryview(data), offsets, heads, sizes, kinds, bases, first, following, memoryview(ids), places)


ENTRY = re.compile(rb"([0-7]{1,7}) ([^\0]+)\0(.{20})", re.DOTALL)


def applied(base: bytes, delta: bytes) -> bytes | None:
    """What a delta makes (gitformat-pack(5), "Deltified representation"), as strictly as git; None when it is none."""
    try:
        sizes, made, at = [0, 0], b"", 0
        for each in range(2):
            for shift in range(0, 35, 7):
                at += 1
                sizes[each] |= (delta[at - 1] & 127) << shift
                if delta[at - 1] < 128:
                    break
            else:
                return None
        while at < len(delta):
            command, at = delta[at], at + 1
            if command < 128:
                some, at = delta[at : at + command], at + command
            else:
                numbers = [0] * 7
                for bit in range(7):
                    if command >> bit & 1:
                        numbers[bit], at = delta[at], at + 1
                start, size = (int.from_bytes(bytes(part), "little") for part in (numbers[:4], numbers[4:]))
                some, command = base[start : start + (size or 0x10000)], size or 0x10000
            if not command or len(some) != command:
                return None
            made += some
    except IndexError:
        return None
    return made if sizes == [len(base), len(made)] else None


def bodies(trees: Sequence[Made]) -> list[bytes | None]:
    """The content of each tree; None where it is none."""
    found: list[bytes | None] = []
    for base, data in trees:
        body: bytes | None = data
        if base >= 0:
            before = found[base]
            body = None if before is None else applied(before, data)
        if body is not None and b"".join(found.group() for found in ENTRY.finditer(body)) != body:
            body = None
        found.append(body)
    return found


Held = tuple[tuple[bytes, object], ...]


def below(number: int, trees: Sequence[bytes | None], name: bytes) -> Held | None:
    """What a tree holds of what is wanted, in the slow and obvious way; None where it cannot be read."""
    body = trees[number]
    if body is None:
        return None
    held: list[tuple[bytes, object]] = []
    for mode, path, id_ in ENTRY.findall(body):
        is_file = len(mode) == 6 and mode[:1] == b"1"
        inner: object = id_
        if is_file and name not in path and id_ not in WANTED:
            continue
        if not is_file and name not in path and id_ in IDS[: len(trees)]:
            inner = below(IDS.index(id_), trees, name)
            inner = id_ if inner is None else inner
        if inner != ():
            held.append((mode + b" " + path, inner))
    return tuple(sorted(held, key=repr))


NAMES = st.sampled_from([b"a", b"b", b"lib", b"z" * 40, b"token"])
MODES = st.sampled_from([b"100644", b"100755", b"120000", b"160000"])
FILES = st.tuples(MODES, NAMES, st.sampled_from(WANTED + OTHERS))


def entries(number: int) -> st.SearchStrategy[list[tuple[bytes, bytes, bytes]]]:
    """Of one of the trees: those below it have lower numbers, as bases have."""
    folders = st.tuples(st.sampled_from([b"40000", b"40755"]), NAMES, st.sampled_from([*IDS[:number], *OTHERS]))
    return st.lists(FILES | folders, max_size=8)


def written(tree: list[tuple[bytes, bytes, bytes]]) -> bytes:
    return b"".join(mode + b" " + name + b"\0" + id_ for mode, name, id_ in tree)


@st.composite
def packs(draw: st.DrawFn) -> list[Made]:
    """Trees of random entries, a few broken; deltas of one another, and a few of random commands."""
    made: list[Made] = []
    for number in range(draw(st.integers(1, TREES))):
        body = written(draw(entries(number)))
        if draw(st.integers(0, 9)) == 0:
            body = body[: draw(st.integers(0, len(body)))] + draw(st.binary(max_size=3))
        base = draw(st.integers(-1, number - 1))
        before = bodies(made)[base] if base >= 0 else None
        if base < 0:
            made.append(Made(base, body))
        elif before is None or draw(st.integers(0, 9)) == 0:
            made.append(Made(base, draw(deltas(len(before or b"")))))
        else:
            made.append(Made(base, b"".join(create_delta(before, body))))
    return made


def deltas(size: int) -> st.SearchStrategy[bytes]:
    copy = st.tuples(st.integers(0, size + 2), st.integers(1, size + 2)).map(
        lambda pair: bytes([0x93, pair[0] & 255, pair[0] >> 8 & 255, pair[1] & 255])
    )
    insert = st.binary(min_size=1, max_size=60).map(lambda some: bytes([len(some)]) + some)
    return st.tuples(st.integers(0, 300), st.lists(copy | insert | st.binary(max_size=3), max_size=6)).map(
        lambda both: b"".join([length(size), length(both[0]), *both[1]])
    )


def length(size: int) -> bytes:
    return bytes([size & 127 | 128, size >> 7 & 127 | 128, size >> 14 & 127])


class Told(NamedTuple):
    """What is told of commits: of those that git must be asked about, perhaps not all."""

    asked: list[int]
    rows: list[tuple[int, bytes, int, int]]


def told(trees: Sequence[Made], pairs: Sequence[tuple[bytes, bytes | None]], name: bytes = b"") -> Told | None:
    """Of commits with the first of two trees, by id, each with a parent that has the second."""
    names = (name,) if name else ()
    marked = tree_marks(columns(trees), b"".join(WANTED), names, KEY, (inflate, InflateError), lambda: None)
    if marked is None:
        return None
    rows: list[tuple[int, bytes, int, int]] = []
    ids = b"".join(tree or b"\0" * 20 for pair in pairs for tree in pair)
    numbers = array("I", range(2 * len(pairs)))
    first, parents = array("I", [0]), array("I")
    for at, (_, parent) in enumerate(pairs):
        parents.extend([2 * at + 1] if parent else [])
        first.extend([len(parents)] * 2)

    def tell(number: int, changes: list[tuple[bytes, int, int]]) -> None:
        if not number % 2:
            rows.extend((number // 2, *change) for change in sorted(changes))

    asked = changed_commits(marked, tell, (ids, numbers.tobytes(), first.tobytes(), parents.tobytes()))
    return Told([each // 2 for each in asked if not each % 2], rows)


def flat(held: Held, above: bytes = b"") -> Counter[tuple[bytes, bytes]]:
    """Paths and ids of wanted blobs, and of what cannot be read, with a slash at the end of its path."""
    found: Counter[tuple[bytes, bytes]] = Counter()
    for entry, inner in held:
        path = above + entry.partition(b" ")[2]
        if isinstance(inner, bytes):
            found[path if entry[:1] == b"1" else path + b"/", inner] += 1
        else:
            found.update(flat(cast("Held", inner), path + b"/"))
    return found


def difference(one: Held, other: Held) -> dict[tuple[bytes, bytes], int]:
    counts = flat(one)
    counts.subtract(flat(other))
    return {key: count for key, count in counts.items() if count}


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(packs(), st.sampled_from([b"", b"", b"token"]))
def test_what_differs_between_any_two_trees_is_told_or_git_is_asked(trees: list[Made], name: bytes) -> None:
    content = bodies(trees)
    held = [below(number, content, name or b"\xff" * 9) for number in range(len(trees))]
    pairs = [(one, other) for one in range(len(trees)) for other in range(len(trees))]

    found = told(trees, [(IDS[one], IDS[other]) for one, other in pairs], name)

    assert found is not None
    rows: dict[int, Counter[tuple[bytes, bytes]]] = {}
    for number, path, blob, sign in found.rows:
        rows.setdefault(number, Counter())[path, WANTED[blob]] += sign
    for number, (one, other) in enumerate(pairs):
        ours, theirs = held[one], held[other]
        if ours is None or theirs is None:
            assert number in found.asked
        elif ours == theirs:
            assert number not in found.asked
            assert number not in rows
        elif name:
            assert number in found.asked
        elif number in found.asked:
            assert any(path.endswith(b"/") for path, _ in flat(ours) | flat(theirs))
        elif max([*flat(ours).values(), *flat(theirs).values()]) == 1:  # no name stands twice, as git has them
            assert {key: count for key, count in rows[number].items() if count} == difference(ours, theirs)


def test_a_delta_that_ends_with_a_copy_from_within_its_base_is_read_as_what_it_makes() -> None:
    first, second, brought = ([(b"100644", b"abc"[each : each + 1], WANTED[each])] for each in range(3))
    base, copied = written(first + second), len(written(first))
    delta = length(len(base)) + length(2 * copied) + bytes([copied]) + written(brought) + bytes([0x90, copied])
    trees = [Made(-1, base), Made(0, delta), Made(-1, written(brought + first))]

    assert told(trees, [(IDS[1], IDS[2]), (IDS[1], IDS[0])]) == Told([], [(1, b"b", 1, -1), (1, b"c", 2, 1)])


def test_a_tree_that_holds_itself_has_no_mark() -> None:
    body = written([(b"40000", b"again", IDS[1]), (b"100644", b"a", WANTED[0])])
    assert told([Made(-1, body), Made(-1, body)], []) is None


def test_a_blob_moved_between_deep_folders_is_told_with_both_paths() -> None:
    deep = written([(b"100644", b"file", WANTED[0])])
    above = [written([(b"40000", name, IDS[0])]) for name in (b"a", b"b")]
    roots = [written([(b"40000", b"lib", IDS[number])]) for number in (1, 2)]
    found = told([Made(-1, body) for body in [deep, *above, *roots]], [(IDS[4], IDS[3]), (IDS[3], None)])

    assert found == Told([], [(0, b"lib/a/file", 0, -1), (0, b"lib/b/file", 0, 1), (1, b"lib/a/file", 0, 1)])


def test_columns_that_do_not_fit_each_other_are_refused() -> None:
    cut = columns([Made(-1, b"")] * 2)._replace(heads=array("B", b"\1"))
    with pytest.raises(ValueError, match="do not fit"):
        tree_marks(cut, b"", (), KEY, (inflate, InflateError), lambda: None)


@pytest.mark.parametrize(
    "raw",
    [
        (b"", b"\0" * 4, b"\0" * 8, b""),
        (IDS[0], b"\0" * 4, b"\0" * 4, b""),
        (IDS[0], b"\0" * 4, b"\0\0\0\0\1\0\0\0", b""),
        (IDS[0], b"\0" * 4, b"\0\0\0\0\1\0\0\0", b"\1\0\0\0"),
        (IDS[0], b"\0" * 3, b"\0" * 8, b""),
    ],
)
def test_commits_that_do_not_fit_each_other_are_refused(raw: tuple[bytes, bytes, bytes, bytes]) -> None:
    marked = tree_marks(columns([Made(-1, b"")]), b"", (), KEY, (inflate, InflateError), lambda: None)
    with pytest.raises(ValueError, match="do not fit"):
        changed_commits(marked, lambda *_: None, raw)


def test_an_error_that_is_not_the_packs_is_raised() -> None:
    def interrupted(*_: object) -> bytes:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tree_marks(columns([Made(-1, b"")]), b"", (), KEY, (interrupted, InflateError), lambda: None)


def test_git_is_asked_about_trees_and_parents_that_are_not_known() -> None:
    trees = [Made(-1, written([(b"40000", b"lib", id_)])) for id_ in OTHERS[:2]]
    nowhere = id_of("nowhere")
    found = told(trees, [(IDS[0], IDS[1]), (IDS[0], IDS[0]), (IDS[0], nowhere), (nowhere, IDS[0]), (IDS[1], None)])

    assert found == Told([0, 2, 3, 4], [])


def test_of_a_packed_repository_the_changes_of_a_blob_are_told(tmp_path: Path) -> None:
    git = Git(tmp_path)
    wanted = git.write("lib/deep/a", b"wanted").encode()
    git.commit("1")
    git.write("lib/deep/b", b"other")
    git.commit("2")
    git("rm", "-q", "lib/deep/a")
    git.commit("3")
    git("repack", "-adq")
    asked: list[tuple[str, ...]] = []
    walk = Walk(repository(tmp_path), Wanted(frozenset({wanted})), 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gits.Gits, "add", lambda _, task: asked.append(task.words))
        walked = walk.everything()

    assert asked == []
    track = walked.changes.bit(Track(wanted, b"lib/deep/a"))
    third, second, first = walked.graph.ids
    assert walked.changes.of_commit == {first: (track, 0), third: (0, track)}
    assert second not in walked.changes.of_commit


def test_a_repository_without_a_pack_has_no_marks(tmp_path: Path) -> None:
    git = Git(tmp_path)
    git.write("a", b"wanted")
    git.commit()

    assert marked_pack(repository(tmp_path)) is None
