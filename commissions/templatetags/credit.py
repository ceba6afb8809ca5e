"""What pages of the apps below show of commissions."""

from typing import Any

from django import template
from django.utils import timezone

from commissions.selectors.through import CreditedThrough
from commissions.selectors.through import credited_through as found
from sales.models import Deal

register = template.Library()


@register.simple_tag(takes_context=True)
def credited_through(context: dict[str, Any], deal: Deal) -> list[CreditedThrough]:
    """`{% credited_through deal as others %}`: who is credited for others' shares, as far as one may see."""
    return found(deal, viewer=context["request"].user, on=timezone.localdate())
