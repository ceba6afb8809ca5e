"""What the pages about exchange rates ask for."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sales.forms.deals import NumberField, day_field
from sales.models import ExchangeRate


class RateFilter(forms.Form):
    source = forms.CharField(label=_("From currency"), required=False, max_length=3)
    target = forms.CharField(label=_("To currency"), required=False, max_length=3)

    def clean(self) -> dict[str, Any]:
        return {name: str(value).strip().upper() for name, value in self.cleaned_data.items()}


class RateForm(forms.Form):
    """What one unit of a currency is worth in another from a day on."""

    source = forms.CharField(
        label=_("From currency"), min_length=3, max_length=3, help_text=_("Currency, such as EUR.")
    )
    target = forms.CharField(label=_("To currency"), min_length=3, max_length=3, help_text=_("Currency, such as USD."))
    starts_on = day_field(label=_("From the day"), help_text=_("It holds until the next rate of the pair begins."))
    rate = NumberField(
        "1.085", label=_("Exchange rate"), help_text=_("How much of the second currency one of the first is.")
    )

    is_sure = forms.BooleanField(label=_("Yes, this is meant"), required=False)

    def clean_source(self) -> str:
        return str(self.cleaned_data["source"]).upper()

    def clean_target(self) -> str:
        return str(self.cleaned_data["target"]).upper()

    def clean_rate(self) -> Decimal:
        return Decimal(self.cleaned_data["rate"])

    def given(self) -> dict[str, Any]:
        """The valid form as what a rate says."""
        said = self.cleaned_data
        return {
            "source": said["source"],
            "target": said["target"],
            "starts_on": said["starts_on"],
            "value": said["rate"],
            "is_sure": said["is_sure"],
        }


def rate_initial(rate: ExchangeRate, written: str) -> dict[str, Any]:
    """A rate as its form shows it; `written` is the number in the reader's signs."""
    return {"source": rate.source, "target": rate.target, "starts_on": rate.starts_on, "rate": written}
