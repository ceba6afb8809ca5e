"""What open deals would bring: figures by hand, and that a run says the same once the deals are won."""

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from commissions import selectors, services
from commissions.models import EarningLine, Statement
from commissions.selectors.columns import COLUMNS
from commissions.selectors.estimate import FIELDS, Supposed, estimate
from sales.models import Deal, DealShare, Payment
from tests.conftest import Cast
from tests.world import NOW, World, calculated, paid_world, publish

TODAY = NOW.date()
CAPPED = """
plan: Capped
currency: USD
period: month
components:
  - key: volume
    name: Volume
    window: month
    tiers: marginal
    curve: [{from: 0, rate: 10%}, {from: 20000, rate: 20%}]
    cap: {per: quarter, amount: 3000}
"""

DRAW = """
plan: Draw
currency: USD
period: month
components: [{key: all, name: All, rate: 10%}]
draw: {kind: recoverable, amount: 1000}
"""


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world(cast: Cast) -> World:
    return paid_world(cast)


def open_deal(owner: User, key: str, amount_minor: int, on: date | None = None, **fields: object) -> Deal:
    values = {"currency": "USD", "status": Deal.Status.OPEN, "closed_on": on, **fields}
    return Deal.objects.create(external_id=key, name=key, owner=owner, amount_minor=amount_minor, **values)


def made_up(number: int, amount_minor: int, on: date) -> Deal:
    return Deal(pk=-number, external_id=f"~{number}", amount_minor=amount_minor, currency="USD", closed_on=on)


def supposing(*deals: Deal, chance: int = 50) -> list[Supposed]:
    return [Supposed(deal, chance) for deal in deals]


def test_the_second_of_two_open_deals_crosses_the_next_tier(world: World) -> None:
    # Ana stands at 60,000 of 100,000: 20,000 at 8 %; then 20,000 at 8 % up to the quota and 10,000 at 12 %.
    ana = world.cast.ana
    one, two = open_deal(ana, "one", 20_000_00, date(2026, 11, 25)), open_deal(ana, "two", 30_000_00, date(2026, 12, 1))
    found = estimate(payee=ana, supposed=supposing(two, one), today=TODAY)
    assert {pk: row.totals for pk, row in found.deals.items()} == {one.pk: {"USD": 1_600_00}, two.pk: {"USD": 2_800_00}}
    (total,) = found.totals
    assert (total.brings_minor, total.others_minor, total.expected_minor) == (4_400_00, 0, 2_200_00)
    assert [(row.label, row.before_minor, row.after_minor) for row in found.periods] == [
        ("2026-11", 900_00, 2_500_00),
        ("2026-12", 0, 2_800_00),
        ("2026-Q4", 3_300_00, 7_700_00),
    ]
    (place,) = found.places
    assert (place.before_minor, place.after_minor, place.next_distance_minor) == (60_000_00, 110_000_00, None)
    assert (place.step_minor, place.step_worth_minor) == (1_000_00, 120_00)


def test_a_cap_leaves_of_a_later_deal_only_what_room_there_is(cast: Cast) -> None:
    # 10,000 at 10 % are 1,000; then 10,000 at 10 % and 10,000 at 20 % would be 3,000, of which the cap leaves 2,000.
    version = publish(CAPPED)
    services.assign(
        plan=version.plan, payees=[cast.ana], from_date=date(2026, 1, 1), until=None, quota_minor=None, per="month",
        acting_user=None, now=NOW,
    )  # fmt: skip
    first, second = made_up(1, 10_000_00, date(2026, 11, 24)), made_up(2, 20_000_00, date(2026, 11, 25))
    found = estimate(payee=cast.ana, supposed=supposing(first, second), today=TODAY)
    assert [found.deals[pk].totals["USD"] for pk in (-1, -2)] == [1_000_00, 2_000_00]
    assert [part.is_capped for part in found.deals[-2].parts] == [True]
    (place,) = found.places
    assert place.step_worth_minor == 0


