"""What holds for every test."""

from hypothesis import HealthCheck, settings

# The machines that run these are shared and noisy: no example is judged by how long it took.
settings.register_profile(
    "house", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")
