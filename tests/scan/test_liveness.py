from __future__ import annotations

from collections.abc import Sequence

from irkit.clients.kingfisher import Answer, Question, Said
from irkit.scan.finding import Finding, Liveness, Place, PlaceKind
from irkit.scan.liveness import askable, with_liveness
from irkit.scan.rule import Confidence, Rule, Severity
from irkit.secret import Secret

SURE = (Severity.HIGH, Confidence.HIGH)
RULES = {
    rule.id: rule
    for rule in (
        Rule("aws_access_key_id", "AWS access key id", *SURE, "x", "x", liveness="sdk.aws"),
        Rule("aws_secret_access_key", "AWS secret access key", *SURE, "x", "x"),
        Rule("acme_token", "Acme token", *SURE, "x", "x", liveness="sdk.acme"),
        Rule("password", "Password", *SURE, "x", "x"),
    )
}


def finding(rule: str, value: str, path: str = "a.env", line: int = 1) -> Finding:
    secret = Secret(value)
    place = Place(PlaceKind.BLOB, path, line=line, object_id="o1")
    near = f"x = {value}".encode()
    return Finding(rule, RULES[rule].title, *SURE, secret.fingerprint(b"k"), "", secret, (place,), near)


class Scripted:
    """Accepts the texts that hold one of the given pairs."""

    def __init__(self, *accepted: tuple[str, str], other: Said = Said.INACTIVE) -> None:
        self.accepted, self.other = accepted, other
        self.asked: list[Question] = []

    def ask(self, questions: Sequence[Question]) -> list[Answer]:
        self.asked += questions
        return [Answer(self._said(question), "said so") for question in questions]

    def _said(self, question: Question) -> Said:
        text = question.texts[0].decode()
        return Said.ACTIVE if any(all(part in text for part in pair) for pair in self.accepted) else self.other


def livenesses(findings: Sequence[Finding], provider: Scripted) -> list[Liveness | None]:
    return [one.liveness for one in with_liveness(findings, RULES, provider)]


def test_a_kind_without_a_way_to_ask_is_unknown_and_not_asked() -> None:
    provider = Scripted()
    (told,) = with_liveness([finding("password", "hunter2hunter2")], RULES, provider)
    assert told.liveness is Liveness.UNKNOWN
    assert told.liveness_note == "there is no way to ask for this kind"
    assert provider.asked == []


def test_a_token_gets_its_providers_answer() -> None:
    assert livenesses([finding("acme_token", "acme_1")], Scripted(("acme_1", ""))) == [Liveness.ACTIVE]
    assert livenesses([finding("acme_token", "acme_1")], Scripted()) == [Liveness.INACTIVE]
    assert livenesses([finding("acme_token", "acme_1")], Scripted(other=Said.UNKNOWN)) == [Liveness.UNKNOWN]


def test_an_aws_key_is_asked_with_the_secret_that_stands_beside_it() -> None:
    both = [finding("aws_access_key_id", "AKIA1"), finding("aws_secret_access_key", "s1", line=2)]
    assert livenesses(both, Scripted(("AKIA1", "s1"))) == [Liveness.ACTIVE, Liveness.ACTIVE]
    assert livenesses(both, Scripted()) == [Liveness.INACTIVE, Liveness.INACTIVE]


def test_an_aws_key_id_alone_is_never_sent() -> None:
    provider = Scripted()
    alone = [finding("aws_access_key_id", "AKIA1"), finding("aws_secret_access_key", "s1", path="other")]
    assert livenesses(alone, provider) == [Liveness.UNKNOWN, Liveness.UNKNOWN]
    assert provider.asked == []


def test_of_several_keys_together_the_accepted_pair_lives_and_the_rest_is_unknown() -> None:
    several = [
        finding("aws_access_key_id", "AKIA1", line=1),
        finding("aws_secret_access_key", "s1", line=2),
        finding("aws_access_key_id", "AKIA2", line=3),
        finding("aws_secret_access_key", "s2", line=4),
    ]
    assert livenesses(several, Scripted(("AKIA2", "s2"))) == [
        Liveness.UNKNOWN,
        Liveness.UNKNOWN,
        Liveness.ACTIVE,
        Liveness.ACTIVE,
    ]


def test_what_would_be_sent_is_counted_by_kind() -> None:
    findings = [
        finding("acme_token", "acme_1"),
        finding("acme_token", "acme_2"),
        finding("password", "p"),
        finding("aws_access_key_id", "AKIA1", path="alone"),
    ]
    assert askable(findings, RULES) == {"Acme token": 2}
