"""The won deals that give some payees credit, or take one back, on any of a range of days."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, Final, LiteralString

from commissions.engine.events import Event, Rule, reads_payments
from commissions.engine.schema import Trigger

_DAYS: Final[dict[str, tuple[LiteralString, LiteralString]]] = {  # of each event: a join, and where its day stands
    Event.BOOKED: ("", "d.closed_on"),
    Event.CANCELLED: ("", "d.cancelled_on"),
    Event.INVOICED: ("", "d.invoiced_on"),
    Event.PAID: (" JOIN sales_payment paid ON paid.deal_id = d.id", "paid.paid_on"),
}
_OWNED: Final[LiteralString] = "SELECT d.id FROM sales_deal d{} WHERE d.owner_id"
_SHARED: Final[LiteralString] = (
    "SELECT d.id FROM sales_dealshare s JOIN sales_deal d ON d.id = s.deal_id{} WHERE s.user_id"
)
_HANDED: Final[LiteralString] = "SELECT d.id FROM sales_deal d{} WHERE d.id"
_COUNTED_FROM: Final[tuple[LiteralString, ...]] = ("d.closed_on", "d.invoiced_on")
_LIVING: Final[LiteralString] = """ = ANY(%s) AND d.status = 'won' AND d.closed_on < %s
    AND (d.cancelled_on IS NULL OR d.cancelled_on > %s) AND (
        greatest(d.closed_on, d.invoiced_on) + make_interval(months => %s) > %s
        OR (%s AND greatest(d.closed_on, d.invoiced_on) + make_interval(months => d.term_months) > %s)
    )"""
_WON: Final[LiteralString] = " = ANY(%s) AND d.status = 'won' AND {0} >= %s AND {0} < %s"


Others = Sequence[tuple[list[int], date, date]]  # people, and the days on which deals of theirs close


def reached(
    rules: Iterable[Rule], payees: list[int], since: date, end: date, others: Others = (), handed: Sequence[int] = ()
) -> tuple[LiteralString, list[Any]]:
    """A FROM clause whose `mine` has the ids of those deals, and of the deals of others, and its parameters.

    A credit never comes before its deal closes, so a deal that closes in the range is always among them. Deals of
    `handed` are looked at whoever shares them now.
    """
    events = [Event.BOOKED, Event.CANCELLED]
    known = list(rules)
    events += [Event.INVOICED] if any(rule.trigger is Trigger.INVOICED for rule in known) else []
    events += [Event.PAID] if reads_payments(known) else []
    places = [_DAYS[event] for event in events]
    theirs: list[tuple[LiteralString, Sequence[int]]] = [(_OWNED, payees), (_SHARED, payees)]
    theirs += [(_HANDED, list(handed))] if handed else []
    parts: list[LiteralString] = [
        whose.format(join) + _WON.format(day) for whose, _ids in theirs for join, day in places
    ]
    days: list[Any] = [each for _whose, ids in theirs for _place in places for each in (ids, since, end)]
    for days_late in sorted({rule.unpaid_after for rule in known if rule.unpaid_after}):
        late = timedelta(days=days_late)
        for counted_from in _COUNTED_FROM:
            parts += [whose.format("") + _WON.format(counted_from) for whose, _ids in theirs]
            days += [each for _whose, ids in theirs for each in (ids, since - late, end - late)]
    if repeating := [rule for rule in known if rule.every]:
        by_term = any(not rule.lasts for rule in repeating)
        longest = max(rule.lasts for rule in repeating)
        parts += [whose.format("") + _LIVING for whose, _ids in theirs]
        days += [each for _whose, ids in theirs for each in (ids, end, since, longest, since, by_term, since)]
    join, day = _DAYS[Event.BOOKED]
    closing: list[LiteralString] = [whose.format(join) + _WON.format(day) for whose in (_OWNED, _SHARED)]
    asked = [*days, *(each for other in others for each in (*other, *other))]
    return " FROM (" + " UNION ".join([*parts, *closing * len(others)]) + ") mine ", asked
