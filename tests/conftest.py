"""What holds for all tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# By default hypothesis fails an example that took 200 ms, and data that were slow to make: so does any busy machine.
settings.register_profile(
    "rustig",
    settings.get_profile(settings.get_current_profile_name()),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("rustig")
