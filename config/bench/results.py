"""What a benchmark reports."""

import resource
from dataclasses import dataclass

from config.bench.copying import WHAT, Copying


@dataclass(frozen=True, slots=True)
class Measured:
    name: str
    seconds: float
    baseline: str
    baseline_seconds: float
    ratio: float
    rows: int
    peak_mb: int
    bare_seconds: float  # the baseline without indexes
    stages: dict[str, float]


def against_copy(name: str, seconds: float, copying: Copying, stages: dict[str, float]) -> Measured:
    return Measured(
        name=name,
        seconds=round(seconds, 3),
        baseline=WHAT,
        baseline_seconds=round(copying.seconds, 3),
        ratio=round(seconds / copying.seconds, 3),
        rows=copying.rows,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        bare_seconds=round(copying.bare_seconds, 3),
        stages={stage: round(spent, 3) for stage, spent in stages.items()},
    )
