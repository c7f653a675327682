"""Time one verdict and the flip analysis, compared with general rule engines on the same rules.

Usage: python -m tests.bench.verdict [FOLDER]. The other engines need the group `bench` of
pyproject.toml. Every engine gets the same rules (conditions expanded to lists of answers) and must
compute the same points; the others do not compute vetoes, combinations and the winner. A question
with several answers is one input for each of them, yes or no.
"""

import json
import statistics
import sys
import time
from collections import Counter
from itertools import combinations, product
from operator import sub
from pathlib import Path
from random import Random

from bot.playbooks import conditions, loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.scoring import CompiledPlaybook, ScoredSheet, without_vetoes
from bot.playbooks.sensitivity import FlipFinder, other_answers

SHEETS = 40
REPEATS = 5
PAGES = 300


class OwnEngine:
    """ragvsft: adds point vectors, including vetoes, combinations and the winner."""

    name = "ragvsft"

    def __init__(self, compiled, rules):
        self.compiled = compiled

    def inputs(self, sheet):
        return sheet

    def points(self, sheet):
        scored = ScoredSheet(self.compiled, sheet)
        assert scored.score.option
        own = map(sub, without_vetoes(scored.totals), self.compiled.base)
        return dict(zip(self.compiled.options, own, strict=True))


class OtherEngine:
    """An engine whose inputs are the variables of the questions."""

    def __init__(self, compiled, rules):
        self.compiled = compiled

    def inputs(self, sheet):
        values = conditions.expand(sheet, self.compiled.questions)
        return {input_of(variable): value for variable, value in values.items()}


class ZenEngine(OtherEngine):
    """GoRules ZEN: a decision table with hit policy `collect` and a row for each combination."""

    name = "zen-engine"

    def __init__(self, compiled, rules):
        super().__init__(compiled, rules)
        import zen

        names = list(map(input_of, compiled.variables))
        rows = [
            {"_id": f"{number}-{place}", "rule": str(number)}
            | {n: ",".join(f'"{a}"' for a in sorted(term[n])) if n in term else "" for n in names}
            for number, (_, terms) in enumerate(rules)
            for place, term in enumerate(terms)
        ]
        inputs = [{"id": name, "name": name, "field": name} for name in names]
        table = {"hitPolicy": "collect", "inputs": inputs, "rules": rows}
        table["outputs"] = [{"id": "rule", "name": "rule", "field": "rule"}]
        kinds = {"in": "inputNode", "table": "decisionTableNode", "out": "outputNode"}
        nodes = [{"id": key, "name": key, "type": kind} for key, kind in kinds.items()]
        nodes[1]["content"] = table
        edges = [
            {"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"}
            for a, b in (("in", "table"), ("table", "out"))
        ]
        self.engine = zen.ZenEngine()
        self.decision = self.engine.create_decision(json.dumps({"nodes": nodes, "edges": edges}))
        self.rules = [rule for rule, _ in rules]

    def points(self, sheet):
        hits = self.decision.evaluate(sheet)["result"]
        return summed(self.rules[number] for number in {hit["rule"] for hit in hits})


class JsonLogic(OtherEngine):
    """JsonLogic in Python: a condition for each rule."""

    name = "json-logic"

    def __init__(self, compiled, rules):
        super().__init__(compiled, rules)
        from json_logic import jsonLogic

        self.evaluate = jsonLogic
        self.rules = [
            (
                rule,
                {
                    "or": [
                        {"and": [{"in": [{"var": n}, sorted(a)]} for n, a in term.items()]}
                        for term in terms
                    ]
                },
            )
            for rule, terms in rules
        ]

    def points(self, sheet):
        return summed(rule for rule, logic in self.rules if self.evaluate(logic, sheet))


class BusinessRules(OtherEngine):
    """Venmo business-rules: conditions on string variables, an action that adds points."""

    name = "business-rules"

    def __init__(self, compiled, rules):
        super().__init__(compiled, rules)
        from business_rules import run_all
        from business_rules.actions import BaseActions, rule_action
        from business_rules.fields import FIELD_NUMERIC
        from business_rules.variables import BaseVariables, string_rule_variable

        def variable(name):
            def value(self):
                return self.sheet.get(name) or ""

            value.__name__ = name
            return string_rule_variable()(value)

        names = list(map(input_of, compiled.variables))
        self.variables = type("Variables", (BaseVariables,), {n: variable(n) for n in names})
        matched = self.matched = []

        class Actions(BaseActions):
            @rule_action(params={"number": FIELD_NUMERIC})
            def match(self, number):
                matched.append(number)

        self.run_all, self.actions = run_all, Actions()
        self.rules = [rule for rule, _ in rules]
        self.listed = [
            {
                "conditions": {
                    "any": [
                        {"all": [self.one_of(*item) for item in term.items()]} for term in terms
                    ]
                },
                "actions": [{"name": "match", "params": {"number": number}}],
            }
            for number, (_, terms) in enumerate(rules)
        ]

    def one_of(self, name, answers):
        tests = [{"name": name, "operator": "equal_to", "value": a} for a in sorted(answers)]
        return {"any": tests}

    def points(self, sheet):
        self.matched.clear()
        variables = self.variables()
        variables.sheet = sheet
        self.run_all(self.listed, variables, self.actions)
        return summed(self.rules[number] for number in self.matched)


