"""What the pages about people on plans ask for."""

from typing import Any, BinaryIO, cast

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from commissions.engine.pasted import Signs
from commissions.models import Plan, Quota
from commissions.selectors.roster import Show

MOST_BYTES = 8 * 1024 * 1024
_SELECT = {"class": "form-select"}
_DAY = {"type": "date"}
SHOWN = [
    (Show.ALL.value, _("Everybody")),
    (Show.WITHOUT.value, _("Without a plan")),
    (Show.SEVERAL.value, _("On several plans at once")),
]


def usual_signs() -> Signs:
    """How numbers are written in the reader's language."""
    return Signs(decimal=",", dates="dmy") if get_language() == "id" else Signs()


class RosterFilter(forms.Form):
    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    team = forms.ModelChoiceField(
        label=_("Team"), required=False, empty_label=_("All teams"), queryset=Team.objects.order_by("name"),
        widget=forms.Select(_SELECT),
    )  # fmt: skip
    plan = forms.ModelChoiceField(
        label=_("Plan"), required=False, empty_label=_("All plans"), queryset=Plan.objects.order_by("name"),
        widget=forms.Select(_SELECT),
    )  # fmt: skip
    show = forms.ChoiceField(label=_("Show"), required=False, choices=SHOWN, widget=forms.Select(_SELECT))


class RowsForm(forms.Form):
    """Rows as text or as a file."""

    text = forms.CharField(
        label=_("Rows"),
        required=False,
        strip=False,
        max_length=MOST_BYTES,
        widget=forms.Textarea({"class": "yaml", "rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=_("or a CSV file"), required=False, widget=forms.ClearableFileInput({"accept": ".csv,.tsv,.txt"})
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A file's text takes the place of what is typed."""
        data = super().clean() or self.cleaned_data
        if file := data.get("file"):
            data["text"] = self.text_of(cast("BinaryIO", file))
        return data

    def text_of(self, file: BinaryIO) -> str:
        return _text_of(file)

    @property
    def kept(self) -> dict[str, str]:
        """What else the rows are read by."""
        return {}


class PasteForm(RowsForm):
    """Rows of the roster, and how their numbers and dates are written."""

    decimal = forms.ChoiceField(
        label=_("Numbers are written as"), choices=[(".", "1,250,000.50"), (",", "1.250.000,50")]
    )
    dates = forms.ChoiceField(
        label=_("Dates are written as"),
        choices=[("ymd", "2026-12-31"), ("dmy", "31/12/2026"), ("mdy", "12/31/2026")],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 Django's own signature
        signs = usual_signs()
        kwargs["initial"] = {"decimal": signs.decimal, "dates": signs.dates, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = _(
            "One line a person and plan: person, plan, from, to, quota, per, kind, component. To is the last day; "
            "empty: for good. Without a first day the plan ends on the last. Kind is amount, units or target; empty: "
            "what the plan reads. Component: only for a quota of one component."
        )

    @property
    def signs(self) -> Signs:
        return Signs(decimal=self.cleaned_data["decimal"], dates=self.cleaned_data["dates"])

    @property
    def kept(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("decimal", "dates")}


class ScoresPasteForm(RowsForm):
    """Rows of scores."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 Django's own signature
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = _(
            "One line a score: person, objective, score, note, component. The score is in percent, such as 85; without "
            "one nothing changes. Note and component may be left out; name the component where two have an objective "
            "of the same name."
        )


def _text_of(file: BinaryIO) -> str:
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise forms.ValidationError(
            _("The file has more than %(most)s MB. Nothing was read: split it."),
            params={"most": MOST_BYTES // 1024 // 1024},
        )
    try:
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise forms.ValidationError(_("This is not UTF-8 text. Save the sheet as CSV UTF-8.")) from None


class AssignForm(forms.Form):
    """One person on one plan: the cells of a pasted row, without the person."""

    plan = forms.ModelChoiceField(
        label=_("Plan"), empty_label=_("Choose a plan"), queryset=Plan.objects.order_by("name")
    )
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(_DAY, format="%Y-%m-%d"), localize=False
    )
    last = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(_DAY, format="%Y-%m-%d"), localize=False
    )
    quota = forms.CharField(label=_("Quota"), required=False, max_length=60)
    per = forms.ChoiceField(label=_("per"), required=False, choices=[("", _("as the plan")), *Quota.Per.choices])

    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("what the plan reads")), *Quota.Kind.choices]
    )
    component = forms.CharField(label=_("Of one component only"), required=False, max_length=100)

    def cells(self) -> dict[str, str]:
        """As a pasted row has them."""
        days = {"from": self.cleaned_data.get("since"), "to": self.cleaned_data.get("last")}
        texts = {name: self.cleaned_data.get(name, "") for name in ("quota", "per", "kind", "component")}
        return {**{name: day.isoformat() if day else "" for name, day in days.items()}, **texts}
