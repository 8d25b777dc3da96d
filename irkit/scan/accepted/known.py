"""Which entry of a baseline covers a place of a finding.

A value is known by its hash. detect-secrets often hashes something else than the value: all of ``BEGIN RSA PRIVATE
KEY``, the prefix of a GitHub token, a string without its quotes. So its plug-ins are asked what they call the secret
on the line, but only where the value's own hash is unknown and the file has entries. A hash that most values of the
kind share is *weak*: it covers what stands in its own file now, and not when another entry of the same line shows that
the value was changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from irkit.scan.accepted.baseline import Baseline, Entry, Scope
from irkit.scan.accepted.hashed import hashed
from irkit.scan.accepted.sites import Sites
from irkit.scan.finding import Finding, Place, PlaceKind
from irkit.scan.quick import NamedTuple
from irkit.scan.rule import Rule

_THEIRS = "detect-secrets:"


class _Call(NamedTuple):
    type: str
    digest: str
    is_whole: bool


def is_now(place: Place) -> bool:
    """Whether it stands in a file of the disk, or in the tip of a ref."""
    return place.kind is PlaceKind.FILE or place.is_current


class Known:
    """The entries of a baseline, by file and by hash."""

    def __init__(self, baseline: Baseline, sites: Sites, rules: Mapping[str, Rule]) -> None:
        self._sites = sites
        self._rules = rules
        self._by_path: dict[str, list[Entry]] = {}
        self._by_digest: dict[str, list[Entry]] = {}
        self._is_old = str(baseline.document.get("version", "")).startswith("0.")
        self._types = {entry.type for entry in baseline.entries}
        for entry in baseline.entries:
            self._by_path.setdefault(entry.path, []).append(entry)
            self._by_digest.setdefault(entry.hashed_secret, []).append(entry)

    def in_its_file(self, finding: Finding, place: Place) -> tuple[Entry, ...]:
        """The entries of the place's own file that cover it."""
        digest, *others = self._digests(finding.secret.reveal())
        for name in self._sites.names(place):
            entries = [entry for entry in self._by_path.get(name, ()) if entry.scope is not Scope.HISTORY]
            whole = tuple(entry for entry in entries if entry.hashed_secret in (digest, *others))
            if entries and (covering := whole + self._by_plugins(finding, place, name, entries, digest)):
                return covering
        return ()

    def anywhere(self, finding: Finding) -> tuple[Entry, ...]:
        """All entries of this value: by its own hash, or by one that a plug-in gives to (nearly) all of it."""
        value = finding.secret.reveal()
        found = [entry for digest in self._digests(value) for entry in self._by_digest.get(digest, ())]
        if not found and finding.near and finding.places:
            calls = self._calls(finding, finding.places[0].path, _line(finding), self._types)
            found = [
                entry
                for call in calls
                if call.is_whole
                for entry in self._by_digest.get(call.digest, ())
                if entry.type == call.type
            ]
        return tuple(found)

    def at(self, path: str, line: int) -> tuple[Entry, ...]:
        """The entries of one line."""
        return tuple(entry for entry in self._by_path.get(path, ()) if entry.line == line)

    def _by_plugins(
        self, finding: Finding, place: Place, name: str, entries: list[Entry], digest: str
    ) -> tuple[Entry, ...]:
        types = {entry.type for entry in entries if entry.scope is Scope.TREE}
        if not types:
            return ()
        calls = self._calls(finding, name, self._near(finding, place, name), types)
        digests = {(call.type, call.digest): call for call in calls}
        found = [entry for entry in entries if (entry.type, entry.hashed_secret) in digests]
        if any(digests[entry.type, entry.hashed_secret].is_whole for entry in found):
            return tuple(found)
        if not is_now(place):
            return ()
        return tuple(entry for entry in found if not self._is_changed(entry, entries, calls, digest))

    def _is_changed(self, weak: Entry, entries: Iterable[Entry], calls: Iterable[_Call], digest: str) -> bool:
        """Whether another entry of the weak one's line tells that the value there was another."""
        for entry in entries:
            if entry.scope is Scope.OWN and entry.type == weak.type and entry.line == weak.line:
                return entry.hashed_secret != digest
        beside = {entry for entry in entries if entry.line == weak.line and weak.line and entry.type != weak.type}
        for entry in beside:
            now = {call.digest for call in calls if call.type == entry.type}
            if now and entry.hashed_secret not in now:
                return True
        return False

    def _calls(self, finding: Finding, path: str, line: str, types: set[str]) -> list[_Call]:
        """What detect-secrets calls the value: what overlaps it, or is of the type that the rule says is the same."""
        from irkit.scan.accepted.plugins import called

        value = finding.secret.reveal()
        rule = self._rules.get(finding.rule)
        theirs = {name.removeprefix(_THEIRS) for name in (rule.also if rule else ()) if name.startswith(_THEIRS)}
        made = []
        for call in called(path, line, types):
            is_part, is_around = call.text in value, value in call.text
            if is_part or is_around or call.type in theirs:
                made.append(_Call(call.type, call.digest, is_around or (is_part and len(call.text) * 2 >= len(value))))
        return made

    def _digests(self, value: str) -> tuple[str, ...]:
        """The hash of a value, and those that detect-secrets has of it besides.

        Where it reads code as an INI file it quotes the quotes, and takes the backslash for a part of the value.
        Versions 0.x hash what stands beside a keyword in small letters.
        """
        old = (hashed(value.lower()),) if self._is_old else ()
        return hashed(value), hashed(value + "\\"), *old

    def _near(self, finding: Finding, place: Place, name: str) -> str:
        if place == finding.places[0] and finding.near:
            return _line(finding)
        if place.kind is PlaceKind.FILE and place.line:
            return self._sites.near(name, place.line, finding.secret.reveal()) or _line(finding)
        return _line(finding)


def _line(finding: Finding) -> str:
    """The finding's line; its value's first line where there is none."""
    return (finding.near.decode("utf-8", "replace") or finding.secret.reveal().split("\n", 1)[0]).rstrip("\r\n")
