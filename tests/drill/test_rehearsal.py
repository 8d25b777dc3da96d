from __future__ import annotations

from pathlib import Path

import pytest

from irkit.drill import rehearsal
from irkit.drill.world.settings import WorldSettings


def test_a_cloud_that_is_not_installed_is_told_before_anything_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "find_spec", lambda _: None)
    with pytest.raises(rehearsal.WorldFailed, match="is not installed") as refused:
        rehearsal.begun(tmp_path / "world", WorldSettings())
    assert "irkit[drill]" in refused.value.hint
    assert list(tmp_path.iterdir()) == []
