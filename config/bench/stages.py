"""How long each stage of the engine takes, measured at the calls between them."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from commissions.engine import calculate as pipeline
from commissions.engine import component

# The stage that each call belongs to; a generator's or a frame's work is done when the call returns.
_CALLS = [
    (pipeline, "credit", "credit"),
    (pipeline, "with_bases", "accumulate"),
    (pipeline, "measure", "accumulate"),
    (component, "accumulate", "accumulate"),
    (component, "with_quota", "accumulate"),
    (component, "price", "curve"),
    (component, "limited", "modify"),
    (pipeline, "settle", "settle"),
]


@contextmanager
def watched() -> Iterator[dict[str, float]]:
    """Within this, calculations add the seconds of their stages to the dictionary."""
    seconds: dict[str, float] = dict.fromkeys(("credit", "accumulate", "curve", "modify", "settle"), 0.0)
    with ExitStack() as stack:
        for module, name, stage in _CALLS:
            stack.enter_context(mock.patch.object(module, name, _timed(getattr(module, name), stage, seconds)))
        yield seconds


def _timed(call: Callable[..., Any], stage: str, seconds: dict[str, float]) -> Callable[..., Any]:
    def timed(*args: object, **kwargs: object) -> object:
        started = time.perf_counter()
        try:
            return call(*args, **kwargs)
        finally:
            seconds[stage] += time.perf_counter() - started

    return timed
