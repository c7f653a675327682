"""The part of the schema by which nothing is found under an option that is not recommended."""

from bot.storage.connection import Connection

_DECISIONS = """
update decisions set option = '' where not exists (
  select 1 from json_each(verdict, '$.points') as points where points.value <> 0
)
"""
_PERSPECTIVES = """
update perspectives set option = '' where not exists (
  select 1 from json_each(answers) as answer where answer.value is not null
)
"""


def forget_what_nothing_recommends(db: Connection) -> None:
    """Have no option where too little was known for any; it was the first of the playbook."""
    db.execute(_DECISIONS)
    db.execute(_PERSPECTIVES)
