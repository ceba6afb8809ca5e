"""A period's checklist: what the system found, and what of that somebody ticked off."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from commissions.models import ChecklistTick, Period
from commissions.selectors import checks
from commissions.selectors.checks import Finding, short

TITLES: Final[Mapping[str, Promise]] = {
    "imports": _("Data until"),
    "calculated": _("Calculated"),
    "owners": _("Deals without owner"),
    "rates": _("Deals without exchange rate"),
    "plans": _("Reps without a plan"),
    "accepted": _("Plans not accepted"),
    "examples": _("Plans whose examples fail"),
    "adjustments": _("Adjustments to decide"),
    "disputes": _("Open disputes"),
    "balances": _("Draws and balances"),
    "outliers": _("Unusual statements"),
    "approved": _("Statements not approved"),
}
_CHECKS: Final[Mapping[str, Callable[[Period], Finding]]] = {
    "calculated": checks.calculated,
    "rates": checks.without_rate,
    "plans": checks.without_plan,
    "accepted": checks.unaccepted,
    "examples": checks.failing_examples,
    "adjustments": checks.undecided,
    "disputes": checks.disputed,
    "balances": checks.balances,
    "outliers": checks.outliers,
    "approved": checks.not_approved,
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at before a period is approved."""

    key: str
    title: str
    state: str  # good, look, bad
    figure: str  # what a tick remembers
    shown: str
    text: str
    ticked_by: str  # empty: nobody, or the system
    ticked_at: datetime | None  # None: not ticked off
    ticked_figure: str  # what was seen then

    @property
    def is_ticked(self) -> bool:
        """Ticked off, and as it is now."""
        return self.ticked_at is not None and self.ticked_figure == self.figure

    @property
    def is_out_of_date(self) -> bool:
        return self.ticked_at is not None and self.ticked_figure != self.figure


@dataclass(frozen=True, slots=True)
class Checklist:
    items: tuple[Item, ...]

    @property
    def done(self) -> int:
        return sum(item.is_ticked for item in self.items)

    @property
    def unticked(self) -> tuple[str, ...]:
        return tuple(item.title for item in self.items if not item.is_ticked)

    @property
    def waiting_good(self) -> tuple[Item, ...]:
        """What is in order, and nobody has ticked off."""
        return tuple(item for item in self.items if item.state == "good" and not item.is_ticked)


def checklist(period: Period) -> Checklist:
    """A fixed number of queries, however many statements there are."""
    ticks = _ticks(period)
    return Checklist(tuple(_item(key, finding, ticks.get(key)) for key, finding in _findings(period)))


def _findings(period: Period) -> Iterator[tuple[str, Finding]]:
    until, orphans = checks.deals(period)
    known = {"imports": until, "owners": orphans}
    for key in TITLES:
        yield key, known[key] if key in known else _CHECKS[key](period)


def _ticks(period: Period) -> dict[str, ChecklistTick]:
    latest = ChecklistTick.objects.filter(period=period).order_by("item", "-pk").distinct("item")
    return {tick.item: tick for tick in latest.select_related("by") if tick.is_done}


def _item(key: str, finding: Finding, tick: ChecklistTick | None) -> Item:
    return Item(
        key=key,
        title=str(TITLES[key]),
        state=finding.state,
        figure=short(finding.figure),
        shown=finding.shown,
        text=finding.text,
        ticked_by=tick.by.name if tick and tick.by else "",
        ticked_at=tick.at if tick else None,
        ticked_figure=tick.figure if tick else "",
    )
