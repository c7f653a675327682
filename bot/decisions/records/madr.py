"""A record as an architecture decision record: Markdown with front matter, in MADR 4 form.

The form: https://adr.github.io/madr/ (template of MADR 4.0.0). One file a decision, so that they
can be kept in a repository.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC

import yaml

from bot.decisions.model import Status, Visibility
from bot.decisions.records.markdown import (
    inline,
    line,
    listed,
    markdown_quote,
    markdown_section,
    subsection,
    titled,
)
from bot.decisions.records.record import (
    Considered,
    Record,
    RecordedClosure,
    RecordedDifference,
    RecordedEvent,
    RecordedPerspective,
    RecordedReason,
    RecordedResolution,
    RecordedReview,
    RuledOut,
)
from bot.decisions.records.words import NOTHING_YET, TOO_LITTLE, WENT, as_sentence, sure

_SLUG_LENGTH = 60
_MOST_FOR_OTHERS = 3


def filename(record: Record) -> str:
    """Return a record's file name; the number identifies the decision.

    `0012-answers-for-the-support-team.md`: letters without accents, digits and hyphens.
    """
    plain = unicodedata.normalize("NFKD", record.title).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return f"{record.number:04}-{words[:_SLUG_LENGTH].strip('-') or 'decision'}.md"


def picture_name(record: Record) -> str:
    """Return the file name of the picture of a record's needs."""
    return filename(record).removesuffix(".md") + ".svg"


