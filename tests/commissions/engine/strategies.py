"""Random plans of every kind and the deals to try them on; small round numbers, so that boundaries are hit often."""

from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from commissions.engine.document import PlanDocument, from_json
from tests.commissions.engine.oracle import Assigned, Deal, Facts, Member, Payment, Reports, Share
from tests.commissions.engine.table_strategies import tables

PAYEES = ("ana", "ben", "cia")
DAYS = st.sampled_from(
    [
        date(2026, month, day)
        for month, day in ((1, 1), (1, 31), (2, 1), (3, 31), (4, 1), (6, 30), (7, 1), (10, 15), (12, 31))
    ]
)
TRIGGERS = ("invoiced", "paid", "paid_in_full")
OF: tuple[dict[str, Any], ...] = (
    {},
    {},
    {},
    {"of": "reports"},
    {"of": "reports", "depth": [1]},
    {"of": "reports", "depth": [2]},
    {"of": "team"},
)
EXCHANGE = (Fraction(1), Fraction("1.085"), Fraction("0.000061"), Fraction("163.333333333333"))
WINDOWS = ("month", "quarter", "half", "year")
RATES = st.sampled_from(["0", "1%", "5%", "7.25%", "12%", "33.3333333%", "-2%", "0.000001", "100%", "0.125"])
PAYS_PER_UNIT = st.sampled_from(["0", "1", "25", "0.0075", "33.333333333", "-2", "0.5", "1000"])
AMOUNTS = st.one_of(st.sampled_from([0, 50, 100, 150, 250, 500, 1000]), st.integers(0, 2000))
FLOORS = st.sampled_from([1, 5, 20, 60, 400])
PLAN_CAPS = [{"per": per, "amount": amount} for per, amount in (("month", "30"), ("quarter", "100"), ("year", "45"))]
YEAR_STARTS = st.sampled_from(["january", "january", "february", "april", "december"])
TIMES = ("0%", "50%", "100%", "120%", "33.3333%", "250%")
VALUES = st.sampled_from(
    [Fraction(0), Fraction(-1, 3), Fraction(4, 5), Fraction(79_999_999, 100_000_000), Fraction(82, 100), Fraction(3, 2)]
)
MEASURED = [(payee, period) for payee in PAYEES[:2] for period in ("month", "quarter")]
CONDITIONS = (
    'deal.type = "new"',
    'deal.type != "new"',
    'not deal.type in ["new", "renewal"]',
    'product.family not in ["Focus"] or customer.country = "ID"',
    "deal.quantity >= 2 and deal.opened < 2026-02-01",
    "deal.opened > deal.closed or deal.closed in [2026-01-31, 2026-04-01]",
    "deal.discount > 10% or not deal.discount * 2 <= 0.5",
    "deal.term >= 12 and not deal.invoiced > 2026-02-01",
    'deal.custom.region != "west" or deal.custom.seats in [5, 12.5]',
    "not deal.custom.seats < 10",
    "deal.cancelled >= deal.closed",
)
MONEY_CONDITIONS = (
    "deal.margin > 50 or deal.tax <= 10",
    "not deal.cost * 2 > deal.amount",
    "deal.amount >= 100",
    "deal.amount - 50 < 2 * deal.amount / 3",
    "-deal.amount in [100, -250]",
)
BASES = ("deal.amount", "deal.amount * 50%", "deal.amount / 3", "(deal.amount + deal.amount) * 0.33")
MONEY_BASES = (
    "deal.margin",
    "deal.margin * 40% - deal.tax",
    "deal.amount - deal.tax",
    "2 * (deal.cost - 7) / 3",
    "deal.amount - 10.5",
    "deal.amount * 2 - (deal.amount + 1) / 7",
)


THRESHOLDS = {
    "amount": ["50", "100", "150", "250", "333", "500", "1000"],
    "quota": ["25%", "50%", "75%", "100%", "110.5%", "33.3333333%", "150%", "200%"],
    "units": ["0.5", "1", "2", "2.5", "3", "4.333333", "6"],
}


