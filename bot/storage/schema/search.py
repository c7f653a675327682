"""The part of the schema by which decisions are found: a catalogue, their people, their words.

Triggers keep it, so that nothing that writes a decision has to know of it. A card of the catalogue
holds what is filtered by: a walk along one of its indices touches no decision before it is found.
The facets in the index of words are the same in words, so that a search need not pass over what
is not wanted; they decide nothing.
"""

from bot.storage.connection import Connection

_CARD = """
insert into catalogue (workspace, number, visibility, channel, status, chosen, playbook)
select {row}.workspace, {row}.number, {row}.visibility, {row}.channel, {row}.status,
  coalesce(json_extract({row}.resolution, '$.option'), {row}.option),
  json_extract({row}.verdict, '$.playbook.id')
"""
_PEOPLE = """
insert or ignore into decision_people (workspace, user, number, role)
select {row}.workspace, {row}.driver, {row}.number, 'driver'
union all
select {row}.workspace, decider.value, {row}.number, 'decider'
from json_each({row}.deciders) as decider
"""
_READERS = """
  case card.visibility when 'public' then ' readpublic'
    when 'private' then ' read' || card.channel else '' end
  || coalesce((
    select group_concat(' read' || user, '') from decision_people
    where workspace = card.workspace and number = card.number
  ), '')
"""
_FACETS = f"""
  'in' || card.workspace || ' status' || card.status
  || ' option' || replace(replace(card.chosen, '_', ''), '-', '') || {_READERS}
"""
_WORDS = f"""
select card.id, {_FACETS}, decisions.title, decisions.problem,
  coalesce(json_extract(decisions.resolution, '$.reason'), '')
from catalogue as card join decisions using (workspace, number)
"""  # noqa: S608  # only constants of this file
_THIS = "where workspace = {row}.workspace and number = {row}.number"

_TABLES = (
    # With a key of its own: a rowid that no column names may change when a file is vacuumed.
    """
    create table catalogue (
      id integer primary key,
      workspace text not null,
      number integer not null,
      visibility text not null,
      channel text not null,
      status text not null,
      chosen text not null,
      playbook text not null,
      unique (workspace, number)
    ) strict
    """,
    "create index idx_catalogue_any on catalogue (workspace, visibility, number)",
    "create index idx_catalogue_status on catalogue (workspace, visibility, status, number)",
    "create index idx_catalogue_chosen on catalogue (workspace, visibility, chosen, number)",
    """
    create index idx_catalogue_both on catalogue (workspace, visibility, status, chosen, number)
    """,
    "create index idx_catalogue_channel on catalogue (workspace, channel, number)",
    "create index idx_catalogue_playbook on catalogue (workspace, playbook, number)",
    """
    create table decision_people (
      workspace text not null,
      user text not null,
      number integer not null,
      role text not null,
      primary key (workspace, user, number, role)
    ) strict
    """,
    "create index idx_decision_people_of on decision_people (workspace, number, role, user)",
    """
    create virtual table decision_words using fts5 (
      facets, title, problem, reasons, tokenize='porter unicode61 remove_diacritics 2'
    )
    """,
)
_TRIGGERS = (
    """
    create trigger decisions_found after insert on decisions begin
      {people};
      {card};
      insert into decision_words (rowid, facets, title, problem, reasons) {words} {this_new};
    end
    """,
    """
    create trigger decisions_changed
    after update of visibility, channel, status, resolution, option, title, problem on decisions
    begin
      update catalogue set visibility = new.visibility, channel = new.channel, status = new.status,
        chosen = coalesce(json_extract(new.resolution, '$.option'), new.option)
      {this_new};
      update decision_words set title = new.title, problem = new.problem,
        reasons = coalesce(json_extract(new.resolution, '$.reason'), ''), facets = {facets_new}
      where rowid = (select id from catalogue {this_new});
    end
    """,
    """
    create trigger decisions_handed_over after update of driver, deciders on decisions
    when old.driver is not new.driver or old.deciders is not new.deciders begin
      delete from decision_people {this_new} and role in ('driver', 'decider');
      {people};
    end
    """,
    """
    create trigger decision_people_joined after insert on decision_people begin
      update decision_words set facets = {facets_new}
      where rowid = (select id from catalogue {this_new});
    end
    """,
    """
    create trigger decision_people_left after delete on decision_people begin
      update decision_words set facets = {facets_old}
      where rowid = (select id from catalogue {this_old});
    end
    """,
)
_FILLING = (
    (_CARD + "from decisions order by workspace, number").replace("{row}", "decisions"),
    """
    insert or ignore into decision_people (workspace, user, number, role)
    select workspace, driver, number, 'driver' from decisions
    union all
    select workspace, decider.value, number, 'decider'
    from decisions, json_each(deciders) as decider
    """,
    f"insert into decision_words (rowid, facets, title, problem, reasons) {_WORDS} order by 1",
)


def create_search(db: Connection) -> None:
    """Create it, and fill it from what the log holds already."""
    facets = f"(select {_FACETS} from catalogue as card {{this}})"  # noqa: S608  # constants
    new, old = _THIS.format(row="new"), _THIS.format(row="old")
    parts = {
        "card": _CARD.format(row="new"),
        "people": _PEOPLE.format(row="new"),
        "words": _WORDS,
        "this_new": new,
        "this_old": old,
        "facets_new": facets.format(this=new),
        "facets_old": facets.format(this=old),
    }
    for statement in (*_TABLES, *(each.format(**parts) for each in _TRIGGERS), *_FILLING):
        db.execute(statement)
