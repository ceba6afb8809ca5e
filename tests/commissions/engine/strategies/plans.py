"""Random plans of every kind; small round numbers, so that boundaries are hit often."""

from datetime import date
from typing import Any

from hypothesis import strategies as st

from commissions.engine.document import PlanDocument, from_json
from tests.commissions.engine.event_strategies import clawbacks, repeats
from tests.commissions.engine.item_strategies import of_items
from tests.commissions.engine.table_strategies import tables

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
WINDOWS = ("month", "quarter", "half", "year")
RATES = st.sampled_from(["0", "1%", "5%", "7.25%", "12%", "33.3333333%", "-2%", "0.000001", "100%", "0.125"])
PAYS_PER_UNIT = st.sampled_from(["0", "1", "25", "0.0075", "33.333333333", "-2", "0.5", "1000"])
FLOORS = st.sampled_from([1, 5, 20, 60, 400])
PLAN_CAPS = [{"per": per, "amount": amount} for per, amount in (("month", "30"), ("quarter", "100"), ("year", "45"))]
YEAR_STARTS = st.sampled_from(["january", "january", "february", "april", "december"])
TIMES = ("0%", "50%", "100%", "120%", "33.3333%", "250%")
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


BLOCKS = {
    "amount": ["1", "25", "50", "100", "333"],
    "quota": ["5%", "10%", "33.3333333%", "100%"],
    "units": ["0.5", "1", "2", "3", "4.333333"],
}
THRESHOLDS = {
    "amount": ["50", "100", "150", "250", "333", "500", "1000"],
    "quota": ["25%", "50%", "75%", "100%", "110.5%", "33.3333333%", "150%", "200%"],
    "units": ["0.5", "1", "2", "2.5", "3", "4.333333", "6"],
    "score": ["50%", "80%", "81.0001%", "90%", "100%", "110.5%", "33.3333333%", "150%"],
}


@st.composite
def thresholds(draw: st.DrawFn, kind: str, count: int) -> list[str]:
    picked = draw(st.lists(st.sampled_from(THRESHOLDS[kind]), unique=True, max_size=count))
    return ["0", *sorted(picked, key=lambda text: float(text.rstrip("%")))]


@st.composite
def prices(draw: st.DrawFn, prices_: str) -> dict[str, str]:
    return {"pay_per_unit": draw(PAYS_PER_UNIT)} if prices_ == "units" else {"rate": draw(RATES)}


@st.composite
def blocks(draw: st.DrawFn, kind: str) -> dict[str, str]:
    return {"pay_per_block": draw(PAYS_PER_UNIT), "block": draw(st.sampled_from(BLOCKS[kind]))}


def priced(kind: str, paid: str) -> st.SearchStrategy[dict[str, str]]:
    """How one row pays: at a rate, or now and then by the block."""
    rates = prices(paid)
    return rates if paid == "target" else st.one_of(rates, rates, blocks(kind))


