"""A small bake-off for playbooks of the tests."""

from bot.playbooks import loader

BAKEOFF = """
bakeoff:
  base: 0.6
  gain: 0.2
  columns: {dish: What was ordered}
  models:
    usual: {title: The usual cook, provider: "x:cook-1", source: Guild, checked: 2026-11-01}
    own: {title: Yourself}
  arms:
    - {id: A, title: As it is, build: Nothing, means: The start, model: usual, prompt: "{{dish}}"}
    - {id: B, title: At the market, build: A walk, means: It is warm, model: own,
       prompt: "Warm {{ dish }}", decides: [market]}
    - {id: C, title: Cooked, build: A meal, means: It is fresh, model: usual, prompt: Cook it,
       decides: [cook]}
  read: [B above A means more salt., C above A means more fire., Else drink water.]
  stop: [When everybody is full., When it is dark.]
  labels: Two hungry people.
  budget: An hour.
"""


def with_bakeoff(lunch_text, bakeoff=BAKEOFF):
    """Return the lunch playbook with a bake-off."""
    files = {**lunch_text.files, "playbook.yml": lunch_text.files["playbook.yml"] + bakeoff}
    return loader.parse(loader.PlaybookText("lunch", files))
