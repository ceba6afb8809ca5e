"""What a wish does to somebody's days on a plan and to what is expected of her there: before, after, nothing else.

>>> january, july = date(2026, 1, 1), date(2026, 7, 1)
>>> held = placed(Held(), Wish(days=Span(january, None), quota=QuotaWish(QUOTA, Span(january, None), "quarter", 100)))
>>> held = placed(held, Wish(quota=QuotaWish(QUOTA, Span(july, None), "quarter", 120)))
>>> [(str(quota.span), quota.amount) for quota in held.quotas]
[('2026-01-01..2026-07-01', 100), ('2026-07-01..', 120)]
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from commissions.engine.frames import QuotaKind
from commissions.engine.spans import Span, cut_out, in_order, joined
from commissions.engine.words import Told, told
from core.periods import PeriodKind, period_of


@dataclass(frozen=True, slots=True, order=True)
class QuotaKey:
    """Which of a payee's quotas: at most one of each is in force on a day."""

    kind: str  # amount, units or target
    component: str  # key; empty: each component without its own


QUOTA = QuotaKey(QuotaKind.AMOUNT.value, "")


@dataclass(frozen=True, slots=True)
class HeldQuota:
    key: QuotaKey
    span: Span
    per: str  # month, quarter or year
    amount: int  # minor units; of kind units: millionths


@dataclass(frozen=True, slots=True)
class Held:
    """A payee's days on one plan, apart from each other and in order, and her quotas there."""

    spans: tuple[Span, ...] = ()
    quotas: tuple[HeldQuota, ...] = ()

    def quotas_of(self, key: QuotaKey) -> tuple[HeldQuota, ...]:
        return tuple(quota for quota in self.quotas if quota.key == key)


@dataclass(frozen=True, slots=True)
class QuotaWish:
    """A quota for some days; those of the days before and after stay."""

    key: QuotaKey
    span: Span
    per: str = ""
    amount: int | None = None  # None: none
    until_next: bool = False  # leave what is planned for later as it is planned


@dataclass(frozen=True, slots=True)
class Wish:
    """Days to be on a plan, or the last day on it, and a quota: each may be left out."""

    days: Span | None = None
    instead_of: Span | None = None  # of a span that is held: these days go where `days` comes
    off: Span | None = None  # days not to be on it
    ends_after: date | None = None  # the last day, of somebody who is on it
    quota: QuotaWish | None = None


class Refused(Exception):  # noqa: N818 a wish that can't be, not an error of the program
    """What is told says why and what to do."""

    def __init__(self, why: Told) -> None:
        super().__init__(str(why))
        self.told = why


def placed(held: Held, wish: Wish) -> Held:
    """What is held afterwards. Raises Refused."""
    if wish.days:
        held = replace(held, spans=_with_days(held.spans, wish.days, wish.instead_of))
    if wish.off:
        held = replace(held, spans=cut_out(held.spans, wish.off))
    if wish.ends_after:
        held = replace(held, spans=_ended(held.spans, wish.ends_after))
    return replace(held, quotas=_with_quota(held, wish.quota)) if wish.quota else held


def _with_days(spans: tuple[Span, ...], days: Span, instead_of: Span | None) -> tuple[Span, ...]:
    if instead_of is None:
        return joined(spans, days)
    if instead_of not in spans:
        raise Refused(told("Somebody else changed these days at the same moment. Look at them again."))
    return joined((span for span in spans if span != instead_of), days)


def _ended(spans: tuple[Span, ...], last: date) -> tuple[Span, ...]:
    if not spans:
        raise Refused(told("She or he was never on this plan, so there is nothing to end. Write a first day."))
    after = date.fromordinal(last.toordinal() + 1)
    kept = cut_out(spans, Span(after, None))
    if not kept:
        raise Refused(told("That is before the first day on this plan. Write a later last day."))
    return kept


def _with_quota(held: Held, wish: QuotaWish) -> tuple[HeldQuota, ...]:
    mine = held.quotas_of(wish.key)
    span = _until_next(wish.span, mine) if wish.until_next else wish.span
    kept = [replace(quota, span=part) for quota in mine for part in quota.span.without(span)]
    if wish.amount is not None:
        kept = _merged([*kept, HeldQuota(wish.key, span, wish.per, wish.amount)])
    others = (quota for quota in held.quotas if quota.key != wish.key)
    return tuple(sorted(chain(others, kept), key=lambda quota: (quota.key, quota.span.start)))


def _until_next(span: Span, quotas: Iterable[HeldQuota]) -> Span:
    later = [quota.span.start for quota in quotas if quota.span.start > span.start]
    return Span(span.start, min(later, default=span.end))


def _merged(quotas: list[HeldQuota]) -> list[HeldQuota]:
    """Equal quotas side by side as one: a window's quota is the same either way."""
    found: list[HeldQuota] = []
    for quota in sorted(quotas, key=lambda quota: quota.span.start):
        last = found[-1] if found else None
        if last and (last.per, last.amount, last.span.end) == (quota.per, quota.amount, quota.span.start):
            found[-1] = replace(last, span=last.span.hull(quota.span))
        else:
            found.append(quota)
    return found


def differing(before: Held, after: Held, first_month: int = 1) -> Span | None:
    """From the first day on which something else holds to the last. None where nothing does.

    A quota counts in every window that holds a day of it, the longest being a year: so whole years differ, those that
    start with that month.
    """
    pairs = ((before, after), (after, before))
    days = [part for a, b in pairs for part in _only_in(a.spans, b.spans)]
    days += [
        _whole_years(part, first_month) for a, b in pairs for quota in a.quotas for part in _differs(quota, b.quotas)
    ]
    whole: Span | None = None
    for span in days:
        whole = whole.hull(span) if whole else span
    return whole


def _differs(quota: HeldQuota, others: Iterable[HeldQuota]) -> tuple[Span, ...]:
    """The days of a quota on which none of the others is the same."""
    same = (other.span for other in others if replace(other, span=quota.span) == quota)
    return _only_in((quota.span,), tuple(same))


def _whole_years(span: Span, first_month: int) -> Span:
    last = span.end and date.fromordinal(span.end.toordinal() - 1)
    first = period_of(max(span.start, date(2, 1, 1)), PeriodKind.YEAR, first_month).start
    return Span(first, last and period_of(last, PeriodKind.YEAR, first_month).end)


def _only_in(spans: tuple[Span, ...], others: tuple[Span, ...]) -> tuple[Span, ...]:
    for other in others:
        spans = cut_out(spans, other)
    return in_order(spans)
