"""A bake-off as files: a configuration for promptfoo, test items to fill in, prompts, and the plan.

promptfoo runs every arm on every test item and shows what passed:
https://www.promptfoo.dev/docs/configuration/reference/. In the CSV of test items each column is a
variable of the prompts, except those that begin with two underscores:
https://www.promptfoo.dev/docs/configuration/test-cases/.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence

from bot.decisions.records.markdown import inline, line, listed
from bot.playbooks.bakeoff import BakeoffPlan, wins_needed
from bot.playbooks.model import BakeoffArm, Playbook

CONFIG, ITEMS, READ_ME = "promptfooconfig.yaml", "tests.csv", "README.md"
SHOWN_ITEMS = (20, 50, 100, 200)
SHOWN_GAINS = (0.1, 0.15, 0.2, 0.3)
SHOWN_DIFFERENCES = (6, 10, 15, 20, 30, 40)
EXPECTED = (
    "`icontains: 30 days`: the answer contains it, in capitals or not",
    "`equals: billing`: the answer is exactly that, such as a label",
    (
        "`llm-rubric: Says that refunds take 30 days, and names the exception`: a model judges it; "
        "judge 20 of its judgements yourself first"
    ),
    "`is-json`: the answer has its form. Use `__expected2` and so on for more checks of one item",
)


def bakeoff_files(plan: BakeoffPlan, playbook: Playbook, number: int, title: str) -> dict[str, str]:
    """Return the content of each file of a bake-off by its path."""
    files = {
        READ_ME: _read_me(plan, playbook, number, title),
        CONFIG: _configuration(plan, number, title),
        ITEMS: _test_items(plan),
    }
    for arm in plan.arms:
        files[f"prompts/{arm.id}.txt"] = f"{arm.prompt.strip()}\n"
    return files


def _configuration(plan: BakeoffPlan, number: int, title: str) -> str:
    """Return the configuration; arms with a model of the team's own are commented out."""
    lines = [
        "# yaml-language-server: $schema=https://promptfoo.dev/config-schema.json",
        "# Run: npx promptfoo@latest eval, then: npx promptfoo@latest view",
        f"description: {json.dumps(f'Bake-off for decision {number}: {title}')}",
        "prompts:",
    ]
    for arm in plan.arms:
        lines += [f"  - id: file://prompts/{arm.id}.txt", f"    label: {arm.id}"]
    lines.append(
        "providers: # an arm is a model with its own prompt; exchange the models for yours"
    )
    for arm in plan.arms:
        lines += _provider(plan, arm)
    lines += [f"tests: file://{ITEMS}", "evaluateOptions: {maxConcurrency: 4}"]
    return "\n".join(lines) + "\n"


def _provider(plan: BakeoffPlan, arm: BakeoffArm) -> Iterator[str]:
    model = plan.bakeoff.models[arm.model]
    lines = [
        f"  - id: {json.dumps(model.provider or 'file://your-provider.py')}",
        f"    label: {json.dumps(f'{arm.id}: {arm.title}')}",
        f"    prompts: [{arm.id}]",
    ]
    if model.provider is not None:
        yield from lines
        return
    yield f"  # Arm {arm.id} needs: {model.title}. Name it here and take the # signs away."
    yield from (f"  # {each.removeprefix('  ')}" for each in lines)


def _test_items(plan: BakeoffPlan) -> str:
    """Return the test items as CSV after RFC 4180: a numbered row for each, to be filled in."""
    columns = list(plan.bakeoff.columns)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["__description", *columns, "__expected"])
    for item in range(1, plan.items + 1):
        writer.writerow([f"Item {item}", *("" for _ in columns), ""])
    return out.getvalue()


def _read_me(plan: BakeoffPlan, playbook: Playbook, number: int, title: str) -> str:
    bakeoff = plan.bakeoff
    between = " or ".join(inline(playbook.options[each].title) for each in plan.options)
    columns = [
        f"`{name}`: {inline(what)}"
        for name, what in (
            *bakeoff.columns.items(),
            ("__expected", "How to tell that the answer is right, see below"),
        )
    ]
    parts = [
        f"# Bake-off for decision {number}: {inline(title)}",
        f"In question: **{between}**. Answers alone don't decide it; this test can.",
        "## What to do",
        listed(
            [
                f"Fill in `{ITEMS}`: {plan.items} requests. {inline(bakeoff.labels)}",
                "Write the prompts in `prompts/`: replace what is in brackets.",
                f"Put your models into `{CONFIG}`, and set their API keys.",
                "Run `npx promptfoo@latest eval -o results.csv`, then `npx promptfoo@latest view`.",
            ]
        ),
        f"Budget: {inline(bakeoff.budget)}",
        "## Arms",
        _arms(plan),
        "## Test items",
        "The columns (delete the rows that you leave empty):",
        listed(columns),
        "What `__expected` may say:",
        listed(EXPECTED),
        _enough(plan),
        "## When to stop",
        listed(map(line, bakeoff.stop)),
        "## How to read the result",
        _reading(plan, playbook),
    ]
    return "\n\n".join(parts) + "\n"


def _arms(plan: BakeoffPlan) -> str:
    rows = [
        f"| {arm.id} | {inline(arm.title)} | {inline(arm.build)} | "
        f"{inline(plan.bakeoff.models[arm.model].title)} | {inline(arm.means)} |"
        for arm in plan.arms
    ]
    head = ["| Arm | What | To build | Model | What its result says |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows])


def _enough(plan: BakeoffPlan) -> str:
    gain, base = plan.bakeoff.gain, plan.bakeoff.base
    gains = [each for each in SHOWN_GAINS if base + each <= 1]
    table = _table(
        ("Test items", *(f"+{each * 100:.0f} points" for each in gains)),
        [
            (str(items), *(f"{plan.chance(items, each):.0%}" for each in gains))
            for items in sorted({*SHOWN_ITEMS, plan.items})
        ],
    )
    return (
        f"{plan.items} items show a true gain of {gain * 100:.0f} points in 8 of 10 tries, if the "
        f"simplest arm gets about {base * 100:.0f}% right. The chance to see a true gain, by the "
        f"number of items and the size of the gain:\n\n{table}"
    )


def _reading(plan: BakeoffPlan, playbook: Playbook) -> str:
    read = listed(map(line, plan.read))
    needed = [(number, wins_needed(number)) for number in SHOWN_DIFFERENCES]
    table = _table(
        ("Items on which two arms differ", *(str(number) for number, _ in needed)),
        [("Wins that the better one needs", *(str(wins) for _, wins in needed))],
    )
    return (
        f"{read}\n\nCompare two arms on the same items. Leave out those that both get right or "
        "both get wrong, and count how many of the rest each one wins. A lead is more than luck "
        f"(exact McNemar test, 5%) from these numbers on:\n\n{table}\n\n"
        "Say beforehand which two arms decide; the other comparisons are hints, because among many "
        "one wins by luck. Sources: Miller 2024, arXiv:2411.00640; Bowyer et al. 2025, "
        f"arXiv:2503.01747. Made by the playbook {inline(playbook.id)} {inline(playbook.version)}."
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
