"""What cancelling a deal on a day would take back: the real calculation, without the cancellation and with it.

Nothing is written. The facts are those of this moment, and only those of who is credited with the deal.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import polars as pl
from django.utils.translation import gettext as _

from accounts.models import User
from commissions.engine.calculate import Inputs, calculate
from commissions.engine.events import Event
from commissions.engine.payout import has_payout
from commissions.selectors.estimate import with_kpis
from commissions.selectors.handed_over import credited_then, payees_of_then
from commissions.selectors.handed_words import Then, then, then_text
from commissions.selectors.inputs import deal_facts, gather, payments_of
from commissions.selectors.relations import credited_through
from commissions.selectors.words import listed
from core.periods import PeriodKind
from core.templatetags import formats
from core.templatetags.juara import locale
from sales.models import Deal
from sales.selectors import shares_of

MOST_NAMED = 3  # in a sentence; more people are a list below it


@dataclass(frozen=True, slots=True)
class Loss:
    """What one payee loses by it. Minor units."""

    payee: str
    currency: str
    taken_minor: int  # by lines of the cancellation; below zero where a refund is cancelled
    later_minor: int  # what the deal would still have brought until the end of the year


@dataclass(frozen=True, slots=True)
class Cancelling:
    day: date
    losses: tuple[Loss, ...]
    has_payout: bool  # a part of the pay may still wait
    then: Then | None  # whom closed statements credited with it, where others share it now


def cancelling(*, deal: Deal, day: date) -> Cancelling:
    """By payee and currency. Raises AmountTooLarge where the engine would.

    1. Gather the facts of all who are credited, of the year of that day.
    2. Calculate twice: as the deal is, and cancelled on that day.
    3. Take the lines of the cancellation, and those that no longer come.
    """
    payees = _payees(deal)
    start, end = date(day.year, 1, 1), date(day.year + 1, 1, 1)
    inputs = with_kpis(gather(payees=payees, kinds=list(PeriodKind), start=start, end=end).inputs, end)
    before, after = (calculate(_with(inputs, deal, cancelled), start=start, end=end).lines for cancelled in (None, day))
    waits = any(map(has_payout, inputs.versions.values()))
    return Cancelling(day, tuple(_losses(before, after, deal, day, inputs)), waits, then(deal))


def _payees(deal: Deal) -> list[int]:
    people = {share.user_id for share in shares_of(deal)} | ({deal.owner_id} if deal.owner_id else set())
    closed = deal.closed_on
    through = {payee for payee, _day in credited_through((person, closed) for person in people)} if closed else set()
    return sorted(people | through | set(payees_of_then([deal.pk])))


def _with(inputs: Inputs, deal: Deal, cancelled: date | None) -> Inputs:
    """The inputs with this deal, however long ago it closed, cancelled on that day."""
    known = deal_facts(deals=[deal.pk], versions=inputs.versions)
    others, shares = (frame.filter(pl.col("deal") != deal.pk) for frame in (inputs.deals, inputs.shares))
    own = known.deals.with_columns(cancelled=pl.lit(cancelled, dtype=pl.Date()))
    people = known.payees if inputs.payees is None else pl.concat([inputs.payees, known.payees]).unique()
    payments = inputs.payments
    if payments is not None:
        payments = pl.concat([payments.filter(pl.col("deal") != deal.pk), payments_of([deal.pk])])
    return replace(
        inputs, deals=pl.concat([others, own.select(others.columns)]), shares=pl.concat([shares, known.shares]),
        payees=people, payments=payments, credited=credited_then([deal.pk]),
    )  # fmt: skip


def _losses(before: pl.DataFrame, after: pl.DataFrame, deal: Deal, day: date, inputs: Inputs) -> Iterator[Loss]:
    mine = pl.col("deal") == deal.pk
    taken = _sums(after.filter(mine & (pl.col("event") == Event.CANCELLED)), inputs)
    later = _sums(before.filter(mine & (pl.col("date") >= day)), inputs)
    still = _sums(after.filter(mine & (pl.col("date") >= day) & (pl.col("event") != Event.CANCELLED)), inputs)
    names = User.objects.in_bulk({payee for payee, _currency in {*taken, *later}})
    for payee, currency in sorted({*taken, *later}, key=lambda key: (names[key[0]].name, key)):
        key = (payee, currency)
        found = Loss(names[payee].name, currency, -taken[key], later[key] - still[key])
        if found.taken_minor or found.later_minor:
            yield found


def _sums(lines: pl.DataFrame, inputs: Inputs) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = defaultdict(int)
    for payee, version, amount in lines.select("payee", "plan_version", "amount").iter_rows():
        found[payee, inputs.versions[version].currency] += amount
    return found


def cancelling_sentence(found: Cancelling) -> str:
    """What would be taken back from whom."""
    day = formats.day(found.day, locale())
    back = [(loss.payee, _money(loss.taken_minor, loss.currency)) for loss in found.losses if loss.taken_minor]
    if not back:
        return _("Cancelling this on %(day)s would take nothing back.") % {"day": day}
    if len(back) > MOST_NAMED:
        return _("Cancelling this on %(day)s would take back pay from %(count)d people:") % {
            "day": day, "count": len({payee for payee, _amount in back}),
        }  # fmt: skip
    parts = [_("%(amount)s from %(payee)s") % {"amount": amount, "payee": payee} for payee, amount in back]
    return _("Cancelling this on %(day)s would take back %(parts)s.") % {"day": day, "parts": listed(parts)}


def cancelling_list(found: Cancelling) -> list[tuple[str, str]]:
    """Name and amount of each from whom the sentence takes pay back without naming them; the largest amounts first."""
    taken = sorted(
        (loss for loss in found.losses if loss.taken_minor), key=lambda one: (one.currency, -one.taken_minor)
    )
    return [(loss.payee, _money(loss.taken_minor, loss.currency)) for loss in taken if len(taken) > MOST_NAMED]


def cancelling_more(found: Cancelling) -> Iterator[str]:
    """What else it does, and why from them."""
    if found.then:
        yield then_text(found.then)
    for loss in found.losses:
        if loss.later_minor:
            yield _("%(payee)s would no longer get %(amount)s that this deal would still bring in %(year)s.") % {
                "payee": loss.payee, "amount": _money(loss.later_minor, loss.currency), "year": found.day.year,
            }  # fmt: skip
    if found.has_payout and any(loss.taken_minor for loss in found.losses):
        yield _(
            "Where a part of that pay still waits, only what was paid is taken out of a statement; the rest lapses."
        )


def _money(minor: int, currency: str) -> str:
    return formats.written_money(minor, currency, locale()).text
