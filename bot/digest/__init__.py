"""The weekly digest: what a channel's week amounts to, and when the next one is due."""
