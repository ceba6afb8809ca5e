"""Facts and plans in, explained lines and statements out: the five stages in order.

Frames in and frames out; money is Int64 minor units of the plan's currency unless a comment says otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from commissions.engine.frames import ASSIGNMENTS, DEALS, LINES, NOTICES, PAYEES, QUOTAS, SHARES, STATEMENTS
from commissions.engine.schema import PlanDocument

__all__ = ["ASSIGNMENTS", "DEALS", "LINES", "NOTICES", "PAYEES", "QUOTAS", "SHARES", "STATEMENTS", "Inputs", "Result"]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a calculation reads. The column schemas are the constants of `frames`; extra columns are ignored.

    `deals` and `shares` must reach back to `history_start(versions, start)`, for x and caps add up over whole windows,
    and hold every sharer of a deal in them, also those who aren't calculated: the odd cent needs them all.
    """

    deals: pl.DataFrame  # DEALS
    shares: pl.DataFrame  # SHARES
    assignments: pl.DataFrame  # ASSIGNMENTS
    quotas: pl.DataFrame  # QUOTAS
    versions: Mapping[int, PlanDocument]  # by plan version
    plans: Mapping[int, int]  # plan version -> plan: x carries on from one version of a plan to the next
    payees: pl.DataFrame | None = None  # PAYEES: the tie-break of an odd cent; without it, payee ids decide


@dataclass(frozen=True, slots=True)
class Result:
    lines: pl.DataFrame  # LINES
    statements: pl.DataFrame  # STATEMENTS
    notices: pl.DataFrame  # NOTICES


def history_start(versions: Mapping[int, PlanDocument], start: date) -> date:
    """The first day whose deals a calculation from `start` on must be given."""
    raise NotImplementedError


def calculate(inputs: Inputs, *, start: date, end: date) -> Result:
    """The lines dated from `start` to before `end`, and the statements they add up to."""
    raise NotImplementedError
