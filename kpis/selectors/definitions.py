"""What is measured: one entry a KPI. A new one is an entry here and its test.

A KPI is a quotient of two sums over the facts, so that months add up to quarters and people to teams without a loss.
A fact is a closed deal of its owner: `status` is won, lost or refund (a deal won of a negative amount), `amount` is in
minor units of the company's currency, null where no exchange rate is known for its closing day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import LiteralString

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Unit(StrEnum):
    MONEY = "money"  # minor units of the company's currency
    COUNT = "count"
    SHARE = "share"  # 1 is 100 %


@dataclass(frozen=True, slots=True)
class Kpi:
    key: str  # as in addresses
    name: Promise
    unit: Unit
    definition: Promise  # what is counted, when and for whom, with the variant named
    numerator: LiteralString  # an aggregate over the facts
    denominator: LiteralString | None = None  # absent: a total, 0 without facts
    higher_is_better: bool = True

    @property
    def is_total(self) -> bool:
        """A total is 0 for somebody without facts; a quotient then has no value."""
        return self.denominator is None


_WON = "count(*) FILTER (WHERE status = 'won')"
_REVENUE = "coalesce(sum(amount) FILTER (WHERE status IN ('won', 'refund')), 0)"

_ALL = (
    Kpi(
        key="revenue",
        name=_("Revenue"),
        unit=Unit.MONEY,
        definition=_(
            "Revenue: the amount of the deals won, counted on their closing day for the deal's owner, "
            "in the company's currency at the exchange rate of that day. Refunds count against it."
        ),
        numerator=_REVENUE,
    ),
    Kpi(
        key="deals-won",
        name=_("Deals won"),
        unit=Unit.COUNT,
        definition=_(
            "Deals won: the number of deals won, counted on their closing day for the deal's owner. "
            "A refund is no deal won."
        ),
        numerator=_WON,
    ),
    Kpi(
        key="average-deal-size",
        name=_("Average deal size"),
        unit=Unit.MONEY,
        definition=_(
            "Average deal size: revenue divided by the number of deals won in it, by closing day and owner. "
            "Without a deal won there is no average."
        ),
        numerator=_REVENUE,
        denominator="count(amount) FILTER (WHERE status = 'won')",
    ),
    Kpi(
        key="conversion-rate",
        name=_("Conversion rate"),
        unit=Unit.SHARE,
        definition=_(
            "Conversion rate: deals won as a share of all deals closed, won or lost, by closing day and owner. "
            "Open deals and refunds do not count. Without a closed deal there is no rate."
        ),
        numerator=_WON,
        denominator="count(*) FILTER (WHERE status IN ('won', 'lost'))",
    ),
)

KPIS: Mapping[str, Kpi] = MappingProxyType({kpi.key: kpi for kpi in _ALL})
