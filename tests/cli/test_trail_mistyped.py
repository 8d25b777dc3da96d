"""A mistyped option costs one look, not a page of usage."""

from __future__ import annotations

import pytest

from irkit.cli.main import main


def test_a_mistyped_option_is_told_in_two_lines_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["trail", "activity", "--kee", "x"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines() == [
        "irkit trail activity: unrecognized arguments: --kee x; did you mean --key?",
        "  hint: irkit trail activity --help lists the options",
    ]


def test_a_wrong_value_names_the_right_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["trail", "activity", "--format", "xml"])
    assert ended.value.code == 2
    assert "'table', 'json', 'jsonl', 'csv'" in capsys.readouterr().err
