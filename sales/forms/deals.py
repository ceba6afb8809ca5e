"""What the pages about deals ask for. Whether a deal may be so, the service decides."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.urls import reverse_lazy
from django.utils.formats import get_format, number_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.money import MoneyError, exponent, to_major, to_minor
from sales import selectors
from sales.engine.custom import CustomError, custom_of, custom_text
from sales.engine.numbers import plain
from sales.engine.splits import ONE, OWNER, percent
from sales.models import Customer, Deal, DealShare, Product

ROWS = 4  # of shares, that a form shows empty, and that it adds when it is asked for more
MOST_ROWS = 60
_SELECT = {"class": "form-select"}


def day_field(**options: Any) -> forms.DateField:  # noqa: ANN401 Django's own
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, localize=False, **options)


def suggesting(kind: str) -> forms.TextInput:
    """An input that offers what fits as one types; without scripts it takes an id, e-mail address or name."""
    return forms.TextInput(
        {
            "list": f"some-{kind}",
            "autocomplete": "off",
            "hx-get": reverse_lazy("sales:suggestions", args=[kind]),
            "hx-trigger": "input changed delay:150ms, focus once",
            "hx-target": f"#some-{kind}",
            "hx-swap": "innerHTML",
            "hx-push-url": "false",
        }
    )


class DealFilter(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All")), *Deal.Status.choices], widget=forms.Select(_SELECT)
    )
    owner = forms.CharField(label=_("Owner"), required=False, max_length=254)
    product = forms.CharField(label=_("Product"), required=False, max_length=254)
    currency = forms.ChoiceField(label=_("Currency"), required=False, widget=forms.Select(_SELECT))
    closed_from = day_field(label=_("Closed from"), required=False)
    closed_to = day_field(label=_("Closed to"), required=False)
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            (selectors.NEWEST_FIRST, _("Newest first")),
            ("closed", _("Oldest first")),
            ("-amount", _("Largest amount first")),
            ("amount", _("Smallest amount first")),
        ],
        widget=forms.Select(_SELECT),
    )

    def __init__(self, *args: Any, currencies: list[str], **options: Any) -> None:  # noqa: ANN401 Django's own
        super().__init__(*args, **options)
        choices = [("", gettext("All")), *((code, code) for code in currencies)]
        self.fields["currency"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        for name, kind in (("owner", "people"), ("product", "products")):
            self.fields[name].widget = suggesting(kind)

        for name in ("owner", "product", "closed_from", "closed_to"):
            self.fields[name].widget.attrs["class"] = "form-control"

    def search(self) -> selectors.DealSearch:
        """What it asks for; a value that can't be asks for nothing."""
        self.is_valid()
        chosen = self.cleaned_data
        return selectors.DealSearch(
            text=chosen.get("q", ""),
            status=chosen.get("status", ""),
            owner=chosen.get("owner", ""),
            product=chosen.get("product", ""),
            currency=chosen.get("currency", ""),
            closed_from=chosen.get("closed_from"),
            closed_to=chosen.get("closed_to"),
            order=chosen.get("sort") or selectors.NEWEST_FIRST,
        )


class ReferenceField(forms.CharField):
    """A person, customer or product, typed as an id, an e-mail address or a name."""

    def __init__(self, model: type[User] | type[Customer] | type[Product], kind: str, **options: Any) -> None:  # noqa: ANN401
        super().__init__(max_length=330, widget=suggesting(kind), **options)
        self.model = model

    def clean(self, value: Any) -> User | Customer | Product | None:  # noqa: ANN401 Django's own
        text = super().clean(value)
        if not text:
            return None
        found = selectors.named(self.model, text)
        if len(found) == 1:
            return cast("User | Customer | Product", found[0])
        why = (
            _("Several are called “%(text)s”. Write the id or e-mail address instead.")
            if found
            else _(
                "Nothing here is called “%(text)s”. Choose from the list that opens as you type, or check the spelling."
            )
        )
        raise forms.ValidationError(why, params={"text": text})


class NumberField(forms.CharField):
    """A number in the signs of the reader's language, as digits with a point; nothing is rounded or guessed."""

    def __init__(self, example: str, **options: Any) -> None:  # noqa: ANN401 Django's own
        super().__init__(max_length=40, **options)
        self.example = Decimal(example)
        self.widget.attrs["inputmode"] = "decimal"

    def clean(self, value: Any) -> str:  # noqa: ANN401 Django's own
        text = super().clean(value)
        if not text:
            return ""
        digits = plain(text, decimal=get_format("DECIMAL_SEPARATOR"), thousands=get_format("THOUSAND_SEPARATOR"))
        if digits is None:
            raise forms.ValidationError(
                _("“%(text)s” is no number. Write it as %(example)s."),
                params={"text": text, "example": number_format(self.example, force_grouping=True)},
            )
        return digits