@st.composite
def thresholds(draw: st.DrawFn, kind: str, count: int) -> list[str]:
    picked = draw(st.lists(st.sampled_from(THRESHOLDS[kind]), unique=True, max_size=count))
    return ["0", *sorted(picked, key=lambda text: float(text.rstrip("%")))]


@st.composite
def prices(draw: st.DrawFn, prices_: str) -> dict[str, str]:
    return {"pay_per_unit": draw(PAYS_PER_UNIT)} if prices_ == "units" else {"rate": draw(RATES)}


@st.composite
def curves(draw: st.DrawFn, tiers: str, kind: str, paid: str) -> list[dict[str, str]]:
    starts = draw(thresholds(kind, 3))
    is_share = paid == "target"
    shares = st.sampled_from(["0", "33.3%", "50%", "100%", "-10%"])
    if tiers in ("marginal", "retroactive"):
        rows = [{"from": start} | draw(prices(paid)) for start in starts]
        for row in rows[1:]:
            if draw(st.integers(0, 2)) == 0:
                row["bonus"] = draw(shares if is_share else st.integers(-50, 500).map(str))
        return rows
    points = [{"from": "0", "pay": "0"}]
    most = 2 if tiers == "interpolated" else 1  # two at one place: a jump
    for start in starts[1:] or ["1"]:
        pays = draw(st.lists(shares if is_share else st.integers(-50, 900).map(str), min_size=1, max_size=most))
        points += [{"from": start, "pay": pay} for pay in pays]
    return points


@st.composite
def payouts(draw: st.DrawFn) -> list[dict[str, str]]:
    """Parts that add up to the whole, most of them due upon something."""
    shares = draw(st.sampled_from([["100%"], ["50%", "50%"], ["33.33%", "66.67%"], ["0.1%", "24.9%", "75%"]]))
    times = st.sampled_from(
        [("due", due) for due in ("at_once", "invoiced", "paid", "paid", "paid_in_full")]
        + [("after", "1 month"), ("after", "45 days"), ("on_date", "2026-04-15")]
    )
    return [{"share": share} | dict([draw(times)]) for share in shares]


@st.composite
def limits(draw: st.DrawFn, *, reversible: bool) -> dict[str, Any]:
    """A floor, a cap, both or none. A floor for longer than a deal stays when the deal that opened its window goes."""
    found: dict[str, Any] = {}
    if draw(st.booleans()):
        per = draw(st.sampled_from(("deal", "month", *WINDOWS)))
        found["cap"] = {"per": per, "amount": str(draw(st.sampled_from([1, 10, 25, 40, 333])))}
        if per not in ("deal", "year") and draw(st.integers(0, 2)):
            found["cap"]["excess"] = "carry"
    if draw(st.integers(0, 3)) == 0:
        per = draw(st.sampled_from(("deal",) if reversible else ("deal", *WINDOWS)))
        if per != found.get("cap", {}).get("per"):
            found["floor"] = {"per": per, "amount": str(draw(FLOORS))}
    return found


@st.composite
def components(draw: st.DrawFn, key: str, *, reversible: bool) -> dict[str, Any]:
    tiers = draw(st.sampled_from(["flat", "marginal", "retroactive", "interpolated", "stepped"]))
    measure = draw(st.sampled_from(["amount", "amount", "quantity", "count"]))
    against = draw(st.sampled_from(["amount", "quota"]))
    kind = "quota" if against == "quota" else against if measure == "amount" else "units"
    may_pay_target = against == "quota" or tiers in ("interpolated", "stepped")
    on_target = may_pay_target and draw(st.integers(0, 2)) == 0
    paid = "target" if on_target else "amount" if measure == "amount" else "units"
    window = draw(st.sampled_from(WINDOWS if against == "quota" or on_target else ("deal", *WINDOWS)))
    component = {
        "key": key,
        "name": key,
        "measure": measure,
        "tiers": tiers,
        "against": against,
        "window": window,
        "starts_when": draw(st.sampled_from(["reached", "exceeded"])),
        "credit": {
            "roles": draw(st.sampled_from([["owner"], ["owner", "helper"]])),
            "trigger": draw(st.sampled_from(["booked", "booked", "booked", *([] if reversible else TRIGGERS)])),
            **draw(st.sampled_from(OF)),
        },
    }
    if on_target:
        component["pays"] = "target"
    if measure == "amount":
        component["base"] = draw(st.sampled_from(BASES if reversible else BASES + MONEY_BASES))
    if draw(st.booleans()):
        component["when"] = draw(st.sampled_from(CONDITIONS if reversible else CONDITIONS + MONEY_CONDITIONS))
    component |= draw(limits(reversible=reversible))
    if draw(st.integers(0, 2)) == 0:
        component["payout"] = draw(payouts())
    component |= draw(prices(paid)) if tiers == "flat" else {"curve": draw(curves(tiers, kind, paid))}
    is_additive = tiers in ("flat", "marginal") and not (reversible and tiers == "marginal" and window != "deal")
    if (is_additive or (tiers == "retroactive" and window == "deal")) and draw(st.integers(0, 2)) == 0:
        component |= draw(tables(component, prices(paid), reversible=reversible))
    return component


