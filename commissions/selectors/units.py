"""What a component counts, and what it pays for it, as people read it: money and a percentage, or units and a price."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commissions.engine.frames import WHOLE_SCORE, WHOLE_SHARE
from commissions.engine.schema import Against, Component, Measure, Step
from core.money import exponent, to_minor
from core.templatetags import formats
from core.templatetags.juara import locale, money, money_short


@dataclass(frozen=True, slots=True)
class Unit:
    """Of one component's x: minor units of a currency, millionths of a unit or deal, or a score (WHOLE_SCORE)."""

    measure: Measure
    currency: str

    @property
    def is_money(self) -> bool:
        return self.measure is Measure.AMOUNT

    @property
    def steps(self) -> int:
        """How many steps of x one is; of a score, 100 %."""
        if self.measure is Measure.SCORE:
            return WHOLE_SCORE
        return int(10 ** exponent(self.currency)) if self.is_money else WHOLE_SHARE

    def text(self, x: int) -> str:
        """USD 1,000.00, or 3 units, or 2.5 deals."""
        if self.is_money:
            return formats.written_money(x, self.currency, locale()).text
        return self.exact(Decimal(x) / self.steps)

    def shown(self, x: int) -> str:
        """The same as a page shows it: money with its markup."""
        return money(x, self.currency) if self.is_money else self.text(x)

    def short(self, x: int) -> str:
        """The same where there is little room."""
        return money_short(x, self.currency) if self.is_money else self.text(x)

    def exact(self, units: Decimal) -> str:
        """The same of dollars, units or deals; of money that is no whole minor units, the bare number."""
        if self.is_money:
            return exact_money(units, self.currency)
        if self.measure is Measure.SCORE:
            return formats.percent(units, locale(), places=10)
        words = {"number": formats.number(units, locale(), places=9)}
        plural = int(units) if units == int(units) else 2
        if self.measure is Measure.QUANTITY:
            return ngettext("%(number)s unit", "%(number)s units", plural) % words
        return ngettext("%(number)s deal", "%(number)s deals", plural) % words

    def price(self, each: Decimal, *, signed: bool = False, places: int = 7) -> str:
        """What one of it pays: 5%, or 25.00 per unit, or 200.00 per deal."""
        if self.is_money:
            return formats.percent(each, locale(), places=places, signed=signed)
        words = {"amount": exact_money(each, self.currency)}
        if self.measure is Measure.SCORE:
            return _("%(amount)s for 100%%") % words
        text = _("%(amount)s per unit") if self.measure is Measure.QUANTITY else _("%(amount)s per deal")
        return text % words


def unit_of(component: Component, currency: str) -> Unit:
    return Unit(component.measure, currency)


def price_text(component: Component, step: Step, currency: str, *, places: int = 7) -> str:
    """What a row pays for one of what it counts, or for each started block: 5.00 per started block of 1,000 units."""
    unit = unit_of(component, currency)
    if step.block is None:
        return unit.price((step.rate if unit.is_money else step.pay_per_unit) or Decimal(0), places=places)
    by_quota = component.against is Against.QUOTA
    size = _("%(share)s of quota") % {"share": formats.percent(step.block, locale(), places=7)} if by_quota else ""
    return _("%(amount)s per started block of %(block)s") % {
        "amount": exact_money(step.pay_per_block or Decimal(0), currency),
        "block": size or unit.exact(step.block),
    }


def exact_money(major: Decimal, currency: str) -> str:
    """Money where it is whole minor units; else the number with the decimals it has."""
    if is_whole(major, currency):
        return formats.written_money(to_minor(round(major, exponent(currency)), currency), currency, locale()).text
    return formats.number(major, locale(), places=9)


def is_whole(major: Decimal, currency: str) -> bool:
    return major == round(major, exponent(currency))
