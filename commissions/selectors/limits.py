"""What multiplies, lifts and cuts pay, in words: for the page of a plan, and for the reason of a line."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commissions.engine.diff_entries import PER
from commissions.engine.schema import Component, Excess, Multiply, Per, PlanDocument
from commissions.selectors.multipliers import kpi_name, kpi_value
from commissions.selectors.words import in_words
from core.money import to_minor
from core.templatetags import formats
from core.templatetags.juara import locale

_CAPS = {
    Per.DEAL: gettext_lazy("It pays at most %(amount)s per deal; what would go beyond is not paid."),
    Per.MONTH: gettext_lazy("It pays at most %(amount)s per month; what would go beyond is not paid."),
    Per.QUARTER: gettext_lazy("It pays at most %(amount)s per quarter; what would go beyond is not paid."),
    Per.HALF: gettext_lazy("It pays at most %(amount)s per half-year; what would go beyond is not paid."),
    Per.YEAR: gettext_lazy("It pays at most %(amount)s per year; what would go beyond is not paid."),
}
_LIMITS = {
    "floor": gettext_lazy("its floor of %(amount)s %(per)s"),
    "cap": gettext_lazy("its cap of %(amount)s %(per)s"),
    "carry": gettext_lazy("its cap of %(amount)s %(per)s, which carries"),
    "plan": gettext_lazy("the plan's cap of %(amount)s %(per)s for everything"),
}


@dataclass(frozen=True, slots=True)
class LimitRule:
    """One floor or cap that holds for a line."""

    kind: str  # floor, cap, carry (a cap whose excess is carried) or plan (a cap over all components)
    per: Per
    minor: int

    def text(self, currency: str) -> str:
        words = {"amount": _money(self.minor, currency), "per": in_words(PER[self.per.value])}
        return str(_LIMITS[self.kind]) % words


def limit_rules(document: PlanDocument, component: Component) -> tuple[LimitRule, ...]:
    """In the order in which they act."""
    found = [("floor", component.floor), (_kind_of_cap(component), component.cap), ("plan", document.cap)]
    return tuple(
        LimitRule(kind, rule.per, to_minor(rule.amount, document.currency)) for kind, rule in found if rule is not None
    )


def _kind_of_cap(component: Component) -> str:
    return "carry" if component.cap and component.cap.excess is Excess.CARRY else "cap"


def rule_sentences(component: Component, currency: str) -> Iterator[str]:
    """What a plan's page says of a component's multiplier, floor and cap."""
    if component.multiply:
        yield from _multiply(component.multiply)
    if component.floor:
        words = {"amount": _amount(component.floor.amount, currency), "per": in_words(PER[component.floor.per.value])}
        yield _("It pays at least %(amount)s %(per)s, once there is a credit.") % words
    if component.cap:
        words = {"amount": _amount(component.cap.amount, currency), "per": in_words(PER[component.cap.per.value])}
        if component.cap.excess is Excess.CARRY:
            yield (
                _("It pays at most %(amount)s %(per)s; the rest is paid later in the year, where there is room.")
                % words
            )
        else:
            yield str(_CAPS[component.cap.per]) % words


def plan_cap_sentence(document: PlanDocument) -> str:
    """Of a plan with a cap over all components; empty without one."""
    if document.cap is None:
        return ""
    amount, per = _amount(document.cap.amount, document.currency), in_words(PER[document.cap.per.value])
    return _("All components together pay at most %(amount)s %(per)s.") % {"amount": amount, "per": per}


def _multiply(rule: Multiply) -> Iterator[str]:
    if rule.kpi:
        yield _("Its pay is multiplied, statement by statement, by what %(kpi)s came to.") % {"kpi": kpi_name(rule.kpi)}
    else:
        yield _("Its pay is multiplied by how much of its quota %(component)s reached by the end of the statement.") % {
            "component": rule.component
        }
    rows = [
        _("from %(value)s times %(times)s")
        % {"value": _value(rule, row.from_), "times": formats.percent(row.times, locale(), places=4)}
        for row in rule.curve
    ]
    yield f"{', '.join(rows)}.".capitalize()


def _value(rule: Multiply, value: Decimal) -> str:
    return kpi_value(rule.kpi, value) if rule.kpi else formats.percent(value, locale(), places=4)


def _amount(amount: Decimal, currency: str) -> str:
    return _money(to_minor(amount, currency), currency)


def _money(minor: int, currency: str) -> str:
    return formats.written_money(minor, currency, locale()).text
