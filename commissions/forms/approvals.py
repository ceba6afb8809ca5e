"""What the pages of approvals ask for."""

from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, Team, User
from commissions.models import Approval, Plan
from commissions.models.approvals import LONGEST_COMMENT, Who
from commissions.selectors.approvals.refusals import Seen
from commissions.selectors.approvals.waiting import read, written

_SELECT = {"class": "form-select"}
_SALT = "commissions.approvals"
_DATE = {"type": "date"}


class QueueFilter(forms.Form):
    SORTS = [
        ("variance", _("What differs most")),
        ("payable", _("Highest first")),
        ("name", _("Name")),
        ("oldest", _("Waiting longest")),
    ]

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    period = forms.CharField(label=_("Period"), required=False, max_length=12)
    team = forms.ModelChoiceField(
        label=_("Team"), required=False, empty_label=_("All teams"), queryset=Team.objects.order_by("name"),
        widget=forms.Select(_SELECT),
    )  # fmt: skip
    plan = forms.ModelChoiceField(
        label=_("Plan"), required=False, empty_label=_("All plans"), queryset=Plan.objects.order_by("name"),
        widget=forms.Select(_SELECT),
    )  # fmt: skip
    who = forms.ChoiceField(
        label=_("Step"), required=False, choices=[("", _("All steps")), *Who.choices], widget=forms.Select(_SELECT)
    )
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=SORTS, widget=forms.Select(_SELECT))


class SeenField(forms.CharField):
    """Which revision and step somebody had before her, as `waiting.written` writes it."""

    def clean(self, value: str) -> Seen:
        seen = read(super().clean(value))
        if seen is None:
            raise forms.ValidationError(_("The page sent something unreadable. Load it again."))
        return seen


class DecideForm(forms.Form):
    seen = SeenField(widget=forms.HiddenInput, max_length=100)
    verdict = forms.ChoiceField(choices=Approval.Verdict.choices)
    comment = forms.CharField(required=False, max_length=LONGEST_COMMENT)


class SeenForm(forms.Form):
    seen = SeenField(widget=forms.HiddenInput, max_length=100)


def sealed(rows: list[Seen]) -> str:
    """All that somebody chose at once, so that a form can carry ten thousand and nobody can change them."""
    return signing.dumps([written(seen) for seen in rows], salt=_SALT, compress=True)


def unsealed(text: str) -> list[Seen]:
    """Empty where it isn't one of ours."""
    try:
        keys = signing.loads(text, salt=_SALT)
    except signing.BadSignature:
        return []
    return [seen for seen in map(read, keys) if seen]


def approvers() -> Any:  # noqa: ANN401 a queryset of people
    """Who approves by role, and so may stand in for others."""
    roles = [Role.MANAGER, Role.FINANCE, Role.ADMIN]
    return User.objects.filter(is_active=True, email__isnull=False, roles__overlap=roles).order_by("name", "pk")


class DelegationForm(forms.Form):
    from_user = forms.ModelChoiceField(
        label=_("Who is away"), queryset=User.objects.none(), empty_label=None, widget=forms.Select(_SELECT)
    )
    to_user = forms.ModelChoiceField(
        label=_("Who approves meanwhile"), queryset=User.objects.none(), empty_label=_("Choose"),
        widget=forms.Select(_SELECT),
    )  # fmt: skip
    starts_on = forms.DateField(label=_("First day"), widget=forms.DateInput(_DATE, format="%Y-%m-%d"), localize=False)
    last_on = forms.DateField(label=_("Last day"), widget=forms.DateInput(_DATE, format="%Y-%m-%d"), localize=False)

    def __init__(self, *args: Any, user: User, for_anybody: bool, **kwargs: Any) -> None:  # noqa: ANN401 a form's own
        super().__init__(*args, **kwargs)
        self.fields["to_user"].queryset = approvers()  # type: ignore[attr-defined]
        if for_anybody:
            self.fields["from_user"].queryset = approvers()  # type: ignore[attr-defined]
            self.fields["from_user"].initial = user.pk
        else:
            del self.fields["from_user"]
