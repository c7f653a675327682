"""The schema of the log: its steps, each applied once, and the parts that they create."""
