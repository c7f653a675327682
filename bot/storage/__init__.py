"""The database: schema, SQL by subject, search index, backup and restore."""