@st.composite
def multipliers(draw: st.DrawFn) -> list[dict[str, str]]:
    starts = draw(st.lists(st.sampled_from(["25%", "50%", "80%", "95%", "100%", "150%"]), unique=True, min_size=1))
    rows = ["0%", *sorted(starts, key=lambda text: float(text.rstrip("%")))]
    return [{"from": start, "times": draw(st.sampled_from(TIMES))} for start in rows]


@st.composite
def multiplied(draw: st.DrawFn, parts: list[dict[str, Any]], period: str) -> list[dict[str, Any]]:
    """Some of the components with a multiplier, by a KPI or by a component after it."""
    for index, part in enumerate(parts):
        others = [other["key"] for other in parts[index + 1 :] if other["against"] == "quota"]
        others = others if period == "month" else []
        reads = draw(st.sampled_from([None, None, "kpi", *(["component"] if others else [])]))
        if reads:
            key = "csat" if reads == "kpi" else draw(st.sampled_from(others))
            part["multiply"] = {reads: key, "curve": draw(multipliers())}
    return parts


@st.composite
def quota_rules(draw: st.DrawFn) -> dict[str, Any]:
    prorate = draw(st.sampled_from([None, "calendar_days", "working_days", "30_360"]))
    ramp = draw(st.sampled_from([[], ["50%"], ["0%", "33.3%", "75%"], ["25%"] * 14]))
    rules = {"ramp": ramp} | ({"prorate": prorate} if prorate else {})
    return {"quotas": rules} if (prorate or ramp) and draw(st.integers(0, 2)) == 0 else {}


@st.composite
def documents(draw: st.DrawFn, currency: str, year_starts: str = "january", *, reversible: bool) -> PlanDocument:
    period = draw(st.sampled_from(["month", "month", "quarter"]))
    keys: list[str] = draw(st.lists(st.sampled_from(["a", "b", "c"]), unique=True, min_size=1, max_size=3))
    parts: list[dict[str, Any]] = [draw(components(key, reversible=reversible)) for key in keys]
    on_target = [part for part in parts if part.get("pays") == "target"]
    is_weighted: bool = draw(st.booleans())
    if on_target and is_weighted:
        weights = {1: ["100%"], 2: ["33.3%", "66.7%"], 3: ["20%", "30%", "50%"]}[len(on_target)]
        for part, weight in zip(on_target, weights, strict=True):
            part["weight"] = weight
    reads_goals = any("quota" in part["against"] or "pays" in part for part in parts)
    said: dict[str, Any] = {
        **(draw(quota_rules()) if reads_goals else {}),
        "plan": "Random",
        "currency": currency,
        "period": period,
        "fiscal_year_starts": year_starts,
        "cap": draw(st.sampled_from([None, None, None, *PLAN_CAPS])),
        "rounding": draw(st.sampled_from(["half_up", "half_even"])),
        "other_currencies": draw(st.sampled_from(["refuse", "convert"])),
        "components": draw(multiplied(parts, period)),
    }
    if draw(st.booleans()):
        within, mode = draw(st.sampled_from([30, 90, 365])), draw(st.sampled_from(["full", "prorated"]))
        said["clawback"] = {"within_days": within, "mode": mode}
    return from_json(said)


