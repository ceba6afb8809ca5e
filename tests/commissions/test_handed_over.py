"""A deal that changes hands after a closed statement credited it: who gives back, who doesn't, and what stays."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from accounts.models import User
from commissions import selectors, services
from commissions.models import EarningLine, HandedOver, Period, StaleStatement, Statement
from commissions.selectors import cancelling
from sales import services as sales
from sales.models import Deal
from sales.services.deal_checks import Part
from tests.commissions.facts import FLAT, NOW, assign, calculated, lines, published, totals, won
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
BY: dict[str, Any] = {"acting_user": None, "now": NOW}
PAID = FLAT.replace("rate: 10%", "rate: 10%, credit: {trigger: paid}")


def hand(deal: Deal, owner: User, shares: list[Part] | None = None) -> None:
    """As the form of a deal does it."""
    deal.refresh_from_db()
    facts = {
        name: getattr(deal, name)
        for name in (
            "external_id", "name", "kind", "status", "stage", "customer", "product", "quantity", "amount_minor",
            "currency", "opened_on", "closed_on",
        )
    }  # fmt: skip
    sales.save_deal(deal=deal, owner=owner, shares=shares or [], seen_at=None, **facts, **BY)


def cancel(deal: Deal, day: date) -> None:
    sales.cancel_deal(deal=deal, cancelled_on=day, **BY)


def close(label: str) -> None:
    calculated(label)
    Period.objects.filter(start__startswith=label).update(status=Period.Status.CLOSED)


def caught_up() -> None:
    """What the notes say, done."""
    while services.recalculate_stale(now=NOW):
        pass


def paid(label: str) -> dict[str, int]:
    return {payee: total for (payee, _label), total in totals(label).items() if total}


@pytest.fixture
def sold(cast: Cast) -> Deal:
    assign(published(FLAT).plan, cast.ana, cast.ben, cast.mia)
    return won(cast.ana, date(2026, 1, 10), 100_00)


def test_who_was_credited_in_a_closed_month_gives_back(cast: Cast, sold: Deal) -> None:
    close("2026-01")
    hand(sold, cast.ben)
    calculated("2026-03")
    cancel(sold, date(2026, 3, 5))
    caught_up()
    assert (paid("2026-01"), paid("2026-03")) == ({"ana": 10_00}, {"ana": -10_00})
    calculated("2026-03")
    assert paid("2026-03") == {"ana": -10_00}


def test_while_the_month_is_open_everything_moves(cast: Cast, sold: Deal) -> None:
    calculated("2026-01")
    hand(sold, cast.ben)
    cancel(sold, date(2026, 3, 5))
    calculated("2026-01")
    close("2026-01")
    calculated("2026-03")
    assert (paid("2026-01"), paid("2026-03")) == ({"ben": 10_00}, {"ben": -10_00})
    assert not HandedOver.objects.exists()


def test_a_closed_month_is_as_it_was(cast: Cast, sold: Deal) -> None:
    close("2026-01")
    before = lines(), list(Statement.objects.filter(period__start="2026-01-01").order_by("pk").values())
    hand(sold, cast.ben)
    cancel(sold, date(2026, 1, 20))
    caught_up()
    assert (lines(), list(Statement.objects.filter(period__start="2026-01-01").order_by("pk").values())) == before
