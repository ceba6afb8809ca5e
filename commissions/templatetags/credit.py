"""What pages of the apps below show of commissions."""

from typing import Any

from django import template
from django.utils import timezone

from commissions.selectors.handed_words import then, then_text
from commissions.selectors.through import CreditedThrough
from commissions.selectors.through import credited_through as found
from commissions.selectors.withheld import Withheld
from commissions.selectors.withheld import withheld_from as withheld
from sales.models import Deal

register = template.Library()


@register.simple_tag(takes_context=True)
def credited_through(context: dict[str, Any], deal: Deal) -> list[CreditedThrough]:
    """`{% credited_through deal as others %}`: who is credited for others' shares, as far as one may see."""
    return found(deal, viewer=context["request"].user, on=timezone.localdate())


@register.simple_tag(takes_context=True)
def withheld_from(context: dict[str, Any], deal: Deal) -> list[Withheld]:
    """`{% withheld_from deal as withheld %}`: who isn't credited, for it closed on her leave, as far as one may see."""
    return withheld(deal, viewer=context["request"].user, on=timezone.localdate())


@register.simple_tag
def credited_then(deal: Deal) -> str:
    """`{% credited_then deal as then %}`: whom closed statements credited with it, where others share it now."""
    known = then(deal)
    return then_text(known) if known else ""