class DealForm(forms.Form):
    """A deal as an administrator writes it. Gives `amount_minor`."""

    name = forms.CharField(label=_("Name"), required=False, max_length=200)
    customer = ReferenceField(Customer, "customers", label=_("Customer"), required=False)
    amount = NumberField(
        "1250.50", label=_("Amount"), help_text=_("A refund has a minus sign. A deal with lines has their sum.")
    )
    currency = forms.CharField(label=_("Currency"), min_length=3, max_length=3)
    status = forms.ChoiceField(label=_("Status"), choices=Deal.Status.choices)
    closed_on = day_field(
        label=_("Closed on"), required=False, help_text=_("When it was won or lost. This day decides the pay period.")
    )
    owner = ReferenceField(User, "people", label=_("Owner"), required=False)
    product = ReferenceField(Product, "products", label=_("Product"), required=False)
    quantity = forms.IntegerField(label=_("Quantity"), initial=1)
    kind = forms.CharField(label=pgettext_lazy("of a deal", "Type"), required=False, max_length=50)
    stage = forms.CharField(label=_("Stage"), required=False, max_length=50, help_text=_("Your company's own word."))
    opened_on = day_field(label=_("Opened on"), required=False)
    external_id = forms.CharField(
        label=_("Id"), required=False, max_length=100, help_text=_("Imports find the deal by it. Empty: a new one.")
    )
    cost = NumberField("700", label=_("Cost"), required=False, help_text=_("Empty: unknown. Without any, write 0."))
    tax = NumberField("110", label=_("Tax"), required=False, help_text=_("Contained in the amount. Empty: unknown."))
    discount = NumberField("12.5", label=_("Discount in %"), required=False)
    term_months = forms.IntegerField(label=_("Term in months"), required=False)
    invoiced_on = day_field(label=_("Invoiced on"), required=False)
    cancelled_on = day_field(
        label=_("Cancelled on"), required=False, help_text=_("It stays won; plans say what is taken back.")
    )
    custom = forms.CharField(
        label=_("Fields of your own"),
        required=False,
        strip=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 4, "spellcheck": "false", "placeholder": "region = west"}),
        help_text=_("One a line: name = value. Plans may ask for them."),
    )
    seen_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def clean_custom(self) -> dict[str, Any]:
        try:
            return custom_of(self.cleaned_data["custom"])
        except CustomError as error:
            raise forms.ValidationError(selectors.in_words(error.what, error.fix)) from None

    def clean_discount(self) -> int | None:
        return discount_ppm(self.cleaned_data["discount"])

    def clean_currency(self) -> str:
        code: str = self.cleaned_data["currency"].upper()
        try:
            exponent(code)
        except MoneyError:
            text = _("“%(code)s” is no currency. Write its ISO 4217 code, such as USD or IDR.")
            raise forms.ValidationError(text, params={"code": code}) from None
        return code

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        if "seen_at" in self.errors:  # of a hidden input: nobody would see it
            self.add_error(
                None, gettext("This page has become unusable. Open the deal again and make your change anew.")
            )
        if "currency" in chosen:
            for name in ("amount", "cost", "tax"):
                self._to_minor(name, chosen)
        if "discount" in chosen:
            chosen["discount_ppm"] = chosen.pop("discount")
        return chosen

    def _to_minor(self, name: str, chosen: dict[str, Any]) -> None:
        if name not in chosen:
            return
        digits = chosen.pop(name)
        try:
            chosen[f"{name}_minor"] = to_minor(digits, chosen["currency"]) if digits else None
        except MoneyError:
            self.add_error(name, amount_trouble(self[name].value(), chosen["currency"]))


def discount_ppm(digits: str) -> int | None:
    """The discount in parts per million."""
    ppm = Decimal(digits or 0) * 10_000
    if ppm != int(ppm):
        raise forms.ValidationError(_("A discount has at most 4 decimals. Round it."))
    return int(ppm) if digits else None


def amount_trouble(digits: str, code: str) -> str:
    """Why a number can't be an amount of a currency, and what to do."""
    places = exponent(code)
    if len(digits.partition(get_format("DECIMAL_SEPARATOR"))[2]) > places:
        return gettext("%(currency)s has %(places)d decimals, and “%(text)s” has more. Round it.") % {
            "currency": code,
            "places": places,
            "text": digits,
        }
    return gettext("“%(text)s” is too large for an amount. Check its decimal sign.") % {"text": digits}


