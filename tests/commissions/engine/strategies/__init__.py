"""Random plans of every kind and the deals to try them on; small round numbers, so that boundaries are hit often."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import zip_longest
from typing import Any

from hypothesis import strategies as st

from commissions.engine.document import PlanDocument
from tests.commissions.engine.item_strategies import with_items
from tests.commissions.engine.oracle import TEAMS, Assigned, Deal, Facts, Leave, Member, Payment, Reports, Share, Then
from tests.commissions.engine.strategies.plans import BASES, CONDITIONS, RATES, WINDOWS, YEAR_STARTS, documents

__all__ = ["BASES", "CONDITIONS", "RATES", "YEAR_STARTS", "documents", "facts"]

PAYEES = ("ana", "ben", "cia")
DAYS = st.sampled_from(
    [
        date(2026, month, day)
        for month, day in ((1, 1), (1, 31), (2, 1), (3, 31), (4, 1), (6, 30), (7, 1), (10, 15), (12, 31))
    ]
)
EXCHANGE = (Fraction(1), Fraction("1.085"), Fraction("0.000061"), Fraction("163.333333333333"))
AMOUNTS = st.one_of(st.sampled_from([0, 50, 100, 150, 250, 500, 1000]), st.integers(0, 2000))
VALUES = st.sampled_from(
    [Fraction(0), Fraction(-1, 3), Fraction(4, 5), Fraction(79_999_999, 100_000_000), Fraction(82, 100), Fraction(3, 2)]
)
MEASURED = [(payee, period) for payee in PAYEES[:2] for period in ("month", "quarter")]


SPLITS = st.sampled_from(
    [
        [("ana", 1_000_000)],
        [("ben", 1_000_000)],
        [("ana", 500_000), ("ben", 500_000)],
        [("ana", 333_334), ("ben", 333_333), ("cia", 333_333)],
        [("ben", 600_000), ("cia", 400_000)],
        [("ana", 250_000), ("ben", 125_000)],
    ]
)


@st.composite
def deals(draw: st.DrawFn, currency: str, *, reversible: bool = False) -> Deal:
    """A reversible one has an amount whose sign says whether it is a refund."""
    places = {"USD": 2, "JPY": 0, "KWD": 3}[currency]
    whole = draw(AMOUNTS) * 10**places + draw(st.sampled_from([0, 0, 0, 1, 5, -1]))
    whole = whole or 1 if reversible else whole
    closed = draw(DAYS)
    other = "EUR" if draw(st.integers(0, 9)) == 0 else currency
    deal = Deal(
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
    return draw(with_items(deal, reversible=reversible))


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
    shares = [Share(deal.key, payee, ppm) for payee, ppm in draw(SPLITS)]
    if draw(st.integers(0, 3)) == 0:
        shares += [Share(deal.key, payee, ppm, "helper") for payee, ppm in draw(SPLITS)]
    return shares


@st.composite
def credited_of(draw: st.DrawFn, deal: Deal) -> list[Then]:
    """Others who shared it in the time of a closed statement or two, which may cover the same days."""
    if draw(st.integers(0, 3)):
        return []
    january, march, april = date(2026, 1, 1), date(2026, 3, 1), date(2026, 4, 1)
    days = [(january, date(2026, 2, 1)), (march, april), (january, april)]
    return [
        Then(deal.key, payee, ppm, role, *each)
        for each in draw(st.lists(st.sampled_from(days), min_size=1, max_size=2, unique=True))
        for role in draw(st.sampled_from([["owner"], ["owner"], ["owner", "helper"]]))
        for payee, ppm in draw(SPLITS)
    ]


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
        away = timedelta(days=draw(st.sampled_from([0, 0, 30])))  # a break, after which she is on the plan anew
        assignments.append(Assigned("ana", 2, change + away, draw(st.sampled_from([None, date(2026, 12, 1)]))))
    parts = [part for each in documents_.values() for part in each.components]
    together = any((part.spiff and part.spiff.is_limited) or part.pool for part in parts)
    # a plan has one version a day: what is shared among all on it asks for that
    ben_changes = change if versions > 1 and together and change > date(2026, 1, 31) else None
    ben_starts = 2 if together and versions > 1 and not ben_changes else 1
    assignments.append(Assigned("ben", ben_starts, date(2026, 1, 31), ben_changes))
    if ben_changes:
        assignments.append(Assigned("ben", 2, ben_changes))
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
        credited=() if reversible else tuple(each for deal in facts_.values() for each in draw(credited_of(deal))),
        scores=draw(scores()),
        kpis={pair: draw(VALUES) for pair in draw(st.sets(st.sampled_from(MEASURED)))},
        reports=draw(reporting_lines()),
        members=draw(memberships(one_at_a_time=has_pool(documents_))),
        leaves=draw(leaves()),
    )


@st.composite
def leaves(draw: st.DrawFn) -> tuple[Leave, ...]:
    """Of each person at most two, that don't overlap; days on which deals close lie in them and beside them."""
    days = [date(2026, *day) for day in ((1, 1), (1, 20), (2, 1), (3, 2), (4, 1), (6, 30), (10, 16), (12, 31))]
    found = []
    for name in PAYEES:
        ends = sorted(draw(st.lists(st.sampled_from(days), max_size=4, unique=True)))
        found += [Leave(name, start, end) for start, end in zip_longest(ends[::2], ends[1::2])]
    return tuple(found)


