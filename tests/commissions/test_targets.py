"""Shares of a target incentive, and quotas in units, from the database to the pages."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.html import strip_tags

from accounts.models import User
from commissions import selectors, services
from commissions.models import EarningLine, PlanVersion, StaleStatement, Statement
from commissions.selectors.notices import notice_text
from tests.commissions.facts import JANUARY, NOW, assign, calculated, published, won
from tests.conftest import Cast

pytestmark = pytest.mark.django_db

PLAN = """
plan: On target
currency: USD
period: quarter
components:
  - key: revenue
    name: Revenue
    pays: target
    weight: 60%
    window: quarter
    against: quota
    tiers: interpolated
    curve: [{from: 0%, pay: 0%}, {from: 50%, pay: 0%}, {from: 100%, pay: 100%}]
  - key: licences
    name: Licences
    measure: quantity
    pays: target
    weight: 40%
    window: quarter
    against: quota
    rate: 1
"""


def expect(version: PlanVersion, payee: User, amount: int, **how: Any) -> None:
    services.set_quota(
        plan=version.plan, payees=[payee], from_date=JANUARY, until=None, quota_minor=amount, per="quarter",
        acting_user=None, now=NOW, **how,
    )  # fmt: skip


@pytest.fixture
def version(cast: Cast) -> PlanVersion:
    """Ana has a quota of 100,000 and of 10 licences, and a target of 10,000; she sold 92,000 and 4 licences."""
    made = published(PLAN)
    assign(made.plan, cast.ana, cast.ben, quota_minor=100_000_00)
    for payee in (cast.ana, cast.ben):
        expect(made, payee, 10_000_000, kind="units")
    expect(made, cast.ana, 10_000_00, kind="target")
    won(cast.ana, date(2026, 1, 10), 60_000_00, key="A", quantity=0)
    won(cast.ana, date(2026, 2, 10), 32_000_00, key="B", quantity=4)
    won(cast.ben, date(2026, 2, 10), 90_000_00, key="C")
    calculated("2026-Q1")
    return made


def page(user: User, name: str, *args: object, language: str = "en") -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = language
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return " ".join(strip_tags(response.content.decode()).replace("\N{NO-BREAK SPACE}", " ").split())


def line_of(deal: str, component: str) -> EarningLine:
    found = EarningLine.objects.select_related(
        "statement__payee", "statement__period", "plan_version__plan", "deal__customer"
    )
    return found.get(deal__external_id=deal, component=component)


def test_a_line_keeps_the_target_of_which_it_pays_a_share(version: PlanVersion) -> None:
    rows = EarningLine.objects.filter(deal__external_id="B").order_by("component")
    assert list(rows.values_list("component", "quota_minor", "target_minor", "amount_minor")) == [
        ("licences", 10_000_000, 10_000_00, 1_600_00),
        ("revenue", 100_000_00, 10_000_00, 3_840_00),
    ]


SENTENCES = {
    "en": (
        "This deal moved you from $60,000.00 to $92,000.00 of your quota of $100,000.00: at 92% of quota the curve "
        "earns 84% of 60% of the target of $10,000.00, at 60% it was 20%, and the line is the difference."
    ),
    "id": (
        "Transaksi ini menaikkan pencapaian Anda dari US$60.000,00 menjadi US$92.000,00 dari kuota US$100.000,00: pada "
        "92% dari kuota kurva mendapat 84% dari 60% dari target US$10.000,00, pada 60% masih 20%, dan baris ini adalah "
        "selisihnya."
    ),
}


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_line_says_which_share_of_the_target_it_is(version: PlanVersion, cast: Cast, language: str) -> None:
    assert SENTENCES[language] in page(cast.ana, "commissions:line", line_of("B", "revenue").pk, language=language)


def test_a_quota_in_units_is_written_in_units(version: PlanVersion, cast: Cast) -> None:
    why = selectors.line_explanation(line_of("B", "licences"))
    with translation.override("en"):
        assert selectors.reading(why, is_own=True).sentence == (
            "This deal moved you from 0 units to 4 units of your quota of 10 units: at 40% of quota the curve earns "
            "40% of 40% of the target of $10,000.00, at 0% it was 0%, and the line is the difference."
        )


def test_who_has_no_target_is_paid_nothing_and_told_so(version: PlanVersion, cast: Cast) -> None:
    statement = Statement.objects.get(payee=cast.ben)
    assert statement.total_minor == 0
    assert [(row["code"], row["detail"]) for row in statement.notices] == [
        ("target_missing", "licences 2026-Q1"),
        ("target_missing", "revenue 2026-Q1"),
    ]
    with translation.override("id"):
        assert notice_text("target_missing", "revenue 2026-Q1", {"revenue": "Revenue"}) == (
            "Tidak ada yang dibayar untuk Revenue pada K1 2026: komponen ini membayar bagian dari insentif target, dan "
            "target belum ditetapkan. Minta administrator menetapkannya."
        )


def test_where_she_stands_says_quota_target_and_share(version: PlanVersion, cast: Cast) -> None:
    licences, revenue = sorted(selectors.attainment(cast.ana, date(2026, 3, 1)), key=lambda row: row.component)
    assert (revenue.share, revenue.target_minor, revenue.rate, revenue.earned_minor) == (
        Decimal("0.92"), 10_000_00, None, 5_040_00,
    )  # fmt: skip
    with translation.override("en"):
        assert (licences.share, licences.quota_short, licences.x_short) == (Decimal("0.4"), "10 units", "4 units")


def test_the_plans_page_says_shares_of_the_target(version: PlanVersion, cast: Cast) -> None:
    text = page(cast.ana, "commissions:plan", version.pk)
    assert "It pays shares of 60% of the target incentive." in text
    assert "The target incentive is $10,000.00." in text
    assert "You are at 0 units of your quota of 10 units in" in text


PRORATED = """
plan: Prorated
currency: USD
period: month
quotas: {prorate: calendar_days}
components:
  - key: sales
    name: Sales
    window: quarter
    against: quota
    tiers: marginal
    curve: [{from: 0%, rate: 5%}, {from: 100%, rate: 10%}]
