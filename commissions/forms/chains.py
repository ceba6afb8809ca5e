"""The form of a chain of approval: a row for each step."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commissions.engine import approval
from commissions.engine.decimals import canonical
from commissions.engine.errors import PlanInvalid
from commissions.forms.fields import AmountField
from commissions.forms.supposed import amount_written
from commissions.models.approvals import Who
from commissions.selectors.words import in_words
from core.money import MoneyError, to_minor

ROWS = 5  # steps of a chain that the page offers; a longer one shows all of its own
_SELECT = {"class": "form-select"}
_PATH = re.compile(r"steps\[(\d+)\](?:\.(\w+))?.*")


class StepForm(forms.Form):
    who = forms.ChoiceField(
        label=_("Who"), required=False, choices=[("", _("No step")), *Who.choices], widget=forms.Select(_SELECT)
    )
    person = forms.ModelChoiceField(
        label=_("Which person"), required=False, queryset=User.objects.none(), empty_label=_("Nobody"),
        widget=forms.Select(_SELECT),
    )  # fmt: skip
    variance = AmountField(label=_("Only above a variance, in %"), required=False)

    def __init__(self, *args: Any, currencies: Sequence[str], **kwargs: Any) -> None:  # noqa: ANN401 a form's own
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True, email__isnull=False)
        self.fields["person"].queryset = people.order_by("name", "pk")  # type: ignore[attr-defined]
        self.currencies = currencies
        for currency in currencies:
            label = _("Only above, in %(currency)s") % {"currency": currency}
            self.fields[f"above_{currency}"] = AmountField(label=label, required=False)

    @property
    def step(self) -> dict[str, Any] | None:
        """As the document writes it; None where the row is empty. Call it of a valid form."""
        given = self.cleaned_data
        above = {currency: self._minor(currency) for currency in self.currencies if given[f"above_{currency}"]}
        if not (given["who"] or given["person"] or above or given["variance"]):
            return None
        found: dict[str, Any] = {"who": given["who"]}
        if given["person"]:
            found["person"] = given["person"].pk
        if above:
            found["above"] = above
        if given["variance"]:
            found["variance"] = f"{given['variance']}%"
        return found

    def _minor(self, currency: str) -> int:
        try:
            return to_minor(self.cleaned_data[f"above_{currency}"], currency)
        except MoneyError as error:
            self.add_error(f"above_{currency}", str(error))
            return 0


class ChainForm:
    """Some rows and one question; `document` is what they say, checked by the engine."""

    def __init__(
        self, *, currencies: Sequence[str], chain: approval.ApprovalChain | None, data: Mapping[str, Any] | None = None
    ) -> None:
        steps = chain.steps if chain else ()
        known = {code for step in steps for code in step.above or ()}
        self.currencies = [*currencies, *sorted(known - set(currencies))]
        self.data = data
        rows = max(ROWS, len(steps))
        self.rows = [
            StepForm(
                data, prefix=f"s{index}", currencies=self.currencies,
                initial=_written(steps[index]) if index < len(steps) else None,
            )
            for index in range(rows)
        ]  # fmt: skip
        self.same_person = bool(data.get("same_person")) if data is not None else bool(chain and chain.same_person)
        self.errors: list[str] = []  # of the whole
        self.document: dict[str, Any] = {}

    def is_valid(self) -> bool:
        """Also fills `document`, and gives each error to its row."""
        checked = [row.is_valid() for row in self.rows]  # each, so that each says what is wrong
        if not all(checked):
            return False
        found = [(row, step) for row in self.rows if (step := row.step) is not None]
        if any(row.errors for row in self.rows):
            return False
        self.document = {"steps": [step for _row, step in found]}
        if self.same_person:
            self.document["same_person"] = True
        try:
            approval.chain_from_json(self.document)
        except PlanInvalid as invalid:
            self._tell(invalid, [row for row, _step in found])
            return False
        return True

    def _tell(self, invalid: PlanInvalid, rows: Sequence[StepForm]) -> None:
        for error in invalid.errors:
            place = _PATH.fullmatch(error.path)
            if place is None:
                self.errors.append(in_words(error.said))
                continue
            row, key = rows[int(place[1])], place[2] or "who"
            field = key if key in row.fields else next(name for name in row.fields if name.startswith(key))
            row.add_error(field, in_words(error.said))


def _written(step: approval.ChainStep) -> dict[str, Any]:
    found: dict[str, Any] = {"who": step.who.value, "person": step.person}
    if step.variance is not None:
        found["variance"] = canonical(step.variance * 100)
    return found | {f"above_{code}": amount_written(minor, code) for code, minor in (step.above or {}).items()}
