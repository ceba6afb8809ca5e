"""What-if over the made-up year: the first answer, and those after a slider moved, against COPYing the same lines."""

import time
from collections.abc import Callable, Mapping
from fractions import Fraction
from statistics import median
from typing import Any

import polars as pl

from commissions.engine.calculate import Inputs, calculate
from commissions.engine.knobs import turned
from commissions.engine.outcomes import attained, compare, deals_sold, distribution, revenue
from commissions.engine.schema import PlanDocument
from commissions.engine.whatif import Prepared, adapted, pay, prepare, with_quotas
from config.bench import workload
from config.bench.copying import Copying, time_copy
from config.bench.results import Measured, against_copy

# By the name of a result, the knobs that move; the values are different at every turn, so that none is remembered.
_MOVES: Mapping[str, tuple[str, int]] = {
    "rate": ("c0-new-business.rate.0", 6),
    "threshold": ("c0-new-business.from.1", 51),
    "cap": ("c1-volume.cap.0", 14_000),
}


def measure_whatif(*, deals: int, payees: int, components: int, repeat: int) -> list[Measured]:
    """Facts in memory; reading them from the database is `bench run`'s. Every answer is a total, the change of each
    payee, and the distribution of attainment; no lines."""
    inputs = workload.workload(deals, payees, components)
    calculate(inputs, start=workload.YEAR[0], end=workload.YEAR[1])  # not counted: it warms up
    started = time.perf_counter()
    trial = _Trial(inputs)
    seconds = {"first": time.perf_counter() - started}
    for name, (knob, value) in _MOVES.items():
        if components > 1 or knob.startswith("c0"):
            seconds[name] = _median(repeat, trial.turning(knob, value))
    seconds["quotas"] = _median(repeat, lambda turn: trial.quotas(Fraction(111 + turn, 100)))
    lines = calculate(inputs, start=workload.YEAR[0], end=workload.YEAR[1]).lines
    copying = time_copy(lines, repeat)
    return [_measured(name, spent, copying) for name, spent in seconds.items()]


class _Trial:
    """What the pages keep of a stretch, without the database."""

    def __init__(self, inputs: Inputs) -> None:
        self.prepared = prepare(inputs, start=workload.YEAR[0], end=workload.YEAR[1])
        self.known: dict[Any, pl.DataFrame] = {}
        self.before = pay(self.prepared, self.known)
        revenue([deals_sold(self.prepared)])
        distribution(self.prepared, attained(self.prepared))
        self.document = next(iter(inputs.versions.values()))

    def turning(self, knob: str, value: int) -> Callable[[int], None]:
        """What answers for the knob at that value, a little further at each turn."""

        def turn(number: int) -> None:
            document = turned(self.document, {knob: str(value + number)})
            self._answer(adapted(self.prepared, self._versions(document)))

        return turn

    def quotas(self, factor: Fraction) -> None:
        self._answer(with_quotas(adapted(self.prepared, self._versions(self.document)), factor))

    def _versions(self, document: PlanDocument) -> dict[int, PlanDocument]:
        return dict.fromkeys(self.prepared.inputs.versions, document)

    def _answer(self, changed: Prepared) -> None:
        compare(self.before, pay(changed, self.known))
        distribution(changed, attained(changed))


def _median(repeat: int, move: Callable[[int], None]) -> float:
    seconds = []
    for turn in range(repeat):
        started = time.perf_counter()
        move(turn)
        seconds.append(time.perf_counter() - started)
    return median(seconds)


def _measured(name: str, seconds: float, copying: Copying) -> Measured:
    return against_copy(f"whatif {name}", seconds, copying, {})
