"""Conversion between dataclasses and rows: one mapper for every table.

Numbers and texts are stored as they are, dates and times as ISO 8601, enums by value, and anything
else as JSON.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time
from enum import Enum
from itertools import chain
from types import NoneType, UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter

from bot.storage.connection import Row

Model = TypeVar("Model")

_SCALARS = (str, int, float, date, time, Enum)
_AS_STORED = (str, int, float)
"""Types that a column has the values of; tables enforce them."""


def utc_text(at: datetime) -> str:
    """Return a time as the database stores it, so that texts sort like times."""
    return at.astimezone(UTC).isoformat()


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    adapter: TypeAdapter[Any]
    is_json: bool
    is_as_stored: bool

    def dump(self, value: Any) -> Any:
        if value is None:
            return None
        if self.is_json:
            # Computed fields are not stored: they follow from the others.
            return self.adapter.dump_json(value, round_trip=True).decode()
        if isinstance(value, datetime):
            return utc_text(value)
        if isinstance(value, date | time):
            return value.isoformat()
        if isinstance(value, Enum):
            return value.value
        return int(value) if isinstance(value, bool) else value

    def load(self, value: Any) -> Any:
        if value is None or self.is_as_stored:
            return value
        if self.is_json:
            return self.adapter.validate_json(value)
        return self.adapter.validate_python(value)


class RowMapper(Generic[Model]):
    """Maps a dataclass to a row.

    A field is stored in the column of its name, unless `columns` names another one. For a field
    that is a dataclass itself, `columns` may map its fields to columns of the same row.
    """

    def __init__(
        self,
        model: type[Model],
        columns: Mapping[str, str | Mapping[str, str]] | None = None,
        *,
        stored_elsewhere: Collection[str] = (),
    ) -> None:
        """Make a mapper.

        Args:
            model: the dataclass.
            columns: by field, its column, or the columns of its own fields.
            stored_elsewhere: fields that are in no column of this row.
        """
        self._model = model
        self._columns: dict[str, _Column] = {}
        self._nested: dict[str, tuple[type[Any], dict[str, _Column]]] = {}
        columns, hints = columns or {}, get_type_hints(model, include_extras=True)
        for field in fields(model):  # type: ignore[arg-type] # a dataclass, by contract
            column = columns.get(field.name, field.name)
            if field.name in stored_elsewhere:
                continue
            if isinstance(column, str):
                self._columns[field.name] = _column(column, hints[field.name])
            else:
                nested = _required(hints[field.name])[0]
                nested_hints = get_type_hints(nested)
                self._nested[field.name] = (
                    nested,
                    {inner: _column(name, nested_hints[inner]) for inner, name in column.items()},
                )

    @property
    def columns(self) -> str:
        """The names of the columns that `load` reads, for a query."""
        nested = (columns.values() for _, columns in self._nested.values())
        return ", ".join(each.name for each in chain(self._columns.values(), *nested))

    def row(self, value: Model) -> Row:
        """Return the row of a value."""
        row = {
            column.name: column.dump(getattr(value, field))
            for field, column in self._columns.items()
        }
        for field, (_, columns) in self._nested.items():
            part = getattr(value, field)
            for inner, column in columns.items():
                row[column.name] = None if part is None else column.dump(getattr(part, inner))
        return row

    def load(self, row: Row, **elsewhere: Any) -> Model:
        """Return the value of a row, with the fields that are stored elsewhere."""
        values = {field: column.load(row[column.name]) for field, column in self._columns.items()}
        for field, (nested, columns) in self._nested.items():
            parts = {inner: column.load(row[column.name]) for inner, column in columns.items()}
            empty = all(part is None for part in parts.values())
            values[field] = None if empty else nested(**parts)
        return self._model(**values, **elsewhere)


def _column(name: str, hint: Any) -> _Column:
    types = _required(hint)
    scalar = all(isinstance(each, type) and issubclass(each, _SCALARS) for each in types)
    as_stored = all(each in _AS_STORED for each in types)
    return _Column(name, TypeAdapter(hint), is_json=not scalar, is_as_stored=as_stored)


def _required(hint: Any) -> tuple[Any, ...]:
    """Return the types that a hint allows, without None."""
    if get_origin(hint) in {Union, UnionType}:
        return tuple(each for each in get_args(hint) if each is not NoneType)
    return (hint,)
