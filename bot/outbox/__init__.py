"""The outbox: deliveries, their fan-out from events, the worker, failure policy and alerts."""
