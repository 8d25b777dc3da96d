from __future__ import annotations

from irkit.actions.github import find_exposure
from irkit.actions.github.find_exposure import Params, Visibility
from tests.forge import Forge


def test_it_tells_visibility_forks_pull_requests_and_protection(forge: Forge) -> None:
    result = find_exposure.read(forge.clients(), Params(repository=forge.url))
    assert result.repository == "acme/payments"
    assert result.visibility is Visibility.PRIVATE
    assert result.forks == ("dana/payments",)
    assert [pull.number for pull in result.pulls] == [1]
    assert [one.branch for one in result.protections] == ["main"]


def test_a_public_repository_is_told_as_public(forge: Forge) -> None:
    forge.github._repositories["acme/payments"].visibility = "public"
    assert find_exposure.read(forge.clients(), Params(repository=forge.url)).visibility is Visibility.PUBLIC


def test_pull_requests_that_hold_the_key_are_told_by_their_refs(forge: Forge) -> None:
    held = find_exposure.read(forge.clients(), Params(repository=forge.url, refs=("refs/pull/1/head",)))
    assert held.holding == (1,)
    clean = find_exposure.read(forge.clients(), Params(repository=forge.url, refs=("refs/heads/main",)))
    assert clean.holding == ()


def test_it_says_what_it_cannot_see(forge: Forge) -> None:
    assert "deleted forks" in find_exposure.read(forge.clients(), Params(repository=forge.url)).coverage