@st.composite
def curves(draw: st.DrawFn, tiers: str, kind: str, paid: str) -> list[dict[str, str]]:
    starts = draw(thresholds(kind, 3))
    is_share = paid == "target"
    shares = st.sampled_from(["0", "33.3%", "50%", "100%", "-10%"])
    if tiers in ("marginal", "retroactive"):
        rows = [{"from": start} | draw(priced(kind, paid)) for start in starts]
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
def payouts(draw: st.DrawFn, *, of_deals: bool = True) -> list[dict[str, str]]:
    """Parts that add up to the whole, most of them due upon something."""
    shares = draw(st.sampled_from([["100%"], ["50%", "50%"], ["33.33%", "66.67%"], ["0.1%", "24.9%", "75%"]]))
    times = st.sampled_from(
        [
            ("due", due)
            for due in (("at_once", "invoiced", "paid", "paid", "paid_in_full") if of_deals else ("at_once",))
        ]
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


SPIFF_DAYS = [date(2026, 1, 1), date(2026, 1, 31), date(2026, 3, 31)], [date(2026, 4, 1), date(2027, 1, 1)]


@st.composite
def spiffs(draw: st.DrawFn) -> dict[str, Any]:
    """Days, often with a number of deals, a budget or both; then small ones, so that they are used up."""
    first, budget = draw(st.sampled_from([(None, None), (None, 40), (1, None), (2, None), (3, 250), (2, 7)]))
    found: dict[str, Any] = {
        "from": draw(st.sampled_from(SPIFF_DAYS[0])),
        "until": draw(st.sampled_from(SPIFF_DAYS[1])),
    }
    found |= {} if budget is None else {"budget": str(budget)}
    return found | ({} if first is None else {"first": first, "per": draw(st.sampled_from(["plan", "payee"]))})


@st.composite
def components(draw: st.DrawFn, key: str, *, reversible: bool) -> dict[str, Any]:
    spiff = draw(spiffs()) if draw(st.integers(0, 3)) == 0 and not reversible else {}
    if "first" in spiff or "budget" in spiff:
        return draw(of_limited(key)) | {"spiff": spiff}
    if draw(st.integers(0, 4)) == 0 and not reversible:
        return draw(of_pool(key)) | ({"spiff": spiff} if spiff else {})
    found = draw(unlimited(key, reversible=reversible))
    return found | ({"spiff": spiff} if spiff else {})


@st.composite
def of_limited(draw: st.DrawFn, key: str) -> dict[str, Any]:
    """A component that pays each deal without looking at another."""
    tiers = draw(st.sampled_from(["flat", "flat", "marginal", "stepped"]))
    measure = draw(st.sampled_from(["amount", "amount", "count"]))
    component: dict[str, Any] = {
        "key": key,
        "name": key,
        "measure": measure,
        "tiers": tiers,
        "credit": {"roles": draw(st.sampled_from([["owner"], ["owner", "helper"]])), **draw(st.sampled_from(OF))},
    }
    if measure == "amount":
        component["base"] = draw(st.sampled_from(BASES + MONEY_BASES))
    if draw(st.booleans()):
        component["when"] = draw(st.sampled_from(CONDITIONS + MONEY_CONDITIONS))
    component = draw(of_items(component, reversible=False))
    limit = draw(st.sampled_from([None, None, ("cap", "25"), ("cap", "333"), ("floor", "5"), ("floor", "20")]))
    if limit:
        component[limit[0]] = {"per": "deal", "amount": limit[1]}
    if draw(st.integers(0, 2)) == 0:
        component["payout"] = draw(payouts())
    kind = "amount" if measure == "amount" else "units"
    if tiers == "flat":
        return component | draw(priced(kind, kind))
    return component | {"window": "deal", "curve": draw(curves(tiers, kind, kind))}


@st.composite
def of_pool(draw: st.DrawFn, key: str) -> dict[str, Any]:
    """A component that a team earns together."""
    tiers = draw(st.sampled_from(["flat", "marginal", "retroactive", "interpolated", "stepped"]))
    measure = draw(st.sampled_from(["amount", "amount", "quantity", "count"]))
    paid = "amount" if measure == "amount" else "units"
    against = draw(st.sampled_from(["amount", "quota"]))
    kind = "quota" if against == "quota" else paid
    component: dict[str, Any] = {
        "key": key,
        "name": key,
        "measure": measure,
        "tiers": tiers,
        "against": against,
        "window": draw(st.sampled_from(WINDOWS)),
        "pool": {"share": draw(st.sampled_from(["equal", "contribution"]))},
        "credit": {
            "of": "team",
            "roles": draw(st.sampled_from([["owner"], ["owner", "helper"]])),
            "trigger": draw(st.sampled_from(["booked", "booked", *TRIGGERS])),
        },
    }
    if measure == "amount":
        component["base"] = draw(st.sampled_from(BASES + MONEY_BASES))
    component = draw(of_items(component, reversible=False))
    component |= draw(limits(reversible=False))
    component.get("cap", {}).pop("excess", None)
    if draw(st.integers(0, 2)) == 0:
        component["payout"] = draw(payouts())
    return component | (draw(prices(paid)) if tiers == "flat" else {"curve": draw(curves(tiers, kind, paid))})


@st.composite
def unlimited(draw: st.DrawFn, key: str, *, reversible: bool) -> dict[str, Any]:
    tiers = draw(st.sampled_from(["flat", "marginal", "retroactive", "interpolated", "stepped"]))
    measure = draw(st.sampled_from(["amount", "amount", "quantity", "count"]))
    against = draw(st.sampled_from(["amount", "quota"]))
    kind = "quota" if against == "quota" else against if measure == "amount" else "units"
    may_pay_target = against == "quota" or tiers in ("interpolated", "stepped")
    on_target = may_pay_target and draw(st.integers(0, 2)) == 0
    paid = "target" if on_target else "amount" if measure == "amount" else "units"
    window = draw(st.sampled_from(WINDOWS if against == "quota" or on_target else ("deal", "plan", *WINDOWS)))
    component: dict[str, Any] = {
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
    component = draw(of_items(component, reversible=reversible))
    component |= draw(limits(reversible=reversible))
    if not reversible and component["credit"]["trigger"] in ("booked", "invoiced") and draw(st.integers(0, 3)) == 0:
        component["repeats"] = draw(repeats())
    if draw(st.integers(0, 2)) == 0:
        component["payout"] = draw(payouts())
    component |= draw(priced(kind, paid)) if tiers == "flat" else {"curve": draw(curves(tiers, kind, paid))}
    is_additive = tiers in ("flat", "marginal") and not (reversible and tiers == "marginal" and window != "deal")
    may_be_table = is_additive or (tiers == "retroactive" and window == "deal")
    if may_be_table and not has_blocks(component) and draw(st.integers(0, 2)) == 0:
        component |= draw(tables(component, prices(paid), reversible=reversible))
    return component


def has_blocks(part: dict[str, Any]) -> bool:
    return any("block" in row for row in (part, *part.get("curve", ())))


@st.composite
def score_components(draw: st.DrawFn, key: str) -> dict[str, Any]:
    """A component of scores: by objectives or one, paying shares of a target or amounts."""
    on_target = draw(st.booleans())
    tiers = draw(
        st.sampled_from(["interpolated", "stepped", *(["flat", "marginal", "retroactive"] if on_target else [])])
    )
    component: dict[str, Any] = {
        "key": key,
        "name": key,
        "measure": "score",
        "against": "amount",
        "tiers": tiers,
        "window": draw(st.sampled_from(WINDOWS)),
        "starts_when": draw(st.sampled_from(["reached", "exceeded"])),
    }
    weights = draw(st.sampled_from([(), ("100%",), ("33.3333%", "66.6667%"), ("50%", "0.5%", "49.5%")]))
    if weights:
        names = ("crm", "talks", "books")
        parts = [{"key": name, "name": name, "weight": weight} for name, weight in zip(names, weights, strict=False)]
        component["objectives"] = parts
    if on_target:
        component["pays"] = "target"
    if draw(st.booleans()):
        amount = str(draw(st.sampled_from([1, 10, 25, 40, 333])))
        component["cap"] = {"per": draw(st.sampled_from(WINDOWS)), "amount": amount}
        if component["cap"]["per"] != "year" and draw(st.booleans()):
            component["cap"]["excess"] = "carry"
    elif draw(st.integers(0, 2)) == 0:
        component["floor"] = {"per": draw(st.sampled_from(WINDOWS)), "amount": str(draw(FLOORS))}
    if draw(st.integers(0, 2)) == 0:
        component["payout"] = draw(payouts(of_deals=False))
    paid = "target" if on_target else "amount"
    return component | (draw(prices(paid)) if tiers == "flat" else {"curve": draw(curves(tiers, "score", paid))})


@st.composite
def multipliers(draw: st.DrawFn) -> list[dict[str, str]]:
    starts = draw(st.lists(st.sampled_from(["25%", "50%", "80%", "95%", "100%", "150%"]), unique=True, min_size=1))
    rows = ["0%", *sorted(starts, key=lambda text: float(text.rstrip("%")))]
    return [{"from": start, "times": draw(st.sampled_from(TIMES))} for start in rows]


@st.composite
def multiplied(draw: st.DrawFn, parts: list[dict[str, Any]], period: str) -> list[dict[str, Any]]:
    """Some of the components with a multiplier, by a KPI or by a component after it."""
    for index, part in enumerate(parts):
        others = [other["key"] for other in parts[index + 1 :] if _has_quota(other)]
        others = others if period == "month" else []
        reads = draw(st.sampled_from([None, None, "kpi", *(["component"] if others else [])]))
        if reads and not is_limited(part) and "pool" not in part:
            key = "csat" if reads == "kpi" else draw(st.sampled_from(others))
            part["multiply"] = {reads: key, "curve": draw(multipliers())}
    return parts


def _has_quota(part: dict[str, Any]) -> bool:
    """Of each payee: the quota of a pool is its team's."""
    return part.get("against") == "quota" and "pool" not in part


def is_limited(part: dict[str, Any]) -> bool:
    return bool({"first", "budget"} & part.get("spiff", {}).keys())


@st.composite
def quota_rules(draw: st.DrawFn) -> dict[str, Any]:
    prorate = draw(st.sampled_from([None, "calendar_days", "working_days", "30_360"]))
    ramp = draw(st.sampled_from([[], ["50%"], ["0%", "33.3%", "75%"], ["25%"] * 14]))
    rules = {"ramp": ramp} | ({"prorate": prorate} if prorate else {})
    return {"quotas": rules} if (prorate or ramp) and draw(st.integers(0, 2)) == 0 else {}


@st.composite
def leave_rules(draw: st.DrawFn, parts: list[dict[str, Any]], said: dict[str, Any]) -> dict[str, Any]:
    """What may stand beside these components and rules of quotas, and changes something."""
    rules = {}
    if any(part.get("measure") != "score" for part in parts) and draw(st.booleans()):
        rules["deals"] = "not_credited"
    if said.get("quotas", {}).get("prorate"):
        if any(part.get("against") == "quota" and "pool" not in part for part in parts) and draw(st.booleans()):
            rules["quotas"] = "prorated"
        if any(part.get("pays") == "target" for part in parts) and draw(st.booleans()):
            rules["targets"] = "prorated"
    return {"leave": rules} if rules else {}


@st.composite
def documents(draw: st.DrawFn, currency: str, year_starts: str = "january", *, reversible: bool) -> PlanDocument:
    period = draw(st.sampled_from(["month", "month", "quarter"]))
    keys: list[str] = draw(st.lists(st.sampled_from(["a", "b", "c"]), unique=True, min_size=1, max_size=3))
    either = [st.one_of(*[components(key, reversible=reversible)] * 3, score_components(key)) for key in keys]
    parts: list[dict[str, Any]] = [draw(each) for each in either]
    on_target = [part for part in parts if part.get("pays") == "target"]
    is_weighted: bool = draw(st.booleans())
    if on_target and is_weighted:
        weights = {1: ["100%"], 2: ["33.3%", "66.7%"], 3: ["20%", "30%", "50%"]}[len(on_target)]
        for part, weight in zip(on_target, weights, strict=True):
            part["weight"] = weight
    reads_goals = any(_has_quota(part) or "pays" in part for part in parts)
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
    if draw(st.integers(0, 2)) == 0 and not reversible:  # a refund is credited also on leave
        said |= draw(leave_rules(parts, said))
    if not reversible and draw(st.booleans()):  # there nothing is cancelled, and nobody pays for a reversal
        said["clawback"] = draw(clawbacks(parts))
        if any("pool" in part for part in parts):
            said["clawback"] = {"within_days": 90, "mode": draw(st.sampled_from(["full", "prorated"]))}
    return from_json(said)
