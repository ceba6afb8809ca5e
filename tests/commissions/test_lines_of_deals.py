"""Pay by lines of deals, from the database to statements, what-if and the estimator."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine

from accounts.models import User
from commissions.engine.document import load_plan
from commissions.models import EarningLine
from commissions.selectors import estimate, whatif
from commissions.selectors.estimate import Supposed
from commissions.selectors.whatif import Stretch
from sales.models import Deal, DealLine, Product
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
    deal.amount_minor, deal.product = 50_000, Product.objects.get(name="Services")
    assert paid_for(cast.ana, deal) == {}
    made_up = Deal(pk=-1, external_id="x", amount_minor=1_000, currency="USD", closed_on=TODAY, product=deal.product)
    assert paid_for(cast.ana, made_up) == {"Services": 120}


def paid_for(payee: User, deal: Deal) -> dict[str, int]:
    found = estimate.estimate(payee=payee, supposed=[Supposed(deal, 100)], today=TODAY)
    return {part.component: part.line.amount_minor for part in found.deals[deal.pk].parts}
