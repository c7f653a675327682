"""Carrying deliveries out: rendered from the log, posted, and what came of it."""
