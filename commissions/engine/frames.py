"""The columns of every frame that enters or leaves the engine. Money: minor units; shares: parts per million."""

from enum import StrEnum

import polars as pl

Schema = dict[str, pl.DataType]

WHOLE_SHARE = 1_000_000  # parts per million
WHOLE_SCORE = (
    10**12
)  # of 100 %: scores and the weights of objectives have six decimals each, so their products are whole
RATE_SCALE = 10**12  # exchange rates have 12 decimals

DEALS: Schema = {
    "deal": pl.Int64(),  # database id: never an order, for it is the order of arrival
    "key": pl.String(),  # external id: credits are ordered by (date, key)
    "closed": pl.Date(),
    "opened": pl.Date(),  # null when unknown
    "amount": pl.Int64(),  # minor units of `currency`; negative for a refund
    "currency": pl.String(),  # ISO 4217
    "quantity": pl.Int64(),
    "type": pl.String(),  # this and the rest: null when the source has nothing
    "name": pl.String(),
    "product_code": pl.String(),
    "product_name": pl.String(),
    "product_family": pl.String(),
    "customer_name": pl.String(),
    "customer_sector": pl.String(),
    "customer_country": pl.String(),
    "invoiced": pl.Date(),
    "cancelled": pl.Date(),  # the deal stays won: a plan says what that takes back
    "cost": pl.Int64(),  # minor units of `currency`; null: unknown, which isn't 0
    "tax": pl.Int64(),  # minor units, contained in the amount; null: unknown
    "discount": pl.Int64(),  # parts per million
    "term": pl.Int64(),  # months
}
ITEMS: Schema = {  # the lines of deals. A deal without any is one line, with the deal's own figures
    "deal": pl.Int64(),
    "number": pl.Int64(),  # from 1; each once in a deal
    "line_amount": pl.Int64(),  # minor units of the deal's currency; those of a deal add up to its amount
    "line_quantity": pl.Int64(),
    "line_cost": pl.Int64(),  # minor units; null: unknown
    "line_discount": pl.Int64(),  # parts per million
    "line_name": pl.String(),  # this and the rest: null when the source has nothing
    "line_product_code": pl.String(),
    "line_product_name": pl.String(),
    "line_product_family": pl.String(),
}
RATES: Schema = {
    "source": pl.String(),  # ISO 4217: what one unit of this currency is worth ...
    "target": pl.String(),  # ... in this one ...
    "start": pl.Date(),  # ... from this day on, until the next rate of the pair
    "rate": pl.Int64(),  # times RATE_SCALE
}
PAYMENTS: Schema = {
    "deal": pl.Int64(),
    "key": pl.String(),  # external id: payments of one day are ordered by it
    "date": pl.Date(),
    "amount": pl.Int64(),  # minor units of the deal's currency; negative: paid back
}
SHARES: Schema = {
    "deal": pl.Int64(),
    "payee": pl.Int64(),
    "role": pl.String(),
    "share": pl.Int64(),  # parts per million, positive; those of a (deal, role) add up to 1,000,000 at most
}
CREDITED: Schema = {  # who shared a deal when a closed statement credited it: wanted where others share it now
    "deal": pl.Int64(),
    "payee": pl.Int64(),  # whose share it was, whoever was credited through her
    "role": pl.String(),
    "share": pl.Int64(),  # parts per million
    "start": pl.Date(),  # of what the statement covers
    "end": pl.Date(),  # exclusive
}
RELATIONS: Schema = {  # whose shares give a payee credit, beside her own
    "payee": pl.Int64(),
    "source": pl.Int64(),
    "of": pl.String(),  # reports or team; of team, every payee is a source of herself
    "depth": pl.Int64(),  # of reports, from 1: how many reporting lines lie between; of team null
    "team": pl.Int64(),  # of team: which; of reports null
    "start": pl.Date(),
    "end": pl.Date(),  # exclusive; null: open
}
ASSIGNMENTS: Schema = {
    "payee": pl.Int64(),
    "plan_version": pl.Int64(),
    "start": pl.Date(),
    "end": pl.Date(),  # exclusive; null: open
}
QUOTAS: Schema = {
    "payee": pl.Int64(),
    "plan": pl.Int64(),
    "kind": pl.String(),  # a QuotaKind
    "component": pl.String(),  # key; empty: of every component that has none of its own in that window
    "window": pl.String(),  # month, quarter, half, year
    "window_start": pl.Date(),
    "quota": pl.Int64(),  # for that whole window: minor units; of kind units, millionths
}
TENURES: Schema = {  # who is on which plan, whatever its versions
    "payee": pl.Int64(),
    "plan": pl.Int64(),
    "start": pl.Date(),
    "end": pl.Date(),  # exclusive; null: open
}
LEAVES: Schema = {  # when people were away; of one person they don't overlap
    "payee": pl.Int64(),
    "start": pl.Date(),
    "end": pl.Date(),  # exclusive; null: open
}
PAYEES: Schema = {
    "payee": pl.Int64(),
    "key": pl.String(),  # external id or e-mail: equal shares with equal remainders get the odd cent in this order
}

