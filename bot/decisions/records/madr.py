"""A record as an architecture decision record: Markdown with front matter, in MADR 4 form.

The form: https://adr.github.io/madr/ (template of MADR 4.0.0). One file a decision, so that they
can be kept in a repository.
"""

import re
import unicodedata
from collections.abc import Iterable

import yaml

from bot.decisions.model import Outcome, Status, Visibility
from bot.decisions.records.record import Argument, Record, Reviewed, RuledOut

_SLUG_LENGTH = 60
_MARKS = re.compile(r"([\\`*_{}\[\]<>|~#$])")
_LINE_STARTS = re.compile(r"^([-+=:]|\d+(?=[.)]))")
_STRENGTHS = {
    "clear": "a clear lead",
    "leaning": "leaning this way",
    "too_close_to_call": "too close to call",
}

_WENT = {
    Outcome.WORKED: "It worked",
    Outcome.PARTLY: "It worked partly",
    Outcome.FAILED: "It did not work",
    Outcome.NOT_TRIED: "It was not tried",
}


def filename(record: Record) -> str:
    """Return a record's file name; its number alone says which decision it is.

    `0012-answers-for-the-support-team.md`: letters without accents, digits and hyphens.
    """
    plain = unicodedata.normalize("NFKD", record.title).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return f"{record.number:04}-{words[:_SLUG_LENGTH].strip('-') or 'decision'}.md"


