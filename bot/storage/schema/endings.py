"""The part of the schema by which a decision is found by why it was withdrawn."""

from bot.storage.connection import Connection

_TRIGGERS = ("decisions_found", "decisions_changed")
_REASON = "coalesce(json_extract({row}.resolution, '$.reason'), '')"
_BOTH = f"{_REASON} || ' ' || coalesce(json_extract({{row}}.resolution, '$.ended.reason'), '')"


def find_by_endings(db: Connection) -> None:
    """Have the triggers that keep the words keep this reason beside that of the decision."""
    query = "select sql from sqlite_master where type = 'trigger' and name = ?"
    for name in _TRIGGERS:
        ((sql,),) = db.execute(query, [name]).fetchall()
        for row in ("new", "decisions"):
            sql = sql.replace(_REASON.format(row=row), _BOTH.format(row=row))
        db.execute(f"drop trigger {name}")
        db.execute(sql)
