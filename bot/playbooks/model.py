"""The playbook model: options, questions, rules and published cases.

The classes named `...File` mirror what a rule author writes, one for each YAML file; the JSON
Schemas for editors are generated from them. `Playbook` is the whole, read and validated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PrivateAttr,
    StrictBool,
    StringConstraints,
    Tag,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=40)]
CaseId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)]
NonEmptyText = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=30, strip_whitespace=True)]
AnswerText = Annotated[str, StringConstraints(min_length=1, max_length=75, strip_whitespace=True)]
Because = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
BecauseOfEach = Annotated[
    Annotated[Because, Tag("text")]
    | Annotated[Mapping[Id, Because], Field(min_length=1), Tag("each")],
    Discriminator(lambda value: "each" if isinstance(value, Mapping) else "text"),
]
Points = Annotated[int, Field(strict=True, ge=-9, le=9)]
Threshold = Annotated[int, Field(strict=True, ge=-99, le=99)]
Margin = Annotated[int, Field(strict=True, ge=0, le=99)]
Answer = str | tuple[str, ...] | None
"""The id of an answer, those of several in their order, or None for "don't know"."""
ARM_ID = "^[A-Z][0-9]?$"
CONDITION_KEYWORDS = ("all", "any", "not")
Drift = Literal["up", "down", "any"]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _as_date(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    if isinstance(value, date):
        return value
    raise ValueError("must be a date like 2026-11-22")


def _as_range(value: Any) -> Any:
    """Return a single number as the range from it to itself."""
    return value if isinstance(value, list | tuple) else [value, value]


def _in_order(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] > value[1]:
        raise ValueError("must be a number or [lowest, highest]")
    return value


_ID = {"type": "string", "pattern": "^[a-z][a-z0-9_-]*$"}
OneOrMore = Annotated[
    tuple[Id, ...],
    Field(min_length=1),
    BeforeValidator(_as_list),
    WithJsonSchema({"anyOf": [_ID, {"type": "array", "items": _ID, "minItems": 1}]}),
]
Drifts = Annotated[
    Annotated[Drift, Tag("way")] | Annotated[Mapping[Id, OneOrMore], Tag("moves")],
    Discriminator(lambda value: "moves" if isinstance(value, Mapping) else "way"),
]
Day = Annotated[
    date, BeforeValidator(_as_date), WithJsonSchema({"type": "string", "format": "date"})
]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_AMOUNT = {"type": "number", "minimum": 0}
AmountRange = Annotated[
    tuple[Amount, Amount],
    BeforeValidator(_as_range),
    AfterValidator(_in_order),
    WithJsonSchema(
        {"anyOf": [_AMOUNT, {"type": "array", "items": _AMOUNT, "minItems": 2, "maxItems": 2}]}
    ),
]
"""A number, or the lowest and the highest."""


class YamlModel(BaseModel):
    """Base of every model read from YAML: immutable, and unknown keys are errors."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True
    )


