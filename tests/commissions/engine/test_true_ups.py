"""True-ups: whatever changes after periods closed, everything posted adds up to what one calculation gives now."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from commissions.engine.frames import empty
from commissions.engine.schema import PlanDocument
from commissions.engine.spiffs import has_shared
from commissions.engine.true_ups import POSTED, true_ups
from tests.commissions.engine import oracle
from tests.commissions.engine.facts import YEAR, Ids, calculated, inputs_of
from tests.commissions.engine.oracle import Facts
from tests.commissions.engine.strategies import AMOUNTS, DAYS, documents, facts, has_pool, quotas, scores

_full = settings().max_examples
half, few = settings(max_examples=_full // 2), settings(max_examples=_full // 8)


@dataclass(frozen=True)
class Step:
    """Facts, by which everything that moves is calculated, and how many months are closed then."""

    whole: Facts  # of which `facts` are some
    facts: Facts
    closes: int


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    """Facts that come late, change and go, and months that close in between; the last facts have the last word."""
    whole = draw(facts(most_deals=6))
    return [Step(whole, draw(changed(whole)), draw(st.integers(0, 6))) for _step in range(draw(st.integers(2, 3)))]


@st.composite
def changed(draw: st.DrawFn, whole: Facts) -> Facts:
    """Some of the deals and payments, with other amounts and days; other quotas and scores; other times on a plan."""
    deals = tuple(
        replace(deal, amount=draw(AMOUNTS) if not deal.items and draw(st.booleans()) else deal.amount,
                cancelled=draw(st.sampled_from([deal.cancelled, None])),
                closed=min(draw(DAYS), deal.cancelled or date.max) if draw(st.booleans()) else deal.closed)
        for deal in whole.deals if draw(st.integers(0, 3))
    )  # fmt: skip
    keys = {deal.key for deal in deals}
    ends = draw(st.sampled_from([None, None, date(2026, 3, 15)]))
    return replace(
        whole,
        deals=deals,
        shares=tuple(each for each in whole.shares if each.deal in keys),
        credited=tuple(each for each in whole.credited if each.deal in keys),
        payments=tuple(each for each in whole.payments if each.deal in keys and draw(st.booleans())),
        quotas=draw(st.sampled_from([whole.quotas, draw(quotas("USD"))])),
        scores=draw(st.sampled_from([whole.scores, draw(scores())])),
        versions=draw(other_versions(whole)),
        assignments=tuple(
            replace(each, end=ends) if each.version == 9 and ends else each for each in whole.assignments
        ),
    )


@st.composite
def other_versions(draw: st.DrawFn, whole: Facts) -> dict[int, PlanDocument]:
    """The other plan may be another one, as if it had been published anew from its beginning."""
    if 9 not in whole.versions or draw(st.booleans()):
        return whole.versions
    old = whole.versions[9]
    other = draw(documents(old.currency, old.fiscal_year_starts.value, reversible=False))
    is_shared = has_pool({9: other}) or has_shared(other)  # these ask for people who are in one team at a time
    return whole.versions if is_shared else {**whole.versions, 9: other}


def computed(facts: Facts, ids: Ids) -> pl.DataFrame:
    """LINES of the year with the currency of each and `about`, the month that it is of, from 1."""
    lines = calculated(inputs_of(facts, ids), *YEAR).lines
    currencies = {version: document.currency for version, document in facts.versions.items()}
    currency = pl.col("plan_version").replace_strict(currencies, return_dtype=pl.String())
    return lines.with_columns(currency=currency, about=pl.col("date").dt.month().cast(pl.Int64))


def all_posted(steps: Sequence[Step], ids: Ids) -> pl.DataFrame:
    """POSTED, with the `kind` of each: what stands in closed statements and in those that still move, in the end."""
    closed, until = empty(POSTED | {"kind": pl.String()}), 0
    for step in steps:
        now = computed(step.facts, ids)
        currencies = now.select("plan_version", "currency").unique()
        ended = pl.col("about") <= until
        late = true_ups(closed, now.filter(ended))
        late = late.join(pl.concat([currencies, closed.select("plan_version", "currency")]).unique(), on="plan_version")
        own = now.filter(~ended)
        standing = [each.select(closed.columns) for each in (closed, late, own)]
        if step.closes and until < 12:
            until = min(until + step.closes, 12)
            closed = pl.concat([closed, standing[1], standing[2].filter(pl.col("about") <= until)])
    return pl.concat(standing)


def sums(lines: pl.DataFrame, *by: str) -> dict[tuple[object, ...], int]:
    found: dict[tuple[object, ...], int] = defaultdict(int)
    for row in lines.iter_rows(named=True):
        found[tuple(row[name] for name in by)] += row["amount"]
    return {key: amount for key, amount in found.items() if amount}


@half
@given(steps())
def test_everything_posted_adds_up_to_what_one_calculation_with_the_last_facts_gives(steps: list[Step]) -> None:
    ids = Ids(steps[0].whole, 0)
    by = ("about", "payee", "plan", "component", "deal", "role", "via", "currency")
    posted, last = all_posted(steps, ids), steps[-1].facts
    assert sums(posted, *by) == sums(computed(last, ids), *by)
    paid: dict[tuple[object, ...], int] = defaultdict(int)
    for line in oracle.lines_of(last, *YEAR):
        paid[ids.payees[line.payee], last.plans[line.version], line.component] += line.amount
    assert sums(posted, "payee", "plan", "component") == {key: amount for key, amount in paid.items() if amount}


@few
@given(steps())
def test_calculating_again_and_closing_again_changes_nothing(steps: list[Step]) -> None:
    ids = Ids(steps[0].whole, 0)
    again = [each for step in steps for each in (step, Step(step.whole, step.facts, 0), step)]
    last = Step(steps[-1].whole, steps[-1].facts, 12)
    posted = all_posted([*again, last, last], ids)
    assert sums(posted, "about", "deal", "component", "payee") == sums(
        computed(last.facts, ids), "about", "deal", "component", "payee"
    )
