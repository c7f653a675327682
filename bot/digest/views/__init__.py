"""Block Kit of the weekly digest: message, preview, settings modal and replies."""
