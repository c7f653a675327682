"""Where a database is: a SQLite file, or the URL of a PostgreSQL database."""

import re
from dataclasses import dataclass
from pathlib import Path

POSTGRES_SCHEMES = ("postgresql", "postgres")
"""libpq accepts both: https://www.postgresql.org/docs/current/libpq-connect.html."""
_PASSWORD = re.compile(r"(?<=[:&?])(password=)[^&]*|(?<=//)([^/@:]*:)[^@]*(?=@)")


@dataclass(frozen=True, slots=True)
class PostgresUrl:
    """The URL of a PostgreSQL database, as libpq reads it. Its text form hides the password."""

    url: str

    def __str__(self) -> str:
        """Return the URL without its password."""
        return _PASSWORD.sub(lambda found: f"{found[1] or found[2]}…", self.url)

    def __repr__(self) -> str:
        """Return the URL without its password."""
        return f"PostgresUrl({str(self)!r})"


Location = Path | PostgresUrl
"""A SQLite file, or a PostgreSQL database."""


def parse_location(url: str) -> Location:
    """Return the location of a valid DATABASE_URL."""
    scheme, _, rest = url.partition("://")
    return PostgresUrl(url) if scheme in POSTGRES_SCHEMES else Path(rest.removeprefix("/"))
