"""A worker process of a benchmark. Imports nothing of Django before it is set up: a spawned process starts here."""

from importlib import import_module
from typing import Any

import django


def begin(*arguments: Any) -> None:  # noqa: ANN401 what multiprocessing hands over
    django.setup()
    import_module("config.bench.run").work(*arguments)
