"""How payloads reach the app: signed HTTP requests or Socket Mode."""
