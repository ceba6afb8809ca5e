"""A made-up year of a large company for benchmarks: the same every time, without a seed or a file."""

from datetime import date

import polars as pl

from commissions.engine.calculate import Inputs
from commissions.engine.document import PlanDocument, load_plan
from commissions.engine.frames import ASSIGNMENTS, DEALS, PAYEES, QUOTAS, SHARES, WHOLE_SHARE

YEAR = date(2026, 1, 1), date(2027, 1, 1)
SPLIT_EVERY = 10  # one deal in so many is shared by two
_PLAN, _VERSION = 1, 1
_COMPONENTS = (
    """
  - key: new-business
    name: New business
    window: quarter
    against: quota
    tiers: marginal
    curve: [{from: 0%, rate: 5%}, {from: 50%, rate: 8%}, {from: 100%, rate: 12%}, {from: 150%, rate: 9.5%}]""",
    """
  - key: volume
    name: Volume bonus
    window: year
    tiers: retroactive
    curve: [{from: 0, rate: 0.5%}, {from: 250000, rate: 1%}, {from: 500000, rate: 1.25%}]
    cap: {per: year, amount: 15000}""",
    """
  - key: focus
    name: Focus product
    when: product.family = "Focus" and deal.amount >= 1000
    rate: 2%""",
)


def plan(components: int) -> PlanDocument:
    """A plan of so many components: marginal against quota, retroactive with a cap, flat with a condition; again."""
    texts = [_COMPONENTS[index % 3].replace("key: ", f"key: c{index}-") for index in range(components)]
    return load_plan(f"plan: Bench\ncurrency: USD\nperiod: month\ncomponents:{''.join(texts)}\n")


def workload(deals: int, payees: int, components: int) -> Inputs:
    """Inputs of a year: `deals` deals of `payees` payees, a tenth of them split, a few refunds.

    >>> workload(1000, 10, 3).shares.height
    1100
    """
    facts = _deals(deals)
    return Inputs(
        deals=facts.select(list(DEALS)),
        shares=_shares(deals, payees),
        assignments=pl.DataFrame(
            {"payee": range(payees), "plan_version": _VERSION, "start": YEAR[0], "end": None}, schema=ASSIGNMENTS
        ),
        quotas=_quotas(payees),
        versions={_VERSION: plan(components)},
        plans={_VERSION: _PLAN},
        payees=pl.DataFrame({"payee": range(payees)}).select("payee", key=pl.format("p{}", "payee")).cast(PAYEES),  # type: ignore[arg-type]
    )


_MISSING = ("name", "product_code", "customer_sector", "invoiced", "cancelled", "cost", "tax", "discount", "term")


def _hash(salt: int, modulo: int) -> pl.Expr:
    """A number below `modulo` that looks random and never changes."""
    mixed = (pl.col("deal") * 2_654_435_761 + salt * 40_503) % 4_294_967_291
    return (mixed * 48_271 % 2_147_483_647) % modulo


def _deals(count: int) -> pl.DataFrame:
    numbers = pl.select(deal=pl.int_range(count, dtype=pl.Int64))
    refund = pl.when(_hash(5, 50) == 0).then(-1).otherwise(1)
    family = pl.when(_hash(6, 4) == 0).then(pl.lit("Focus")).otherwise(pl.lit("Core"))
    missing = {name: pl.lit(None, dtype=DEALS[name]) for name in _MISSING}
    return numbers.with_columns(
        key=pl.format("D-{}", _hash(1, 1_000_000_007)) + pl.format("-{}", "deal"),
        closed=pl.lit(YEAR[0]) + pl.duration(days=_hash(2, 365)),
        opened=pl.lit(YEAR[0]) - pl.duration(days=_hash(3, 90)),
        amount=refund * (10_000 + _hash(4, 1_990_000)),
        currency=pl.lit("USD"),
        quantity=1 + _hash(7, 9),
        type=pl.when(_hash(8, 3) == 0).then(pl.lit("renewal")).otherwise(pl.lit("new")),
        product_name=pl.lit("GTX Pro"),
        product_family=family,
        customer_name=pl.format("Customer {}", _hash(9, 5_000)),
        customer_country=pl.lit("ID"),
        **missing,
    ).cast(DEALS)  # type: ignore[arg-type]


def _shares(deals: int, payees: int) -> pl.DataFrame:
    numbers = pl.select(deal=pl.int_range(deals, dtype=pl.Int64)).with_columns(payee=_hash(10, payees))
    split = pl.col("deal") % SPLIT_EVERY == 0
    first = pl.when(split).then(600_000).otherwise(WHOLE_SHARE)
    owners = numbers.with_columns(role=pl.lit("owner"), share=first)
    others = numbers.filter(split).select(
        "deal", payee=(pl.col("payee") + 1) % max(payees, 2), role=pl.lit("owner"), share=pl.lit(400_000)
    )
    return pl.concat([owners.cast(SHARES), others.cast(SHARES)])  # type: ignore[arg-type]


def _quotas(payees: int) -> pl.DataFrame:
    windows = pl.DataFrame({"window_start": [date(2026, month, 1) for month in (1, 4, 7, 10)]})
    people = pl.select(payee=pl.int_range(payees, dtype=pl.Int64))
    quotas = people.join(windows, how="cross").with_columns(
        plan=pl.lit(_PLAN),
        kind=pl.lit("amount"),
        component=pl.lit(""),
        window=pl.lit("quarter"),
        quota=15_000_000 + pl.col("payee") % 7 * 2_500_000,
    )
    return quotas.select(list(QUOTAS)).cast(QUOTAS)  # type: ignore[arg-type]
