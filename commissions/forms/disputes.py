"""What the pages about disputes ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commissions.forms.fields import AmountField
from commissions.models import Adjustment, Dispute
from commissions.models.disputes import LONGEST_TEXT
from commissions.selectors.disputes import SHOWN

_TEXT = {"rows": 4}


class ReasonForm(forms.Form):
    """About a line or a whole statement."""

    reason = forms.CharField(
        label=_("What is wrong"), max_length=LONGEST_TEXT, widget=forms.Textarea(_TEXT),
        help_text=_("What you expected, and why. Your manager and finance read it."),
    )  # fmt: skip


class MissingDealForm(ReasonForm):
    deal = forms.CharField(label=_("Id or name of the deal"), required=False, max_length=200)
    customer = forms.CharField(label=_("Customer"), required=False, max_length=200)
    amount = AmountField(label=_("Amount of the deal"), required=False)

    field_order = ("deal", "customer", "amount", "reason")

    def clean(self) -> dict[str, Any]:
        if not self.cleaned_data.get("deal") and not self.cleaned_data.get("customer") and not self.errors:
            self.add_error("deal", _("Write the deal's id or name, or its customer: somebody has to find it."))
        return self.cleaned_data


class MessageForm(forms.Form):
    text = forms.CharField(label=_("Message"), max_length=LONGEST_TEXT, widget=forms.Textarea({"rows": 3}))
    is_internal = forms.BooleanField(label=_("Only for managers and finance"), required=False)


class HandOnForm(forms.Form):
    assignee = forms.ModelChoiceField(
        label=_("Who sees to it"), required=False, queryset=User.objects.none(), empty_label=_("nobody yet")
    )
    due_on = forms.DateField(
        label=_("Until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), localize=False
    )

    def __init__(self, *args: Any, people: list[User], **options: Any) -> None:  # noqa: ANN401 Django's own
        super().__init__(*args, **options)
        field = self.fields["assignee"]
        field.queryset = User.objects.filter(pk__in=[person.pk for person in people]).order_by("name", "pk")  # type: ignore[attr-defined]


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=Dispute.Outcome.choices, widget=forms.Select({"class": "form-select"})
    )
    adjustment = forms.ModelChoiceField(
        label=_("Adjustment"), required=False, queryset=Adjustment.objects.none(), empty_label=_("none")
    )
    text = forms.CharField(
        label=_("What you tell the payee"), max_length=LONGEST_TEXT, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, *args: Any, dispute: Dispute, **options: Any) -> None:  # noqa: ANN401 Django's own
        super().__init__(*args, **options)
        field = self.fields["adjustment"]
        field.queryset = dispute.adjustments.filter(status=Adjustment.Status.APPROVED).order_by("-pk")  # type: ignore[attr-defined]
        field.label_from_instance = lambda row: f"#{row.pk}: {row.reason[:60]}"  # type: ignore[attr-defined]


class QueueFilter(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    show = forms.ChoiceField(required=False, choices=[(name, name) for name in SHOWN])


class FactsForm(forms.Form):
    """How the facts of a deal should be. What is empty stays as it is."""

    amount = AmountField(label=_("Amount of the deal"), required=False)
    closed_on = forms.DateField(
        label=_("Closed on"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        localize=False,
    )  # fmt: skip
    is_hers = forms.BooleanField(label=_("The whole deal is the payee's"), required=False)