def test_a_draw_tells_payable_from_earned_and_the_next_month_recovers_it(cast: Cast) -> None:
    # November: 600 earned, 400 advanced. December: 2,500 earned, the 400 recovered from the 1,500 beyond the draw.
    version = publish(DRAW)
    services.assign(
        plan=version.plan, payees=[cast.ana], from_date=date(2026, 11, 1), until=None, quota_minor=None, per="month",
        acting_user=None, now=NOW,
    )  # fmt: skip
    deals = [
        open_deal(cast.ana, "a", 6_000_00, date(2026, 11, 25)),
        open_deal(cast.ana, "b", 25_000_00, date(2026, 12, 9)),
    ]
    found = estimate(payee=cast.ana, supposed=supposing(*deals), today=TODAY)
    assert [
        (row.label, row.after_minor, row.payable_before_minor, row.payable_after_minor) for row in found.periods
    ] == [
        ("2026-11", 600_00, 1_000_00, 1_000_00),
        ("2026-12", 2_500_00, 1_000_00, 2_100_00),
    ]
    Deal.objects.update(status=Deal.Status.WON)
    for label in ("2026-11", "2026-12"):
        calculated(label, cast.finn)
    payable = list(Statement.objects.order_by("period__start").values_list("payable_minor", flat=True))
    assert payable == [row.payable_after_minor for row in found.periods]


def test_a_shared_deal_earns_by_the_payees_part_of_it(world: World) -> None:
    # 60 % of 10,000 is 6,000 at 8 %.
    ana, ben = world.cast.ana, world.cast.ben
    shared = open_deal(ben, "shared", 10_000_00, date(2026, 11, 30))
    DealShare.objects.create(deal=shared, user=ana, share_ppm=600_000)
    DealShare.objects.create(deal=shared, user=ben, share_ppm=400_000)
    found = estimate(payee=ana, supposed=supposing(shared), today=TODAY)
    assert found.deals[shared.pk].totals == {"USD": 480_00}


def test_a_deal_that_closes_before_won_ones_moves_them_up_the_curve(world: World) -> None:
    # Before the 12,000 of 10 November: 2,000 at 5 % and 8,000 at 8 %; then those 12,000 earn 8 % throughout: 60 more.
    early = made_up(1, 10_000_00, date(2026, 11, 1))
    (total,) = estimate(payee=world.cast.ana, supposed=supposing(early), today=TODAY).totals
    assert (total.brings_minor, total.others_minor) == (800_00, 60_00)


def test_a_refund_takes_back_what_its_place_on_the_curve_paid(world: World) -> None:
    back = made_up(1, -20_000_00, date(2026, 11, 24))
    found = estimate(payee=world.cast.ana, supposed=supposing(back), today=TODAY)
    assert found.deals[-1].totals == {"USD": -1_300_00}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"currency": "EUR"}, "the deal is in EUR, the plan pays in USD"),
        ({"closed_on": date(2025, 12, 20)}, "on 20 Dec 2025, when the deal closed, there was no plan to count it"),
    ],
    ids=["another currency", "before the plan began"],
)
def test_a_deal_that_would_earn_nothing_says_why(world: World, changes: dict[str, object], reason: str) -> None:
    deal = made_up(1, 1_000_00, date(2026, 12, 1))
    for name, value in changes.items():
        setattr(deal, name, value)
    (why,) = estimate(payee=world.cast.ana, supposed=supposing(deal), today=TODAY).deals[-1].why_not
    assert reason in why


def test_a_deal_that_no_component_counts_names_what_they_ask_for(cast: Cast) -> None:
    version = publish(CAPPED.replace("window: month", 'when: deal.type = "new"\n    window: month'))
    services.assign(
        plan=version.plan, payees=[cast.ana], from_date=date(2026, 1, 1), until=None, quota_minor=None, per="month",
        acting_user=None, now=NOW,
    )  # fmt: skip
    deal = made_up(1, 1_000_00, date(2026, 12, 1))
    found = estimate(payee=cast.ana, supposed=supposing(deal), today=TODAY)
    assert found.deals[-1].why_not == ('Volume counts only deals with deal.type = "new".',)
    told = [Supposed(deal, 50, {"type": "new"})]
    assert estimate(payee=cast.ana, supposed=told, today=TODAY).deals[-1].totals == {"USD": 100_00}


