"""Lines of deals, as people write them into the form and read them on the page."""

from typing import Any

import pytest
from django.urls import reverse

from sales.models import Deal, DealLine, Product
from tests.conftest import Cast
from tests.sales.browsing import form, opened, post, signed_in, words

pytestmark = pytest.mark.django_db


def rows(*lines: dict[str, str]) -> dict[str, Any]:
    sent = {"lines-TOTAL_FORMS": str(len(lines)), "lines-INITIAL_FORMS": "0"}
    names = ("product", "name", "quantity", "amount", "cost", "discount")
    return sent | {f"lines-{n}-{name}": line.get(name, "") for n, line in enumerate(lines) for name in names}


def stored() -> list[tuple[Any, ...]]:
    fields = ("number", "product__name", "name", "quantity", "amount_minor", "cost_minor", "discount_ppm")
    return list(DealLine.objects.order_by("number").values_list(*fields))


def test_a_rep_enters_lines_and_the_amount_is_their_sum(cast: Cast) -> None:
    Product.objects.create(external_id="F", name="Focus")
    lines = rows({"product": "focus", "quantity": "3", "amount": "1,000.50", "cost": "700"}, {},
                 {"name": "Setup", "amount": "49.50", "discount": "12.5"})  # fmt: skip
    assert post(cast.ana, "sales:deal-new", **form(amount="", **lines)).status_code == 302
    deal = Deal.objects.get()
    assert deal.amount_minor == 1050_00
    assert stored() == [(1, "Focus", "", 3, 100_050, 70_000, None), (2, None, "Setup", 1, 4_950, None, 125_000)]
    page = words(signed_in(cast.ana).get(reverse("sales:deal", args=[deal.pk])))
    assert "The sum of its 2 lines." in page
    assert "Focus 3 USD 1,000.50 USD 700.00" in page or "Focus 3 $1,000.50 $700.00" in page
    again = signed_in(cast.ana).get(reverse("sales:deal-edit", args=[deal.pk]))
    assert [row["amount"].value() for row in again.context["lines"]] == ["1,000.50", "49.50", None, None]


def test_emptied_rows_remove_the_lines_and_a_form_without_them_leaves_them(cast: Cast) -> None:
    deal = opened(cast.ana, "D-77", amount_minor=100_00)
    DealLine.objects.create(deal=deal, number=1, amount_minor=100_00)
    assert post(cast.ana, "sales:deal-edit", deal.pk, **form(deal, amount="100", name="Named")).status_code == 302
    assert len(stored()) == 1
    assert post(cast.ana, "sales:deal-edit", deal.pk, **form(deal, amount="70")).status_code == 422
    assert post(cast.ana, "sales:deal-edit", deal.pk, **form(amount="70", **rows({}, {}))).status_code == 302
    deal.refresh_from_db()
    assert (deal.amount_minor, stored()) == (70_00, [])


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ({"name": "Setup"}, "A line needs an amount. Fill it in, or empty the row."),
        ({"amount": "1.005"}, "has 2 decimals"),
        ({"amount": "many"}, "is no number"),
        ({"amount": "5", "product": "none such"}, "Nothing here is called"),
        ({"amount": "5", "discount": "101"}, "A discount is from 0 to 100 %."),
        ({"amount": "5", "quantity": "3000000000"}, "The quantity is too large."),
    ],
    ids=["no amount", "decimals", "a word", "product", "discount", "quantity"],
)
def test_a_line_that_cannot_be_is_refused(cast: Cast, line: dict[str, str], why: str) -> None:
    response = post(cast.ana, "sales:deal-new", **form(amount="5", **rows(line)))
    assert response.status_code == 422
    assert why in words(response)
    assert stored() == []


def test_more_rows_keep_what_was_typed(cast: Cast) -> None:
    sent = form(more="lines", **rows({"name": "Setup"}, {}, {"amount": "5"}))
    response: Any = post(cast.ada, "sales:deal-new", **sent)
    assert [(row["name"].value(), row["amount"].value()) for row in response.context["lines"]] == [
        ("Setup", ""), ("", "5"), (None, None), (None, None),
    ]  # fmt: skip


def test_without_amount_and_lines_the_amount_is_asked_for(cast: Cast) -> None:
    response = post(cast.ana, "sales:deal-new", **form(amount="", **rows({}, {})))
    assert (response.status_code, "This field is required." in words(response)) == (422, True)
