"""What the pages of statements and periods ask for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from commissions.models import Period
from core.periods import Period as CalendarPeriod
from core.periods import PeriodError, parse_period


class PeriodField(forms.CharField):
    """A calendar period as people write it: 2017-06, 2017-Q2."""

    def clean(self, value: str) -> CalendarPeriod | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_period(text)
        except PeriodError:
            raise forms.ValidationError(
                _("“%(label)s” is no period. Write a month as 2026-06, a quarter as 2026-Q2 or a year as 2026."),
                params={"label": text},
            ) from None


class StatementFilter(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    period = PeriodField(label=_("Period"), required=False, max_length=10)


class PayeeFilter(forms.Form):
    SORTS = [("name", _("Name")), ("-payable", _("Highest first")), ("payable", _("Lowest first"))]

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=SORTS)
    notices = forms.BooleanField(label=_("Only with notices"), required=False)


class RunForm(forms.Form):
    period = PeriodField(
        label=_("Period"), max_length=10, help_text=_("A month as 2026-06, a quarter as 2026-Q2, a year as 2026.")
    )


def choices_of(periods: list[Period]) -> list[tuple[str, str]]:
    return [("", str(_("All periods"))), *((period.label, period.label) for period in periods)]
