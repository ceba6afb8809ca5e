"""Started blocks, as people read them: how many, how large, and what each pays."""

from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commissions.selectors.explanations import StepRow
from commissions.selectors.units import Unit, exact_money
from core.templatetags import formats
from core.templatetags.juara import locale


def blocks_text(step: StepRow, unit: Unit) -> str:
    """6 started blocks of 1,000 units; fewer than none on the way back."""
    size = unit.exact(step.block or Decimal(0))
    text = ngettext("%(number)s started block of %(block)s", "%(number)s started blocks of %(block)s", abs(step.blocks))
    return text % {"number": formats.number(Decimal(step.blocks), locale()), "block": size}


def pay_text(step: StepRow, unit: Unit) -> str:
    """What a part of the way paid: $5.00 for each of 6 started blocks of 1,000 units."""
    if not step.blocks:
        return _("nothing, as the number of started blocks of %(block)s stays the same") % {
            "block": unit.exact(step.block or Decimal(0))
        }
    words = {"pay": exact_money(step.slope, unit.currency), "blocks": blocks_text(_upwards(step), unit)}
    if abs(step.blocks) == 1:
        return _("%(pay)s for %(blocks)s") % words
    return _("%(pay)s for each of %(blocks)s") % words


def _upwards(step: StepRow) -> StepRow:
    return replace(step, blocks=abs(step.blocks))
