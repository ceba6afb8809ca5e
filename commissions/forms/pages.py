"""What the pages of statements, periods and plans ask for."""

from typing import Any, BinaryIO, cast

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from commissions.engine.source import MOST_BYTES
from commissions.models import Period
from core.periods import Period as CalendarPeriod
from core.periods import PeriodError, parse_period


class PeriodField(forms.CharField):
    """A calendar period as people write it: 2017-06, 2017-Q2."""

    def clean(self, value: str) -> CalendarPeriod | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_period(text)
        except PeriodError:
            raise forms.ValidationError(
                _(
                    "“%(label)s” is no period. Write a month as 2026-06, a quarter as 2026-Q2 or a year as 2026; of a "
                    "year that starts in April FY2026-04-Q1 or FY2026-04."
                ),
                params={"label": text},
            ) from None


class StatementFilter(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    period = PeriodField(label=_("Period"), required=False, max_length=12)


class PayeeFilter(forms.Form):
    SORTS = [("name", _("Name")), ("-payable", _("Highest first")), ("payable", _("Lowest first"))]

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=SORTS)
    notices = forms.BooleanField(label=_("Only with notices"), required=False)
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("Everybody")), ("unapproved", _("Not approved")), ("unusual", _("Unusual amounts"))],
    )


class MoveForm(forms.Form):
    """Which step a period takes; a step back says why."""

    ACTS = [(act, act) for act in ("start_review", "approve", "close", "reopen")]

    act = forms.ChoiceField(choices=ACTS)
    note = forms.CharField(label=_("Reason"), required=False, max_length=1_000)


class ExceptForm(forms.Form):
    reason = forms.CharField(
        label=_("Why these need no approval"), max_length=1_000, widget=forms.TextInput({"class": "form-control"}),
        error_messages={"required": _("Say why these statements need no approval: whoever looks later will ask.")},
    )  # fmt: skip


class RunForm(forms.Form):
    period = PeriodField(
        label=_("Period"),
        max_length=12,
        help_text=_("A month as 2026-06, a quarter as 2026-Q2 or FY2026-04-Q1, a year as 2026 or FY2026-04."),
    )


class RunOfForm(RunForm):
    """Whom to calculate: everybody, a team with those below it, or one payee by e-mail address or external id."""

    team = forms.ModelChoiceField(
        label=_("Team"), required=False, queryset=Team.objects.order_by("name"), empty_label=_("Everybody"),
        widget=forms.Select({"class": "form-select"}),
    )  # fmt: skip
    payee = forms.CharField(
        label=_("Only this payee"), required=False, max_length=254, help_text=_("E-mail address or external id."),
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off"}),
    )  # fmt: skip

    def clean_payee(self) -> User | None:
        text = str(self.cleaned_data["payee"]).strip()
        if not text:
            return None
        found: list[User] = list(User.objects.filter(Q(email__iexact=text) | Q(external_id=text))[:2])
        if len(found) != 1:
            raise forms.ValidationError(
                _("Nobody has the e-mail address or external id “%(text)s”. See the page of people for both."),
                params={"text": text},
            )
        return found[0]

    @property
    def whom(self) -> User | Team | None:
        chosen: User | Team | None = self.cleaned_data["payee"] or self.cleaned_data["team"]
        return chosen


def choices_of(periods: list[Period]) -> list[tuple[str, str]]:
    return [("", str(_("All periods"))), *((period.label, period.label) for period in periods)]


class PlanForm(forms.Form):
    """A plan's text, and the revision of the draft that it was read at; 0 for a new draft.

    Whether the text is a plan isn't asked here: the editor shows that beside it, line by line.
    """

    source = forms.CharField(
        label=_("Plan as YAML"),
        strip=False,
        max_length=MOST_BYTES,
        widget=forms.Textarea(
            {"class": "yaml", "rows": 30, "spellcheck": "false", "autocapitalize": "off", "autocomplete": "off"}
        ),
        error_messages={"required": _("Nothing is written here yet. Start from a template, or write a plan.")},
    )
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def clean_source(self) -> str:
        return str(self.cleaned_data["source"]).replace("\r\n", "\n")


class PlanUploadForm(forms.Form):
    file = forms.FileField(label=_("YAML file"), widget=forms.ClearableFileInput({"accept": ".yaml,.yml"}))

    def clean_file(self) -> str:
        """The text of the file."""
        file = cast("BinaryIO", self.cleaned_data["file"])
        content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise forms.ValidationError(
                _("The file has more than %(most)s KB. A plan needs less: is it one?"),
                params={"most": MOST_BYTES // 1024},
            )
        try:
            return content.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            raise forms.ValidationError(_("This is not UTF-8 text. Save it as UTF-8.")) from None


class FromDateForm(forms.Form):
    from_date = forms.DateField(label=_("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


class PublishForm(FromDateForm):
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    is_sure = forms.BooleanField(label=_("Yes, this is meant"), required=False)

    def __init__(self, *args: Any, has_questions: bool = True, **kwargs: Any) -> None:  # noqa: ANN401 a form's own
        super().__init__(*args, **kwargs)
        if not has_questions:
            del self.fields["is_sure"]


class RevisionForm(forms.Form):
    revision = forms.IntegerField(min_value=0)
