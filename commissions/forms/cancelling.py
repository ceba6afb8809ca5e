"""The day on which a deal may be cancelled."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CancellingForm(forms.Form):
    """For which day what a cancellation takes back is shown."""

    cancelled_on = forms.DateField(
        label=_("Cancelled on"), localize=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
