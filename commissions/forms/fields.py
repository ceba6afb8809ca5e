"""Fields that several forms about pay have in common: a person, an amount, a currency, a file."""

from datetime import date
from typing import Any, BinaryIO, cast

from django import forms
from django.urls import reverse_lazy
from django.utils.formats import get_format, number_format
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commissions.engine.evidence import MOST_BYTES, type_of
from commissions.engine.roster import Refused
from commissions.selectors.words import in_words
from core.money import MoneyError, exponent
from sales.engine.numbers import plain
from sales.models import Deal
from sales.selectors import named

EVIDENCE = ".pdf,.png,.jpg,.jpeg,.csv,.xlsx,.txt,.eml"


def suggesting_people() -> forms.TextInput:
    """An input that offers whom one may see as one types; without scripts it takes an id, e-mail address or name."""
    return forms.TextInput(
        {
            "list": "some-people", "autocomplete": "off", "hx-get": reverse_lazy("sales:suggestions", args=["people"]),
            "hx-trigger": "input changed delay:150ms, focus once", "hx-target": "#some-people", "hx-swap": "innerHTML",
            "hx-push-url": "false",
        }
    )  # fmt: skip


class PersonField(forms.CharField):
    """One of those whom `viewer` may see on `on`, who are set by the form."""

    viewer: User
    on: date

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 Django's own
        super().__init__(max_length=330, widget=suggesting_people(), **options)

    def clean(self, value: Any) -> User | None:  # noqa: ANN401 Django's own
        text = super().clean(value)
        if not text:
            return None
        found = named(User, text)
        seen = User.objects.visible_to(self.viewer, self.on).filter(pk__in=[row.pk for row in found])
        if len(seen) == 1:
            return cast("User", seen[0])
        why = (
            _("Several are called “%(text)s”. Write the id or e-mail address instead.")
            if seen
            else _("Nobody whose pay you may see is called “%(text)s”. Choose from the list that opens as you type.")
        )
        raise forms.ValidationError(why, params={"text": text})


class AmountField(forms.CharField):
    """An amount in the signs of the reader's language, as digits with a point; nothing is rounded or guessed."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 Django's own
        super().__init__(max_length=40, **options)
        self.widget.attrs["inputmode"] = "decimal"

    def clean(self, value: Any) -> str:  # noqa: ANN401 Django's own
        text = super().clean(value)
        digits = plain(text, decimal=get_format("DECIMAL_SEPARATOR"), thousands=get_format("THOUSAND_SEPARATOR"))
        if text and digits is None:
            raise forms.ValidationError(
                _("“%(text)s” is no number. Write it as %(example)s."),
                params={"text": text, "example": number_format("1250.50", force_grouping=True)},
            )
        return digits or ""


class CurrencyField(forms.CharField):
    def __init__(self, **options: Any) -> None:  # noqa: ANN401 Django's own
        super().__init__(min_length=3, max_length=3, **options)
        self.widget.attrs["autocapitalize"] = "characters"

    def clean(self, value: Any) -> str:  # noqa: ANN401 Django's own
        code = str(super().clean(value)).upper()
        if not code:
            return ""
        try:
            exponent(code)
        except MoneyError:
            text = _("“%(code)s” is no currency. Write its ISO 4217 code, such as USD or IDR.")
            raise forms.ValidationError(text, params={"code": code}) from None
        return code


class DealField(forms.CharField):
    """A deal by its id, of those that `viewer` may see."""

    viewer: User
    on: date

    def clean(self, value: Any) -> Deal | None:  # noqa: ANN401 Django's own
        text = super().clean(value)
        if not text:
            return None
        found = Deal.objects.visible_to(self.viewer, self.on).filter(external_id=text).first()
        if found is None:
            raise forms.ValidationError(
                _("No deal that you may see has the id “%(text)s”. Copy the id from its page."), params={"text": text}
            )
        return found


class EvidenceField(forms.FileField):
    """A file whose kind is told by what it holds. Gives (name, content type, bytes), or None."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 Django's own
        super().__init__(widget=forms.ClearableFileInput({"accept": EVIDENCE}), **options)

    def clean(self, data: Any, initial: Any = None) -> tuple[str, str, bytes] | None:  # noqa: ANN401
        file = super().clean(data, initial)
        if not file:
            return None
        content = cast("BinaryIO", file).read(MOST_BYTES + 1)
        try:
            return file.name or "", type_of(file.name or "", content), content
        except Refused as error:
            raise forms.ValidationError(in_words(error.told)) from None


def let_see(form: forms.Form, viewer: User, on: date) -> None:
    """Tell the fields of people and deals who asks."""
    for field in form.fields.values():
        if isinstance(field, PersonField | DealField):
            field.viewer, field.on = viewer, on
