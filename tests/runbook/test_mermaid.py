"""A runbook as a Mermaid flowchart."""

from __future__ import annotations

from irkit.runbook.graph import graph, reduced
from irkit.runbook.load import loads
from irkit.runbook.mermaid import mermaid
from tests.runbook.sample import changed, sample


def test_each_reduced_edge_is_one_arrow() -> None:
    lines = mermaid(sample()).splitlines()
    arrows = {tuple(line.split()[::2]) for line in lines if "-->" in line and "|" not in line}
    labelled = [line for line in lines if "|" in line]
    assert lines[0] == "flowchart TD"
    assert len(arrows) + len(labelled) == sum(map(len, reduced(graph(sample())).values()))
    assert ("s_identify", "s_lock") in arrows


def test_a_decision_is_a_diamond_and_its_edges_tell_the_branch() -> None:
    text = mermaid(sample())
    assert 's_judge{"judge: Used by the thief or not"}' in text
    assert 's_judge -->|"is abused"| s_search' in text
    assert 's_decide -->|"is not wait"| s_replace' in text


def test_hostile_titles_stay_text() -> None:
    text = mermaid(loads(changed("title: Whose badge is it", """title: '"] --> x; <b>#'"""), "f"))
    assert 's_identify["identify: #quot;] --#gt; x; #lt;b#gt;#35;"]' in text
