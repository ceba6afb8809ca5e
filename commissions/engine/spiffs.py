"""What a spiff is limited to: the days on which a deal closes, the first so many deals, a budget."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from commissions.engine.schema import Component, PlanDocument, Spiff


@dataclass(frozen=True, slots=True)
class Granted:
    """What statements that no longer change have paid of spiffs: that counts, whatever the facts say now."""

    lines: pl.DataFrame  # GRANTED
    days: pl.DataFrame  # GRANTED_DAYS


def is_limited(component: Component) -> bool:
    """Whether what a deal pays depends on the deals before it."""
    return component.spiff is not None and component.spiff.is_limited


def is_shared(component: Component) -> bool:
    """Whether it depends on what others sell, too."""
    return component.spiff is not None and component.spiff.is_shared


def has_shared(document: PlanDocument) -> bool:
    return any(map(is_shared, document.components))


def closes_within(spiff: Spiff) -> pl.Expr:
    """Whether a deal closes on one of the spiff's days."""
    inside = pl.lit(value=True)
    if spiff.from_ is not None:
        inside &= pl.col("closed") >= spiff.from_
    if spiff.until is not None:
        inside &= pl.col("closed") < spiff.until
    return inside


def spans(documents: Iterable[PlanDocument]) -> list[tuple[date, date]]:
    """(first day, day after the last) of the spiffs whose deals depend on those before them."""
    return sorted(
        {
            (spiff.from_, spiff.until)
            for document in documents
            for part in document.components
            if (spiff := part.spiff) and spiff.is_limited and spiff.from_ and spiff.until
        }
    )


def begun(documents: Iterable[PlanDocument], start: date) -> date:
    """From when on deals must be known, for the place of one that closes, or is taken back, from a day on.

    >>> begun([], date(2026, 5, 1))
    datetime.date(2026, 5, 1)
    """
    return min((first for first, _until in spans(documents) if first < start), default=start)
