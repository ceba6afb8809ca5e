"""The values against slow, obvious Python."""

import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.models import Company, Membership, Team
from core.periods import parse_period
from kpis.models import KpiPart, KpiValue, StaleKpi
from kpis.selectors import KPIS, WithoutRate, deals_without_rate
from kpis.services import mark_moved, mark_stale, rebuild_all, recompute_stale
from sales.models import Deal, ExchangeRate
from tests.conftest import Cast
from tests.kpis.facts import deal, expected, note, stored

pytestmark = pytest.mark.django_db
NOW = timezone.now()
JUNE = date(2026, 6, 1)


def value(kpi: str, subject: object, kind: str = "month", start: date = JUNE) -> Fraction | None:
    of = "team" if isinstance(subject, Team) else "person"
    return KpiValue.objects.get(
        kpi=kpi,
        subject_kind=of,
        subject_id=subject.pk,  # type: ignore[attr-defined]
        period_kind=kind,
        period_start=start,
    ).value


def measure(*deals: Deal) -> None:
    note(*deals)
    recompute_stale(now=NOW)


def test_revenue_is_the_amount_won_by_the_owner_on_the_closing_day(cast: Cast) -> None:
    measure(
        deal(cast.ana, date(2026, 6, 1), 100_00),
        deal(cast.ana, date(2026, 6, 30), 50_00),
        deal(cast.ana, date(2026, 7, 1), 7_00),
        deal(cast.ana, date(2026, 6, 15), 900_00, status="lost"),
        deal(cast.ben, date(2026, 6, 15), 20_00),
    )
    assert value("revenue", cast.ana) == 150_00
    assert value("revenue", cast.ana, "quarter", date(2026, 4, 1)) == 150_00
    assert value("revenue", cast.ana, "year", date(2026, 1, 1)) == 157_00
    assert value("revenue", cast.west) == 150_00
    assert value("revenue", cast.west.parent) == 170_00


def test_deals_won_counts_deals_and_no_refund(cast: Cast) -> None:
    measure(
        deal(cast.ana, JUNE, 100_00),
        deal(cast.ana, JUNE, 50_00),
        deal(cast.ana, JUNE, -20_00),
        deal(cast.ana, JUNE, 5_00, status="lost"),
    )
    assert value("deals-won", cast.ana) == 2
    assert value("revenue", cast.ana) == 130_00


def test_the_average_deal_size_is_an_exact_fraction(cast: Cast) -> None:
    measure(deal(cast.ana, JUNE, 100), deal(cast.ana, JUNE, 101), deal(cast.ana, JUNE, 101))
    assert value("average-deal-size", cast.ana) == Fraction(302, 3)


def test_without_a_deal_won_there_is_no_average_and_a_refund_still_counts_in_the_year(cast: Cast) -> None:
    measure(deal(cast.ana, JUNE, -10_00), deal(cast.ana, date(2026, 7, 1), 30_00))
    assert value("average-deal-size", cast.ana) is None
    assert value("average-deal-size", cast.ana, "year", date(2026, 1, 1)) == 20_00


def test_the_conversion_rate_is_won_of_closed(cast: Cast) -> None:
    measure(
        deal(cast.ana, JUNE, 100),
        deal(cast.ana, JUNE, 0, status="lost"),
        deal(cast.ana, JUNE, 0, status="lost"),
        deal(cast.ana, JUNE, -100),
    )
    assert value("conversion-rate", cast.ana) == Fraction(1, 3)


def test_every_definition_names_its_kpi() -> None:
    assert {str(kpi.definition).split(":")[0] for kpi in KPIS.values()} == {str(kpi.name) for kpi in KPIS.values()}


def test_a_deal_counts_for_the_team_of_its_closing_day(cast: Cast) -> None:
    Membership.objects.filter(user=cast.ana).update(during=DateRange(date(2025, 1, 1), date(2026, 6, 15)))
    Membership.objects.create(user=cast.ana, team=cast.east, during=DateRange(date(2026, 6, 15), None))
    measure(deal(cast.ana, date(2026, 6, 14), 1_00), deal(cast.ana, date(2026, 6, 15), 10_00))
    assert value("revenue", cast.west) == 1_00
    assert value("revenue", cast.east) == 10_00
    assert value("revenue", cast.west.parent) == value("revenue", cast.ana) == 11_00


def test_when_somebody_moves_the_former_team_loses_what_the_new_one_gains(cast: Cast) -> None:
    measure(deal(cast.ana, date(2026, 6, 14), 1_00))
    Membership.objects.filter(user=cast.ana).update(team=cast.east)
    mark_moved(moves=[(cast.ana.pk, date(2025, 1, 1))])
    recompute_stale(now=NOW)
    assert value("revenue", cast.east) == 1_00
    assert not KpiValue.objects.filter(subject_kind="team", subject_id=cast.west.pk).exists()
    assert stored() == expected()


def test_each_deal_is_converted_once_at_the_rate_of_its_day(cast: Cast) -> None:
    for day, rate in ((date(2026, 1, 1), "0.000061"), (date(2026, 6, 10), "0.00005")):
        ExchangeRate.objects.create(source="IDR", target="USD", starts_on=day, rate=Decimal(rate))
    ExchangeRate.objects.create(source="JPY", target="USD", starts_on=date(2026, 1, 1), rate=Decimal("0.0065"))
    ExchangeRate.objects.create(source="KWD", target="USD", starts_on=date(2026, 1, 1), rate=Decimal("3.25"))
    rupiah = [deal(cast.ana, date(2026, 6, day), 10_000_00, currency="IDR") for day in (9, 10)]  # 61 and 50 cents
    halves = [deal(cast.ana, JUNE, minor, currency="IDR") for minor in (25_000_00, -25_000_00)]  # 152.5 cents
    measure(
        *rupiah,
        *halves,
        deal(cast.ben, JUNE, 100, currency="JPY"),  # 65 cents
        deal(cast.ben, JUNE, 1_000, currency="KWD"),  # 325 cents
    )
    assert value("revenue", cast.ana) == 61 + 50 + 153 - 153
    assert value("revenue", cast.ben) == 65 + 325


