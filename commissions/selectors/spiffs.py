"""Spiffs in words: what a plan says of one, how much of it is left, and which place a deal took in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commissions.engine.events import Event
from commissions.engine.schema import Component, PlanDocument, Spiff, SpiffPer
from commissions.models import EarningLine, PlanVersion
from core.money import to_minor
from core.templatetags import formats
from core.templatetags.juara import locale


@dataclass(frozen=True, slots=True)
class SpiffPlace:
    """Where a deal came among those of a spiff, and what that left of its pay."""

    first: int | None
    by_payee: bool  # whether each payee's own deals count towards the first so many
    deals_before: int | None
    budget_minor: int | None
    paid_before_minor: int | None  # of the budget
    used_up_on: date | None  # when the deals before had used up the budget
    is_cut: bool  # whether the deal is paid less than it would be by itself
    is_taken_back: bool


def spiff_place(line: EarningLine, document: PlanDocument, component: Component) -> SpiffPlace | None:
    """None where the component has no number of deals and no budget. Load the line with its plan version."""
    spiff = component.spiff
    if spiff is None or not spiff.is_limited:
        return None
    budget = None if spiff.budget is None else to_minor(spiff.budget, document.currency)
    gone = line.paid_before_minor is not None and budget is not None and line.paid_before_minor >= budget
    return SpiffPlace(
        first=spiff.first,
        by_payee=spiff.per is SpiffPer.PAYEE,
        deals_before=line.deals_before,
        budget_minor=budget,
        paid_before_minor=line.paid_before_minor,
        used_up_on=_used_up_on(line, spiff) if gone else None,
        is_cut=line.amount_minor < line.uncapped_minor,
        is_taken_back=line.event == Event.CANCELLED,
    )


def _used_up_on(line: EarningLine, spiff: Spiff) -> date | None:
    found: date | None = _paid(line.plan_version.plan_id, line.component, spiff).filter(date__lte=line.date).aggregate(
        last=Max("date")
    )["last"]  # fmt: skip
    return found


def _paid(plan: int, key: str, spiff: Spiff) -> QuerySet[EarningLine]:
    """The lines of closing deals that took something of a spiff; a deal keeps its place when it is taken back."""
    return EarningLine.objects.filter(
        Q(amount_minor__gt=0) | Q(kind=EarningLine.Kind.TRUE_UP),
        plan_version__plan=plan, component=key, event=Event.BOOKED, date__gte=spiff.from_, date__lt=spiff.until,
    )  # fmt: skip


def spiff_texts(place: SpiffPlace, currency: str) -> Iterator[str]:
    """What decided about the pay of a deal."""
    if place.is_taken_back:
        yield _("A deal that is cancelled keeps its place: what is taken back is what it had been paid.")
    if place.first is not None and place.deals_before is not None:
        words = {"first": place.first, "before": place.deals_before}
        is_late = place.deals_before >= place.first
        yield str(_FIRST[place.by_payee, is_late]) % words
        if is_late:
            return
    if place.budget_minor is None or place.paid_before_minor is None:
        return
    left = place.budget_minor - place.paid_before_minor
    figures = {"budget": _money(place.budget_minor, currency), "left": _money(max(left, 0), currency)}
    if left > 0 and place.is_cut:
        yield _("Of the budget of %(budget)s for everybody on the plan, %(left)s was left for this deal.") % figures
    elif left > 0:
        yield _("Before this deal %(left)s was left of the budget of %(budget)s for everybody on the plan.") % figures
    elif place.used_up_on:
        figures["day"] = formats.day(place.used_up_on, locale())
        yield (
            _("The budget of %(budget)s for everybody on the plan was used up on %(day)s, before this deal.") % figures
        )
    else:
        yield _("The budget of %(budget)s for everybody on the plan was used up before this deal.") % figures


_FIRST = {
    (False, False): gettext_lazy(
        "Of the first %(first)s deals of everybody on the plan, %(before)s came before this one."
    ),
    (False, True): gettext_lazy(
        "Only the first %(first)s deals of everybody on the plan are paid, and %(before)s came before this one."
    ),
    (True, False): gettext_lazy("Of each payee's first %(first)s deals, %(before)s came before this one."),
    (True, True): gettext_lazy(
        "Only each payee's first %(first)s deals are paid, and %(before)s came before this one."
    ),
}


def spiff_sentences(spiff: Spiff, currency: str) -> Iterator[str]:
    """What a plan's page says of a component's spiff."""
    words: dict[str, object] = {}
    if spiff.from_:
        words["first"] = formats.day(spiff.from_, locale())
    if spiff.until:
        words["last"] = formats.day(spiff.until - timedelta(days=1), locale())
    if spiff.from_ and spiff.until:
        yield _("It is for deals that close from %(first)s to %(last)s, both included.") % words
    elif spiff.from_:
        yield _("It is for deals that close on %(first)s or later.") % words
    elif spiff.until:
        yield _("It is for deals that close on %(last)s or before.") % words
    if spiff.first is not None and spiff.per is SpiffPer.PLAN:
        yield _("Only the first so many deals of everybody on the plan are paid: %(number)s.") % {"number": spiff.first}
    elif spiff.first is not None:
        yield _("Of each payee only the first so many deals are paid: %(number)s.") % {"number": spiff.first}
    if spiff.budget is not None:
        budget = {"budget": _money(to_minor(spiff.budget, currency), currency)}
        text = _(
            "Everybody on the plan together gets at most %(budget)s of it, deal by deal in the order of closing days."
        )
        yield text % budget


def spiff_states(version: PlanVersion, document: PlanDocument, payee: int) -> Mapping[str, tuple[str, ...]]:
    """By component, how much of its spiff is used, as statements have it; of deals of a payee's own, hers."""
    return {
        part.key: tuple(_state(_paid(version.plan_id, part.key, part.spiff), part.spiff, document.currency, payee))
        for part in document.components
        if part.spiff and part.spiff.is_limited
    }


def _state(paid: QuerySet[EarningLine], spiff: Spiff, currency: str, payee: int) -> Iterator[str]:
    used = paid.aggregate(
        deals=Count("deal", distinct=True),
        hers=Count("deal", distinct=True, filter=Q(statement__payee=payee)),
        money=Sum("amount_minor", default=0),
    )
    if spiff.first is not None and spiff.per is SpiffPer.PLAN:
        yield _("So far %(used)s of %(first)s deals have been paid.") % {"used": used["deals"], "first": spiff.first}
    elif spiff.first is not None:
        yield _("So far %(used)s of your first %(first)s deals have been paid.") % {
            "used": used["hers"],
            "first": spiff.first,
        }
    if spiff.budget is not None:
        budget = to_minor(spiff.budget, currency)
        left = max(budget - int(used["money"]), 0)
        figures = {"budget": _money(budget, currency), "left": _money(left, currency)}
        yield _("Of the budget of %(budget)s, %(left)s is left.") % figures


def _money(minor: int, currency: str) -> str:
    return formats.written_money(minor, currency, locale()).text