def as_markdown(record: Record, *, pictured: bool = False) -> str:
    """Return a record as Markdown; text that people wrote is escaped.

    Args:
        record: the record.
        pictured: whether the picture of its needs lies beside it, under `picture_name`.
    """
    parts = [
        _front_matter(record),
        f"# {inline(record.title)}",
        markdown_section("Context and Problem Statement", _problem(record)),
        markdown_section("Decision Drivers", _answers(record)),
        markdown_section("Considered Options", _options(record)),
        markdown_section("Decision Outcome", _outcome(record)),
        subsection("Needs", _needs(record, pictured=pictured)),
        subsection("Consequences", listed(_consequences(record))),
        subsection("Conditions", listed(map(line, record.conditions))),
        subsection("Cost, Delay and Effort", _costs(record)),
        subsection("First Steps", listed(map(line, record.first_steps))),
        subsection("Confirmation", listed(map(line, record.measure))),
        markdown_section("Pros and Cons of the Options", _pros_and_cons(record)),
        markdown_section("Who Saw It How", _perspectives(record)),
        markdown_section("How It Went", _reviews(record)),
        markdown_section("More Information", _more(record)),
        markdown_section("History", _history(record)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _informed(record: Record) -> list[str]:
    """Return where it was posted, in words; nothing for a direct message."""
    if record.visibility is Visibility.DIRECT:
        return []
    return [f"channel {record.where()}, {record.visibility}"]


def _front_matter(record: Record) -> str:
    last = record.ended or record.outcome
    consulted = [each for each in record.contributors if each not in record.deciders]
    fields = {
        "status": _status(record),
        "date": (last.at if last else record.opened_at).date(),
        "decision-makers": [record.person(each) for each in record.deciders],
        "consulted": [record.person(each) for each in consulted],
        "informed": _informed(record),
        "ragvsft": {"workspace": record.workspace, "number": record.number},
    }
    dumped = yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=1000)
    return f"---\n{dumped}---"


def _status(record: Record) -> str:
    match record.status:
        case Status.OPEN:
            return "proposed"
        case Status.ACCEPTED | Status.OVERRIDDEN:
            return "accepted"
        case Status.WITHDRAWN:
            return "rejected" if record.outcome is None else "deprecated"
        case Status.SUPERSEDED if record.superseded_by is not None:
            return f"superseded by {record.superseded_by:04}"
        case Status.SUPERSEDED:
            return "superseded"


def _problem(record: Record) -> str:
    if not record.problem.strip():
        return "Nothing was written down beyond the title."
    return markdown_quote(record.problem)


def _answers(record: Record) -> str:
    return listed(f"{line(each.ask)} **{inline(each.words)}**" for each in record.answers)


def _options(record: Record) -> str:
    rows = [
        f"| {inline(each.title)} | {each.points} | {'ruled out' if each.ruled_out else ''} |"
        for each in record.considered
    ]
    return "\n".join(["| Option | Points | |", "|---|---:|---|", *rows])


def _outcome(record: Record) -> str:
    outcome = record.outcome
    paragraphs = _ended(record)
    if record.status is Status.OPEN:
        paragraphs.append("Not decided yet.")
    if outcome is not None:
        chosen = inline(record.title_of(outcome.option))
        paragraphs.append(f"Chosen option: **{chosen}**, {_because(record)}")
    paragraphs.append(_recommended(record))
    if outcome is not None:
        paragraphs += _said(record, outcome)
    return "\n\n".join(paragraphs)


def _ended(record: Record) -> list[str]:
    """Return who withdrew or superseded it, and why; nothing if it is not closed."""
    ended = record.ended
    if ended is None:
        return []
    by = inline(record.person(ended.by))
    word = f"{record.status.value.capitalize()} by {by} on {ended.at:%Y-%m-%d}."
    return [word, *_said(record, ended)]


def _said(record: Record, settled: RecordedResolution | RecordedClosure) -> list[str]:
    """Return the given reason; nothing if it is empty."""
    if not settled.reason.strip():
        return []
    return [
        f"In the words of {inline(record.person(settled.by))}:\n\n{markdown_quote(settled.reason)}"
    ]


def _recommended(record: Record) -> str:
    if record.recommended is None:
        return f"Recommended: {NOTHING_YET}, {TOO_LITTLE}."
    strength = sure(record.strength)
    provisional = "" if record.settled else ", provisional: open answers could still change it"
    title = inline(record.title_of(record.recommended))
    return f"Recommended: **{title}** ({strength}{provisional})."


def _needs(record: Record, *, pictured: bool) -> str:
    """Return how large the two needs are, in words and as a picture."""
    if record.needs is None:
        return ""
    alt = inline(record.needs.alt)
    return f"{alt}\n\n![{alt}]({picture_name(record)})" if pictured else alt


def _because(record: Record) -> str:
    outcome = record.outcome
    by = inline(record.person(outcome.by)) if outcome else ""
    when = f" (decided by {by} on {outcome.at:%Y-%m-%d})" if outcome else ""
    if record.recommended is None:
        return f"with nothing recommended yet{when}."
    if record.chosen != record.recommended:
        although = ", although it was ruled out" if record.despite else ""
        return f"otherwise than recommended{although}{when}."
    for reason in record.speaks_for(record.chosen):
        return f"because: {inline(reason.because)}{when}"
    return f"as recommended{when}."


def _consequences(record: Record) -> Iterator[str]:
    """Yield the consequences of the chosen option: vetoes, reasons against it, pitfalls."""
    chosen = record.chosen
    yield from (_ruled_out(each) for each in record.despite)
    yield from (f"Bad, because: {_argument(each)}" for each in record.speaks_against(chosen))
    yield from (
        f"Speaks for {inline(record.title_of(each.option))}: {_argument(each)}"
        for each in _for_others(record)
    )
    yield from (f"Watch out: {inline(each)}" for each in record.pitfalls)


def _costs(record: Record) -> str:
    """Return what the chosen option takes in a line, and a table of all options."""
    if not record.costs:
        return ""
    own = record.cost_of(record.chosen)
    title = inline(record.title_of(record.chosen))
    rows = [
        f"| {inline(record.title_of(each.option))} | "
        + " | ".join(inline(words) for words in (each.month, each.each, each.wait, each.work))
        + " |"
        for each in record.costs
    ]
    table = [
        "| Option | A month | An answer | Answers in | First version |",
        "|---|---|---|---|---|",
        *rows,
    ]
    parts = [
        f"{title}: {inline(own.line)}." if own and own.line else "",
        f"Upkeep: {inline(own.upkeep)}" if own and own.upkeep else "",
        "\n".join(table),
        " ".join(map(inline, record.cost_basis)),
    ]
    return "\n\n".join(part for part in parts if part)


def _for_others(record: Record) -> list[RecordedReason]:
    """Return the strongest reasons for the best other option that do not support the chosen one."""
    rivals = [
        each for each in record.considered if each.option != record.chosen and not each.ruled_out
    ]
    if record.chosen != record.recommended:
        rivals = [each for each in rivals if each.option == record.recommended]
    if not rivals:
        return []
    counted = {each.rule for each in record.speaks_for(record.chosen)}
    found = [each for each in record.speaks_for(rivals[0].option) if each.rule not in counted]
    return found[:_MOST_FOR_OTHERS]


def _pros_and_cons(record: Record) -> str:
    return "\n\n".join(_option(record, each) for each in record.considered)


def _option(record: Record, option: Considered) -> str:
    lines = [
        *_start(option),
        *(
            f"{'Good' if each.points > 0 else 'Bad'}, because: {_argument(each)}"
            for each in option.arguments
        ),
        *(_ruled_out(hit) for hit in record.ruled_out if option.option in hit.options),
    ]
    heading = f"### {inline(option.title)}\n\n{line(option.summary)}"
    return heading + (f"\n\n{listed(lines)}" if lines else "")


def _start(option: Considered) -> list[str]:
    """Return a line for the points that an option has without any argument."""
    if not option.start:
        return []
    needs = " and ".join(inline(each.lower()) for each in option.meets)
    return [f"Until the need for {needs} is large: ({option.start:+})"]


def _argument(argument: RecordedReason) -> str:
    said = "; ".join(f"“{inline(each)}”" for each in argument.answers)
    rests = f" Answered: {said}." if said else ""
    return f"{inline(argument.because)} ({argument.points:+}){rests} {_source(argument)}"


def _ruled_out(hit: RuledOut) -> str:
    return (
        f"Ruled out, because: {inline(hit.because)} "
        f"The way around it: {inline(hit.way_around)} {_source(hit)}"
    )


def _source(cited: RecordedReason | RuledOut) -> str:
    return f"*{inline(cited.source)}*"


def _more(record: Record) -> str:
    playbook = record.playbook
    overridden = record.chosen != record.recommended
    again = "What would change the recommendation" if overridden else "Look at this again when"
    review = f"To be reviewed on {record.review_on}." if record.review_on else ""
    parts = [
        titled(again, map(line, record.revisit_when)),
        titled("Still to find out", map(line, record.still_open)),
        titled("Links", _links(record)),
        review,
        (
            f"Decision {record.number} of workspace {record.workspace}, opened by "
            f"{inline(record.person(record.driver))} on {record.opened_at:%Y-%m-%d}. Recommended "
            f"by the playbook {inline(playbook.id)}, version {inline(playbook.version)} "
            f"({playbook.hash[:12]})."
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def _links(record: Record) -> Iterator[str]:
    if record.source is not None:
        yield f"Made from this message: <{record.source}>"
    if record.supersedes is not None:
        yield f"Supersedes decision {record.supersedes:04}"
    if record.superseded_by is not None:
        yield f"Superseded by decision {record.superseded_by:04}"


def _perspectives(record: Record) -> str:
    """Return what each person would choose, and their differences."""
    parts = [
        listed(_perspective(record, each) for each in record.views),
        titled("They differed", (_difference(record, each) for each in record.differences)),
    ]
    return "\n\n".join(part for part in parts if part)


def _reviews(record: Record) -> str:
    """Return the reviews."""
    return listed(_reviewed(record, each) for each in record.reviews)


def _history(record: Record) -> str:
    """Return the events, oldest first."""
    return "\n".join(_happened(record, each) for each in record.history)


def _perspective(record: Record, perspective: RecordedPerspective) -> str:
    asked = ", who opened it" if perspective.driver else ""
    note = f". “{inline(' '.join(perspective.note.split()))}”" if perspective.note else ""
    said = inline(record.view_words(perspective))
    return f"{_person(record, perspective.by)}{asked}: {said}{note}"


def _difference(record: Record, found: RecordedDifference) -> str:
    said = "; ".join(f"{_people(record, each.by)}: “{inline(each.words)}”" for each in found.said)
    leads = " or ".join(inline(record.title_of(each)) for each in found.leads_to)
    return f"{line(found.ask)} {said}" + (f". It could become {leads}" if leads else "")


def _reviewed(record: Record, review: RecordedReview) -> str:
    said = f"{as_sentence(WENT[review.outcome])}, said {_person(record, review.by)}"
    said += f" on {review.at:%Y-%m-%d}"
    return f"{said}: {inline(review.note)}" if review.note.strip() else f"{said}."


def _happened(record: Record, event: RecordedEvent) -> str:
    at = f"{event.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    did = f"{_person(record, event.by)} {inline(event.did)}"
    to = f" {_people(record, event.to)}" if event.to else ""
    note = f": “{inline(event.note)}”" if event.note.strip() else ""
    details = "".join(f"\n  * {line(each)}" for each in event.details)
    return f"* {at}: {did}{to}{note}{details}"


def _people(record: Record, users: Sequence[str]) -> str:
    return ", ".join(_person(record, each) for each in users)


def _person(record: Record, user: str) -> str:
    return inline(record.person(user))
