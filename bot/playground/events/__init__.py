"""What Slack sends to the app when a user acts, and how it handles the app's response."""
