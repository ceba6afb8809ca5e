"""What the pages about people ask for."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, Role, Team, User

_SELECT = {"class": "form-select"}


class PeopleFilter(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    role = forms.ChoiceField(
        label=_("Role"), required=False, choices=[("", _("All roles")), *Role.choices], widget=forms.Select(_SELECT)
    )
    team = forms.ModelChoiceField(
        label=_("Team"),
        required=False,
        empty_label=_("All teams"),
        queryset=Team.objects.order_by("name"),
        widget=forms.Select(_SELECT),
    )
    inactive = forms.BooleanField(
        label=_("Inactive people"), required=False, widget=forms.CheckboxInput({"class": "form-check-input"})
    )


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class PersonForm(forms.Form):
    """Fields of a person; the service decides whether they may be so."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        empty_value=None,
        help_text=_("For signing in. Without one the person is paid but can't sign in."),
    )
    external_id = forms.CharField(
        label=_("External id"),
        required=False,
        max_length=100,
        help_text=_("The person's id in your CRM. Imports find people by it."),
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=Role.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Several are possible. Without a role a person sees only her or his own numbers."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    is_active = forms.BooleanField(
        label=_("Active"),
        required=False,
        initial=True,
        help_text=_("Inactive people can't sign in; their deals and statements stay."),
    )


class _FromDay(forms.Form):
    starts_on = forms.DateField(
        label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), localize=False
    )


class TeamMoveForm(_FromDay):
    team = forms.ModelChoiceField(
        label=_("Team"), required=False, empty_label=_("No team"), queryset=Team.objects.order_by("name")
    )


class ManagerMoveForm(_FromDay):
    manager = forms.ModelChoiceField(
        label=_("Manager"), required=False, empty_label=_("No manager"), queryset=User.objects.none()
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:  # noqa: ANN401 Django's own signature
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[User]", self.fields["manager"])
        active = User.objects.filter(is_active=True).exclude(pk=person.pk)
        field.queryset = active.filter(roles__overlap=[Role.MANAGER, Role.ADMIN]).order_by("name")


class LeaveForm(_FromDay):
    last_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        localize=False,
        help_text=_("Empty: until further notice."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=100,
        help_text=_("Parental leave, say. Only this person, the managers above, finance and administrators see it."),
    )

    def clean(self) -> dict[str, Any]:
        chosen: dict[str, Any] = super().clean() or {}
        first, last = chosen.get("starts_on"), chosen.get("last_on")
        if first and last and last < first:
            self.add_error("last_on", _("It comes before the first day. Correct one of the two days."))
        return chosen

    @property
    def asked(self) -> dict[str, Any]:
        """What the services take; days end where the last one is over."""
        last = self.cleaned_data["last_on"]
        return {
            "starts_on": self.cleaned_data["starts_on"],
            "ends_on": last + timedelta(days=1) if last else None,
            "reason": self.cleaned_data["reason"],
        }


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    parent = forms.ModelChoiceField(
        label=_("Part of"), required=False, empty_label=_("Nothing above it"), queryset=Team.objects.none()
    )
    external_id = forms.CharField(
        label=_("External id"),
        required=False,
        max_length=100,
        help_text=_("The team's id in your CRM. Imports find teams by it."),
    )

    def __init__(self, *args: Any, team: Team | None, **kwargs: Any) -> None:  # noqa: ANN401 Django's own signature
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Team]", self.fields["parent"])
        field.queryset = Team.objects.exclude(pk=team.pk if team else 0).order_by("name")


class TokenForm(forms.Form):
    """A token of the API. Who may not change anything may only choose to read."""

    name = forms.CharField(label=_("What it is for"), max_length=100)
    scope = forms.ChoiceField(label=_("What it may do"), choices=ApiToken.Scope.choices, initial=ApiToken.Scope.READ)
    days = forms.TypedChoiceField(
        label=_("How long it lasts"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("A year"))],
        initial=90,
    )

    def __init__(self, *args: Any, may_write: bool, **kwargs: Any) -> None:  # noqa: ANN401 Django's
        super().__init__(*args, **kwargs)
        if not may_write:
            self.fields["scope"].choices = ApiToken.Scope.choices[:1]  # type: ignore[attr-defined]