class Condition(YamlModel):
    """When something holds: every question named must have one of the answers listed.

    `all`, `any` and `not` combine conditions. A question without an answer makes what is said of
    it neither true nor false: `not` does not turn a "don't know" into a yes.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, OneOrMore]

    every: tuple[Condition, ...] = Field(default=(), alias="all")
    some: tuple[Condition, ...] = Field(default=(), alias="any")
    negated: Condition | None = Field(default=None, alias="not")

    @property
    def wanted(self) -> Mapping[str, tuple[str, ...]]:
        """The questions named directly, each with the answers that fulfil it."""
        return self.__pydantic_extra__ or {}

    @model_serializer
    def _as_written(self) -> dict[str, Any]:
        words = {"all": self.every, "any": self.some, "not": self.negated}
        return {**self.wanted, **{word: part for word, part in words.items() if part}}


class Step(YamlModel):
    """A page of the questionnaire."""

    id: Id
    title: NonEmptyText


class Kind(YamlModel):
    """A variety of an option. Its first steps, if it has any, replace those of the option.

    The first kind whose `when` holds is chosen; else the one that rules give most points to.
    """

    title: NonEmptyText
    summary: NonEmptyText
    first_steps: tuple[NonEmptyText, ...] = ()
    when: Condition | None = Field(
        default=None, description="What the team already has, for which this kind is the next step."
    )


class Need(YamlModel):
    """Something that the answers can show to be needed, whichever option provides it."""

    title: Title
    summary: NonEmptyText | None = None
    bar: Threshold = Field(default=1, description="From this many points on the need is large.")


class OptionText(YamlModel):
    """What a rule author says of an option."""

    title: Title
    summary: NonEmptyText
    advice: Title | None = Field(
        default=None,
        description='What to do, for messages; without it "Go with" and the title.',
    )
    first_steps: tuple[NonEmptyText, ...] = ()
    measure: tuple[NonEmptyText, ...] = ()
    pitfalls: tuple[NonEmptyText, ...] = ()
    meets: tuple[Id, ...] = Field(
        default=(),
        description="The needs it meets. It is worth its own points and, for each of these needs, "
        "what the need has above its bar.",
    )
    kinds: Mapping[Id, Kind] = Field(default_factory=dict)


class Option(OptionText):
    """Something that can be recommended."""

    id: Id


class TooClose(YamlModel):
    """What to do when two options are too close to call."""

    title: NonEmptyText | None = None
    summary: NonEmptyText
    first_steps: tuple[NonEmptyText, ...] = ()
    measure: tuple[NonEmptyText, ...] = ()


class Question(YamlModel):
    """A question, its answers in order, and when it is worth asking."""

    id: Id
    step: Id
    ask: Annotated[NonEmptyText, Field(max_length=150)]
    help: Annotated[NonEmptyText, Field(max_length=300)] | None = None
    answers: Annotated[Mapping[Id, AnswerText], Field(min_length=2, max_length=9)]
    several: StrictBool = Field(
        default=False, description="Whether more than one answer can hold at once."
    )
    alone: tuple[Id, ...] = Field(
        default=(), description='Of several answers those that exclude all others, like "none".'
    )
    ask_when: Condition | None = None
    drifts: Drifts | None = Field(
        default=None,
        description="How the true answer moves by itself as time passes: up (towards answers "
        "further down the list), down, any, or which answers each may turn into.",
    )
    becomes: Mapping[Id, NonEmptyText] = Field(
        default_factory=dict,
        description='What has happened when the answer becomes this one, to complete "If ...".',
    )
    said: Mapping[Id, AnswerText] = Field(
        default_factory=dict,
        description="An answer in words that need no question, to complete "
        '"You said: ...", for instance "facts change every few months".',
    )

    def values(self) -> Iterator[Answer]:
        """Yield everything that can be answered: one answer, or every combination of several."""
        if not self.several:
            yield from self.answers
            return
        for size in range(1, len(self.answers) + 1):
            for chosen in combinations(self.answers, size):
                if size == 1 or not set(self.alone) & set(chosen):
                    yield chosen

    def problem_with(self, answers: tuple[str, ...]) -> str | None:
        """Return why these answers can't be given together; None if they can."""
        if not self.several:
            return f"`{self.id}` takes one answer"
        if not answers or len(set(answers)) < len(answers):
            return f"`{self.id}` needs one or more different answers, or null"
        for each in self.alone:
            if each in answers and len(answers) > 1:
                return f"`{each}` of `{self.id}` excludes the other answers"
        return None

    def as_value(self, answers: Sequence[str]) -> Answer:
        """Return some of the question's answers as its value: those of several in their order.

        Returns:
            None if there are none, or several of a question that takes one.
        """
        if self.several:
            return tuple(each for each in self.answers if each in answers) or None
        known = {each for each in answers if each in self.answers}
        return known.pop() if len(known) == 1 else None

    @property
    def topic(self) -> str:
        """The subject in a word or two: the id with spaces."""
        return self.id.replace("_", " ").replace("-", " ")


class Rule(YamlModel):
    """Points for and against options, and for needs, where a condition holds."""

    id: Id
    when: Condition
    points: Annotated[Mapping[Id, Points], Field(min_length=1)]
    because: BecauseOfEach = Field(
        description="One sentence, or one for each option or need that it argues for."
    )
    source: NonEmptyText
    year: Annotated[int, Field(strict=True, ge=1950, le=2100)] | None = Field(
        default=None, description="When the source was published."
    )
    evidence: Literal["measured", "inferred"] | None = Field(
        default=None, description="Whether the source measured it, or it follows from the source."
    )
    checked: Day | None = Field(
        default=None, description="The day a fact that ages was last looked up."
    )
    kind: Id | None = Field(default=None, description="The kind of its option that it points to.")

    def because_for(self, *names: str) -> str:
        """Return the reason for the first of these options or needs with one; else the first."""
        if isinstance(self.because, str):
            return self.because
        own = (self.because[name] for name in names if name in self.because)
        return next(own, next(iter(self.because.values())))


class Veto(YamlModel):
    """Rules options out, whatever their points."""

    id: Id
    when: Condition
    rules_out: Annotated[tuple[Id, ...], Field(min_length=1)]
    because: Because
    way_around: NonEmptyText
    source: NonEmptyText
    checked: Day | None = None


class Gate(YamlModel):
    """A condition attached to a verdict; it blocks nothing.

    It holds where `when` does and, if `recommends` names options, one of them is recommended.
    """

    id: Id
    when: Condition = Field(default_factory=Condition)
    recommends: tuple[Id, ...] = Field(
        default=(), description="Only said when one of these options is recommended."
    )
    say: Because
    provisional: StrictBool = False
    caps: Annotated[float, Field(gt=0, le=1)] | None = Field(
        default=None, description="While it holds, the confidence is at most this."
    )
    source: NonEmptyText | None = None
    checked: Day | None = None


