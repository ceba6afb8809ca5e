"""What managers of the demo company give for objectives: counted from the month's deals, as they would."""

from collections.abc import Sequence
from datetime import date

from demo.engine.records import Deal

PLAN, COMPONENT = "objectives-idr", "objectives"
WANTED = 3  # new deals a month
LISTED_PPM = 100_000  # a discount up to here is within the list price
MOST_PPM = 1_200_000


def month_scores(deals: Sequence[Deal], start: date, end: date) -> dict[str, int]:
    """By objective, parts per million, of one person's deals; the list price only where something was won."""
    won = [
        deal
        for deal in deals
        if deal.status == "won" and deal.kind != "refund" and deal.closed_on and start <= deal.closed_on < end
    ]
    fresh = sum(deal.kind == "new" for deal in won)
    found = {"new-business": min(_whole_percent(fresh, WANTED), MOST_PPM)}
    if won:
        listed = sum(deal.discount_ppm <= LISTED_PPM for deal in won)
        found["list-price"] = _whole_percent(listed, len(won))
    return found


def _whole_percent(part: int, whole: int) -> int:
    """Managers write whole percents.

    >>> _whole_percent(2, 3)
    670000
    """
    return (100 * part * 2 + whole) // (2 * whole) * 10_000
