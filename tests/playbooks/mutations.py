"""Playbooks damaged at random: none of them may get a traceback.

Run it with `python -m tests.playbooks.mutations [NUMBER] [FOLDER]`: 10,000 copies of the small
playbook of these tests unless told otherwise. A short form is part of the tests.
"""

import re
import sys
import time
from datetime import date
from pathlib import Path
from random import Random

import click

from bot.playbooks import loader
from bot.playbooks.loader import PlaybookError, PlaybookText

SPICE = [
    *("\t", ":", "- ", "{", "}", "[", "]", "&a ", "*a", "!!x ", "<<: ", "|", ">", "%", "\x00"),
    *("\ud800", "\U0001f600", "\n", "---\n", "null", "'", '"', "? ", "#", ", ", "~", "1e9"),
]
TODAY = date(2026, 11, 22)
LUNCH = Path(__file__).parent / "playbooks" / "lunch"


def refusals(text, number, seed=7):
    """Damage a playbook's files again and again.

    Yields:
        For each damaged playbook the problems that it was refused with, None if it was used.
    """
    random = Random(seed)
    names = sorted(text.files)
    for _ in range(number):
        name = random.choice(names)
        files = {**text.files, name: mutated(random, text.files[name])}
        yield refusal(PlaybookText("mutant", files))


def refusal(text):
    """The problems of a playbook, which `parse` and `examine` agree on; None if it is fine."""
    examined = loader.examine(text, TODAY).problems
    try:
        loader.parse_cases(text, loader.parse(text))
        found = None
    except PlaybookError as error:
        found = error.problems
    assert set(found or ()) <= set(examined)
    return found


def unplaced(found):
    """The problems that don't begin with file, line, column and a message."""
    said = (str(problem) for problems in found for problem in problems)
    return [each for each in said if not re.match(r"\w+\.yml:\d+:\d+: \S", each)]


def mutated(random, text):
    """A text with a few places cut, doubled, moved or filled with what YAML is picky about."""
    for _ in range(random.randint(1, 4)):
        start = random.randrange(len(text))
        end = min(len(text), start + random.randint(0, 12))
        kind = random.randrange(4)
        if kind == 0:
            text = text[:start] + text[end:]
        elif kind == 1:
            text = text[:end] + text[start:end] + text[end:]
        elif kind == 2:
            text = text[:start] + random.choice(SPICE) + text[start:]
        else:
            to = random.randrange(len(text))
            text = text[:to] + text[start:end] + text[to:]
    return text


def main(number="10000", folder=LUNCH):
    """Damage a playbook so many times and report."""
    text = loader.read(Path(folder))
    start = time.perf_counter()
    hidden = not sys.stderr.isatty()
    with click.progressbar(
        refusals(text, int(number)), length=int(number), file=sys.stderr, hidden=hidden
    ) as each:
        refused = [problems for problems in each if problems is not None]
    misplaced = unplaced(refused)
    click.echo(
        f"{int(number):,} damaged copies of {folder}: {len(refused):,} refused with their "
        f"problems, {int(number) - len(refused):,} still fine, none with a traceback "
        f"({time.perf_counter() - start:.0f} s)"
    )
    for problem in misplaced:
        click.echo(f"without a place: {problem}")
    return 1 if misplaced else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
