"""By what pay is multiplied and why, in words; and the values of KPIs as people write them."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from core.periods import parse_period
from core.templatetags import formats
from core.templatetags.juara import locale
from kpis.selectors import KPIS, Unit


@dataclass(frozen=True, slots=True)
class Multiplier:
    """By what the pay of a statement is multiplied, and why."""

    times: Decimal  # 1.2 is 120 %
    kpi: str  # key; empty where another component decides
    component_name: str  # of the other component; empty where a KPI decides
    value: Decimal | None  # of the KPI, or the share of the other component's quota; None where it wasn't known
    label: str  # of the statement's period


def multiplier_text(multiplier: Multiplier) -> str:
    words = {
        "what": kpi_name(multiplier.kpi) if multiplier.kpi else multiplier.component_name,
        "period": formats.period(parse_period(multiplier.label), locale()),
        "times": formats.percent(multiplier.times, locale(), places=4),
    }
    if multiplier.value is None:
        return _("No value of %(what)s is known for %(period)s, so the lowest row holds: times %(times)s.") % words
    if multiplier.kpi:
        words["value"] = kpi_value(multiplier.kpi, multiplier.value)
        return _("%(what)s was %(value)s in %(period)s, so pay is multiplied by %(times)s.") % words
    words["value"] = formats.percent(multiplier.value, locale(), places=4)
    text = _("By the end of %(period)s %(what)s had reached %(value)s of its quota, so pay is multiplied by %(times)s.")
    return text % words


def kpi_name(key: str) -> str:
    """As people read it; the key itself where nobody defined such a KPI."""
    return str(KPIS[key].name) if key in KPIS else key


def kpi_value(key: str, value: Decimal) -> str:
    """A share as per cent, and anything else as a number: money is in the company's currency."""
    if key in KPIS and KPIS[key].unit is Unit.SHARE:
        return formats.percent(value, locale(), places=4)
    return formats.number(value, locale(), places=2)
