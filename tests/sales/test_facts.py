"""What the database itself keeps true of invoices, cancellations, costs and payments."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from commissions.selectors.inputs import payments_of
from sales.models import Deal, Payment

pytestmark = pytest.mark.django_db

JANUARY = date(2026, 1, 10)


def won(**facts: object) -> Deal:
    usual = {"external_id": "D1", "status": "won", "closed_on": JANUARY, "currency": "USD", "amount_minor": 100_00}
    return Deal.objects.create(**{**usual, **facts})


@pytest.mark.parametrize(
    "facts",
    [
        {"cancelled_on": date(2026, 1, 9)},
        {"status": "lost", "cancelled_on": JANUARY},
        {"status": "open", "closed_on": None, "cancelled_on": JANUARY},
        {"cost_minor": 10**17},
        {"tax_minor": -(10**17)},
        {"discount_ppm": 1_000_001},
        {"discount_ppm": -1},
        {"term_months": -1},
        {"custom": ["west"]},
    ],
    ids=["before it closed", "lost", "open", "cost", "tax", "discount", "below none", "term", "no object"],
)
def test_the_database_refuses_what_cannot_be(facts: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        won(**facts)


def test_a_won_deal_may_be_cancelled_on_the_day_it_closed() -> None:
    assert won(cancelled_on=JANUARY, custom={"region": "west"}).custom == {"region": "west"}


def test_a_payment_of_nothing_is_none() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(external_id="P1", deal=won(), paid_on=JANUARY, amount_minor=0)


def test_a_deal_with_payments_keeps_its_currency() -> None:
    deal = won()
    Deal.objects.update(currency="EUR")
    Payment.objects.create(external_id="P1", deal=deal, paid_on=JANUARY, amount_minor=5_00)
    with pytest.raises(IntegrityError, match="payments in EUR"), transaction.atomic():
        Deal.objects.update(currency="USD")
    assert Deal.objects.update(currency="EUR", amount_minor=1) == 1


def test_payments_come_by_deal_day_and_id() -> None:
    deal, other = won(), won(external_id="D2")
    for key, whose, day, amount in (("b", deal, 12, 1), ("a", deal, 12, -2), ("z", deal, 11, 3), ("c", other, 1, 4)):
        Payment.objects.create(external_id=key, deal=whose, paid_on=date(2026, 2, day), amount_minor=amount)
    assert payments_of([deal.pk]).rows() == [
        (deal.pk, "z", date(2026, 2, 11), 3),
        (deal.pk, "a", date(2026, 2, 12), -2),
        (deal.pk, "b", date(2026, 2, 12), 1),
    ]
    assert payments_of([]).is_empty()
