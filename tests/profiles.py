"""Pytest plugin: Hypothesis runs 200 examples a property; HYPOTHESIS_PROFILE=nightly runs 2,000."""

import os

from hypothesis import HealthCheck, settings

for _name, _examples in (("default", 200), ("nightly", 2_000)):
    settings.register_profile(
        _name, max_examples=_examples, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