@st.composite
def scores(draw: st.DrawFn) -> dict[tuple[str, str, str], int]:
    """Of some objectives, and of some components as a whole."""
    objectives = ("", "crm", "talks", "books", "gone")
    some = st.tuples(st.sampled_from(PAYEES[:2]), st.sampled_from(["a", "b", "c"]), st.sampled_from(objectives))
    sizes = st.sampled_from([0, 333_333, 500_000, 799_999, 800_000, 1_000_000, 1_100_000])
    return draw(st.dictionaries(some, sizes, max_size=12))


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


def has_pool(documents_: dict[int, PlanDocument]) -> bool:
    return any(part.pool for document in documents_.values() for part in document.components)


@st.composite
def memberships(draw: st.DrawFn, *, one_at_a_time: bool) -> tuple[Member, ...]:
    """Here somebody may be in two teams, and in one of them twice: she counts once. Not where teams have pools."""
    ends = st.sampled_from([date(2025, 1, 1), *(date(2026, *day) for day in ((1, 31), (2, 1), (3, 31), (7, 1)))])
    if one_at_a_time:
        found = []
        for name in PAYEES:
            teams = draw(st.lists(st.sampled_from(["west", "west", "east", ""]), min_size=1, max_size=2))
            change = draw(ends)
            spans = [(date(2025, 1, 1), None)] if len(teams) == 1 else [(date(2025, 1, 1), change), (change, None)]
            found += [Member(name, team, *span) for team, span in zip(teams, spans, strict=True) if team]
        return tuple(row for row in found if row.start != row.end)
    rows = st.tuples(st.sampled_from(PAYEES), st.sampled_from(["west", "east"]), DAYS, st.one_of(st.none(), DAYS))
    return tuple(Member(*row) for row in draw(st.lists(rows, max_size=5)) if row[3] is None or row[2] < row[3])


@st.composite
def quotas(draw: st.DrawFn, currency: str) -> dict[tuple[str, str], int]:
    unit = {"USD": 100, "JPY": 1, "KWD": 1000}[currency]
    sizes = st.sampled_from([0, 100 * unit, 333 * unit, 1000 * unit, 777 * unit + 1])
    return {(whose, window): draw(sizes) for whose in (*PAYEES[:2], *TEAMS) for window in WINDOWS}


@st.composite
def unit_quotas(draw: st.DrawFn) -> dict[tuple[str, str], int]:
    sizes = st.sampled_from([0, 2_000_000, 3_500_000, 4_333_333])
    return {(whose, window): draw(sizes) for whose in (*PAYEES[:2], *TEAMS) for window in WINDOWS}


@st.composite
def own_quotas(draw: st.DrawFn) -> dict[tuple[str, str, str], int]:
    """Of Ana and of a team, for some components and whatever window."""
    kinds, keys = st.sampled_from(["amount", "units", "target"]), st.sampled_from(["a", "b", "c"])
    whose = st.sampled_from(["ana", "east"])
    picked = draw(st.lists(st.tuples(kinds, whose, keys), max_size=3, unique=True))
    return {each: draw(st.sampled_from([12_345, 3_000_000])) for each in picked}
