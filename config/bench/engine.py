"""The engine over a made-up year, against COPYing the lines that it makes."""

import time
from statistics import median

from commissions.engine.calculate import Inputs, Result, calculate
from config.bench import workload
from config.bench.copying import time_copy
from config.bench.results import Measured, against_copy
from config.bench.stages import watched


def measure_engine(*, deals: int, payees: int, components: int, repeat: int) -> Measured:
    """All five stages, lines in memory: the median of some runs, after one that is not counted."""
    inputs = workload.workload(deals, payees, components)
    with watched() as stages:
        lines = _run(inputs)[1].lines
    seconds = median(_run(inputs)[0] for _turn in range(repeat))
    return against_copy("engine", seconds, time_copy(lines, repeat), stages)


def _run(inputs: Inputs) -> tuple[float, Result]:
    started = time.perf_counter()
    result = calculate(inputs, start=workload.YEAR[0], end=workload.YEAR[1])
    return time.perf_counter() - started, result
