"""What a benchmark reports."""

import resource
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    name: str
    seconds: float
    baseline: str
    baseline_seconds: float
    ratio: float
    rows: int
    peak_mb: int
    stages: dict[str, float]


def measured(
    name: str, seconds: float, *, baseline: str, baseline_seconds: float, rows: int, stages: dict[str, float]
) -> Measured:
    return Measured(
        name=name,
        seconds=round(seconds, 3),
        baseline=baseline,
        baseline_seconds=round(baseline_seconds, 3),
        ratio=round(seconds / baseline_seconds, 3),
        rows=rows,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        stages={stage: round(spent, 3) for stage, spent in stages.items()},
    )
