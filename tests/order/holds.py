"""What must be so at every moment, whatever happened before."""

from typing import Any

from django.db.models import Sum

from commissions.models import EarningLine, Period, Settlement, Snapshot, Statement
from commissions.selectors.snapshots import checked
from ledger.selectors.journals import batch_journal, period_journal, posted_batches
from payouts.models import Payout
from payouts.selectors import due_rows
from sales.models import Deal
from tests.order.steps import MONTHS, PAY_DAY, REPS

Closed = dict[int, Any]  # by statement


def hold(before: Closed) -> Closed:
    """Assert what must be so; `before` is what was closed then, and what is closed now is returned."""
    statements_add_up()
    paid_is_what_was_due()
    books_balance()
    now = closed()
    assert now == now | before
    return now


def statements_add_up() -> None:
    lines = dict(EarningLine.objects.values_list("statement").annotate(Sum("amount_minor")))
    settled = dict(Settlement.objects.values_list("statement").annotate(Sum("payable_minor")))
    for row in Statement.objects.all():
        assert row.total_minor == lines.get(row.pk, 0)
        assert row.payable_minor == settled.get(row.pk, row.total_minor) + row.adjusted_minor


def closed() -> Closed:
    return {
        row.pk: (
            row.payee_id,
            row.total_minor,
            row.payable_minor,
            sorted(row.lines.values_list("deal", "amount_minor")),
        )
        for row in Statement.objects.filter(period__status__in=Period.FROZEN)
    }


def paid_is_what_was_due() -> None:
    payable = Statement.objects.filter(period__status__in=Period.FROZEN).values_list("payee")
    owed = dict(payable.annotate(Sum("payable_minor")))
    taken = dict(Payout.objects.counting().values_list("payee").annotate(Sum("taken_minor")))
    due = {row.payee.pk: row.due_minor for row in due_rows(on=PAY_DAY)}
    for payee in owed.keys() | taken.keys():
        assert owed.get(payee, 0) == taken.get(payee, 0) + due.get(payee, 0)


def books_balance() -> None:
    """What the ledger owes is what is due, and what was made a batch of and has not been handed over."""
    journals = [period_journal(found) for found in Period.objects.filter(status__in=Period.FROZEN)]
    journals += [batch_journal(batch) for batch in posted_batches()]
    owed = sum(row.credit - row.debit for one in journals for row in one.postings if row.account.code == "2110")
    drafts = Payout.objects.counting().filter(batch__exported_at=None).aggregate(sum=Sum("taken_minor"))["sum"] or 0
    assert owed == drafts + sum(row.due_minor for row in due_rows(on=PAY_DAY))


def comes_to_what_the_facts_are_worth() -> None:
    """All lines of a rep, closed or not, add up to what one calculation of everything would pay."""
    for rep in REPS:
        worth = 0
        for quarter in (MONTHS[:3], MONTHS[3:]):
            sold = Deal.objects.filter(owner__external_id=rep).values_list("closed_on", "amount_minor")
            x = sum(amount for day, amount in sold if f"{day:%Y-%m}" in quarter)
            worth += min(x, 500_00) * 5 // 100 + max(x - 500_00, 0) * 10 // 100
        lines = EarningLine.objects.filter(statement__payee__external_id=rep)
        assert (lines.aggregate(sum=Sum("amount_minor"))["sum"] or 0) == worth


def closed_statements_are_recomputed() -> None:
    for snapshot in Snapshot.objects.all():
        assert checked(snapshot).differences == ()
