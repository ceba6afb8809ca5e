"""The lines of a deal in its form: rows, of which those without an amount are empty."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.money import MoneyError, to_minor
from sales import selectors
from sales.engine.splits import percent
from sales.forms.deals import NumberField, ReferenceField, amount_trouble, discount_ppm, shown_amount
from sales.models import MOST_LINES, DealLine, Product

EMPTY_ROWS = 2
PREFIX = "lines"
_FIELDS = ("product", "name", "quantity", "amount", "cost", "discount")


class LineForm(forms.Form):
    product = ReferenceField(Product, "products", label=_("Product"), required=False)
    name = forms.CharField(label=_("Name"), required=False, max_length=200)
    quantity = forms.IntegerField(label=_("Quantity"), required=False)
    amount = NumberField("600", label=_("Amount"), required=False)
    cost = NumberField("400", label=_("Cost"), required=False)
    discount = NumberField("12.5", label=_("Discount in %"), required=False)

    @property
    def says_something(self) -> bool:
        return any(self.cleaned_data.get(name) not in (None, "") for name in _FIELDS)

    def clean_discount(self) -> int | None:
        return discount_ppm(self.cleaned_data["discount"])

    def clean(self) -> dict[str, Any]:
        if not self.errors and self.says_something and not self.cleaned_data["amount"]:
            self.add_error("amount", gettext("A line needs an amount. Fill it in, or empty the row."))
        return self.cleaned_data

    def line(self, currency: str) -> dict[str, Any] | None:
        """What the row says of a line of a deal in that currency; None, and the reason at its field, where it can't."""
        given, minor = self.cleaned_data, {}
        for name in ("amount", "cost"):
            try:
                minor[name] = to_minor(given[name], currency) if given[name] else None
            except MoneyError:
                self.add_error(name, amount_trouble(self[name].value(), currency))
        if self.errors or minor["amount"] is None:
            return None
        quantity = 1 if given["quantity"] is None else given["quantity"]
        return {
            "amount_minor": minor["amount"],
            "product": given["product"],
            "name": given["name"],
            "quantity": quantity,
            "cost_minor": minor["cost"],
            "discount_ppm": given["discount"],
        }


LineFormSet = forms.formset_factory(
    LineForm, extra=EMPTY_ROWS, max_num=MOST_LINES, absolute_max=MOST_LINES, validate_max=True
)


def lines_of(rows: "forms.BaseFormSet[LineForm]", currency: str) -> list[dict[str, Any]] | None:
    """What each line of a valid formset says; None, and the reasons at the fields, where an amount isn't one of the
    currency.
    """
    said = [row for row in rows if row.says_something]
    found = [row.line(currency) for row in said]
    return None if any(row.errors for row in said) else [line for line in found if line is not None]


def line_initial(line: DealLine, currency: str) -> dict[str, Any]:
    discount = line.discount_ppm
    return {
        "product": selectors.reference(line.product),
        "name": line.name,
        "quantity": line.quantity,
        "amount": shown_amount(line.amount_minor, currency),
        "cost": shown_amount(line.cost_minor, currency),
        "discount": "" if discount is None else number_format(Decimal(percent(discount))),
    }


def typed_rows(data: QueryDict) -> Sequence[dict[str, str]]:
    """What has been typed into the rows, not yet looked at."""
    rows: list[dict[str, str]] = []
    while len(rows) < MOST_LINES and f"{PREFIX}-{len(rows)}-amount" in data:
        rows.append({name: data.get(f"{PREFIX}-{len(rows)}-{name}", "") for name in _FIELDS})
    return [row for row in rows if any(row.values())]
