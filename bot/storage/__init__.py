"""The decision log, in SQLite: the only SQL in the house."""
