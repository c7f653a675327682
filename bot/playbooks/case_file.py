"""cases.yml: published decisions that the rules are held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from bot.playbooks.playbook import Condition, Id, Words, YamlModel

CaseId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)]


class Case(YamlModel):
    """A decision that someone published, as an answer sheet and what it came to."""

    id: CaseId
    title: Words
    source: Words
    url: Words | None = None
    answers: Mapping[Id, Id | None]
    expected: Id
    also_acceptable: tuple[Id, ...] = ()
    ambiguity: Literal["clear", "debatable"] = "clear"
    note: Words | None = None


class Branch(YamlModel):
    """A line of a baseline's decision list: the first whose condition holds decides."""

    when: Condition = Field(default_factory=Condition)
    option: Id


class CasesFile(YamlModel):
    """Cases, and what to compare the playbook with.

    A plain list of cases will do; then the first baseline is the most common outcome and there is
    no second.
    """

    always: Id | None = Field(default=None, description="The option of the simplest baseline.")
    baseline: tuple[Branch, ...] = Field(
        default=(), description="A short decision list to beat; end with one without `when`."
    )
    cases: tuple[Case, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _a_plain_list(cls, data: Any) -> Any:
        return {"cases": data} if isinstance(data, list) else data
