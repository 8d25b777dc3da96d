"""What of a repository's objects is known from earlier scans, and what is to be remembered of this one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from irkit.scan.objects.held import Held
from irkit.scan.objects.pack import Pack
from irkit.scan.objects.same_ids import ID, id_at
from irkit.scan.objects.shelf import Kept, Shelf
from irkit.scan.objects.shelves import Shelves, loose_name, pack_name, place_hint
from irkit.scan.objects.stores import Stores, pack_checksum
from irkit.scan.passed_over import PassedOver, passed_over

_LOOSE = "loose"
Skips = Iterable[tuple[str, str, str]]


class Memory:
    """Sorts a repository's objects into known and new."""

    def __init__(self, found: Stores, objects_dir: Path, shelves: Shelves | None) -> None:
        self._shelves = shelves
        self._hint = place_hint(objects_dir)
        self.kept: list[list[Kept]] = []
        """What the known objects hold."""
        self.reused = 0
        self.skipped: dict[tuple[str, str, str], None] = {}
        self.passed: set[PassedOver] = set()
        self._carried: dict[str, set[PassedOver]] = {}
        self.known_packs: list[Path] = []
        self.new_packs: list[Path] = []
        for file in found.packs:
            shelf = self._read(pack_name(pack_checksum(file)))
            (self.new_packs if shelf is None else self.known_packs).append(file)
            if shelf is not None:
                self._use(shelf, shelf.kept, shelf.skipped)
                self.reused += shelf.objects
        self._objects_dir = objects_dir
        self._loose_ids = b"".join(map(bytes.fromhex, sorted(found.loose)))
        self._is_loose_known = True
        self.new_loose = self._new_loose(found) if found.loose else {}

    def _read(self, name: str) -> Shelf | None:
        return self._shelves.read(name) if self._shelves else None

    def _use(self, shelf: Shelf, kept: Iterable[Kept], skipped: Skips) -> None:
        self.kept.append(list(kept))
        self.skipped |= dict.fromkeys(skipped)
        self.passed |= shelf.passed

    def _new_loose(self, found: Stores) -> dict[str, Path]:
        shelf = self._read(loose_name(self._loose_ids, self._objects_dir))
        if shelf is not None:
            self._use(shelf, shelf.kept, shelf.skipped)
            self.reused += shelf.objects
            return {}
        self._is_loose_known = False
        known = self._known(self._loose_ids, _LOOSE)
        self.reused += len(known)
        return {id_: file for id_, file in found.loose.items() if id_ not in known}

    def known_entries(self, pack: Pack) -> bytearray | None:
        """A 1 for each entry of a new pack that an earlier scan looked at, in another pack or loose."""
        known = self._known(pack.index.ids, pack.file.name)
        if not known:
            return None
        self.reused += len(known)
        entries = bytearray(pack.index.count)
        for id_ in known:
            at = pack.index.find(bytes.fromhex(id_))
            if at is not None:
                entries[pack.number_at(at)] = 1
        return entries

    def _known(self, ids: memoryview | bytes, where: str) -> set[str]:
        known: set[str] = set()
        for shelf, numbers in self._shelves.overlapping(ids, self._hint) if self._shelves and ids else ():
            there = {id_at(ids, number).hex() for number in numbers} - known
            if there:
                # an empty file is in most repositories: what another one skipped of no object is not told of this one
                is_kin = 2 * len(numbers) >= min(shelf.objects, len(ids) // ID)
                skipped = (one for one in shelf.skipped if one[0] in there or (is_kin and not one[0]))
                self._use(shelf, (kept for kept in shelf.kept if kept.id in there), skipped)
                self._carried.setdefault(where, set()).update(shelf.passed)
                known |= there
            if len(known) == len(ids) // ID:
                break
        return known

    def remember(self, packs: Sequence[Pack], held: Sequence[Held], skipped: Skips, broken: Iterable[str]) -> str:
        """Keep what this scan learned of new packs and loose objects; why it could not, or nothing."""
        if self._shelves is None:
            return ""
        lost = {bytes.fromhex(id_) for id_ in broken}
        learned = _Learned(held, skipped)
        try:
            for pack in packs:
                if all(pack.index.find(id_) is None for id_ in lost):
                    carried = self._carried.get(pack.file.name, set())
                    shelf = learned.of(pack.has, pack.index.count, carried)
                    self._shelves.write(pack_name(pack.index.pack_checksum), bytes(pack.index.ids), shelf)
            if not self._is_loose_known:
                count = len(self._loose_ids) // ID
                there = {id_at(self._loose_ids, number) for number in range(count)} - lost
                ids = b"".join(sorted(there))
                shelf = learned.of(there.__contains__, len(there), self._carried.get(_LOOSE, set()))
                self._shelves.write(loose_name(ids, self._objects_dir), ids, shelf)
            if packs or not self._is_loose_known:
                self._shelves.tidy()
        except OSError as error:
            return f"{error.filename or 'cache'}: {error.strerror}"
        return ""


class _Learned:
    """What a scan learned, to be shared out to the packs that hold the objects."""

    def __init__(self, held: Sequence[Held], skipped: Skips) -> None:
        from irkit.scan.objects.recalled import kept_objects

        self._kept = kept_objects(held)
        self._skipped = list(skipped)
        self._passed = [
            (bytes.fromhex(id_), passed_over(one.dismissed, one.near))
            for id_, _, sightings in held
            for one in sightings
            if one.dismissed
        ]

    def of(self, has: Callable[[bytes], bool], count: int, carried: set[PassedOver]) -> Shelf:
        """What it learned of these objects."""
        kept = [one for one in self._kept if has(bytes.fromhex(one.id))]
        skipped = [one for one in self._skipped if not one[0] or has(bytes.fromhex(one[0]))]
        passed = carried.union(line for id_, line in self._passed if has(id_))
        return Shelf(count, tuple(kept), tuple(skipped), frozenset(passed))
