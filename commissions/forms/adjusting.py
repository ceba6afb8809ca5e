"""What the pages about adjustments ask for."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commissions.forms.fields import AmountField, CurrencyField, DealField, EvidenceField, PersonField, let_see
from commissions.forms.pages import PeriodField
from commissions.models import Adjustment, Dispute, Period
from commissions.models.adjustments import LONGEST_REASON
from commissions.selectors.adjusting import Wanted
from core.money import MoneyError, to_minor
from core.templatetags.juara import period as period_name

PARTS = 6  # whom a split may give to
_SELECT = {"class": "form-select"}
_LINES = {"rows": 3}
KINDS = [(value, label) for value, label in Adjustment.Kind.choices if value != Adjustment.Kind.SPLIT]


def minor_of(form: forms.Form, field: str, currency: str) -> int | None:
    """The amount of a field in minor units; None where it is none, and the field says so."""
    try:
        return to_minor(form.cleaned_data[field], currency)
    except MoneyError as error:
        form.add_error(field, str(error))
        return None


class _AskingForm(forms.Form):
    """What is common to an adjustment and a split."""

    period = forms.ModelChoiceField(
        label=_("Period"), queryset=Period.objects.none(), empty_label=None, help_text=_("Whose statement shows it.")
    )
    currency = CurrencyField(label=_("Currency"))
    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST_REASON, widget=forms.Textarea(_LINES), help_text=_("The payee reads it.")
    )
    internal_note = forms.CharField(
        label=_("Note for finance"), required=False, max_length=LONGEST_REASON, widget=forms.Textarea(_LINES),
        help_text=_("The payee doesn't see it."),
    )  # fmt: skip
    deal = DealField(label=_("Deal"), required=False, max_length=100, help_text=_("Its id, where it is about a deal."))
    dispute = forms.IntegerField(required=False, widget=forms.HiddenInput)
    token = forms.CharField(max_length=64, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)

    def __init__(self, *args: Any, viewer: User, on: date, periods: list[Period], **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        let_see(self, viewer, on)
        self.viewer, self.on = viewer, on
        field = self.fields["period"]
        field.queryset = Period.objects.filter(pk__in=[row.pk for row in periods]).order_by("-start", "kind")  # type: ignore[attr-defined]
        field.label_from_instance = lambda row: period_name(row.label)  # type: ignore[attr-defined]

    def clean_dispute(self) -> Dispute | None:
        pk = self.cleaned_data["dispute"]
        found = Dispute.objects.visible_to(self.viewer, self.on).standing().filter(pk=pk).first() if pk else None
        if pk and found is None:
            self.add_error(None, _("The dispute has ended meanwhile. Look at it again."))
        return found

    def seen_amounts(self) -> list[int] | None:
        """What each statement was said to pay afterwards; None where nothing was shown yet."""
        texts = self.cleaned_data["seen"].split()
        return [int(text) for text in texts] if texts and all(text.lstrip("-").isdigit() for text in texts) else None

    def _wanted(self, payee: User, amount_minor: int, kind: str) -> Wanted:
        said = self.cleaned_data
        return Wanted(
            payee=payee, period=said["period"], currency=said["currency"], kind=kind, amount_minor=amount_minor,
            reason=said["reason"].strip(), internal_note=said["internal_note"].strip(), deal=said["deal"],
            dispute=said["dispute"],
        )  # fmt: skip


class AdjustmentForm(_AskingForm):
    payee = PersonField(label=_("Payee"))
    kind = forms.ChoiceField(label=_("Kind"), choices=KINDS, widget=forms.Select(_SELECT))
    amount = AmountField(label=_("Amount"), help_text=_("With a minus sign where it takes pay away."))
    evidence = EvidenceField(
        label=_("Evidence"), required=False, help_text=_("PDF, PNG, JPG, CSV, XLSX, TXT or EML, up to 5 MB.")
    )

    def wanted(self) -> list[Wanted]:
        """None where a field says why."""
        amount = minor_of(self, "amount", self.cleaned_data["currency"])
        return [] if amount is None else [self._wanted(self.cleaned_data["payee"], amount, self.cleaned_data["kind"])]


class SplitForm(_AskingForm):
    """An amount taken from one payee and given to others."""

    giver = PersonField(label=_("Taken from"))
    amount = AmountField(label=_("Amount"), help_text=_("All of it. What the others get adds up to it."))

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 Django's own
        super().__init__(*args, **options)
        for number in range(PARTS):
            self.fields[f"getter{number}"] = PersonField(label=_("Given to"), required=number == 0)
            self.fields[f"part{number}"] = AmountField(label=_("Amount"), required=number == 0)
        let_see(self, self.viewer, self.on)

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"getter{number}"], self[f"part{number}"]) for number in range(PARTS)]

    def wanted(self) -> list[Wanted]:
        """Who gives first. None where a field says why."""
        said, currency = self.cleaned_data, self.cleaned_data["currency"]
        taken = minor_of(self, "amount", currency)
        found = [self._wanted(said["giver"], -taken, Adjustment.Kind.SPLIT)] if taken else []
        for number in range(PARTS):
            person, text = said[f"getter{number}"], said[f"part{number}"]
            if bool(person) != bool(text):
                self.add_error(f"part{number}", _("Name the person and the amount, or neither."))
            elif person and (part := minor_of(self, f"part{number}", currency)) is not None:
                found.append(self._wanted(person, part, Adjustment.Kind.SPLIT))
        if not self.errors:
            self._check(found, taken or 0)
        return [] if self.errors else found

    def _check(self, found: list[Wanted], taken: int) -> None:
        if taken <= 0 or any(each.amount_minor <= 0 for each in found[1:]):
            self.add_error(None, _("Write amounts above zero: what one gives and what each of the others gets."))
        elif sum(each.amount_minor for each in found):
            self.add_error("amount", _("What the others get doesn't add up to this amount. Correct one of them."))
        elif len({each.payee.pk for each in found}) < len(found):
            self.add_error(None, _("Somebody is named twice. Name each person once."))


class DecisionForm(forms.Form):
    note = forms.CharField(label=_("Comment"), required=False, max_length=LONGEST_REASON, widget=forms.Textarea(_LINES))


class AdjustmentFilter(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    period = PeriodField(label=_("Period"), required=False, max_length=12)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All")), *Adjustment.Status.choices],
        widget=forms.Select(_SELECT),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *Adjustment.Kind.choices],
        widget=forms.Select(_SELECT),
    )  # fmt: skip


class LimitForm(forms.Form):
    currency = CurrencyField(label=_("Currency"))
    amount = AmountField(
        label=_("Up to"), required=False, help_text=_("Empty: every adjustment needs a second person.")
    )
