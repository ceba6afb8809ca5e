"""Pay by lines of deals, from the database to statements, what-if and the estimator."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine

from accounts.models import User
from commissions.engine.document import load_plan
from commissions.models import EarningLine
from commissions.selectors import estimate, line_explanation, reading, whatif
from commissions.selectors.estimate import Supposed
from commissions.selectors.whatif import Stretch
from sales.models import Deal, DealLine, ExchangeRate, Product
from tests.commissions.facts import FLAT, NOW, TODAY, assign, calculated, published, totals, won
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
LINES = """
plan: Lines
currency: USD
period: month
components:
  - {key: hardware, name: Hardware, when: line.product.family = "Hardware", base: line.amount, rate: 8%}
  - {key: services, name: Services, when: line.product.family = "Services", base: line.amount, rate: 12%}
"""


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def lined(deal: Deal, *lines: tuple[str, int]) -> Deal:
    """The deal with a line for each family and amount in minor units."""
    for number, (family, amount_minor) in enumerate(lines, start=1):
        product, _ = Product.objects.get_or_create(external_id=family, defaults={"name": family, "family": family})
        DealLine.objects.create(deal=deal, number=number, product=product, amount_minor=amount_minor)
    return deal


def sold(owner: User, key: str = "A") -> Deal:
    return lined(won(owner, date(2026, 11, 2), 100_000, key=key), ("Hardware", 60_000), ("Services", 40_000))


def test_each_family_has_its_own_rate_in_one_deal(cast: Cast) -> None:
    assign(published(LINES).plan, cast.ana, cast.ben)
    deal = sold(cast.ana)
    won(cast.ana, date(2026, 11, 3), 5_000, product=Product.objects.get(name="Services"))
    won(cast.ben, date(2026, 11, 3), 5_000)
    calculated("2026-11", chunks=2)
    paid = EarningLine.objects.order_by("component", "date").values_list("component", "credited_minor", "amount_minor")
    assert list(paid) == [("hardware", 60_000, 4_800), ("services", 40_000, 4_800), ("services", 5_000, 600)]
    deal.lines.all().delete()
    lined(deal, ("Services", 100_000))
    calculated("2026-11")
    assert totals() == {("ana", "2026-11"): 12_600, ("ben", "2026-11"): 0}


def test_what_if_reads_lines_where_the_plan_did_not(cast: Cast) -> None:
    version = published(FLAT)
    assign(version.plan, cast.ana)
    sold(cast.ana)
    stretch = Stretch(version.plan.pk, date(2026, 11, 1), date(2026, 12, 1))
    whatif.forget()
    changed = load_plan(LINES.replace("plan: Lines", "plan: Flat"))
    first = whatif.answer(stretch, load_plan(FLAT), 100, now=NOW)  # type: ignore[arg-type]  # per cent
    then = whatif.answer(stretch, changed, 100, now=NOW)  # type: ignore[arg-type]
    assert (first.comparison.after, then.comparison.before, then.comparison.after) == (10_000, 10_000, 9_600)


def test_the_estimator_reads_an_open_deals_lines_until_its_amount_is_changed(cast: Cast) -> None:
    assign(published(LINES).plan, cast.ana)
    deal = sold(cast.ana)
    Deal.objects.filter(pk=deal.pk).update(status="open", closed_on=TODAY)
    deal.refresh_from_db()
    assert paid_for(cast.ana, deal) == {"Hardware": 4_800, "Services": 4_800}
    assert paid_for(cast.ana, deal, product_name="Untouched, and not read") == {"Hardware": 4_800, "Services": 4_800}
    assert paid_for(cast.ana, deal, product_family="Services") == {"Services": 12_000}
    deal.amount_minor = 50_000
    assert paid_for(cast.ana, deal) == {}
    made_up = Deal(pk=-1, external_id="x", amount_minor=1_000, currency="USD", closed_on=TODAY)
    assert paid_for(cast.ana, made_up, product_family="Services") == {"Services": 120}


def paid_for(payee: User, deal: Deal, **facts: str) -> dict[str, int]:
    found = estimate.estimate(payee=payee, supposed=[Supposed(deal, 100, facts)], today=TODAY)
    return {part.component: part.line.amount_minor for part in found.deals[deal.pk].parts}


def why(component: str) -> tuple[str, list[tuple[str, str, bool]]]:
    """What the explanation of the newest line of a component says of the deal's lines."""
    rows = EarningLine.objects.select_related(
        "statement__payee", "statement__period", "plan_version__plan", "deal__customer", "via"
    )
    read = reading(line_explanation(rows.filter(component=component).latest("pk")), is_own=True)
    return read.items_text, [(row.name, row.amount.replace("\xa0", " "), row.counts) for row in read.items]


def test_a_line_says_which_of_the_deals_lines_count(cast: Cast) -> None:
    assign(published(LINES).plan, cast.ana)
    deal = sold(cast.ana)
    calculated("2026-11")
    assert why("hardware") == (
        'Of the deal\'s 2 lines, 1 counts: the one with line.product.family = "Hardware".',
        [("Hardware", "$600.00", True), ("Services", "$400.00", False)],
    )
    deal.lines.filter(number=2).update(product=Product.objects.get(name="Hardware"))
    assert why("hardware") == (
        "The deal's lines have changed since this was computed, so which of them counted then can't be shown here.",
        [],
    )
    calculated("2026-11")
    assert why("hardware")[0] == "All 2 lines of the deal count."
    deal.lines.all().delete()
    assert why("hardware") == ("", [])


def test_a_cancelled_and_a_converted_deal_say_so_too(cast: Cast) -> None:
    source = LINES.replace("period: month", "period: month\nother_currencies: convert")
    assign(published(source).plan, cast.ana)
    ExchangeRate.objects.create(source="EUR", target="USD", starts_on=date(2026, 1, 1), rate="1.05")
    deal = lined(
        won(cast.ana, date(2026, 11, 2), 20, currency="EUR", cancelled_on=date(2026, 11, 9)),
        ("Hardware", 10), ("Services", 10),
    )  # fmt: skip
    calculated("2026-11")
    assert EarningLine.objects.filter(deal=deal).count() == 4
    assert why("services")[1] == [("Hardware", "$0.11", False), ("Services", "$0.10", True)]


def test_an_open_deal_of_which_no_line_counts_says_why(cast: Cast) -> None:
    assign(published(LINES).plan, cast.ana)
    deal = lined(won(cast.ana, TODAY, 300), ("Licences", 100), ("Support", 200))
    Deal.objects.filter(pk=deal.pk).update(status="open")
    found = estimate.estimate(payee=cast.ana, supposed=[Supposed(deal, 100)], today=TODAY)
    assert found.deals[deal.pk].why_not == (
        'Hardware counts only lines with line.product.family = "Hardware", and none of the deal\'s 2 lines is counted.',
        'Services counts only lines with line.product.family = "Services", and none of the deal\'s 2 lines is counted.',
    )
