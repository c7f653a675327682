"""What people do, delivered to the app: commands, interactions, events."""