def test_a_deal_without_a_rate_is_in_no_sum_of_money_and_is_reported(cast: Cast) -> None:
    ExchangeRate.objects.create(source="KWD", target="USD", starts_on=date(2026, 6, 2), rate=Decimal("3.25"))
    measure(
        deal(cast.ana, JUNE, 1_000, currency="KWD"),
        deal(cast.ana, date(2026, 6, 2), 1_000, currency="KWD"),
        deal(cast.ana, date(2026, 6, 3), 10, currency="XXX"),
    )
    assert value("revenue", cast.ana) == 325
    assert value("average-deal-size", cast.ana) == 325
    assert value("deals-won", cast.ana) == 3
    assert deals_without_rate(parse_period("2026-06")) == [WithoutRate("KWD", 1, "USD"), WithoutRate("XXX", 1, "USD")]
    assert deals_without_rate(parse_period("2026-05")) == []


def test_sums_beyond_a_bigint_are_measured(cast: Cast) -> None:
    Company.objects.update_or_create(pk=1, defaults={"currency": "IDR"})
    ExchangeRate.objects.create(source="USD", target="IDR", starts_on=date(2026, 1, 1), rate=Decimal(16_500))
    measure(deal(cast.ana, JUNE, 10**17 - 1), deal(cast.ana, JUNE, 10**17 - 1))
    assert value("revenue", cast.ana) == 2 * (10**17 - 1) * 16_500


def test_values_whose_facts_vanish_are_deleted(cast: Cast) -> None:
    only = deal(cast.ana, JUNE, 100_00)
    measure(only)
    assert KpiValue.objects.count() == 36  # 4 KPIs x 3 periods x Ana, West and the company
    note(only)
    only.delete()
    recompute_stale(now=NOW)
    assert (KpiValue.objects.count(), KpiPart.objects.count(), StaleKpi.objects.count()) == (0, 0, 0)


def test_a_circle_of_teams_ends(cast: Cast) -> None:
    assert cast.west.parent
    Team.objects.filter(pk=cast.west.parent.pk).update(parent=cast.west)
    measure(deal(cast.ana, JUNE, 100_00))
    assert value("revenue", cast.west) == value("revenue", cast.west.parent) == 100_00


@pytest.mark.parametrize("seed", range(6))
def test_random_facts_come_to_what_python_says(cast: Cast, seed: int) -> None:
    dice = random.Random(seed)
    _random_world(cast, dice)
    people = [cast.ana, cast.ben, cast.mia, None]
    for _round in range(4):
        for _deal in range(15):
            note(_random_deal(dice, dice.choice(people)))
        for changed in dice.sample(list(Deal.objects.all()), 5):
            note(changed)
            changed.owner, changed.closed_on = dice.choice(people[:3]), _day(dice)
            changed.status = dice.choice(("won", "lost", "open"))
            changed.save()
            note(changed)
        recompute_stale(now=NOW)
        assert stored() == expected()
    before = stored()
    KpiValue.objects.filter(pk__in=list(KpiValue.objects.values_list("pk", flat=True))[::3]).update(numerator=-1)
    KpiPart.objects.filter(pk__in=list(KpiPart.objects.values_list("pk", flat=True))[::3]).delete()
    rebuild_all(now=NOW)
    assert stored() == before
    assert rebuild_all(now=NOW) == 0


def _random_world(cast: Cast, dice: random.Random) -> None:
    for source, rate in (("IDR", "0.0000613"), ("KWD", "3.2517"), ("JPY", "0.00649")):
        for _rate in range(2):
            ExchangeRate.objects.create(source=source, target="USD", starts_on=_day(dice), rate=Decimal(rate))
    moved = _day(dice)
    Membership.objects.filter(user=cast.ben).update(during=DateRange(date(2025, 1, 1), moved))
    Membership.objects.create(user=cast.ben, team=cast.west, during=DateRange(moved + timedelta(days=9), None))


def _random_deal(dice: random.Random, owner: object) -> Deal:
    return deal(
        owner,  # type: ignore[arg-type]
        _day(dice),
        dice.randint(-(10**6), 10**9),
        status=dice.choice(("won", "won", "lost", "open")),
        currency=dice.choice(("USD", "IDR", "KWD", "JPY", "EUR")),
    )


def _day(dice: random.Random) -> date:
    return date(2026, 1, 1) + timedelta(days=dice.randrange(500))


def test_an_unchanged_value_is_not_written_again(cast: Cast) -> None:
    measure(deal(cast.ana, JUNE, 100_00))
    KpiValue.objects.update(computed_at=NOW - timedelta(days=1))
    measure(deal(cast.ana, JUNE, 0, status="lost"))
    rewritten = KpiValue.objects.filter(computed_at=NOW)
    assert set(rewritten.values_list("kpi", flat=True)) == {"conversion-rate"}


def test_marking_takes_any_day_of_the_month_and_notes_it_once() -> None:
    mark_stale(facts=[(1, date(2026, 6, 3)), (1, date(2026, 6, 9)), (1, date(2026, 7, 1))])
    assert list(StaleKpi.objects.order_by("id").values_list("user_id", "month")) == [
        (1, date(2026, 6, 1)),
        (1, date(2026, 7, 1)),
    ]
