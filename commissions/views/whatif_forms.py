"""What the pages of what-if ask for: which plan and months, and which numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commissions import selectors
from commissions.engine.document import PlanInvalid, load_plan
from commissions.engine.knobs import Knob, as_yaml, knobs, quota_factor, turned
from commissions.engine.quotas import quota_kind
from commissions.engine.schema import PlanDocument
from commissions.models import Plan, PlanVersion, Scenario
from commissions.selectors.whatif import Stretch, version_to_change
from core.periods import Period, PeriodKind, parse_period, period_of
from core.templatetags.juara import period as period_name

MONTHS = 36  # that can be chosen, back from this one
USUAL = 12


def months_until(today: date) -> list[Period]:
    """The months to choose from, the latest first."""
    months = [period_of(today, PeriodKind.MONTH)]
    while len(months) < MONTHS:
        months.append(months[-1].previous())
    return months


class RangeForm(forms.Form):
    plan = forms.ModelChoiceField(Plan.objects.none(), label=gettext_lazy("Plan"), empty_label=None)
    first = forms.ChoiceField(label=gettext_lazy("First month"))
    last = forms.ChoiceField(label=gettext_lazy("Last month"))

    def __init__(self, data: Mapping[str, str] | None, *, plans: list[Plan], today: date) -> None:
        months = months_until(today)
        starts = {"plan": plans[0].pk if plans else "", "first": months[USUAL].label, "last": months[1].label}
        super().__init__({**starts, **(data or {})})
        self.fields["plan"].queryset = Plan.objects.filter(pk__in=[plan.pk for plan in plans]).order_by("name")  # type: ignore[attr-defined]
        for bound in self.fields.values():
            bound.widget.attrs["class"] = "form-select"
        for name in ("first", "last"):
            self.fields[name].choices = [(month.label, period_name(month.label)) for month in months]  # type: ignore[attr-defined]

    def clean(self) -> None:
        if {"first", "last"} <= self.cleaned_data.keys() and self.stretch_ends[0] >= self.stretch_ends[1]:
            self.add_error("last", _("The last month lies before the first. Choose a later one."))

    @property
    def stretch_ends(self) -> tuple[date, date]:
        return parse_period(self.cleaned_data["first"]).start, parse_period(self.cleaned_data["last"]).end

    @property
    def stretch(self) -> Stretch:
        return Stretch(self.cleaned_data["plan"].pk, *self.stretch_ends)


@dataclass(frozen=True, slots=True)
class KnobField:
    """A knob with what stands in its field, and what the plan itself has there."""

    knob: Knob
    value: str
    was: Decimal | None  # None where the plan has no such number

    @property
    def column(self) -> str:
        """Of a rate table, which column the number is of; else empty."""
        return selectors.heading_of(self.knob.component, self.knob.column)

    @property
    def is_as_was(self) -> bool:
        return self.was == self.knob.value


@dataclass(frozen=True, slots=True)
class Trial:
    """A scratch copy of a plan: what stands in its fields, and the document that they make."""

    plan: Plan
    stretch: Stretch
    version: PlanVersion
    original: PlanDocument
    seen: str  # the YAML that the fields were made from
    source: str  # the YAML as it stands in its box
    document: PlanDocument | None  # None where something is wrong
    quotas: str  # per cent, as written
    values: Mapping[str, str]
    problems: tuple[str, ...] = ()

    @property
    def factor(self) -> Decimal:
        return quota_factor(self.quotas)

    @property
    def has_quotas(self) -> bool:
        """Whether anything of it, as it is or as it was, goes by a quota."""
        documents = (self.original, self.document or self.original)
        return any(quota_kind(component) for document in documents for component in document.components)

    @property
    def was_typed_over(self) -> bool:
        """Somebody wrote into the YAML and hasn't asked for it yet: it mustn't be replaced under her hands."""
        return _same_lines(self.source) != _same_lines(self.seen)

    @property
    def text(self) -> str:
        """The scratch copy as YAML; its author's own words while nothing is changed."""
        if self.document is None or self.document == self.original:
            return self.version.source if self.document == self.original else self.seen
        return as_yaml(self.document)

    @property
    def shown_source(self) -> str:
        """What stands in the box: what was typed, where it isn't used or can't be read; else the scratch copy."""
        return self.source if self.was_typed_over and self.document is None else self.text

    def fields(self) -> Iterator[KnobField]:
        known = {knob.name: knob.value for knob in knobs(self.original)}
        for knob in knobs(self.document or load_plan(self.seen)):
            yield KnobField(knob, self.values.get(knob.name) or f"{knob.value:f}", known.get(knob.name))

    def components(self) -> list[tuple[str, list[KnobField]]]:
        """The fields, component by component."""
        found: dict[str, tuple[str, list[KnobField]]] = {}
        for row in self.fields():
            found.setdefault(row.knob.component.key, (row.knob.component.name, []))[1].append(row)
        return list(found.values())


def _same_lines(text: str) -> str:
    """Browsers send their own line ends."""
    return text.replace("\r\n", "\n").strip()


def opened(form: RangeForm, scenario: Scenario | None) -> Trial | None:
    """A trial that nobody has touched yet: the plan's document, or a scenario's. None where there is no version."""
    plan, stretch = form.cleaned_data["plan"], form.stretch
    version = version_to_change(plan, stretch.start, stretch.end)
    if version is None:
        return None
    original = selectors.document_of(version)
    source = scenario.source if scenario else version.source
    quotas = f"{scenario.quotas_percent.normalize():f}" if scenario else "100"
    return Trial(plan, stretch, version, original, source, source, load_plan(source), quotas, {})


def sent(form: RangeForm, data: Mapping[str, str], *, by_source: bool) -> Trial | None:
    """The trial that a form stands for. `by_source`: the YAML was asked for, and its fields don't count."""
    trial = opened(form, None)
    if trial is None:
        return None
    base = data.get("source", "") if by_source else data.get("seen", "")
    values = {} if by_source else {name: value for name, value in data.items() if "." in name}
    problems: list[str] = []
    document = None
    try:
        document = turned(load_plan(base), values)
        problems += _differences(document, trial.original)
    except PlanInvalid as error:
        problems += selectors.errors_in_words(error)
    try:
        quota_factor(data.get("quotas", ""))
    except ValueError:
        problems.append(_("Quotas: write per cent of what is set, from 1 to 1000, such as 110."))
    seen = base if document is not None or not by_source else data.get("seen", "")
    return Trial(
        trial.plan, trial.stretch, trial.version, trial.original, _readable(seen, trial.version.source),
        data.get("source", ""), document, data.get("quotas", "") or "100", values, tuple(problems),
    )  # fmt: skip


def _readable(seen: str, otherwise: str) -> str:
    try:
        load_plan(seen)
    except PlanInvalid:
        return otherwise
    return seen


def _differences(document: PlanDocument, original: PlanDocument) -> Iterator[str]:
    """What can't be compared with the plan."""
    if document.plan != original.plan:
        yield _("plan: The name is “%(name)s”. Leave it: what you try here is compared with that plan.") % {
            "name": original.plan
        }
    if (document.currency, document.period) != (original.currency, original.period):
        yield _("currency, period: Leave %(currency)s and %(period)s: pay in others can't be compared.") % {
            "currency": original.currency,
            "period": original.period.value,
        }
