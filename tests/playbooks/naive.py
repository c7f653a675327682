"""A playbook read word by word from its YAML, with no thought of speed."""

from itertools import combinations, product

import yaml


class Naive:
    """Answers the engine's questions by trying everything."""

    def __init__(self, files):
        self.head, self.questions, self.rules = (
            yaml.load(files[name], Loader=yaml.CSafeLoader)
            for name in ("playbook.yml", "questions.yml", "rules.yml")
        )
        steps = [step["id"] for step in self.head["steps"]]
        self.questions.sort(key=lambda question: steps.index(question["step"]))
        self.answers = {q["id"]: list(q["answers"]) for q in self.questions}
        self.options = list(self.head["options"])

    def applying(self, answers):
        """The answers that count, asked in order."""
        counted = {}
        for question in self.questions:
            given = answers.get(question["id"])
            if given is not None and self.true(question.get("ask_when", {}), counted):
                counted[question["id"]] = given
        return counted

    def true(self, condition, answers):
        return self.value(condition, answers) is True

    def value(self, condition, answers):
        """True, False or None where an answer is missing that it hangs on."""
        values = []
        for key, wanted in condition.items():
            if key == "all":
                values += [self.value(part, answers) for part in wanted]
            elif key == "any":
                values.append(either(self.value(part, answers) for part in wanted))
            elif key == "not":
                inner = self.value(wanted, answers)
                values.append(None if inner is None else not inner)
            elif key in answers:
                values.append(answers[key] in ([wanted] if isinstance(wanted, str) else wanted))
            else:
                values.append(None)
        return both(values)

    def holding(self, group, answers):
        counted = self.applying(answers)
        return [one for one in self.rules.get(group, []) if self.true(one["when"], counted)]

    def result(self, answers):
        """Option, points, lead and strength."""
        own = dict.fromkeys(self.options, 0)
        for rule in self.holding("rules", answers):
            for option, points in rule["points"].items():
                own[option] += points
        alone, fully = set(), set()
        for veto in self.holding("vetoes", answers):
            (alone if veto.get("alone") else fully).update(veto["rules_out"])
        bars, parts_of = self.head.get("bars", {}), self.parts()
        fit = {
            option
            for option, parts in parts_of.items()
            if option not in alone | fully
            and not fully & set(parts)
            and all(own[part] >= bars.get(part, 0) for part in parts)
        }
        taken = {part for option in fit for part in parts_of[option]}
        shown = {
            option: own[option]
            + (
                (max if option in fit else min)(own[p] for p in parts_of[option])
                if option in parts_of
                else 0
            )
            for option in self.options
        }
        candidates = [
            option
            for option in self.options
            if (option in fit if option in parts_of else option not in alone | fully | taken)
        ]
        if not candidates:
            return self.options[-1], shown, 0, "too_close_to_call"
        winner = max(candidates, key=shown.__getitem__)
        leads = [shown[winner] - shown[option] for option in candidates if option != winner]
        leads = [min(leads)] if leads else []
        leads += [1 + own[part] - bars.get(part, 0) for part in parts_of.get(winner, [])]
        lead = min(leads) if leads else None
        return winner, shown, lead, self.strength(lead)

    def strength(self, lead):
        if lead is None:
            return "clear"
        if lead == 0 or lead < self.head["close_call"]:
            return "too_close_to_call"
        return "clear" if lead >= self.head["clear_lead"] else "leaning"

    def parts(self):
        return {o: t["combines"] for o, t in self.head["options"].items() if t.get("combines")}

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
        """The questions among these that decide the option for some way of answering the rest."""
        found = set()
        for name in names:
            rest = [other for other in names if other != name]
            for sheet in self.completions(answers, rest, unknown_too=True):
                if len({self.option({**sheet, name: a}) for a in [None, *self.answers[name]]}) > 1:
                    found.add(name)
                    break
        return found

    def flips(self, answers):
        """The smallest changes to another option: all of one answer, else all of two."""
        for size in (1, 2):
            found = set(self.changes(answers, size))
            if found:
                return found
        return set()

    def changes(self, answers, size):
        before = self.option(answers)
        for names in combinations(self.answers, size):
            for chosen in product(*(self.answers[name] for name in names)):
                moves = dict(zip(names, chosen, strict=True))
                if any(answers.get(name) == to for name, to in moves.items()):
                    continue
                after = self.option({**answers, **moves})
                if after != before:
                    yield frozenset(moves.items()), after


def both(values):
    if False in values:
        return False
    return None if None in values else True


def either(values):
    values = list(values)
    if True in values:
        return True
    return None if None in values else False
