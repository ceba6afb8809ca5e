"""What a disputed statement would pay if the facts of a deal were others: the real calculation, undone again."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from commissions.models import Dispute, Statement
from commissions.services.disputes import DisputeRefused
from commissions.services.recalculation import hold, recalculate
from commissions.services.refusals import PeriodFrozen
from sales.models import Deal, DealLine, DealShare

_MADE_UP = "juara-what-if"


@dataclass(frozen=True, slots=True)
class Facts:
    """Of a deal, as it should be. None: as it is."""

    deal: Deal | None  # None: one that isn't here yet
    amount_minor: int | None
    closed_on: date | None
    is_hers: bool  # wholly the payee's


@dataclass(frozen=True, slots=True)
class Recalculated:
    before_minor: int
    after_minor: int

    @property
    def difference_minor(self) -> int:
        return self.after_minor - self.before_minor


def payable_with(*, dispute: Dispute, facts: Facts, now: datetime) -> Recalculated:
    """What the statement would pay, by the same code that would post it. Raises DisputeRefused.

    In a transaction that is never committed: the deal is changed, the payee's period calculated, and all of it undone.
    """
    place = {"period": dispute.period_id, "payee": dispute.payee_id, "currency": dispute.currency}
    with transaction.atomic():
        try:
            hold(periods=[dispute.period], payees=[dispute.payee_id])
        except PeriodFrozen as error:
            raise DisputeRefused(str(error)) from None
        recalculate(period=dispute.period, payees=[dispute.payee_id], now=now)
        before = _payable(place)
        _change(dispute, facts)
        recalculate(period=dispute.period, payees=[dispute.payee_id], now=now)
        after = _payable(place)
        transaction.set_rollback(True)
    return Recalculated(before, after)


def _payable(place: dict[str, object]) -> int:
    return sum(Statement.objects.filter(**place).values_list("payable_minor", flat=True))


def _change(dispute: Dispute, facts: Facts) -> None:
    deal = Deal.objects.get(pk=facts.deal.pk) if facts.deal else None
    if deal is None:
        if facts.amount_minor is None or facts.closed_on is None:
            raise DisputeRefused(_("The deal isn't here yet. Write its amount and the day on which it closed."))
        deal = Deal(external_id=_MADE_UP, currency=dispute.currency)
    deal.status = Deal.Status.WON
    if facts.amount_minor is not None and facts.amount_minor != deal.amount_minor:
        deal.amount_minor = facts.amount_minor
        DealLine.objects.filter(deal=deal.pk).delete()  # nobody knows which of them would be another
    deal.closed_on = facts.closed_on or deal.closed_on or dispute.period.start
    if facts.is_hers or facts.deal is None:
        deal.owner = dispute.payee
        DealShare.objects.filter(deal=deal.pk).delete()
    deal.save()