"""
FEBRUARY = date(2026, 2, 1)


@pytest.fixture
def joined(cast: Cast) -> PlanVersion:
    """Ana joins on 1 February and sells 70,000 in March; her quota of a quarter is 100,000."""
    made = published(PRORATED, from_date=date(2025, 1, 1))
    assign(made.plan, cast.ana, quota_minor=100_000_00, from_date=FEBRUARY)
    won(cast.ana, date(2026, 3, 10), 70_000_00, key="A")
    calculated("2026-03")
    return made


def test_who_joins_has_the_quota_of_her_days(joined: PlanVersion, cast: Cast) -> None:
    line = line_of("A", "sales")
    # 100,000 x 59/90: 5 % up to there and 10 % of the rest.
    assert (line.quota_minor, line.amount_minor) == (65_555_56, 3_722_22)
    with translation.override("en"):
        said = selectors.reading(selectors.line_explanation(line), is_own=True).goals
    assert said == "Of the quota of $100,000.00, $65,555.56 count: 59 of 90 days on the plan."
    assert "Dari kuota US$100.000,00" in page(cast.ana, "commissions:line", line.pk, language="id")
    assert "counts for the calendar days on the plan" in page(cast.ana, "commissions:plan", joined.pk)


def test_a_new_version_of_the_plan_is_no_new_start(joined: PlanVersion, cast: Cast) -> None:
    published(PRORATED.replace("name: Sales", "name: Sold"), from_date=date(2026, 3, 1))
    calculated("2026-03")
    assert line_of("A", "sales").quota_minor == 65_555_56


def test_leaving_in_a_quarter_notes_all_of_it(joined: PlanVersion, cast: Cast) -> None:
    StaleStatement.objects.all().delete()
    services.unassign(
        plan=joined.plan, payees=[cast.ana], from_date=date(2026, 3, 20), until=None, acting_user=None, now=NOW
    )
    assert sorted(StaleStatement.objects.values_list("on", flat=True))[0] <= FEBRUARY
    calculated("2026-03")
    assert line_of("A", "sales").quota_minor == round(100_000_00 * 47 / 90)
