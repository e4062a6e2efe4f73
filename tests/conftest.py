"""Settings shared by all tests; nothing here may import pandas (see tests/kernels)."""

from hypothesis import HealthCheck, settings

# Derandomised, so that a run says the same twice; `--hypothesis-profile=search` looks for more.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.register_profile(
    "search",
    deadline=None,
    max_examples=1000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("steady")
