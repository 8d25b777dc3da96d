from __future__ import annotations

from pathlib import Path

import pytest

from irkit.scan.finding import Place, PlaceKind
from irkit.scan.places.locate import locate
from tests.scan.places.histories import RandomHistory, held
from tests.scan.places.reference import reference
from tests.scan.places.seeing import first_of, last_of


@pytest.mark.parametrize("seed", range(8))
def test_every_place_is_the_one_that_listing_every_tree_gives(tmp_path: Path, seed: int) -> None:
    made = RandomHistory(tmp_path / "r", seed)
    made.grow(40)
    if seed % 4:  # one time all is loose, else all is in a pack, or most of it
        made.git("repack", "-adq", *(["--keep-unreachable"] if seed % 2 else []))
        made.grow(5 * (seed % 4 - 1))
    expected = reference(made.git, made.blobs)
    located = locate(made.git.repository(), [held(blob) for blob in made.blobs], cache=None, jobs=2)
    found = {
        (place.object_id, place.path): place
        for places in located.places.values()
        for place in places
        if place.is_reachable and place.first
    }
    assert found.keys() == expected.keys()
    for key, where in expected.items():
        assert first_of(found[key]) in where.first
        assert last_of(found[key]) in where.last
        assert _refs(found[key]) == where.refs
        assert found[key].is_current is where.is_current
    assert located.places.keys() == set(made.blobs)
    lost = [place for places in located.places.values() for place in places if not place.is_reachable]
    assert not {place.object_id for place in lost} & {blob for blob, _ in expected}
    assert all(place.kind is PlaceKind.BLOB for places in located.places.values() for place in places)


def _refs(place: Place) -> frozenset[str]:
    assert place.refs_count == len(place.refs)
    return frozenset(name for name in place.refs if not name.startswith("reflog of "))