KPIS: Schema = {
    "payee": pl.Int64(),
    "kpi": pl.String(),  # key
    "period": pl.String(),  # month, quarter, half, year
    "period_start": pl.Date(),
    "value": pl.Int64(),  # millionths, rounded down: of 1 for a share, of a major unit for money
}
SCORES: Schema = {  # what managers gave
    "payee": pl.Int64(),
    "plan": pl.Int64(),
    "component": pl.String(),  # key
    "objective": pl.String(),  # key; empty where the component has none
    "window": pl.String(),  # month, quarter, half, year
    "window_start": pl.Date(),
    "score": pl.Int64(),  # parts per million, not below 0
}

LINES: Schema = {
    "payee": pl.Int64(),
    "plan": pl.Int64(),
    "plan_version": pl.Int64(),
    "component": pl.String(),  # key
    "kind": pl.String(),  # a LineKind
    "deal": pl.Int64(),  # null unless the line is a credit's
    "role": pl.String(),  # empty without a deal
    "via": pl.Int64(),  # whose share of the deal it is, where it isn't the payee's own
    "event": pl.String(),  # booked, invoiced, paid, cancelled: what gave the credit, or took it back; null without one
    # place of the credit among the payee's credits of the range, from 0: by date, key, plan, role, via's key;
    # below 0, by date and plan, for lines without a deal
    "seq": pl.Int32(),
    "date": pl.Date(),
    "exchange_rate": pl.Int64(),  # times RATE_SCALE; null where the deal is in the plan's currency
    "rate_column": pl.Int64(),  # place of the rate table's column that it earns, from 0; null without a table
    "share": pl.Int64(),  # parts per million of the deal; null without one
    "credited": pl.Int64(),  # minor units: the payee's share of the base
    "window_start": pl.Date(),  # of window deal: the deal's own date
    "quota": pl.Int64(),  # minor units, null when the component isn't against quota
    "target": pl.Int64(),  # minor units, null when the component doesn't pay shares of a target incentive
    "x0": pl.Int64(),  # minor units: where the payee stood in the window before this credit
    "x1": pl.Int64(),  # and after it; x1 - x0 = credited
    "multiplier": pl.Int64(),  # millionths: what the pay is multiplied by; null when the component has no multiplier
    "multiplier_value": pl.Int64(),  # millionths: what of the KPI or the other component led to it; null when unknown
    "y0": pl.Int64(),  # minor units: the curve's pay at x0, times the multiplier, rounded
    "y1": pl.Int64(),  # and at x1
    "uncapped": pl.Int64(),  # y1 - y0
    "deals_before": pl.Int64(),  # of a spiff: how many deals took a place before this one; null where none is asked for
    "paid_before": pl.Int64(),  # minor units: what those were paid of the budget; null without one
    "pool": pl.String(),  # of a line that is a part of a team's pool: see `modify.pools.divided`; null else
    "amount": pl.Int64(),  # minor units paid by this line, after floor and caps
    "about": pl.Int64(),  # of a true-up: the closed period that it is about; null else
    "was": pl.Int64(),  # of a true-up, minor units: what had been posted for that period; null else
}
TRUE_UP_DEALS: Schema = {  # of the deals of true-ups, as they are now
    "deal": pl.Int64(),
    "amount": pl.Int64(),  # minor units of its own currency
    "invoiced": pl.Date(),
}
STATEMENTS: Schema = {
    "payee": pl.Int64(),
    "plan": pl.Int64(),
    "plan_version": pl.Int64(),
    "currency": pl.String(),
    "total": pl.Int64(),  # the sum of the lines
    "payable": pl.Int64(),
}
BALANCES: Schema = {
    "payee": pl.Int64(),
    "plan": pl.Int64(),
    "owed": pl.Int64(),  # minor units, from the statement before
    "number": pl.Int64(),  # of the payee's statements on this plan, from 0
    "left": pl.Date(),  # the first day no longer on the plan; null: none
}
EARLIER: Schema = {  # what earlier statements' lines earned of which something may still be due, or be taken back
    "payee": pl.Int64(),
    "plan": pl.Int64(),
    "plan_version": pl.Int64(),
    "component": pl.String(),
    "deal": pl.Int64(),  # null: of no deal
    "role": pl.String(),
    "kind": pl.String(),
    "event": pl.String(),
    "date": pl.Date(),
    "credited": pl.Int64(),
    "amount": pl.Int64(),  # minor units
    "deal_amount": pl.Int64(),  # as the deal is now, minor units of its own currency
    "deal_invoiced": pl.Date(),
}
RELEASED: Schema = {  # what earlier statements paid of those
    "payee": pl.Int64(),
    "plan": pl.Int64(),
    "component": pl.String(),
    "deal": pl.Int64(),
    "role": pl.String(),
    "earned_on": pl.Date(),  # of the first of the lines
    "plan_version": pl.Int64(),
    "amount": pl.Int64(),  # minor units
    "held": pl.Int64(),  # what of them the last statement left held back
}
RELEASES: Schema = {  # what a statement pays of what was earned with one deal, in it and before it
    "payee": pl.Int64(),
    "plan": pl.Int64(),
    "plan_version": pl.Int64(),  # of the first of the lines
    "component": pl.String(),
    "deal": pl.Int64(),
    "role": pl.String(),
    "earned_on": pl.Date(),  # the first of the lines
    "earned": pl.Int64(),  # minor units: by lines of this statement
    "held": pl.Int64(),  # what of that isn't paid yet; of a reversal, what was held and no longer is: below zero
    "released": pl.Int64(),  # paid now of what earlier statements earned
    "held_after": pl.Int64(),  # of all that was earned with it so far
    "due": pl.String(),  # the share due, such as 7/10
    "states": pl.String(),  # how far each part of the payout is due, such as "1 2/5"
}
SETTLEMENTS: Schema = {  # one row for each payee and plan whose payable isn't simply what was earned; see terms.Settled
    "payee": pl.Int64(),
    "plan": pl.Int64(),
    "plan_version": pl.Int64(),  # whose terms hold: the one in force last
    "earned": pl.Int64(),
    "held": pl.Int64(),
    "released": pl.Int64(),
    "advanced": pl.Int64(),
    "recovered": pl.Int64(),
    "forgiven": pl.Int64(),
    "carried": pl.Int64(),
    "owed_before": pl.Int64(),
    "owed_after": pl.Int64(),
    "held_after": pl.Int64(),
    "payable": pl.Int64(),
}
GRANTED: Schema = {  # what closed statements have paid of spiffs
    "plan": pl.Int64(),
    "plan_version": pl.Int64(),
    "component": pl.String(),
    "payee": pl.Int64(),
    "deal": pl.Int64(),
    "role": pl.String(),
    "via": pl.Int64(),
    "amount": pl.Int64(),  # minor units
    "begun": pl.Date(),  # the first day of the spiff
}
GRANTED_DAYS: Schema = {  # of the periods of those statements
    "plan": pl.Int64(),
    "start": pl.Date(),
    "end": pl.Date(),  # exclusive
}
NOTICES: Schema = {
    "payee": pl.Int64(),
    "deal": pl.Int64(),  # null when it concerns a whole window
    "code": pl.String(),  # a Notice
    "detail": pl.String(),  # data, not prose: what the code is about
}


