"""What the pages of the books ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ledger.models import AccountRule, CostPolicy
from ledger.selectors.costs import Component


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """An account for what moves. The database refuses a second rule about the same; the service says so."""

    class Meta:
        model = AccountRule
        fields = ("kind", "plan", "component", "team", "code", "name", "cost_centre")

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 Django's own
        super().__init__(*args, **options)
        self.fields["kind"].choices = [("", _("Choose what moves")), *AccountRule.KINDS]  # type: ignore[attr-defined]
        self.fields["plan"].empty_label = _("Every plan")  # type: ignore[attr-defined]
        self.fields["team"].empty_label = _("Every team")  # type: ignore[attr-defined]

    def validate_constraints(self) -> None:
        """Left to the service, which says it in words."""


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """The policy, and the components that aren't a cost of obtaining contracts."""

    expensed = forms.MultipleChoiceField(
        label=_("Expensed at once"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Pay that doesn't obtain contracts, such as for keeping customers."),
    )

    class Meta:
        model = CostPolicy
        fields = ("benefit_months", "uses_term", "is_expedient")

    def __init__(self, *args: Any, components: tuple[Component, ...], **options: Any) -> None:  # noqa: ANN401 Django's own
        super().__init__(*args, **options)
        self.initial["expensed"] = [_address(part) for part in components if part.is_expensed]
        choices = [(_address(part), f"{part.plan}: {part.key}") for part in components]
        self.fields["expensed"].choices = choices  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """What the service takes."""
        pairs = (text.split(":", 1) for text in self.cleaned_data["expensed"])
        return self.cleaned_data | {"expensed": [(int(plan), key) for plan, key in pairs]}


def _address(part: Component) -> str:
    return f"{part.plan_pk}:{part.key}"


class YearForm(forms.Form):
    year = forms.IntegerField(min_value=1990, max_value=2999, required=False)
