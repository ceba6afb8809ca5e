"""Why a deal that isn't won yet would earn nothing, in words."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import polars as pl
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commissions.engine.calculate import Inputs
from commissions.engine.items import looks_at_items, reads_items
from commissions.selectors.notices import GOAL_MISSING, notice_text
from sales.models import Deal, DealLine


def shortfalls(deals: Sequence[Deal], notices: pl.DataFrame, inputs: Inputs) -> dict[int, tuple[str, ...]]:
    """By deal, why no component counts it: what the calculation noticed, or else what the plans ask for."""
    if not deals:
        return {}
    names = {part.key: part.name for document in inputs.versions.values() for part in document.components}
    told: dict[int | None, list[str]] = defaultdict(list)
    for row in notices.sort("code", "detail", "deal", nulls_last=True).iter_rows(named=True):
        told[row["deal"]].append(notice_text(row["code"], row["detail"], names))
    without_quota = tuple(told[None]) if set(GOAL_MISSING) & set(notices["code"]) else ()
    lines = _lines_of([deal.pk for deal in deals], inputs)
    return {
        deal.pk: tuple(dict.fromkeys(told[deal.pk])) or without_quota or tuple(_rules(inputs, lines.get(deal.pk, 0)))
        for deal in deals
    }


def _lines_of(deals: Sequence[int], inputs: Inputs) -> dict[int, int]:
    """How many lines each deal has, where the plans look at them."""
    if not looks_at_items(inputs.versions.values()):
        return {}
    counted = DealLine.objects.filter(deal__in=deals).values_list("deal").annotate(lines=Count("pk"))
    return dict(counted.order_by("deal"))


def _rules(inputs: Inputs, lines: int) -> Iterator[str]:
    """What the components ask for, of a deal with so many lines."""
    for document in inputs.versions.values():
        for part in document.components:
            if part.when and lines and reads_items(part):
                text = ngettext(
                    "%(component)s counts only lines with %(condition)s, and the deal's %(lines)s line isn't counted.",
                    "%(component)s counts only lines with %(condition)s, and none of the deal's %(lines)s lines is "
                    "counted.",
                    lines,
                )
                yield text % {"component": part.name, "condition": part.when, "lines": lines}
            elif part.when:
                yield _("%(component)s counts only deals with %(condition)s.") % {
                    "component": part.name,
                    "condition": part.when,
                }
            else:
                yield _("%(component)s counts only your part in the role %(roles)s.") % {
                    "component": part.name,
                    "roles": ", ".join(part.credit.roles),
                }
