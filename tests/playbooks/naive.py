"""A naive implementation of the engine, which interprets the YAML directly."""

from itertools import combinations, product
from math import inf

import yaml


class Naive:
    """Computes the engine's results by enumeration."""

    def __init__(self, files):
        self.head, self.questions, self.rules = (
            yaml.load(files[name], Loader=yaml.CSafeLoader)
            for name in ("playbook.yml", "questions.yml", "rules.yml")
        )
        steps = [step["id"] for step in self.head["steps"]]
        self.questions.sort(key=lambda question: steps.index(question["step"]))
        self.questions_by_id = {q["id"]: q for q in self.questions}
        self.answers = {q["id"]: self.values(q) for q in self.questions}
        self.options = list(self.head["options"])
        self.needs = self.head.get("needs", {})

    def values(self, question):
        """Return every possible answer to a question."""
        answers = list(question["answers"])
        if not question.get("several"):
            return answers
        sets = [s for n in range(1, len(answers) + 1) for s in combinations(answers, n)]
        alone = set(question.get("alone", []))
        return [chosen for chosen in sets if len(chosen) == 1 or not alone & set(chosen)]

    def applying(self, answers):
        """Return the answers to questions that apply, in the order of the questions."""
        counted = {}
        for question in self.questions:
            given = answers.get(question["id"])
            if given is not None and self.true(question.get("ask_when", {}), counted):
                counted[question["id"]] = given
        return counted

    def true(self, condition, answers):
        return self.value(condition, answers) is True

    def value(self, condition, answers):
        """Return True or False; None if the condition depends on a missing answer."""
        values = []
        for key, wanted in condition.items():
            if key == "all":
                values += [self.value(part, answers) for part in wanted]
            elif key == "any":
                values.append(disjunction(self.value(part, answers) for part in wanted))
            elif key == "not":
                inner = self.value(wanted, answers)
                values.append(None if inner is None else not inner)
            elif key in answers:
                wanted = [wanted] if isinstance(wanted, str) else wanted
                given = answers[key] if isinstance(answers[key], tuple) else [answers[key]]
                values.append(any(each in wanted for each in given))
            else:
                values.append(None)
        return conjunction(values)

    def holding(self, group, answers):
        counted = self.applying(answers)
        return [one for one in self.rules.get(group, []) if self.true(one.get("when", {}), counted)]

    def worths(self, answers):
        """Return the points of each option, with what the needs that it meets have above bar."""
        given = dict.fromkeys([*self.options, *self.needs], 0)
        for rule in self.holding("rules", answers):
            for name, points in rule["points"].items():
                given[name] += points
        return {
            option: given[option]
            + sum(1 + given[need] - self.needs[need]["bar"] for need in text.get("meets", []))
            for option, text in self.head["options"].items()
        }

    def candidates(self, answers):
        """Return the options that no veto rules out."""
        out = {name for veto in self.holding("vetoes", answers) for name in veto["rules_out"]}
        return [option for option in self.options if option not in out]

    def result(self, answers):
        """Return option, points and lead; the lead is None with fewer than two candidates."""
        candidates, worths = self.candidates(answers), self.worths(answers)
        if not candidates:
            return self.options[-1], worths, None
        winner = max(candidates, key=worths.__getitem__)
        lead = self.lead(winner, answers)
        return winner, worths, None if lead == inf else lead

    def lead(self, option, answers):
        """Return an option's lead over the best other candidate."""
        candidates, worths = self.candidates(answers), self.worths(answers)
        if option not in candidates:
            return -inf
        leads = [worths[option] - worths[other] for other in candidates if other != option]
        return min(leads, default=inf)

    def kind(self, answers):
        """Return the kind of the recommended option; None if it has none, or none is pointed to."""
        option = self.option(answers)
        text, counted = self.head["options"][option], self.applying(answers)
        kinds = text.get("kinds", {})
        for kind, each in kinds.items():
            if "when" in each and self.true(each["when"], counted):
                return kind
        points = dict.fromkeys(kinds, 0)
        for rule in self.holding("rules", answers):
            if rule.get("kind") in kinds:
                argued = (rule["points"].get(name, 0) for name in [option, *text.get("meets", [])])
                points[rule["kind"]] += sum(argued)
        best = max(kinds, key=points.__getitem__, default=None)
        return best if best and points[best] > 0 else None

    def gates(self, answers):
        """Return the gates that hold for the recommended option."""
        option = self.option(answers)
        held = self.holding("gates", answers)
        return [gate for gate in held if option in gate.get("recommends", [option])]

    def certainty(self, lead):
        if abs(lead) == inf:
            return 1 if lead > 0 else 0
        return 1 / (1 + 9 ** (-lead / max(1, self.head["clear_lead"])))

    def confidence(self, answers):
        """Return the certainty of the option's lead, averaged over all completions, and capped."""
        option = self.option(answers)
        sheets = list(self.completions(answers, self.open(answers), unknown_too=False))
        sure = sum(self.certainty(self.lead(option, sheet)) for sheet in sheets) / len(sheets)
        return min([sure, *(gate["caps"] for gate in self.gates(answers) if "caps" in gate)])

    def strength(self, answers):
        """Return the strength for the confidence."""
        confidence = round(self.confidence(answers), 3)
        if confidence <= 0.5 or confidence < round(self.certainty(self.head["close_call"]), 3):
            return "too_close_to_call"
        if self.lead(self.option(answers), answers) == inf:
            return "only_one_left"
        return "clear" if confidence >= 0.9 else "leaning"

    def recommended(self, answers):
        """Return the option; None while no rule gives points."""
        return None if self.worths(answers) == self.worths({}) else self.option(answers)

    def option(self, answers):
        return self.result(answers)[0]

    def completions(self, answers, open_questions, *, unknown_too):
        extra = [None] if unknown_too else []
        for chosen in product(*(self.answers[name] + extra for name in open_questions)):
            yield {**answers, **dict(zip(open_questions, chosen, strict=True))}

    def open(self, answers):
        return [name for name in self.answers if answers.get(name) is None]

    def settled(self, answers):
        found = self.completions(answers, self.open(answers), unknown_too=False)
        return {self.option(sheet) for sheet in found} == {self.option(answers)}

    def deciding(self, answers, names):
        """Return which of `names` can change the option, for some answers to the others."""
        found = set()
        for name in names:
            rest = [other for other in names if other != name]
            for sheet in self.completions(answers, rest, unknown_too=True):
                if len({self.option({**sheet, name: a}) for a in [None, *self.answers[name]]}) > 1:
                    found.add(name)
                    break
        return found

    def flips(self, answers):
        """Return the smallest changes to another option: all of one answer, else all of two."""
        for size in (1, 2):
            found = set(self.changes(answers, size))
            if found:
                return found
        return set()

    def changes(self, answers, size):
        before = self.option(answers)
        for names in combinations(self.answers, size):
            for chosen in product(*(self.near(name, answers.get(name)) for name in names)):
                moves = dict(zip(names, chosen, strict=True))
                after = self.option({**answers, **moves})
                if after != before:
                    yield frozenset(moves.items()), after

    def near(self, name, given):
        """Return the answers one change away: another one, or one of several added or dropped."""
        question = self.questions_by_id[name]
        if not question.get("several"):
            return [answer for answer in self.answers[name] if answer != given]
        if given is None:
            return [(answer,) for answer in question["answers"]]
        alone = set(question.get("alone", []))
        if alone & set(given):
            return [v for v in self.answers[name] if len(v) == 1 and v != given]
        by_one = [v for v in self.answers[name] if len(set(v) ^ set(given)) == 1]
        return by_one + [(a,) for a in alone if (a,) not in by_one]


def conjunction(values):
    if False in values:
        return False
    return None if None in values else True


def disjunction(values):
    values = list(values)
    if True in values:
        return True
    return None if None in values else False
