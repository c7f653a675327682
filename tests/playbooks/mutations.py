"""Randomly damaged playbooks: each is either valid or refused with its problems.

Run `python -m tests.playbooks.mutations [NUMBER] [FOLDER]`. The defaults are 10,000 copies and the
lunch playbook. The tests run a few hundred.
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

SYNTAX = [
    *("\t", ":", "- ", "{", "}", "[", "]", "&a ", "*a", "!!x ", "<<: ", "|", ">", "%", "\x00"),
    *("\ud800", "\U0001f600", "\n", "---\n", "null", "'", '"', "? ", "#", ", ", "~", "1e9"),
]
TODAY = date(2026, 11, 22)
LUNCH = Path(__file__).parent / "playbooks" / "lunch"


def refusals(text, number, seed=7):
    """Damage one file of a playbook at random, `number` times.

    Yields:
        The problems of each damaged playbook; None if it is valid.
    """
    random = Random(seed)
    names = sorted(text.files)
    for _ in range(number):
        name = random.choice(names)
        files = {**text.files, name: mutated(random, text.files[name])}
        yield refusal(PlaybookText("mutant", files))


def refusal(text):
    """Return the problems of a playbook, None if it is valid; `examine` finds all of them too."""
    examined = loader.examine(text, TODAY).problems
    try:
        loader.parse_cases(text, loader.parse(text))
        found = None
    except PlaybookError as error:
        found = error.problems
    assert set(found or ()) <= set(examined)
    return found


def without_location(found):
    """Return the problems that do not begin with file, line, column and a message."""
    said = (str(problem) for problems in found for problem in problems)
    return [each for each in said if not re.match(r"\w+\.yml:\d+:\d+: \S", each)]


def mutated(random, text):
    """Return the text with one to four cuts, repetitions, moves or inserted YAML syntax."""
    for _ in range(random.randint(1, 4)):
        start = random.randrange(len(text))
        end = min(len(text), start + random.randint(0, 12))
        kind = random.randrange(4)
        if kind == 0:
            text = text[:start] + text[end:]
        elif kind == 1:
            text = text[:end] + text[start:end] + text[end:]
        elif kind == 2:
            text = text[:start] + random.choice(SYNTAX) + text[start:]
        else:
            to = random.randrange(len(text))
            text = text[:to] + text[start:end] + text[to:]
    return text


def main(number="10000", folder=LUNCH):
    """Damage a playbook `number` times, print the counts and return an exit code."""
    text = loader.read(Path(folder))
    start = time.perf_counter()
    hidden = not sys.stderr.isatty()
    with click.progressbar(
        refusals(text, int(number)), length=int(number), file=sys.stderr, hidden=hidden
    ) as each:
        refused = [problems for problems in each if problems is not None]
    misplaced = without_location(refused)
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
