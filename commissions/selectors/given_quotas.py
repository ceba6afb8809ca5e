"""Quotas as a calculation reads them: of payees and of teams, resolved for each window."""

from collections.abc import Callable
from datetime import date
from typing import Final

import polars as pl

from commissions.engine.frames import QUOTAS, QuotaKind
from commissions.engine.quotas import needed_of_teams, to_read
from commissions.engine.schema import PlanDocument
from commissions.selectors.quotas import QuotaRow, window_quota, windows_between
from core.copy import copy_out
from core.periods import PeriodKind

_QUOTAS = """
SELECT payee_id, plan_id, kind, component, per, amount_minor, lower(during), upper(during)
FROM commissions_quota WHERE payee_id = ANY(%s) AND plan_id = ANY(%s) AND during && daterange(%s, %s)
"""
_TEAM_QUOTAS = """
SELECT team_id, plan_id, kind, component, per, amount_minor, lower(during), upper(during)
FROM commissions_teamquota WHERE plan_id = ANY(%s) AND during && daterange(%s, %s)
"""
_QUOTA_COLUMNS: Final[dict[str, type[pl.DataType]]] = {
    "payee": pl.Int64, "plan": pl.Int64, "kind": pl.String, "component": pl.String, "per": pl.String,
    "amount": pl.Int64, "start": pl.Date, "end": pl.Date,
}  # fmt: skip
_Windows = dict[int, set[tuple[QuotaKind, PeriodKind]]]


def payee_quotas(
    payees: list[int], versions: dict[int, PlanDocument], plans: dict[int, int], since: date, end: date
) -> pl.DataFrame:
    """QUOTAS of these payees, resolved for each window that has days in the range. One COPY."""
    windows = _quota_windows(versions, plans, to_read)
    if not windows:
        return pl.DataFrame(schema=QUOTAS)
    found = copy_out(_QUOTAS, [payees, sorted(windows), *_whole_years(since, end)], _QUOTA_COLUMNS)
    return _by_window(found, windows, versions, plans, since, end)


def team_quotas(
    versions: dict[int, PlanDocument], plans: dict[int, int], since: date, end: date
) -> pl.DataFrame | None:
    """QUOTAS of teams; None where no plan has a pool that goes by one."""
    windows = _quota_windows(versions, plans, needed_of_teams)
    if not windows:
        return None
    found = copy_out(_TEAM_QUOTAS, [sorted(windows), *_whole_years(since, end)], _QUOTA_COLUMNS)
    return _by_window(found, windows, versions, plans, since, end)


def _whole_years(since: date, end: date) -> tuple[date, date]:
    """All of whatever years these days lie in."""
    return date(since.year - 1, 1, 1), date(end.year + 2, 1, 1)


def _by_window(
    found: pl.DataFrame,
    windows: _Windows,
    versions: dict[int, PlanDocument],
    plans: dict[int, int],
    since: date,
    end: date,
) -> pl.DataFrame:
    """QUOTAS of the windows that have days in the range, from those that are in force over ranges of dates."""
    set_: dict[tuple[int, int, str, str], list[QuotaRow]] = {}
    for whose, plan, kind, component, per, amount, start, until in found.sort("start").iter_rows():
        set_.setdefault((whose, plan, kind, component), []).append(QuotaRow(per, amount, start, until))
    months: dict[int, set[int]] = {}
    for pk, document in versions.items():
        months.setdefault(plans[pk], set()).add(document.first_month)
    calendar = {
        (length, first): windows_between(length, since, end, first)
        for plan, kinds in windows.items()
        for _kind, length in kinds
        for first in months[plan]
    }
    rows = {
        (whose, plan, kind, component, length.value, window.start): amount
        for (whose, plan, kind, component), quotas in set_.items()
        for of_kind, length in windows[plan]
        if of_kind == kind
        for first in sorted(months[plan])
        for window in calendar[length, first]
        if (amount := window_quota(tuple(quotas), window, first)) is not None
    }
    return pl.DataFrame([(*key, amount) for key, amount in rows.items()], schema=QUOTAS, orient="row")


def _quota_windows(
    versions: dict[int, PlanDocument],
    plans: dict[int, int],
    read_by: Callable[[PlanDocument], frozenset[tuple[QuotaKind, PeriodKind]]],
) -> _Windows:
    """By plan, the kinds of quota that it reads and for windows of which length."""
    found: _Windows = {}
    for pk, document in versions.items():
        if read := read_by(document):
            found.setdefault(plans[pk], set()).update(read)
    return found