def as_markdown(record: Record) -> str:
    """Return a record as Markdown; whatever people wrote shows as they wrote it."""
    of = _of_the_recommendation(record)
    parts = [
        _front_matter(record),
        f"# {_inline(record.title)}",
        _section("Context and Problem Statement", _problem(record)),
        _section("Decision Drivers", _answers(record)),
        _section("Considered Options", _options(record)),
        _section("Decision Outcome", _outcome(record)),
        _subsection(f"Consequences{of}", _list(_against(record, each) for each in record.against)),
        _subsection(f"Conditions{of}", _list(map(_line, record.conditions))),
        _subsection(f"Confirmation{of}", _list(map(_line, record.measure))),
        _section("Pros and Cons of the Options", _pros_and_cons(record)),
        _section("How It Went", _list(map(_reviewed, record.reviews))),
        _section("More Information", _more(record)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _of_the_recommendation(record: Record) -> str:
    """Return what tells that a part is about the option recommended, where another was chosen."""
    if record.chosen == record.recommended:
        return ""
    return f" of {_inline(record.title_of(record.recommended))}, which was recommended"


def _front_matter(record: Record) -> str:
    outcome = record.outcome
    fields = {
        "status": _status(record),
        "date": (outcome.at if outcome else record.opened_at).date(),
        "decision-makers": list(record.deciders),
        "consulted": [each for each in record.contributors if each not in record.deciders],
        "informed": [] if record.visibility is Visibility.DIRECT else [record.channel],
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
            return "rejected"
        case Status.SUPERSEDED if record.superseded_by is not None:
            return f"superseded by {record.superseded_by:04}"
        case Status.SUPERSEDED:
            return "superseded"


def _problem(record: Record) -> str:
    if not record.problem.strip():
        return "Nothing was written down beyond the title."
    return _quote(record.problem)


def _answers(record: Record) -> str:
    return _list(f"{_line(each.ask)} **{_inline(each.words)}**" for each in record.answers)


def _options(record: Record) -> str:
    ruled_out = {option for hit in record.ruled_out if not hit.alone for option in hit.options}
    rows = [
        f"| {_inline(each.title)} | {each.points} "
        f"| {'ruled out' if each.option in ruled_out else ''} |"
        for each in record.considered
    ]
    return "\n".join(["| Option | Points | |", "|---|---:|---|", *rows])


def _outcome(record: Record) -> str:
    recommended = _inline(record.title_of(record.recommended))
    sure = _STRENGTHS.get(record.strength, record.strength)
    provisional = "" if record.settled else ", provisional: open answers could still change it"
    paragraphs = [f"Recommended: **{recommended}** ({sure}{provisional})."]
    outcome = record.outcome
    if outcome is None:
        paragraphs.insert(0, "Not decided yet.")
    elif outcome.option is not None:
        chosen = _inline(record.title_of(outcome.option))
        paragraphs.insert(0, f"Chosen option: **{chosen}**, {_because(record)}")
    else:
        word = record.status.value.capitalize()
        paragraphs.insert(0, f"{word} by {outcome.by} on {outcome.at:%Y-%m-%d}.")
    if outcome is not None and outcome.reason.strip():
        paragraphs.append(f"In the words of {outcome.by}:\n\n{_quote(outcome.reason)}")
    return "\n\n".join(paragraphs)


def _because(record: Record) -> str:
    outcome = record.outcome
    when = f" (decided by {outcome.by} on {outcome.at:%Y-%m-%d})" if outcome else ""
    if record.chosen != record.recommended:
        return f"otherwise than recommended{when}."
    if record.reasons:
        return f"because: {_inline(record.reasons[0].because)}{when}"
    return f"as recommended{when}."


def _against(record: Record, argument: Argument) -> str:
    if argument.points < 0:
        return f"Bad, because: {_argument(argument)}"
    return f"Speaks for {_inline(record.title_of(argument.option))}: {_argument(argument)}"


def _pros_and_cons(record: Record) -> str:
    return "\n\n".join(_option_arguments(record, each.option) for each in record.considered)


def _option_arguments(record: Record, option: str) -> str:
    title, summary = next(
        (each.title, each.summary) for each in record.considered if each.option == option
    )
    arguments = [each for each in (*record.reasons, *record.against) if each.option == option]
    lines = [
        *(f"{'Good' if each.points > 0 else 'Bad'}, because: {_argument(each)}"
          for each in arguments),
        *(_ruled_out(hit) for hit in record.ruled_out if option in hit.options),
    ]  # fmt: skip
    return f"### {_inline(title)}\n\n{_line(summary)}" + (f"\n\n{_list(lines)}" if lines else "")


def _argument(argument: Argument) -> str:
    said = "; ".join(f"“{_inline(each)}”" for each in argument.answers)
    rests = f" You said {said}." if said else ""
    return f"{_inline(argument.because)} ({argument.points:+}){rests} {_source(argument)}"


def _ruled_out(hit: RuledOut) -> str:
    alone = " on its own" if hit.alone else ""
    return (
        f"Ruled out{alone}, because: {_inline(hit.because)} "
        f"The way around it: {_inline(hit.way_around)} {_source(hit)}"
    )


def _source(cited: Argument | RuledOut) -> str:
    return f"*{_inline(cited.source)}*"


def _reviewed(review: Reviewed) -> str:
    said = f"{_WENT[review.outcome]}, said {review.by} on {review.at:%Y-%m-%d}"
    return f"{said}: {_inline(review.note)}" if review.note.strip() else f"{said}."


def _more(record: Record) -> str:
    playbook = record.playbook
    review = f"To be reviewed on {record.review_on}." if record.review_on else ""
    parts = [
        _titled("Look at this again when", map(_line, record.revisit_when)),
        _titled("Still to find out", map(_line, record.still_open)),
        _titled("First steps", map(_line, record.first_steps)),
        _titled("Links", _links(record)),
        review,
        (
            f"Decision {record.number} of workspace {record.workspace}, opened by {record.driver} "
            f"on {record.opened_at:%Y-%m-%d}. Recommended by the playbook {_inline(playbook.id)}, "
            f"version {_inline(playbook.version)} ({playbook.hash[:12]})."
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def _links(record: Record) -> Iterable[str]:
    if record.supersedes is not None:
        yield f"Supersedes decision {record.supersedes:04}"
    if record.superseded_by is not None:
        yield f"Superseded by decision {record.superseded_by:04}"


def _titled(title: str, lines: Iterable[str]) -> str:
    listed = _list(lines)
    return f"{title}:\n\n{listed}" if listed else ""


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text}" if text else ""


def _subsection(title: str, text: str) -> str:
    return f"### {title}\n\n{text}" if text else ""


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"* {line}" for line in lines)


def _quote(text: str) -> str:
    """Return text as a block quote that keeps its lines."""
    lines = [_line(line) for line in text.strip().splitlines()]
    ends = [
        "\\" if line and after else "" for line, after in zip(lines, [*lines[1:], ""], strict=True)
    ]
    return "\n".join(f"> {line}{end}".rstrip() for line, end in zip(lines, ends, strict=True))


def _inline(text: str) -> str:
    """Return text on one line, escaped so that Markdown shows it as it is.

    Which characters: https://spec.commonmark.org/0.31.2/#backslash-escapes
    """
    printable = "".join(" " if unicodedata.category(each) == "Cc" else each for each in text)
    line = " ".join(printable.split()).replace("&", "&amp;")
    return _MARKS.sub(r"\\\1", line)


def _line(text: str) -> str:
    """Return the same where a line begins, so that it makes no list and no heading."""
    return _LINE_STARTS.sub(_escaped_start, _inline(text))


def _escaped_start(match: re.Match[str]) -> str:
    start = match.group()
    return f"{start}\\" if start[0].isdigit() else f"\\{start}"
