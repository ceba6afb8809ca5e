"""Lines of deals: what the database and the services hold about them."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from sales import services
from sales.models import Deal, DealLine, Product
from sales.services import Line
from sales.signals import Touched, facts_changed
from tests.conftest import Cast
from tests.sales.import_pages import NOW

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 1)
ONE_MORE = """
INSERT INTO sales_dealline (deal_id, number, name, quantity, amount_minor) SELECT id, 3, '', 1, 5 FROM sales_deal
"""


def commit() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def saved(cast: Cast, deal: Deal | None = None, **facts: Any) -> Deal:
    known: dict[str, Any] = {
        "external_id": "d", "name": "", "kind": "", "status": "won", "stage": "", "owner": cast.ana, "customer": None,
        "product": None, "quantity": 1, "amount_minor": 10_000, "currency": "USD", "opened_on": None, "closed_on": DAY,
        "shares": (), "seen_at": None, "acting_user": None, "now": NOW,
    }  # fmt: skip
    return services.save_deal(deal=deal, **(known | facts))


@pytest.fixture
def deal(cast: Cast) -> Deal:
    made = saved(cast, lines=[Line(6_000, quantity=2, cost_minor=0), Line(4_000, name="Setup", discount_ppm=5)])
    commit()
    return made


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sales_dealline SET amount_minor = 3000 WHERE number = 2",
        "DELETE FROM sales_dealline WHERE number = 2",
        "UPDATE sales_deal SET amount_minor = 9999",
        ONE_MORE,
    ],
    ids=["changed", "deleted", "another amount of the deal", "one more"],
)  # fmt: skip
def test_lines_that_are_not_the_deal_are_refused_at_commit(deal: Deal, change: str) -> None:
    with (
        pytest.raises(IntegrityError, match="The lines of deal d add up to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
        commit()


def test_on_the_way_they_may_be_anything_and_in_the_end_none(deal: Deal) -> None:
    Deal.objects.update(amount_minor=7_000)
    DealLine.objects.filter(number=2).update(amount_minor=1_000)
    commit()
    deal.lines.all().delete()
    Deal.objects.update(amount_minor=1)
    commit()
    deal.delete()
    commit()


def test_lines_are_numbered_as_they_come_and_replaced_at_once(deal: Deal, cast: Cast) -> None:
    rows = DealLine.objects.order_by("number").values_list("number", "amount_minor", "quantity", "name", "discount_ppm")
    assert list(rows) == [(1, 6_000, 2, "", None), (2, 4_000, 1, "Setup", 5)]
    saved(cast, deal, amount_minor=500, lines=[Line(500)])
    commit()
    assert list(rows.all()) == [(1, 500, 1, "", None)]
    saved(cast, deal, amount_minor=500, name="Named")
    assert deal.lines.count() == 1
    saved(cast, deal, amount_minor=500, lines=[])
    assert deal.lines.count() == 0


def test_a_change_of_lines_alone_touches_those_credited_and_none_nobody(deal: Deal, cast: Cast) -> None:
    heard: list[Touched] = []

    def hear(touched: frozenset[Touched], **_: object) -> None:
        heard.extend(touched)

    facts_changed.connect(hear)
    try:
        saved(cast, deal, lines=services.stored_lines(deal))
        assert heard == []
        saved(cast, deal, lines=[Line(5_000), Line(5_000)])
        assert heard == [Touched(cast.ana.pk, DAY)]
    finally:
        facts_changed.disconnect(hear)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"amount_minor": 9_000}, "The lines add up to 100.00 USD, and the deal's amount is 90.00 USD."),
        ({"lines": [Line(10_000, discount_ppm=1_000_001)]}, "Line 1: A discount is from 0 to 100 %."),
        ({"lines": [Line(10_000), Line(0, name="\x07")]}, "Line 2: Its name holds characters"),
        ({"lines": [Line(20)] * 501, "amount_minor": 20 * 501}, "A deal has at most 500 lines."),
        ({"lines": [Line(10**17), Line(10_000 - 10**17)]}, "Line 1: The amount is too large."),
    ],
    ids=["not the amount", "discount", "name", "too many", "too large"],
)
def test_what_is_wrong_with_lines_is_said(deal: Deal, cast: Cast, facts: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError) as refused:
        saved(cast, deal, **facts)
    assert why in " ".join(refused.value.messages)


def test_a_line_names_a_product(deal: Deal, cast: Cast) -> None:
    focus = Product.objects.create(external_id="F", name="Focus")
    saved(cast, deal, lines=[Line(10_000, focus)])
    assert services.stored_lines(deal) == [Line(10_000, focus)]
