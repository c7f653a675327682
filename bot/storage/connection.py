"""The database connection that storage functions take."""

from sqlite_utils import Database as Connection

__all__ = ["Connection"]
