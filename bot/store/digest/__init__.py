"""The digests of channels: their settings and posts, and what they tell."""