class OwnDealForm(DealForm):
    """A deal as its own rep writes it: hers, and shared as it is."""

    owner = None  # type: ignore[assignment]  # Django's way to leave out a field of the class above
    invoiced_on = None  # type: ignore[assignment]
    cancelled_on = None  # type: ignore[assignment]


class ShareForm(forms.Form):
    person = ReferenceField(User, "people", label=_("Person"), required=False)
    percent = NumberField("12.5", label=_("Share in %"), required=False)
    role = forms.CharField(label=_("Role"), required=False, max_length=50)

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        if not self.errors and bool(chosen.get("person")) != bool(chosen.get("percent")):
            empty = "percent" if chosen.get("person") else "person"
            self.add_error(empty, gettext("A share names a person and a percentage. Fill in both, or empty the row."))
        return chosen

    def clean_role(self) -> str:
        return self.cleaned_data["role"].strip().lower() or OWNER

    def clean_percent(self) -> int | None:
        """The share in parts per million."""
        digits = self.cleaned_data["percent"]
        if not digits:
            return None
        ppm = Decimal(digits) * 10_000
        if not 0 < ppm <= ONE:
            raise forms.ValidationError(_("A share is more than 0 % and at most 100 %."))
        if ppm != int(ppm):
            raise forms.ValidationError(_("A share has at most 4 decimals. Round it, so that all add up to 100 %."))
        return int(ppm)


ShareFormSet = forms.formset_factory(
    ShareForm, extra=ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
)


class CloseForm(forms.Form):
    """Won or lost, and when: one tap."""

    closed_on = day_field(label=_("Closed on"))
    outcome = forms.ChoiceField(choices=[("won", _("Won")), ("lost", _("Lost"))])


class CancelForm(forms.Form):
    """On which day a won deal is cancelled."""

    cancelled_on = day_field(label=_("Cancelled on"))


class PaymentForm(forms.Form):
    """What a customer paid for a deal. Gives `amount_minor`, and an external id where none is written."""

    paid_on = day_field(label=_("Paid on"))
    amount = NumberField("500", label=_("Amount"), help_text=_("Below zero when it was paid back."))
    external_id = forms.CharField(
        label=_("Id"), required=False, max_length=100, help_text=_("Imports find the payment by it. Empty: a new one.")
    )
    token = forms.CharField(widget=forms.HiddenInput, max_length=20)  # the new id, so that tapping twice records once

    def __init__(self, *args: Any, currency: str, **options: Any) -> None:  # noqa: ANN401 Django's own
        super().__init__(*args, **options)
        self.currency = currency

    def clean_amount(self) -> str:
        digits: str = self.cleaned_data["amount"]
        try:
            to_minor(digits, self.currency)
        except MoneyError:
            raise forms.ValidationError(amount_trouble(self["amount"].value(), self.currency)) from None
        return digits

    def payment(self) -> dict[str, Any]:
        """The valid form as what a payment says."""
        given = self.cleaned_data
        external_id = given["external_id"].strip() or f"P-{given['token']}"
        return {
            "external_id": external_id,
            "paid_on": given["paid_on"],
            "amount_minor": to_minor(given["amount"], self.currency),
        }


def shown_amount(minor: int | None, code: str) -> str:
    """An amount as a form shows it."""
    if minor is None:
        return ""
    amount = to_major(minor, code)
    return number_format(amount if amount % 1 else int(amount), force_grouping=True)


def deal_initial(deal: Deal) -> dict[str, Any]:
    """A deal as its form shows it."""
    names = ("external_id", "name", "kind", "status", "stage", "quantity", "currency", "opened_on", "closed_on")
    later = ("invoiced_on", "cancelled_on", "term_months")
    discount = deal.discount_ppm
    return {
        **{name: getattr(deal, name) for name in later},
        **{name: shown_amount(getattr(deal, f"{name}_minor"), deal.currency) for name in ("amount", "cost", "tax")},
        "discount": "" if discount is None else number_format(Decimal(percent(discount))),
        "custom": custom_text(deal.custom),
        **{name: getattr(deal, name) for name in names},
        **{name: selectors.reference(getattr(deal, name)) for name in ("owner", "customer", "product")},
        "seen_at": deal.updated_at.isoformat(),
    }


def share_initial(share: DealShare) -> dict[str, str]:
    number = Decimal(percent(share.share_ppm))
    return {"person": selectors.reference(share.user), "percent": number_format(number), "role": share.role}
