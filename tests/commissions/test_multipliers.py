"""Pay that a KPI multiplies: read with the facts, noted when measured anew, and told in words."""

from datetime import date

import pytest

from accounts.models import User
from commissions import selectors, services
from commissions.models import EarningLine, Statement
from commissions.selectors.estimate import Supposed, estimate
from commissions.services import PlanRefused
from kpis.services import mark_stale, recompute_stale
from sales.models import Deal
from tests.commissions.facts import NOW, assign, calculated, published, won
from tests.commissions.test_estimates import open_deal
from tests.conftest import Cast

GATED = """
plan: Gated
currency: USD
period: month
components:
  - key: sales
    name: Sales
    rate: 10%
    multiply:
      kpi: conversion-rate
      curve: [{from: 0%, times: 0%}, {from: 50%, times: 100%}, {from: 90%, times: 120%}]
examples:
  - name: half
    payee: {kpis: {conversion-rate: 50%}}
    deals: [{id: A, closed: 2026-01-10, amount: 100}]
    expect: {2026-01: {sales: 10}}
"""


@pytest.fixture
def gated(cast: Cast) -> Cast:
    assign(published(GATED).plan, cast.ana)
    won(cast.ana, date(2026, 5, 4), 1000_00)
    measured(cast.ana, date(2026, 5, 4))
    calculated("2026-05")
    return cast


def paid(people: Cast) -> int:
    return Statement.objects.get(payee=people.ana, period__start=date(2026, 5, 1)).total_minor


def measured(person: User, *days: date) -> None:
    mark_stale(facts=[(person.pk, day) for day in days])
    recompute_stale(now=NOW)


def lost(owner: User, day: date, count: int) -> None:
    for number in range(count):
        Deal.objects.create(
            external_id=f"lost-{day}-{number}",
            owner=owner,
            status="lost",
            closed_on=day,
            amount_minor=1,
            currency="USD",
        )


def explained() -> selectors.LineExplanation:
    related = ("statement__payee", "statement__period", "plan_version__plan", "deal__customer")
    return selectors.line_explanation(EarningLine.objects.select_related(*related).get())


def test_a_multiplier_is_read_from_the_payees_kpi_of_the_period(gated: Cast) -> None:
    assert paid(gated) == 120_00
    line = EarningLine.objects.get()
    assert (line.multiplier_ppm, line.multiplier_value_ppm, line.uncapped_minor) == (1_200_000, 1_000_000, 120_00)


def test_a_kpi_measured_anew_makes_the_statement_stale(gated: Cast) -> None:
    lost(gated.ana, date(2026, 5, 20), 1)
    measured(gated.ana, date(2026, 5, 20))
    assert services.recalculate_stale(now=NOW) > 0
    assert paid(gated) == 100_00
    assert EarningLine.objects.get().multiplier_value_ppm == 500_000
    assert services.recalculate_stale(now=NOW) == 0


def test_a_kpi_that_no_plan_of_hers_reads_makes_nothing_stale(gated: Cast) -> None:
    assert services.note_kpis(changed=[(gated.ben.pk, date(2026, 5, 1))]) == 0
    assert services.note_kpis(changed=[(gated.ana.pk, date(2026, 5, 1))]) == 1


def test_the_reason_of_a_line_says_the_kpi_and_what_it_does(gated: Cast) -> None:
    read = selectors.reading(explained(), is_own=True)
    assert read.multiplier == "Conversion rate was 100% in May 2026, so pay is multiplied by 120%."
    assert read.multiplier in read.sentence
    assert (read.exact, read.times, read.multiplied) == ("$100.00", "120%", "$120.00")


def test_without_a_value_the_lowest_row_holds_and_the_statement_says_so(cast: Cast) -> None:
    assign(published(GATED).plan, cast.ana)
    won(cast.ana, date(2026, 5, 4), 1000_00)
    calculated("2026-05")
    statement = Statement.objects.select_related("payee", "period").get()
    assert statement.total_minor == 0
    (notice,) = selectors.statement_view(statement).notices
    assert notice.text == (
        "Sales is multiplied by the lowest row of its table in May 2026: no value of Conversion rate is known. "
        "A KPI has one once there is something to measure, a component once a quota is set."
    )
    assert selectors.reading(explained(), is_own=True).multiplier == (
        "No value of Conversion rate is known for May 2026, so the lowest row holds: times 0%."
    )


def test_a_plan_that_reads_an_unknown_kpi_cannot_be_published(cast: Cast) -> None:
    with pytest.raises(PlanRefused, match="There is no KPI csat, so its multiplier would never rise"):
        published(GATED.replace("conversion-rate", "csat"))


@pytest.mark.parametrize(
    ("period", "label", "kpi", "value"),
    [("half", "2026-H1", "conversion-rate", 500_000), ("half", "2026-H1", "deals-won", 2_000_000),
     ("quarter", "2026-Q2", "deals-won", 1_000_000), ("year", "2026", "deals-won", 2_000_000)],
)  # fmt: skip
def test_a_half_year_is_its_quarters_together(cast: Cast, period: str, label: str, kpi: str, value: int) -> None:
    source = GATED.replace("period: month", f"period: {period}").replace("kpi: conversion-rate", f"kpi: {kpi}")
    assign(published(source.split("examples:")[0]).plan, cast.ana)
    won(cast.ana, date(2026, 2, 4), 500_00)
    won(cast.ana, date(2026, 5, 4), 1000_00)
    lost(cast.ana, date(2026, 2, 20), 2)
    measured(cast.ana, date(2026, 2, 4), date(2026, 5, 4))
    calculated(label)
    assert set(EarningLine.objects.values_list("multiplier_value_ppm", flat=True)) == {value}


def test_what_the_next_step_is_worth_is_multiplied_too(gated: Cast) -> None:
    day = date(2026, 5, 20)
    deal = open_deal(gated.ana, "Next", 500_00, day)
    found = estimate(payee=gated.ana, supposed=[Supposed(deal, 100)], today=day)
    (place,) = found.places
    assert not place.lacks_goal
    assert place.step_worth_minor == place.step_minor * 12 // 100  # 10 %, times 120 %


def test_a_floor_leaves_the_worth_of_the_next_step_open_and_blames_no_quota(cast: Cast) -> None:
    assign(
        published(GATED.split("    multiply:", maxsplit=1)[0] + "    floor: {per: month, amount: 50}\n").plan, cast.ana
    )
    day = date(2026, 5, 20)
    deal = open_deal(cast.ana, "Next", 500_00, day)
    (place,) = estimate(payee=cast.ana, supposed=[Supposed(deal, 100)], today=day).places
    assert (place.step_worth_minor, place.lacks_goal) == (None, False)