class LineKind(StrEnum):
    """What a line pays for."""

    CREDIT = "credit"  # a payee's part of a deal
    CARRIED = "carried"  # what the component's cap took in windows before
    SCORE = "score"  # what a manager gave for a window
    TRUE_UP = "true_up"  # what a closed period would pay now, less what was posted for it


class QuotaKind(StrEnum):
    """What a payee is expected to sell, or to earn."""

    AMOUNT = "amount"  # money
    UNITS = "units"  # units or deals
    TARGET = "target"  # the target incentive


class Notice(StrEnum):
    """Why a credit didn't count. `detail` is data for the reader's sentence."""

    RATE_MISSING = "rate_missing"  # detail: the deal's currency, the plan's, the closing date: "EUR USD 2026-01-31"
    CURRENCY_DIFFERS = "currency_differs"  # detail: the deal's currency, the plan's: "EUR USD"
    MULTIPLIER_MISSING = "multiplier_missing"  # detail: component, KPI or other component, period: "a csat 2026-03"
    QUOTA_MISSING = "quota_missing"  # detail: component key, window label: "new-business 2026-Q1"
    TARGET_MISSING = "target_missing"  # the same
    QUOTA_AT_NOTHING = "quota_at_nothing"  # the same: of the one that is set nothing counts
    TARGET_AT_NOTHING = "target_at_nothing"  # the same
    ON_LEAVE = "on_leave"  # detail: the day of leave on which the deal closed, the plan: "2026-03-12 Sales"
    SCORE_MISSING = "score_missing"  # detail: component key, window, objectives without one: "mbo 2026-Q1 crm,talks"
    NOT_ASSIGNED = "not_assigned"  # detail: the deal's closing date, on which the payee had no plan
    FACT_MISSING = "fact_missing"  # detail: component key, what its base reads and the deal lacks: "profit cost"
    COLUMN_MISSING = "column_missing"  # detail: component key, its `by`: "sales product.family"
    SHARES_OVER_WHOLE = "shares_over_whole"  # detail: the role whose shares add up to more than 100 %


def empty(schema: Schema) -> pl.DataFrame:
    """A frame without rows, such as `empty(QUOTAS)`."""
    return pl.DataFrame(schema=schema)


NO_NOTICES = empty(NOTICES)


def notices(frame: pl.DataFrame, code: Notice, detail: pl.Expr) -> pl.DataFrame:
    """The frame's rows (payee, deal) as notices."""
    if frame.is_empty():
        return NO_NOTICES
    return frame.select("payee", "deal", code=pl.lit(code.value), detail=detail).cast(NOTICES)  # type: ignore[arg-type]
