"""The postmortem as Markdown, readable without a server, every row linked to its event in the appendix.

``markdown`` is the whole of it in one file; ``annex`` is what the page for people (``markdown_page``) leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator

from irkit.incident.events import Mode
from irkit.report.evidence import Condition
from irkit.report.markdown_appendix import appendix, integrity
from irkit.report.markdown_parts import bullets, link, links, other_file, table, written
from irkit.report.markdown_rotation import rotation_markdown
from irkit.report.postmortem import Postmortem
from irkit.report.safe_markdown import safe
from irkit.report.spans import interval, span, utc
from irkit.report.timeline_markdown import timeline_markdown

_BANNERS = {
    Mode.LIVE: "",
    Mode.DRY_RUN: "**DRY-RUN: nothing was changed. Plans were made and shown, and none was carried out.**",
    Mode.DRILL: "**DRILL: a rehearsal in a cloud on one machine. No real system was touched.**",
}
_BASES = (
    "Each statement is marked *observed* (irkit or a service's own record saw it), *inferred* (concluded from what was "
    "observed) or *reported* (a person said so), and links to the events of the journal behind it."
)


def markdown(report: Postmortem) -> str:
    """The whole postmortem, ending with a line end."""
    sections = (
        top,
        _exposure,
        _containment,
        _credentials,
        repositories,
        _intruder,
        _rotation,
        _timeline,
        _decisions,
        _evidence,
        action_items,
        questions,
        integrity,
        appendix,
    )
    return written(line for section in sections for line in section(report))


def annex(report: Postmortem, page: str) -> str:
    """All that stands behind the page for people, whose file is ``page``: whole lists, the evidence and every event."""
    head = report.header
    opening = (f"# {safe(head.incident)}: annex", "", f"The page that this stands behind is {other_file(page)}.", "")
    sections = (_exposure, _containment, _credentials, _intruder, _rotation, _timeline, _decisions, _evidence, appendix)
    return written((*opening, *(line for section in sections for line in section(report))))


def top(report: Postmortem) -> Iterator[str]:
    """What it is of, and the summary."""
    head = report.header
    yield f"# {safe(head.incident)}: {safe(head.title)}"
    yield ""
    for each in report.alarms:
        yield f"**{safe(each.text)}** ({links(each.events)})"
        yield ""
    if _BANNERS[head.mode]:
        yield _BANNERS[head.mode]
        yield ""
    yield from table(
        ("", ""),
        (
            ("Severity", safe(head.severity)),
            ("Mode", safe(head.mode.upper())),
            ("Opened", utc(head.opened_at)),
            ("State", safe(head.ended)),
            ("Account", safe(head.account) or "not known"),
            ("irkit acted as", safe(head.acting_as) or "not known"),
            ("Runbook", f"{safe(head.runbook)}, SHA-256 `{safe(head.runbook_sha256)}`"),
            ("People", safe(", ".join(head.people))),
            ("Written", f"{utc(head.written_at)}, from {report.integrity.count} events"),
        ),
    )
    yield _BASES
    yield ""
    yield "## Summary"
    yield ""
    yield from bullets(report.summary, "Nothing is known yet.")


def _exposure(report: Postmortem) -> Iterator[str]:
    yield "## Exposure window"
    yield ""
    yield from table(
        ("Instant", "When (UTC)", "Known from", "Basis", "Events"),
        (
            (
                safe(each.mark),
                interval(each.earliest, each.latest),
                safe(each.source),
                str(each.basis) if each.events else "–",
                links(each.events),
            )
            for each in report.exposure
        ),
    )


def _containment(report: Postmortem) -> Iterator[str]:
    yield "## Times of the response"
    yield ""
    yield from table(
        ("Part", "Reached (UTC)", "After opening", "Steps done", "Skipped", "Still open", "Events"),
        (
            (
                safe(each.phase),
                utc(each.reached_at) if each.reached_at else "not reached",
                span(each.after) if each.after is not None else "–",
                safe(", ".join(each.done)),
                safe(", ".join(each.skipped)),
                safe(", ".join(each.open_steps)),
                links(each.events),
            )
            for each in report.containment
        ),
    )
    if not report.containment:
        yield "The runbook does not say which step belongs to which part."
        yield ""


def _credentials(report: Postmortem) -> Iterator[str]:
    yield "## Credentials"
    yield ""
    if not report.credentials:
        yield "No credential was identified."
        yield ""
    for each in report.credentials:
        yield f"### {safe(each.key_id)}: {safe(each.kind)}" + (f" of {safe(each.owner)}" if each.owner else "")
        yield ""
        yield f"Final state: **{safe(each.final)}** ({links(each.events)})"
        yield ""
        if each.life:
            yield "Its life:"
            yield ""
            yield from bullets(each.life, "")
        yield "Where it was found or is kept:"
        yield ""
        yield from bullets(each.found_in, "- nowhere that was looked at")
        yield "What was done:"
        yield ""
        yield from bullets(each.actions, "- nothing")


def repositories(report: Postmortem) -> Iterator[str]:
    """Each repository, and what still holds the secret."""
    yield "## Repositories"
    yield ""
    if not report.repositories:
        yield "No step looked into a repository."
        yield ""
    for each in report.repositories:
        yield f"### {safe(each.name)}"
        yield ""
        yield from bullets(each.known, "Nothing is known of it.")
        yield "Still holding the secret, or not looked at:"
        yield ""
        yield from bullets(
            each.remaining, "- nothing that is known" if each.purged else "- all of the above: not purged"
        )


def _intruder(report: Postmortem) -> Iterator[str]:
    yield f"## What the {report.party} did"
    yield ""
    each = report.intruder
    if not each.measured:
        yield "**Not measured: no step asked CloudTrail. Nothing can be said about what was done.**"
        yield ""
    else:
        yield from bullets((*each.judgement, *each.uses), "No use was found, within the coverage below.")
    yield "### Left behind"
    yield ""
    looked = "Nothing was found, within the coverage below." if each.hunted else "**Not looked for: no step asked.**"
    yield from bullets(each.left_behind, looked)
    yield "### What was seen, and what was not"
    yield ""
    yield from bullets(each.coverage, "Nothing was looked at.")


def _rotation(report: Postmortem) -> Iterator[str]:
    yield from rotation_markdown(report.rotation)


def _timeline(report: Postmortem) -> Iterator[str]:
    yield "## Timeline (UTC)"
    yield ""
    yield "Beginnings, intents and single calls are left out; the appendix has every event."
    yield ""
    yield from timeline_markdown(report.timeline)


def _decisions(report: Postmortem) -> Iterator[str]:
    yield "## Decisions"
    yield ""
    yield from table(
        ("When (UTC)", "Who", "On", "Decided", "Why", "Known then", "Event"),
        (
            (
                utc(each.at),
                safe(each.by),
                safe(each.question),
                safe(each.answer),
                safe(each.reason) or "no reason recorded",
                f"all up to {link(each.known)}" if each.known else f"the journal before {link(each.event)}",
                link(each.event),
            )
            for each in report.decisions
        ),
    )
    if not report.decisions:
        yield "None was recorded."
        yield ""


def _evidence(report: Postmortem) -> Iterator[str]:
    yield "## Evidence"
    yield ""
    yield from table(
        ("File", "What", "Count", "Bytes", "SHA-256", "Step", "Kept (UTC)", "Now", "Event"),
        (
            (
                safe(each.path),
                safe(each.what + (f" ({each.coverage})" if each.coverage else "")),
                str(each.count),
                str(each.size),
                f"`{safe(each.sha256)}`",
                safe(each.step),
                utc(each.kept_at),
                str(each.condition) if each.condition is Condition.INTACT else f"**{each.condition}**",
                link(each.event),
            )
            for each in report.evidence
        ),
    )
    spoilt = sum(1 for each in report.evidence if each.condition is not Condition.INTACT)
    if not report.evidence:
        yield "No evidence was kept."
    elif spoilt:
        yield f"**{spoilt} of {len(report.evidence)} files are not what the journal says they were.**"
    else:
        yield f"All {len(report.evidence)} files were hashed again for this report and are what the journal says."
    yield ""


def action_items(report: Postmortem) -> Iterator[str]:
    """What is left to do."""
    yield "## Action items"
    yield ""
    yield from table(
        ("What", "Because", "Owner", "Due", "Event"),
        ((safe(each.text), safe(each.because), "", "", link(each.event)) for each in report.action_items),
    )
    if not report.action_items:
        yield "No step failed, was skipped or was left undelivered. What should be improved is for people to add."
        yield ""


def questions(report: Postmortem) -> Iterator[str]:
    """What only people can answer."""
    yield "## Questions that only people can answer"
    yield ""
    for each in report.questions:
        if each.answer and each.event is not None:
            yield f"- {safe(each.text)}: {safe(each.answer)} (reported, {link(each.event)})"
        else:
            yield f"- **OPEN** {safe(each.text)}"
    yield ""
