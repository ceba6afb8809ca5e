"""Why a deal that isn't won yet would earn nothing, in words."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import polars as pl
from django.utils.translation import gettext as _

from commissions.engine.calculate import Inputs
from commissions.selectors.notices import GOAL_MISSING, notice_text
from sales.models import Deal


def shortfalls(deals: Sequence[Deal], notices: pl.DataFrame, inputs: Inputs) -> dict[int, tuple[str, ...]]:
    """By deal, why no component counts it: what the calculation noticed, or else what the plans ask for."""
    if not deals:
        return {}
    names = {part.key: part.name for document in inputs.versions.values() for part in document.components}
    told: dict[int | None, list[str]] = defaultdict(list)
    for row in notices.sort("code", "detail", "deal", nulls_last=True).iter_rows(named=True):
        told[row["deal"]].append(notice_text(row["code"], row["detail"], names))
    without_quota = tuple(told[None]) if set(GOAL_MISSING) & set(notices["code"]) else ()
    rules = tuple(_rules(inputs))
    return {deal.pk: tuple(dict.fromkeys(told[deal.pk])) or without_quota or rules for deal in deals}


def _rules(inputs: Inputs) -> Iterator[str]:
    for document in inputs.versions.values():
        for part in document.components:
            if part.when:
                yield _("%(component)s counts only deals with %(condition)s.") % {
                    "component": part.name,
                    "condition": part.when,
                }
            else:
                yield _("%(component)s counts only your part in the role %(roles)s.") % {
                    "component": part.name,
                    "roles": ", ".join(part.credit.roles),
                }
