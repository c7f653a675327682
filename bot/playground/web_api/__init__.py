"""The Web API: methods with their scopes, rate limits and errors."""