@st.composite
def deals(draw: st.DrawFn, currency: str, *, reversible: bool = False) -> Deal:
    """A reversible one has an amount whose sign says whether it is a refund."""
    places = {"USD": 2, "JPY": 0, "KWD": 3}[currency]
    whole = draw(AMOUNTS) * 10**places + draw(st.sampled_from([0, 0, 0, 1, 5, -1]))
    whole = whole or 1 if reversible else whole
    closed = draw(DAYS)
    other = "EUR" if draw(st.integers(0, 9)) == 0 else currency
    return Deal(
        key=f"D{draw(st.integers(0, 10**6))}",
        closed=closed,
        invoiced=None if reversible else draw(st.one_of(st.none(), DAYS)),
        cancelled=None if reversible or draw(st.integers(0, 3)) else max(closed, draw(DAYS)),
        amount=whole * draw(st.sampled_from([1, 1, 1, -1])),
        currency=other,
        opened=draw(st.sampled_from([None, date(2025, 12, 1), date(2026, 3, 1)])),
        quantity=draw(st.integers(1 if reversible else -1, 3)),
        type=draw(st.sampled_from([None, "new", "renewal"])),
        product_family=draw(st.sampled_from([None, "Focus", "Core"])),
        customer_country=draw(st.sampled_from([None, "ID", "SG"])),
        **draw(later_facts(whole)),
    )


