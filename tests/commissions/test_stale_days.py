"""What happens to a deal later makes the statements of its own days stale, in whatever year."""

from datetime import UTC, date, datetime

import pytest

from commissions.models import StaleStatement
from sales import services
from sales.models import Deal
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 3, 1, tzinfo=UTC)
CLOSED, INVOICED, PAID = date(2025, 12, 20), date(2026, 1, 15), date(2027, 2, 1)


def noted() -> set[tuple[int, date]]:
    return set(StaleStatement.objects.values_list("payee_id", "on"))


def test_a_payment_is_noted_in_the_years_of_the_closing_the_invoice_and_the_payment(cast: Cast) -> None:
    deal = Deal.objects.create(
        external_id="D",
        owner=cast.ana,
        status="won",
        closed_on=CLOSED,
        invoiced_on=INVOICED,
        amount_minor=5,
        currency="USD",
    )
    services.record_payment(deal=deal, external_id="P", paid_on=PAID, amount_minor=5, acting_user=cast.finn, now=NOW)
    assert noted() == {(cast.ana.pk, day) for day in (CLOSED, INVOICED, PAID)}
