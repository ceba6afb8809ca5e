"""Plans that several tests share, and the frames of a few deals."""

from datetime import date
from typing import Any

import polars as pl

from commissions.engine.calculate import Inputs, Result, calculate
from commissions.engine.document import PlanDocument, load_plan
from commissions.engine.frames import ASSIGNMENTS, DEALS, QUOTAS, SHARES, WHOLE_SHARE

YEAR = date(2026, 1, 1), date(2027, 1, 1)

ACCELERATOR = """
plan: Account Executive 2026
currency: USD
period: month
components:
  - key: new-business
    name: New business
    window: quarter
    against: quota
    tiers: marginal
    curve: [{from: 0%, rate: 5%}, {from: 50%, rate: 8%}, {from: 100%, rate: 12%}]
"""


def plan_of(component: str, *, currency: str = "USD", rounding: str = "half_up") -> PlanDocument:
    """A plan of one component, called `a`, given by its keys in flow style."""
    return load_plan(
        f"{{plan: A, currency: {currency}, period: month, rounding: {rounding}, "
        f"components: [{{key: a, name: A, {component}}}]}}"
    )


def deals(*rows: dict[str, Any]) -> pl.DataFrame:
    """Deals 1, 2, 3, … of USD, closed on 10 January, unless a row says otherwise. Keys are D1, D2, D3, …"""
    usual = {"closed": date(2026, 1, 10), "currency": "USD", "quantity": 1}
    numbered = [{"deal": index, "key": f"D{index}"} | usual | row for index, row in enumerate(rows, start=1)]
    return pl.DataFrame(numbered, schema=DEALS)


def shares(*rows: tuple[int, int, int] | tuple[int, int, int, str]) -> pl.DataFrame:
    """(deal, payee, parts per million[, role])."""
    return pl.DataFrame(
        [(*row, "owner")[:4] for row in rows], schema=["deal", "payee", "share", "role"], orient="row"
    ).select(pl.col(name).cast(dtype) for name, dtype in SHARES.items())


def whole(frame: pl.DataFrame, payee: int = 1) -> pl.DataFrame:
    """Every deal wholly that payee's."""
    return shares(*[(deal, payee, WHOLE_SHARE) for deal in frame["deal"]])


def run(
    document: PlanDocument,
    facts: pl.DataFrame,
    sharing: pl.DataFrame | None = None,
    *,
    quotas: dict[date, int] | None = None,
    window: str = "quarter",
    start: date = YEAR[0],
    end: date = YEAR[1],
    payees: tuple[int, ...] = (1, 2),
) -> Result:
    """Lines of payees 1 and 2 on version 10 of plan 5."""
    set_ = [
        {
            "payee": payee,
            "plan": 5,
            "kind": "amount",
            "component": "",
            "window": window,
            "window_start": day,
            "quota": quota,
        }
        for payee in payees
        for day, quota in (quotas or {}).items()
    ]
    assigned = [{"payee": payee, "plan_version": 10, "start": date(2020, 1, 1), "end": None} for payee in payees]
    inputs = Inputs(
        deals=facts,
        shares=whole(facts) if sharing is None else sharing,
        assignments=pl.DataFrame(assigned, schema=ASSIGNMENTS),
        quotas=pl.DataFrame(set_, schema=QUOTAS),
        versions={10: document},
        plans={10: 5},
    )
    return calculate(inputs, start=start, end=end)


def paid(result: Result) -> list[int]:
    """The lines' amounts in the order of the payee's credits."""
    return result.lines.sort("payee", "seq")["amount"].to_list()