class Quantity(YamlModel):
    """A number that a cost depends on: by the answer to a question, else `otherwise`.

    Where several answers are given, the largest of their amounts counts.
    """

    unit: NonEmptyText = Field(description='What it counts, after the number: "requests a day".')
    question: Id | None = None
    amounts: Mapping[Id, Amount] = Field(
        default_factory=dict, description="By answer; `otherwise` for those left out."
    )
    otherwise: Amount = Field(description="While the question is open.")

    def amount_of(self, answer: str | None) -> float:
        """Return the amount for an answer, None while it is open."""
        return self.otherwise if answer is None else self.amounts.get(answer, self.otherwise)


class Price(YamlModel):
    """A price, with the day it was looked up; `rules check` warns when that is long ago."""

    title: NonEmptyText
    amount: AmountRange
    per: Annotated[float, Field(gt=0, allow_inf_nan=False)] = Field(
        default=1, description="How many of the unit the amount buys, such as 1000000 tokens."
    )
    source: NonEmptyText
    checked: Day


class CostTerm(YamlModel):
    """A part of a cost: quantities x times x price."""

    price: Id
    quantity: OneOrMore | None = Field(default=None, description="Several are multiplied.")
    times: AmountRange = (1, 1)


class CostText(YamlModel):
    """What an option takes. What is left out is not known."""

    per_answer: tuple[CostTerm, ...] | None = None
    per_month: tuple[CostTerm, ...] | None = Field(
        default=None, description="What it costs each month, whatever its use."
    )
    delay: AmountRange | None = Field(default=None, description="Seconds to an answer.")
    effort: AmountRange | None = Field(default=None, description="Weeks to a first version.")
    upkeep: NonEmptyText | None = None
    source: NonEmptyText | None = Field(default=None, description="Of delay, effort and upkeep.")
    checked: Day | None = Field(default=None, description="When delay and effort were looked up.")


class OptionCost(CostText):
    """The costs of an option; a kind replaces what it names."""

    kinds: Mapping[Id, CostText] = Field(default_factory=dict)


class Costs(YamlModel):
    """What each option costs, computed from the answers."""

    currency: Annotated[str, StringConstraints(min_length=1, max_length=4)] = "$"
    note: NonEmptyText | None = Field(default=None, description="What to know of all the prices.")
    requests: Quantity = Field(description="How many answers a day.")
    quantities: Mapping[Id, Quantity] = Field(default_factory=dict)
    prices: Mapping[Id, Price] = Field(default_factory=dict)
    options: Annotated[Mapping[Id, OptionCost], Field(min_length=1)]


class BakeoffModel(YamlModel):
    """A model that arms of a bake-off use."""

    title: NonEmptyText
    provider: NonEmptyText | None = Field(
        default=None,
        description="As promptfoo names it, such as openai:chat:a-model. None: the team's own.",
    )
    source: NonEmptyText | None = None
    checked: Day | None = Field(default=None, description="When its name was last looked up.")


class BakeoffArm(YamlModel):
    """One of the things that a bake-off compares, on the same test items as the others."""

    id: Annotated[str, StringConstraints(pattern=ARM_ID)]
    title: NonEmptyText
    build: NonEmptyText = Field(description="What to build for it.")
    means: NonEmptyText = Field(description="What its result says.")
    model: Id
    prompt: NonEmptyText = Field(description="With {{column}} for each column of the test items.")
    decides: tuple[Id, ...] = Field(
        default=(), description="The options that it tells about; without any, all of them."
    )


class Bakeoff(YamlModel):
    """How to decide by a test what the answers cannot decide."""

    base: Annotated[float, Field(gt=0, lt=1)] = Field(
        description="The share that the simplest arm is likely to get right."
    )
    gain: Annotated[float, Field(gt=0, lt=1)] = Field(
        description="The smallest difference that would matter; it sets the number of test items."
    )
    columns: Annotated[Mapping[Id, NonEmptyText], Field(min_length=1)] = Field(
        description="The parts of a test item, each with what to fill in."
    )
    models: Annotated[Mapping[Id, BakeoffModel], Field(min_length=1)]
    arms: Annotated[tuple[BakeoffArm, ...], Field(min_length=2, max_length=12)]
    read: Annotated[tuple[NonEmptyText, ...], Field(min_length=1)]
    stop: Annotated[tuple[NonEmptyText, ...], Field(min_length=1)]
    labels: NonEmptyText = Field(description="Who says what is right.")
    budget: NonEmptyText


