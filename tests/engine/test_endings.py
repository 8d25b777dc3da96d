from __future__ import annotations

import errno

import pytest

from irkit.engine.endings import said


def test_of_an_error_of_the_system_its_own_words_are_said_and_no_argument_of_the_call() -> None:
    with pytest.raises(OSError, match="hunter2") as caught:
        raise OSError(errno.ENOSPC, "the secret hunter2", "hunter2.txt")
    words = said(caught.value)
    assert "No space left on device" in words
    assert "hunter2" not in words


def test_of_any_other_librarys_error_only_its_kind_and_place_are_said() -> None:
    with pytest.raises(ValueError, match="hunter2") as caught:
        raise ValueError("hunter2")
    words = said(caught.value)
    assert words.startswith("unexpected ValueError in test_of_any_other")
    assert "hunter2" not in words
