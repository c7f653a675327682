"""Work on a whole database: backup and restore, copy to another one, inspection."""
