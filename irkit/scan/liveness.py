"""Findings with what their providers say of them. Only on request, never from a hook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from irkit.clients.kingfisher import Answer, Question, Said
from irkit.clients.kingfisher import Liveness as Provider
from irkit.scan.finding import Finding, Liveness
from irkit.scan.rule import Rule
from irkit.secret import Fingerprint

_KEY_ID = "aws_access_key_id"
_KEY_SECRETS = ("aws_secret_access_key", "aws_secret_access_key_beside_its_id")
_MOST_PAIRS = 5
"""With so many secrets at most is one AWS key id tried: AWS sees every wrong guess."""
_ALONE = Answer(Said.UNKNOWN, "AWS can be asked only with key id and secret together")
_MIXED = Answer(Said.UNKNOWN, "several key ids and secrets stand together, and AWS accepted no pair of them")


def askable(findings: Sequence[Finding], rules: Mapping[str, Rule]) -> dict[str, int]:
    """How many values would be sent to their provider, by the title of their kind: to be told before it is done."""
    counts: dict[str, int] = {}
    for finding in findings:
        if rules[finding.rule].liveness and (finding.rule != _KEY_ID or _beside(finding, findings, _KEY_SECRETS)):
            counts[finding.title] = counts.get(finding.title, 0) + 1
    return counts


def with_liveness(findings: Sequence[Finding], rules: Mapping[str, Rule], provider: Provider) -> tuple[Finding, ...]:
    """The findings, each with the provider's answer; *unknown* with the reason where there is no way to ask."""
    plain = [one for one in findings if rules[one.rule].liveness and one.rule != _KEY_ID]
    pairs = list(_pairs(findings))
    questions = [Question(rules[one.rule].liveness, one.secret, tuple(_texts(one))) for one in plain]
    questions += [Question(rules[_KEY_ID].liveness, key.secret, (_pair(key, secret),)) for key, secret in pairs]
    heard = provider.ask(questions)
    answers = {one.fingerprint: answer for one, answer in zip(plain, heard, strict=False)}
    answers |= _of_pairs(pairs, heard[len(plain) :])
    return tuple(_told(finding, answers.get(finding.fingerprint)) for finding in findings)


def _told(finding: Finding, answer: Answer | None) -> Finding:
    if answer is None:
        is_aws = finding.rule in {_KEY_ID, *_KEY_SECRETS}
        why = _ALONE.why if is_aws else "there is no way to ask for this kind"
        return finding._replace(liveness=Liveness.UNKNOWN, liveness_note=why)
    return finding._replace(liveness=Liveness(answer.said.value), liveness_note=answer.why)


def _texts(finding: Finding) -> Iterator[bytes]:
    value = finding.secret.reveal().encode()
    yield finding.near
    yield b'%s = "%s"\n' % (finding.rule.encode(), value)
    yield b'%s token = "%s"\n' % (finding.title.lower().encode(), value)


def _pair(key: Finding, secret: Finding) -> bytes:
    values = (key.secret.reveal().encode(), secret.secret.reveal().encode())
    return b'aws_access_key_id = "%s"\naws_secret_access_key = "%s"\n' % values


def _pairs(findings: Sequence[Finding]) -> Iterator[tuple[Finding, Finding]]:
    for key in findings:
        if key.rule == _KEY_ID:
            for secret in _beside(key, findings, _KEY_SECRETS):
                yield key, secret


def _beside(finding: Finding, findings: Iterable[Finding], kinds: Sequence[str]) -> list[Finding]:
    """Findings of these kinds in the same files or messages, those on the nearest lines first."""
    sites = {(place.path, place.object_id): place.line for place in finding.places}
    near: list[tuple[int, int, Finding]] = []
    for number, other in enumerate(findings):
        distances = [
            abs(place.line - sites[place.path, place.object_id])
            for place in other.places
            if other.rule in kinds and (place.path, place.object_id) in sites
        ]
        if distances:
            near.append((min(distances), number, other))
    return [other for _, _, other in sorted(near, key=lambda one: one[:2])][:_MOST_PAIRS]


def _of_pairs(pairs: Sequence[tuple[Finding, Finding]], heard: Sequence[Answer]) -> dict[Fingerprint, Answer]:
    """What is known of key ids and secrets from their pairs: a refusal tells nothing when a pair may be a wrong one."""
    partners = Counter(one.fingerprint for pair in pairs for one in pair)
    told: dict[Fingerprint, Answer] = {}
    for pair, answer in zip(pairs, heard, strict=True):
        is_sure = answer.said is not Said.INACTIVE or all(partners[one.fingerprint] == 1 for one in pair)
        for one in pair:
            if told.get(one.fingerprint, _MIXED).said is not Said.ACTIVE:
                told[one.fingerprint] = answer if is_sure else _MIXED
    return told