def test_the_estimate_is_what_the_run_pays_once_the_deals_are_won(world: World) -> None:
    ana, ben = world.cast.ana, world.cast.ben
    terms = [
        (f"d{number}", 7_333_33 + number * 1_111_07, date(2026, 10 + number % 3, 3 + 4 * number)) for number in range(6)
    ]
    deals = [open_deal(ana if number % 2 else ben, key, amount, on) for number, (key, amount, on) in enumerate(terms)]
    for deal in deals[::3]:
        DealShare.objects.create(deal=deal, user=ana, share_ppm=333_333)
        DealShare.objects.create(deal=deal, user=ben, share_ppm=666_667)
    mine = [deal for deal in deals if deal.owner_id == ana.pk or deal in deals[::3]]
    found = estimate(payee=ana, supposed=supposing(*mine), today=TODAY)
    Deal.objects.filter(pk__in=[deal.pk for deal in deals]).update(status=Deal.Status.WON)
    for label in ("2026-10", "2026-11", "2026-12"):
        calculated(label, world.cast.finn)
    paid = {row.period.label: row.total_minor for row in Statement.objects.filter(payee=ana).select_related("period")}
    assert {row.label: row.after_minor for row in found.periods if "Q" not in row.label} == paid
    assert found.totals[0].brings_minor == sum(paid.values()) - 3_300_00


def test_a_part_of_an_estimate_explains_itself_like_a_line(world: World) -> None:
    found = estimate(payee=world.cast.ana, supposed=supposing(made_up(1, 50_000_00, date(2026, 11, 25))), today=TODAY)
    why = selectors.line_explanation(found.deals[-1].parts[0].line)
    assert (why.amount_minor, why.label) == (4_400_00, "2026-11")
    assert [int(step.pay) for step in why.steps] == [3_200, 1_200]


def test_an_estimate_asks_the_database_as_often_for_thirty_deals_as_for_two(world: World) -> None:
    deals = [open_deal(world.cast.ana, f"d{number}", 1_000_00, date(2026, 12, 1)) for number in range(30)]
    counts = []
    for some in (deals[:2], deals):
        with CaptureQueriesContext(connection) as queries:
            estimate(payee=world.cast.ana, supposed=supposing(*some), today=TODAY)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_every_column_of_a_line_is_taken_over() -> None:
    stored = {field.attname for field in EarningLine._meta.concrete_fields}
    assert set(COLUMNS) == stored - {"id"}
    assert set(FIELDS) == {name for name in stored - {"id"} if not name.endswith("_id")}


def test_nothing_is_written(world: World) -> None:
    before = list(Statement.objects.values())
    estimate(payee=world.cast.ana, supposed=supposing(made_up(1, 50_000_00, date(2026, 11, 25))), today=TODAY)
    assert (list(Statement.objects.values()), Deal.objects.count()) == (before, 3)


@pytest.mark.parametrize("trigger", ["invoiced", "paid", "paid_in_full"])
def test_a_supposed_deal_earns_as_if_invoiced_and_paid_in_full_on_its_day(cast: Cast, trigger: str) -> None:
    source = DRAW.partition("draw:")[0].replace("rate: 10%", f"credit: {{trigger: {trigger}}}, rate: 10%")
    plan = publish(source).plan
    services.assign(
        plan=plan, payees=[cast.ana], from_date=date(2026, 1, 1), until=None, quota_minor=None, per=None,
        acting_user=None, now=NOW,
    )  # fmt: skip
    begun = open_deal(cast.ana, "begun", 1_000_00, date(2026, 11, 25))
    Payment.objects.create(deal=begun, external_id="deposit", paid_on=date(2026, 11, 2), amount_minor=200_00)
    imagined = made_up(1, 500_00, date(2026, 11, 26))
    found = estimate(payee=cast.ana, supposed=supposing(begun, imagined), today=TODAY)
    assert {pk: row.totals for pk, row in found.deals.items()} == {begun.pk: {"USD": 100_00}, -1: {"USD": 50_00}}
    assert ["invoiced" in text for text in found.assumes] == [True]
    why = selectors.line_explanation(found.deals[-1].parts[0].line)
    assert selectors.reading(why, is_own=True).crediting == ()