class PlaybookFile(YamlModel):
    """playbook.yml: what can be recommended, and how close is too close."""

    id: Id
    title: NonEmptyText
    version: NonEmptyText
    command_hint: NonEmptyText | None = None
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    options: Annotated[Mapping[Id, OptionText], Field(min_length=2, max_length=16)]
    needs: Mapping[Id, Need] = Field(default_factory=dict)
    close_call: Margin = Field(
        default=2, description="A smaller lead than this is too close to call."
    )
    clear_lead: Margin = Field(
        default=5, description="A lead from here on is clear; between the two it is leaning."
    )
    too_close: TooClose | None = None
    costs: Costs | None = None
    bakeoff: Bakeoff | None = None


QuestionsFile = Annotated[tuple[Question, ...], Field(min_length=1, max_length=64)]
"""questions.yml: a list of questions."""


class RulesFile(YamlModel):
    """rules.yml: rules, vetoes and gates."""

    rules: Annotated[tuple[Rule, ...], Field(min_length=1, max_length=900)]
    vetoes: Annotated[tuple[Veto, ...], Field(max_length=200)] = ()
    gates: Annotated[tuple[Gate, ...], Field(max_length=200)] = ()


CaseAnswer = Annotated[
    Annotated[Id | None, Tag("one")]
    | Annotated[tuple[Id, ...], Field(min_length=1), Tag("several")],
    Discriminator(lambda value: "several" if isinstance(value, list | tuple) else "one"),
]


class Case(YamlModel):
    """A published decision as an answer sheet with the option that was chosen."""

    id: CaseId
    title: NonEmptyText
    source: NonEmptyText
    url: NonEmptyText | None = None
    answers: Mapping[Id, CaseAnswer]
    expected: Id
    also_acceptable: tuple[Id, ...] = ()
    ambiguity: Literal["clear", "debatable"] = "clear"
    held_out: StrictBool = Field(
        default=False, description="It did not shape the rules, and is reported apart."
    )
    note: NonEmptyText | None = None


class Branch(YamlModel):
    """A line of a baseline's decision list: the first whose condition holds decides."""

    when: Condition = Field(default_factory=Condition)
    option: Id


class CasesFile(YamlModel):
    """cases.yml: published decisions, and the baselines to compare the playbook with.

    A plain list of cases is accepted; then the first baseline is the most common outcome and there
    is no second.
    """

    always: Id | None = Field(default=None, description="The option of the simplest baseline.")
    baseline: tuple[Branch, ...] = Field(
        default=(), description="A short decision list to beat; end with one without `when`."
    )
    cases: tuple[Case, ...] = ()

    def parts(self) -> Iterator[CasesFile]:
        """Yield the cases that were held out, then those that shaped the rules; no empty part."""
        for held_out in (True, False):
            cases = tuple(case for case in self.cases if case.held_out is held_out)
            if cases:
                yield self.model_copy(update={"cases": cases})

    @model_validator(mode="before")
    @classmethod
    def _from_plain_list(cls, data: Any) -> Any:
        return {"cases": data} if isinstance(data, list) else data


class Playbook(YamlModel):
    """A whole playbook, validated.

    `hash` is the content hash of the text it was read from; `questions` are in the order in which
    they are asked: by step, then as written. `usual_answers` counts the answers given in the
    published cases that are not held out, by question and answer, and `usually_answered` the cases
    that answer a question at all.
    """

    id: Id
    title: NonEmptyText
    version: NonEmptyText
    hash: str
    command_hint: NonEmptyText | None
    steps: tuple[Step, ...]
    options: Mapping[str, Option]
    needs: Mapping[str, Need] = Field(default_factory=dict)
    questions: tuple[Question, ...]
    rules: tuple[Rule, ...]
    vetoes: tuple[Veto, ...]
    gates: tuple[Gate, ...]
    close_call: int
    clear_lead: int
    too_close: TooClose | None
    costs: Costs | None = None
    bakeoff: Bakeoff | None = None
    usual_answers: Mapping[str, Mapping[str, int]] = Field(default_factory=dict)
    usually_answered: Mapping[str, int] = Field(default_factory=dict)

    _by_id: dict[str, Question] = PrivateAttr(default_factory=dict)

    def model_post_init(self, _context: object) -> None:
        """Index the questions by id."""
        self._by_id.update({question.id: question for question in self.questions})

    def question(self, id: str) -> Question:  # noqa: A002 - the word that playbooks use
        """Return the question with this id.

        Raises:
            KeyError: there is none.
        """
        return self._by_id[id]

    def parts_of(self, option: str) -> tuple[str, ...]:
        """Return the parts of an option: those that meet some of its needs, but not all of them.

        An option that meets another need besides is no part of it.
        """
        whole = set(self.options[option].meets)
        return tuple(
            name for name, other in self.options.items() if other.meets and {*other.meets} < whole
        )
