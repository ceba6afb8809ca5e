"""What the page of the history asks for."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.selectors import Search, kind_choices
from audit.selectors.words import field_choices

_SELECT = {"class": "form-select"}


def _day(label: Any) -> forms.DateField:  # noqa: ANN401 - a text that is translated later
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, localize=False)


class HistoryFilter(forms.Form):
    kind = forms.ChoiceField(label=_("What"), required=False, widget=forms.Select(_SELECT))
    object = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    field = forms.ChoiceField(label=_("Field"), required=False, widget=forms.Select(_SELECT))
    who = forms.ModelChoiceField(
        User.objects.order_by("name", "pk"),
        label=_("Changed by"),
        required=False,
        empty_label=_("Anybody"),
        widget=forms.Select(_SELECT),
    )
    since = _day(_("From"))
    until = _day(_("Until"))

    def __init__(self, data: Any) -> None:  # noqa: ANN401 - a QueryDict
        super().__init__(data)
        everything = [("", gettext("Everything"))]
        self.fields["kind"].choices = [*everything, *kind_choices()]  # type: ignore[attr-defined]
        chosen = data.get("kind", "")
        self.fields["field"].choices = [("", gettext("Any")), *field_choices(chosen)]  # type: ignore[attr-defined]

    def search(self) -> Search:
        """What it asks for; a value that can't be asks for nothing."""
        self.is_valid()
        given = self.cleaned_data
        since, until = given.get("since"), given.get("until")
        who = given.get("who")
        return Search(
            model=given.get("kind") or "",
            object_id=(given.get("object") or "") if given.get("kind") else "",
            user_id=who.pk if who else None,
            since=_midnight(since) if since else None,
            until=_midnight(until + timedelta(days=1)) if until else None,
            field=given.get("field") or "",
        )


def _midnight(day: Any) -> datetime:  # noqa: ANN401 - a date
    return timezone.make_aware(datetime.combine(day, time.min))
