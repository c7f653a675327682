"""The part of the schema by which decisions are found: who belongs to them, and their words.

Triggers keep it, so that nothing that writes a decision has to know of it.
"""

from sqlite_utils import Database

CHOSEN = "coalesce(json_extract(settlement, '$.option'), option)"
"""The option that was chosen, else the one that is recommended."""

PLAYBOOK = "json_extract(verdict, '$.playbook.id')"
"""The playbook that a verdict comes from."""

_PEOPLE = """
insert or ignore into decision_people (workspace, user, number, role)
select {row}.workspace, {row}.driver, {row}.number, 'driver'
union all
select {row}.workspace, decider.value, {row}.number, 'decider'
from json_each({row}.deciders) as decider
"""

_WORDS = "(rowid, workspace, title, problem, reasons)"
_WORDS_OF = """
select decision_keys.id, {row}.workspace, {row}.title, {row}.problem,
  coalesce(json_extract({row}.settlement, '$.reason'), '')
from decision_keys
where decision_keys.workspace = {row}.workspace and decision_keys.number = {row}.number
"""

_STATEMENTS = (
    # A key of its own: a rowid that no column names may change when a file is vacuumed.
    """
    create table decision_keys (
      id integer primary key,
      workspace text not null,
      number integer not null,
      unique (workspace, number)
    ) strict
    """,
    """
    create table decision_people (
      workspace text not null,
      user text not null,
      number integer not null,
      role text not null,
      primary key (workspace, user, number, role)
    ) strict
    """,
    "create index idx_decision_people_number on decision_people (workspace, number)",
    """
    create virtual table decision_words using fts5 (
      workspace, title, problem, reasons,
      content='', tokenize='porter unicode61 remove_diacritics 2'
    )
    """,
    "create index idx_decisions_visible on decisions (workspace, visibility, number)",
    "create index idx_decisions_status on decisions (workspace, visibility, status, number)",
    f"create index idx_decisions_chosen on decisions (workspace, visibility, {CHOSEN}, number)",
    "create index idx_decisions_channel on decisions (workspace, channel, number)",
    f"create index idx_decisions_playbook on decisions (workspace, {PLAYBOOK}, number)",
    f"""
    create trigger decisions_found after insert on decisions begin
      insert into decision_keys (workspace, number) values (new.workspace, new.number);
      {_PEOPLE.format(row="new")};
      insert into decision_words {_WORDS} {_WORDS_OF.format(row="new")};
    end
    """,
    f"""
    create trigger decisions_handed_over after update of driver, deciders on decisions begin
      delete from decision_people where workspace = new.workspace and number = new.number
        and role in ('driver', 'decider');
      {_PEOPLE.format(row="new")};
    end
    """,
    f"""
    create trigger decisions_reworded after update of title, problem, settlement on decisions begin
      insert into decision_words (decision_words, rowid, workspace, title, problem, reasons)
        select 'delete', * from ({_WORDS_OF.format(row="old")});
      insert into decision_words {_WORDS} {_WORDS_OF.format(row="new")};
    end
    """,
    # What was logged before.
    """
    insert into decision_keys (workspace, number)
    select workspace, number from decisions order by workspace, number
    """,
    """
    insert or ignore into decision_people (workspace, user, number, role)
    select workspace, driver, number, 'driver' from decisions
    union all
    select workspace, decider.value, number, 'decider' from decisions, json_each(deciders) as decider
    """,
    f"""
    insert into decision_words {_WORDS}
    select id, workspace, title, problem, coalesce(json_extract(settlement, '$.reason'), '')
    from decision_keys join decisions using (workspace, number) order by id
    """,
)


def create_search(db: Database) -> None:
    """Create it, and fill it from what the log holds already."""
    for statement in _STATEMENTS:
        db.execute(statement)
