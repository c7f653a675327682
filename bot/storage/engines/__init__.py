"""The two database engines, one module each: everything that SQLite and PostgreSQL do unlike."""
