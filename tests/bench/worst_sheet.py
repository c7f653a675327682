"""Search for the answer sheet whose page costs most CPU time.

Usage: python -m tests.bench.worst_sheet [--seconds N] [FOLDER ...]

A page of questions costs `next_questions`, the page with the result `preview` as well. Tried are
crafted sheets, the first sheets of an engine that has computed nothing yet ("cold"), random ones,
and changes of one answer to the costliest so far. The playbooks are those that are shipped and a
crafted one, with 16 questions; four of them take several answers of up to nine. Each cost is the
least of a few repetitions, as other load on the machine only adds to it.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import click

from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.model import Answer, Playbook
from tests.playbooks.large import large_playbook

RULES = Path(__file__).parents[2] / "rules"
LIMIT = 20
REPEATS = 3

Sheet = dict[str, Answer]
Cost = Callable[[Sheet], float]


def crafted_sheets(playbook: Playbook) -> Iterator[Sheet]:
    """Yield sheets that are extreme: nothing known, all but one known, everything ticked."""
    questions = playbook.questions
    first = {each.id: next(each.values()) for each in questions}
    every = {each.id: _most(each.id, playbook) for each in questions}
    unknown: Sheet = dict.fromkeys(first)
    yield {}
    yield unknown
    for full in (first, every):
        yield full
        for each in questions:
            yield {each.id: full[each.id]}
            yield {**unknown, each.id: full[each.id]}
            yield {name: answer for name, answer in full.items() if name != each.id}
            yield {**full, each.id: None}


def _most(name: str, playbook: Playbook) -> Answer:
    """Return as many answers to a question as can be given together, else the last one."""
    *_, last = playbook.question(name).values()
    return last


def random_sheet(playbook: Playbook, random: Random) -> Sheet:
    """Return a sheet with some questions answered, some unknown, some missing."""
    answered, unknown = random.random(), random.random() / 2
    return {
        each.id: _any_answer(each.id, playbook, random, unknown)
        for each in playbook.questions
        if random.random() < answered
    }


def _any_answer(name: str, playbook: Playbook, random: Random, unknown: float) -> Answer:
    return None if random.random() < unknown else random.choice([*playbook.question(name).values()])


def _neighbour(sheet: Sheet, playbook: Playbook, random: Random) -> Sheet:
    """Return a sheet with one answer changed, taken back or added."""
    changed, name = dict(sheet), random.choice(playbook.questions).id
    if name in changed and random.random() < 0.3:
        del changed[name]
    else:
        changed[name] = _any_answer(name, playbook, random, 0.2)
    return changed


def _cost_of(playbook: Playbook, pages: Callable[[RuleEngine, Sheet], object]) -> Cost:
    """Return what measures the CPU milliseconds of a page, with nothing cached but the draws."""
    engine = RuleEngine(playbook)
    engine.next_questions({})

    def cost(sheet: Sheet) -> float:
        spent = []
        for _ in range(REPEATS):
            engine.forget()
            began = time.process_time()
            pages(engine, sheet)
            spent.append(time.process_time() - began)
        return min(spent) * 1000

    return cost


def _cold_cost(playbook: Playbook) -> float:
    """Return the CPU milliseconds of the first page of a new engine."""
    spent = []
    for _ in range(REPEATS):
        engine = RuleEngine(playbook)
        began = time.process_time()
        engine.next_questions({})
        spent.append(time.process_time() - began)
    return min(spent) * 1000


def _search(playbook: Playbook, cost: Cost, seconds: float) -> tuple[list[float], Sheet]:
    """Return the costs of all sheets tried in that time, and the costliest sheet."""
    random, until = Random(1), time.monotonic() + seconds
    tried = [(cost(sheet), sheet) for sheet in crafted_sheets(playbook)]
    worst = max(tried, key=lambda each: each[0])
    while time.monotonic() < until:
        sheet = (
            random_sheet(playbook, random)
            if random.random() < 0.5
            else _neighbour(worst[1], playbook, random)
        )
        tried.append((cost(sheet), sheet))
        worst = max(worst, tried[-1], key=lambda each: each[0])
    return sorted(each for each, _ in tried), worst[1]


def _questions(engine: RuleEngine, sheet: Sheet) -> None:
    engine.next_questions(sheet)


def _result(engine: RuleEngine, sheet: Sheet) -> None:
    engine.next_questions(sheet)
    engine.preview(sheet)


@click.command()
@click.argument("folders", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--seconds", default=10.0, show_default=True, help="Time for each search.")
def main(folders: tuple[Path, ...], seconds: float) -> None:
    """Search in each playbook and print the costliest page."""
    found = [loader.load(each) for each in folders or sorted(RULES.glob("[a-z]*"))]
    for playbook in [*found, *([] if folders else [large_playbook()])]:
        several = sum(each.several for each in playbook.questions)
        print(
            f"{playbook.id}: {len(playbook.questions)} questions, {several} with several answers, "
            f"{len(playbook.rules)} rules; first page of a new engine {_cold_cost(playbook):.1f} ms"
        )
        for title, pages in {"page of questions": _questions, "result": _result}.items():
            costs, worst = _search(playbook, _cost_of(playbook, pages), seconds)
            mark = f"  over the limit of {LIMIT} ms" if costs[-1] > LIMIT else ""
            print(
                f"  {title:<18} {len(costs):>5} sheets: median {costs[len(costs) // 2]:5.1f} ms of "
                f"CPU, p99 {costs[len(costs) * 99 // 100]:5.1f}, worst {costs[-1]:5.1f}{mark}"
            )
            if mark:
                print(f"    {worst}")


if __name__ == "__main__":
    main()