def input_of(variable):
    """Return the name of a variable as an input of another engine, where a dot is a path."""
    return variable.replace(".", "__")


def summed(points):
    """Return the sum of the points of matching rules."""
    total = Counter()
    for each in points:
        total.update(each)
    return total


def neighbours(playbook, sheet):
    """Yield every sheet that differs in one or two answers."""
    others = {each.id: other_answers(each, sheet[each.id]) for each in playbook.questions}
    for size in (1, 2):
        for names in combinations(others, size):
            for chosen in product(*(others[name] for name in names)):
                yield {**sheet, **dict(zip(names, chosen, strict=True))}


def same_points(own, engine, sheets):
    """Check that an engine computes the same points as ours."""
    for sheet in sheets:
        theirs = engine.points(engine.inputs(sheet))
        assert own.points(sheet) == {o: theirs[o] for o in own.compiled.options}, engine.name


def seconds(work):
    """Return the shortest CPU time of several runs, the one with least interference."""
    best = float("inf")
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def fresh_verdict(rule_engine, sheet):
    """Evaluate a sheet with nothing cached."""
    rule_engine.forget()
    return rule_engine.evaluate(sheet)


def next_page(playbook, random):
    """Print the time to select the questions after the first page, once for each sheet.

    Only the first run of a sheet is uncached, so CPU time is measured in place of the fastest run.
    """
    rule_engine, times = RuleEngine(playbook), []
    first = rule_engine.next_questions({}).questions[:3]
    for _ in range(PAGES):
        sheet = {each.id: random.choice([*each.values(), None]) for each in first}
        rule_engine.forget()
        start = time.process_time()
        rule_engine.next_questions(sheet)
        times.append(time.process_time() - start)
    cuts = statistics.quantiles(times, n=100)
    again = seconds(lambda: rule_engine.next_questions(sheet))
    shown = ", ".join(f"p{at} {cuts[at - 1] * 1e3:.1f} ms" for at in (50, 90, 99))
    print(
        f"What to ask after the first page, for {PAGES} ways of answering it: {shown} of CPU; "
        f"cached: {again * 1e6:.0f} us"
    )


def main(folder="rules/ragvsft"):
    """Measure all engines and print the times."""
    playbook = loader.load(Path(folder))
    rule_engine, compiled = RuleEngine(playbook), CompiledPlaybook(playbook)
    questions = compiled.questions
    rules = [
        (
            compiled.points_of(rule),
            [{input_of(v): wanted for v, wanted in term.items()} for term in effect.terms],
        )
        for rule, effect in zip(playbook.rules, compiled.rules, strict=True)
    ]
    random = Random(1)
    sheets = [
        {q.id: random.choice(list(q.values())) for q in playbook.questions} for _ in range(SHEETS)
    ]
    near = list(neighbours(playbook, sheets[0]))
    engines = [kind(compiled, rules) for kind in (OwnEngine, ZenEngine, JsonLogic, BusinessRules)]
    own = engines[0]
    for engine in engines[1:]:
        same_points(own, engine, sheets)
    print(
        f"{playbook.id} {playbook.version}: {len(questions)} questions, {len(rules)} rules; "
        f"{SHEETS} answer sheets, each with about {len(near):,} neighbours\n"
    )
    one = {}
    for engine in engines:
        inputs = list(map(engine.inputs, sheets))
        one[engine.name] = seconds(lambda e=engine, i=inputs: [e.points(s) for s in i]) / SHEETS
    flips = FlipFinder(own.compiled)

    def every_flip():
        for sheet in sheets:
            scored = ScoredSheet(own.compiled, sheet)
            list(flips.changes(scored, 1)), list(flips.changes(scored, 2))

    full = {own.name: seconds(every_flip) / SHEETS}
    for engine in engines[1:]:
        inputs = list(map(engine.inputs, near))
        start = time.process_time()
        for sheet in inputs:
            engine.points(sheet)
        full[engine.name] = time.process_time() - start
    print(f"{'':16}{'one verdict':>14}{'ratio':>8}   {'one- and two-answer flips':>26}{'ratio':>8}")
    for engine in engines:
        name = engine.name
        print(
            f"{name:16}{one[name] * 1e6:>11.1f} us{one[name] / one[own.name]:>8.1f}   "
            f"{full[name] * 1e3:>23.1f} ms{full[name] / full[own.name]:>8.1f}"
        )
    whole = seconds(lambda: [fresh_verdict(rule_engine, sheet) for sheet in sheets]) / SHEETS
    print(f"\nComplete `evaluate`, with reasons, flips and homework: {whole * 1e3:.1f} ms")
    next_page(playbook, random)


if __name__ == "__main__":
    main(*sys.argv[1:])