@st.composite
def later_facts(draw: st.DrawFn, amount: int) -> dict[str, Any]:
    """What is known of a deal beside the sale itself: often nothing."""
    custom = {
        "region": draw(st.sampled_from([None, "west", "east"])),
        "seats": draw(st.sampled_from([None, "5", "12.50", "-3", "many", "1.", " 10 ", "1234567890123"])),
    }
    return {
        "cost": draw(st.sampled_from([None, 0, amount // 2, amount, 7])),
        "tax": draw(st.sampled_from([None, 0, amount // 11])),
        "discount": draw(st.sampled_from([None, 0, 100_000, 125_000, 333_333, 1_000_000])),
        "term": draw(st.sampled_from([None, 0, 12, 36])),
        "custom": tuple((slug, value) for slug, value in custom.items() if value is not None),
    }


@st.composite
def shares_of(draw: st.DrawFn, deal: Deal) -> list[Share]:
    splits = (
        [("ana", 1_000_000)],
        [("ben", 1_000_000)],
        [("ana", 500_000), ("ben", 500_000)],
        [("ana", 333_334), ("ben", 333_333), ("cia", 333_333)],
        [("ben", 600_000), ("cia", 400_000)],
        [("ana", 250_000), ("ben", 125_000)],
    )
    shares = [Share(deal.key, payee, ppm) for payee, ppm in draw(st.sampled_from(splits))]
    if draw(st.integers(0, 3)) == 0:
        shares += [Share(deal.key, payee, ppm, "helper") for payee, ppm in draw(st.sampled_from(splits))]
    return shares


@st.composite
def payments_of(draw: st.DrawFn, deal: Deal) -> list[Payment]:
    """Some of a deal's amount, all of it, more; some of it back."""
    parts = draw(st.lists(st.sampled_from(["1/3", "1/2", "1", "-1/2", "2/7"]), max_size=3))
    return [
        Payment(deal.key, f"P{draw(st.integers(0, 99))}-{index}", draw(DAYS), int(deal.amount * Fraction(part)))
        for index, part in enumerate(parts)
    ]


@st.composite
def facts(draw: st.DrawFn, *, versions: int = 2, reversible: bool = False, most_deals: int = 10) -> Facts:
    """A plan of up to two versions, beside another plan, for two payees of three; nobody calculates Cia."""
    currency = draw(st.sampled_from(["USD", "JPY", "KWD"]))
    year = draw(YEAR_STARTS)  # of all versions of a plan
    documents_ = {number: draw(documents(currency, year, reversible=reversible)) for number in range(1, versions + 1)}
    facts_ = {deal.key: deal for deal in draw(st.lists(deals(currency, reversible=reversible), max_size=most_deals))}
    change = draw(st.sampled_from([date(2026, 1, 31), date(2026, 2, 1), date(2026, 7, 1)]))
    assignments = [Assigned("ana", 1, date(2025, 1, 1), change if versions > 1 else None)]
    if versions > 1:
        assignments.append(Assigned("ana", 2, change, draw(st.sampled_from([None, date(2026, 12, 1)]))))
    assignments.append(Assigned("ben", 1, date(2026, 1, 31)))
    plans = dict.fromkeys(documents_, 7)
    if draw(st.booleans()):
        documents_[9] = draw(documents(currency, draw(YEAR_STARTS), reversible=reversible))
        plans[9] = 8
        assignments.append(Assigned("ben", 9, date(2025, 1, 1)))
    return Facts(
        deals=tuple(facts_.values()),
        shares=tuple(share for deal in facts_.values() for share in draw(shares_of(deal))),
        assignments=tuple(assignments),
        quotas=draw(quotas(currency)),
        units=draw(unit_quotas()),
        targets=draw(quotas(currency)),
        own=draw(own_quotas()),
        versions=documents_,
        plans=plans,
        rates=draw(st.dictionaries(st.tuples(st.just("EUR"), DAYS), st.sampled_from(EXCHANGE), max_size=2)),
        payments=tuple(payment for deal in facts_.values() for payment in draw(payments_of(deal))),
        kpis={pair: draw(VALUES) for pair in draw(st.sets(st.sampled_from(MEASURED)))},
        reports=draw(reporting_lines()),
        members=draw(memberships()),
    )


@st.composite
def reporting_lines(draw: st.DrawFn) -> tuple[Reports, ...]:
    """Lines that change once in the year and never make a circle."""
    ranks = draw(st.sampled_from([("ana", "ben", "cia"), ("ben", "ana", "cia"), ("ben", "cia", "ana")]))
    found = []
    for rank, name in enumerate(ranks[1:], 1):
        above = (None, *ranks[:rank])
        change = draw(DAYS)
        spans = ((date(2025, 1, 1), change), (change, draw(st.sampled_from([None, date(2026, 12, 31)]))))
        managers = [draw(st.sampled_from(above)) for _span in spans]
        found += [Reports(name, manager, *span) for manager, span in zip(managers, spans, strict=True) if manager]
    return tuple(row for row in found if row.end is None or row.start < row.end)


@st.composite
def memberships(draw: st.DrawFn) -> tuple[Member, ...]:
    """Here somebody may be in two teams, and in one of them twice: she counts once."""
    rows = st.tuples(st.sampled_from(PAYEES), st.sampled_from(["west", "east"]), DAYS, st.one_of(st.none(), DAYS))
    return tuple(Member(*row) for row in draw(st.lists(rows, max_size=5)) if row[3] is None or row[2] < row[3])


@st.composite
def quotas(draw: st.DrawFn, currency: str) -> dict[tuple[str, str], int]:
    unit = {"USD": 100, "JPY": 1, "KWD": 1000}[currency]
    sizes = st.sampled_from([0, 100 * unit, 333 * unit, 1000 * unit, 777 * unit + 1])
    return {(payee, window): draw(sizes) for payee in PAYEES[:2] for window in WINDOWS}


@st.composite
def unit_quotas(draw: st.DrawFn) -> dict[tuple[str, str], int]:
    sizes = st.sampled_from([0, 2_000_000, 3_500_000, 4_333_333])
    return {(payee, window): draw(sizes) for payee in PAYEES[:2] for window in WINDOWS}


@st.composite
def own_quotas(draw: st.DrawFn) -> dict[tuple[str, str, str], int]:
    """Of Ana, for some components and whatever window."""
    kinds, keys = st.sampled_from(["amount", "units", "target"]), st.sampled_from(["a", "b", "c"])
    picked = draw(st.lists(st.tuples(kinds, keys), max_size=3, unique=True))
    return {(kind, "ana", key): draw(st.sampled_from([12_345, 3_000_000])) for kind, key in picked}
