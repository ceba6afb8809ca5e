"""What the pages about payouts ask for."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from core.money import MoneyError, exponent, to_major, to_minor
from payouts.engine.mapping import AMOUNTS, DATES, FIELDS
from payouts.models import BankAccount, PayoutProfile, PayrollMapping
from payouts.models.accounts import AccountKind

_SELECT = forms.Select({"class": "form-select"})


def _currency(value: str) -> str:
    code = value.strip().upper()
    try:
        exponent(code)
    except MoneyError:
        raise forms.ValidationError(_("This is no currency. Write its ISO 4217 code, such as USD or IDR.")) from None
    return code


class DueFilter(forms.Form):
    REASONS = (
        ("", _("All")),
        ("payable", _("Payable now")),
        ("held", _("Held")),
        ("below_minimum", _("Below the minimum")),
        ("below_unit", _("Less than a bank moves")),
        ("no_account", _("No bank account")),
        ("no_rate", _("No exchange rate")),
        ("negative", _("Owes")),
    )
    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    reason = forms.ChoiceField(label=_("State"), required=False, choices=REASONS)


class BatchForm(forms.Form):
    """A batch of all that is payable, or off-cycle of who is ticked."""

    kind = forms.ChoiceField(choices=[("regular", ""), ("off_cycle", "")], widget=forms.HiddenInput)
    pay_on = forms.DateField(
        label=_("Pay date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), localize=False
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=300)
    key = forms.CharField(max_length=100, widget=forms.HiddenInput)
    payees = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, people: set[int], **kwargs: Any) -> None:  # noqa: ANN401 Django's own signature
        super().__init__(*args, **kwargs)
        self.fields["payees"].choices = [(pk, "") for pk in people]  # type: ignore[attr-defined]
        self.fields["key"].initial = uuid4().hex

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("kind") == "off_cycle" and not said.get("payees"):
            self.add_error(None, _("Tick who is to be paid off-cycle."))
        return said


class BatchActForm(forms.Form):
    ACTS = ("approve", "discard", "hand_over", "paid", "void")
    act = forms.ChoiceField(choices=[(act, act) for act in ACTS])
    reason = forms.CharField(required=False, max_length=300)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("act") == "void" and not said.get("reason", "").strip():
            self.add_error("reason", _("Say why: whoever looks at the batch later will ask."))
        return said


class PayoutActForm(forms.Form):
    act = forms.ChoiceField(choices=[("take_out", ""), ("send_back", "")])
    reason = forms.CharField(max_length=300)


class AnswerForm(forms.Form):
    file = forms.FileField(label=_("Answer of the bank or payroll (CSV)"))


class HoldForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)


class ProfileForm(forms.Form):
    method = forms.ChoiceField(label=_("Paid"), choices=PayoutProfile.Method.choices, widget=_SELECT)
    currency = forms.CharField(
        label=_("Payout currency"), required=False, max_length=3, help_text=_("Empty: the statement's own.")
    )
    payroll_id = forms.CharField(
        label=_("Payroll id"), required=False, max_length=50, help_text=_("Empty: the external id.")
    )
    minimum = forms.DecimalField(
        label=_("Minimum payout"), required=False, min_value=0, localize=True, max_digits=18, decimal_places=4,
        help_text=_("Empty: the company's. In the payout currency."),
    )  # fmt: skip

    def clean_currency(self) -> str:
        return _currency(self.cleaned_data["currency"]) if self.cleaned_data["currency"] else ""

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        minimum: Decimal | None = said.get("minimum")
        if minimum and not said.get("currency"):
            self.add_error("currency", _("A minimum of her own needs the currency in which it is."))
        elif minimum:
            try:
                said["minimum_minor"] = to_minor(minimum, said["currency"])
            except MoneyError:
                self.add_error("minimum", _("The currency has no unit that small. Write fewer decimals."))
        return said

    def given(self) -> dict[str, Any]:
        said = self.cleaned_data
        minor = said.get("minimum_minor")
        return {
            "method": said["method"],
            "currency": said["currency"],
            "payroll_id": said["payroll_id"],
            "minimum_minor": 0 if minor is None and said["minimum"] == 0 else minor,
        }


def profile_initial(profile: PayoutProfile) -> dict[str, Any]:
    minimum = profile.minimum_minor
    return {
        "method": profile.method,
        "currency": profile.currency,
        "payroll_id": profile.payroll_id,
        "minimum": None if minimum is None else to_major(minimum, profile.currency or "USD"),
    }


class AccountForm(forms.Form):
    """Where a person's money goes. The number is asked for and never shown again."""

    kind = forms.ChoiceField(label=_("Kind"), choices=AccountKind.choices, widget=_SELECT)
    currency = forms.CharField(label=_("Currency"), max_length=3, help_text=_("In which money comes there."))
    holder = forms.CharField(label=_("Account holder"), max_length=140)
    number = forms.CharField(
        label=_("IBAN or account number"),
        max_length=50,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    bank_code = forms.CharField(
        label=_("BIC, routing number or bank code"),
        required=False,
        max_length=20,
        help_text=_("Of an IBAN the BIC, if you know it; in the US the nine-digit routing number; in Indonesia the "
                    "three-digit bank code, such as 014 for BCA."),
    )  # fmt: skip
    bank_name = forms.CharField(label=_("Bank"), max_length=100)
    holding = forms.ChoiceField(
        label=_("Type of account"), choices=BankAccount.Holding.choices, widget=_SELECT, help_text=_("Of a US account.")
    )

    def clean_currency(self) -> str:
        return _currency(self.cleaned_data["currency"])


class AccountActForm(forms.Form):
    act = forms.ChoiceField(choices=[("confirm", ""), ("refuse", ""), ("end", "")])


class CompanyAccountForm(forms.Form):
    name = forms.CharField(label=_("Name of the company, as the bank has it"), max_length=140)
    kind = forms.ChoiceField(label=_("Kind"), choices=AccountKind.choices, widget=_SELECT)
    currency = forms.CharField(label=_("Currency"), max_length=3)
    number = forms.CharField(
        label=_("IBAN or account number"), max_length=50, widget=forms.TextInput({"autocomplete": "off"})
    )
    bank_code = forms.CharField(label=_("BIC, routing number or bank code"), required=False, max_length=20)
    bank_name = forms.CharField(label=_("Bank"), max_length=100)
    company_id = forms.RegexField(
        r"^[A-Za-z0-9]{1,10}$", label=_("Company identification"), required=False,
        help_text=_("NACHA: up to 10 characters, often a 1 and the tax number. Your bank says which."),
    )  # fmt: skip
    destination = forms.RegexField(
        r"^[0-9]{9}$",
        label=_("Immediate destination"),
        required=False,
        help_text=_("NACHA: the bank's routing number."),
    )
    origin = forms.RegexField(
        r"^[A-Za-z0-9]{1,10}$", label=_("Immediate origin"), required=False, help_text=_("NACHA: as your bank gave it.")
    )

    def clean_currency(self) -> str:
        return _currency(self.cleaned_data["currency"])


class MappingForm(forms.Form):
    """Columns, one a line: a field, a colon, its heading; of a text of its own also what it says."""

    name = forms.CharField(label=_("Name"), max_length=100)
    source = forms.CharField(
        label=_("Columns"),
        max_length=10_000,
        widget=forms.Textarea({"rows": 14, "spellcheck": "false", "class": "form-control code"}),
        help_text=_("One a line, in their order: a field, a colon and the heading. A text of its own: "
                    "text: Heading = what it says."),
    )  # fmt: skip
    dates = forms.ChoiceField(
        label=_("Dates"), choices=[("iso", "2026-11-25"), ("us", "11/25/2026"), ("eu", "25.11.2026")], widget=_SELECT
    )
    amounts = forms.ChoiceField(
        label=_("Amounts"), choices=[("point", "1234.56"), ("comma", "1234,56"), ("minor", "123456")], widget=_SELECT
    )
    separator = forms.ChoiceField(
        label=_("Separator"),
        choices=[("comma", _("Comma")), ("semicolon", _("Semicolon")), ("tab", _("Tab"))],
        widget=_SELECT,
    )

    @property
    def known_fields(self) -> str:
        return ", ".join(FIELDS)

    def document(self) -> dict[str, Any]:
        said = self.cleaned_data
        lines = [line for line in said["source"].splitlines() if line.strip()]
        return {
            "columns": [_column(line) for line in lines],
            "dates": said["dates"],
            "amounts": said["amounts"],
            "separator": _SEPARATORS[said["separator"]],
        }


_SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}


def _column(line: str) -> dict[str, str]:
    field, _colon, heading = (part.strip() for part in line.partition(":"))
    if field == "text":
        heading, _equals, text = (part.strip() for part in heading.rpartition("="))
        return {"field": field, "heading": heading, "text": text}
    return {"field": field, "heading": heading or field}


def mapping_initial(name: str, document: dict[str, Any]) -> dict[str, Any]:
    """A mapping as its form shows it."""
    lines = [
        f"text: {row.get('heading', '')} = {row.get('text', '')}"
        if row["field"] == "text"
        else f"{row['field']}: {row.get('heading', row['field'])}"
        for row in document["columns"]
    ]
    separators = {sign: key for key, sign in _SEPARATORS.items()}
    return {
        "name": name,
        "source": "\n".join(lines),
        "dates": document.get("dates", DATES[0]),
        "amounts": document.get("amounts", AMOUNTS[0]),
        "separator": separators[document.get("separator", ",")],
    }


def saved_initial(mapping: PayrollMapping) -> dict[str, Any]:
    return mapping_initial(mapping.name, mapping.document)
