"""What the lines of a component read beside its own credits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from commissions.engine.quotas import Goals
from commissions.engine.schema import Measure
from commissions.engine.spiffs import Granted


@dataclass(frozen=True, slots=True)
class Around:
    """The rest of a plan and its people, within the reach of a calculation."""

    start: date
    since: date  # from which on lines are wanted: the start, or earlier where a cap over all components adds up
    end: date
    assignments: pl.DataFrame  # those of the plan in reach, with their plan
    kpis: pl.DataFrame  # KPIS
    goals: Goals  # of the plan
    measured: Mapping[tuple[str, Measure], pl.DataFrame]  # `accumulate.measure` of each component of the plan
    deals: pl.DataFrame  # deal, key
    payees: pl.DataFrame | None  # PAYEES
    granted: Granted | None
