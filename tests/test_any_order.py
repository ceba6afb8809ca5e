"""Whatever happens to facts, periods, adjustments and payouts, in whatever order: nothing posted is lost, doubled or
altered, what is paid is what statements say, and everything together comes to what the facts are worth.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import Role, User
from commissions import services
from commissions.models import EarningLine, Period, Settlement, Snapshot, Statement
from commissions.selectors.approvals.cases import cases
from commissions.selectors.approvals.refusals import Seen
from commissions.selectors.checklist import checklist
from commissions.selectors.snapshots import checked
from commissions.services import MoveRefused, RunRefused, approvals
from commissions.services.adjustments import AdjustmentRefused
from ledger.selectors.journals import batch_journal, period_journal, posted_batches
from payouts import services as payouts
from payouts.models import Batch, Payout
from payouts.selectors import due_rows
from payouts.services import PayoutRefused
from sales import services as sales
from sales.models import Deal
from sales.services.deals import DealChangedError
from tests.commissions.adjusting import ask, limit, wanted
from tests.commissions.facts import assign, calculated, period, published
from tests.conftest import Cast, person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
MONTHS = ("2026-07", "2026-08", "2026-09", "2026-10")
BY: dict[str, Any] = {"acting_user": None, "now": NOW}
PLAN = """
plan: Tiers of a quarter
currency: USD
period: month
components:
  - key: sales
    name: Sales of the quarter
    window: quarter
    tiers: marginal
    curve: [{from: 0, rate: 5%}, {from: 500, rate: 10%}]
    payout: [{share: 80%, due: at_once}, {share: 20%, due: paid}]
draw: {kind: recoverable, amount: 10, periods: 3}
"""
REFUSED = (MoveRefused, RunRefused, AdjustmentRefused, PayoutRefused, DealChangedError)
_number = count(1)


@dataclass
class Company:
    """Two reps on the same plan, whom finance pays; and what is remembered of what must not change."""

    cast: Cast
    fay: User
    deals: list[Deal] = field(default_factory=list)
    frozen: dict[int, Any] = field(default_factory=dict)

    @property
    def reps(self) -> tuple[User, User]:
        return (self.cast.ana, self.cast.ben)


def sell(company: Company, who: int, month: int, size: int) -> None:
    company.deals.append(_save(company, None, owner=company.reps[who], closed_on=_day(month), amount_minor=size * 100))


def change(company: Company, which: int, size: int) -> None:
    if company.deals:
        place = which % len(company.deals)
        company.deals[place] = _save(company, company.deals[place], amount_minor=size * 100)


def move_deal(company: Company, which: int, month: int) -> None:
    if company.deals:
        place = which % len(company.deals)
        company.deals[place] = _save(company, company.deals[place], closed_on=_day(month))


def take_up(company: Company) -> None:
    while services.recalculate_stale(now=NOW):
        pass


def calculate(company: Company, month: int) -> None:
    calculated(MONTHS[month])


def forward(company: Company, month: int) -> None:
    """The next step of a period, whatever it is, with all that it asks of people."""
    found = period(MONTHS[month])
    finn: dict[str, Any] = {"acting_user": company.cast.finn, "now": NOW}
    if found.status == Period.Status.OPEN:
        services.start_review(period=found, **finn)
    elif found.status == Period.Status.REVIEW:
        _approve_all(found, company)
        items = checklist(found).items
        services.tick_off(
            period=found, keys=[item.key for item in items], figures=[item.figure for item in items], **finn
        )
        services.approve_period(period=found, **finn)
    elif found.status == Period.Status.APPROVED:
        run = services.start_closing(period=found, **finn)
        services.work_on_run(run_id=run.pk, clock=lambda: NOW)


def back(company: Company, month: int) -> None:
    services.reopen(period=period(MONTHS[month]), note="Look again", acting_user=company.cast.finn, now=NOW)


def adjust(company: Company, who: int, month: int, size: int) -> None:
    if size:
        ask(company.cast.finn, wanted(company.reps[who], size * 100, MONTHS[month]))


def make_batch(company: Company) -> None:
    payouts.create_batch(
        kind=Batch.Kind.REGULAR, pay_on=date(2026, 11, 25), key=f"key-{next(_number)}", acting_user=company.cast.finn,
        now=NOW,
    )  # fmt: skip


def advance_batch(company: Company, which: int) -> None:
    if batch := _batch(which):
        by: dict[str, Any] = {
            "acting_user": company.fay if batch.approved_at is None else company.cast.finn,
            "now": NOW,
        }
        if batch.status == Batch.Status.EXPORTED:
            payouts.mark_paid(batch=batch, **by)
        elif batch.approved_at is None:
            payouts.approve_batch(batch=batch, **by)
        else:
            payouts.hand_over(batch=batch, **by)


def void(company: Company, which: int) -> None:
    if batch := _batch(which):
        payouts.void_batch(batch=batch, reason="Sent back", acting_user=company.cast.finn, now=NOW)


def send_back(company: Company, which: int) -> None:
    rows = list(Payout.objects.order_by("pk"))
    if rows:
        payouts.send_back(payout=rows[which % len(rows)], reason="No account", acting_user=company.cast.finn, now=NOW)


WHO, MONTH, WHICH = st.integers(0, 1), st.integers(0, len(MONTHS) - 1), st.integers(0, 9)
SIZE = st.integers(0, 60).map(lambda tens: tens * 20)
Step = tuple[Callable[..., None], tuple[int, ...]]


def step(act: Callable[..., None], *arguments: st.SearchStrategy[int]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(act), st.tuples(*arguments))


STEPS = st.one_of(
    step(sell, WHO, MONTH, SIZE), step(change, WHICH, SIZE), step(move_deal, WHICH, MONTH), step(take_up),
    step(calculate, MONTH), step(forward, MONTH), step(forward, st.just(0)), step(forward, st.integers(0, 1)),
    step(back, MONTH), step(adjust, WHO, MONTH, st.integers(-30, 30)), step(make_batch), step(advance_batch, WHICH),
    step(void, WHICH), step(send_back, WHICH),
)  # fmt: skip
CLOSE = [(forward, (0,))] * 3
PAY: list[Step] = [(make_batch, ()), *[(advance_batch, (-1,))] * 3]


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, max_size=25))
@example([(sell, (0, 0, 600)), (take_up, ()), *CLOSE, (change, (0, 800)), (take_up, ()), *PAY[:3], (void, (0,)), *PAY])
@example([(sell, (0, 0, 600)), (take_up, ()), *CLOSE, *PAY, (move_deal, (0, 2)), (adjust, (0, 1, -30)), (take_up, ())])
def test_nothing_posted_is_lost_doubled_or_altered(cast: Cast, steps: list[Step]) -> None:
    with transaction.atomic():
        company = _company(cast)
        for act, arguments in steps:
            with suppress(*REFUSED), transaction.atomic():
                act(company, *arguments)
            _hold(company)
        take_up(company)
        _hold(company)
        _comes_to_what_the_facts_are_worth(company)
        assert [found.differences for found in map(checked, Snapshot.objects.all())] == [()] * Snapshot.objects.count()
        transaction.set_rollback(True)


def _company(cast: Cast) -> Company:
    assign(published(PLAN).plan, cast.ana, cast.ben)
    for label in (*MONTHS, "2026-11"):
        calculated(label)
    limit(cast.ada, 1_000_00)
    return Company(cast, person("Fay", Role.FINANCE))


def _save(company: Company, deal: Deal | None, **changes: Any) -> Deal:
    usual = deal or Deal(external_id=f"D{next(_number)}", status="won", quantity=1, currency="USD")
    kept = (
        "external_id", "name", "kind", "status", "stage", "owner", "customer", "product", "quantity", "amount_minor",
        "currency", "opened_on", "closed_on",
    )  # fmt: skip
    facts: dict[str, Any] = {name: getattr(usual, name) for name in kept} | changes
    return sales.save_deal(deal=deal, shares=[], seen_at=None, **BY, **facts)


def _day(month: int) -> date:
    return date.fromisoformat(f"{MONTHS[month]}-10")


def _batch(which: int) -> Batch | None:
    found = list(Batch.objects.order_by("pk"))
    return found[which % len(found)] if found else None


def _approve_all(found: Period, company: Company) -> None:
    statements = list(Statement.objects.filter(period=found).select_related("period", "payee"))
    seen = [
        Seen(case.statement.pk, case.statement.revision, case.progress.next_step, case.statement.payable_minor)
        for case in cases(found, statements)
        if case.progress.next_step is not None
    ]
    approvals.approve_many(seen=seen, acting_user=company.cast.finn, now=NOW)


def _hold(company: Company) -> None:
    """What must be so at every moment."""
    _statements_add_up()
    _what_is_closed_stays(company)
    _what_is_paid_is_what_was_due()
    _books_balance()


def _statements_add_up() -> None:
    lines = dict(EarningLine.objects.values_list("statement").annotate(Sum("amount_minor")))
    settled = dict(Settlement.objects.values_list("statement").annotate(Sum("payable_minor")))
    for row in Statement.objects.all():
        assert row.total_minor == lines.get(row.pk, 0)
        assert row.payable_minor == settled.get(row.pk, row.total_minor) + row.adjusted_minor


def _what_is_closed_stays(company: Company) -> None:
    closed = Statement.objects.filter(period__status__in=Period.FROZEN)
    now = {
        row.pk: (
            row.payee_id,
            row.total_minor,
            row.payable_minor,
            sorted(row.lines.values_list("deal", "amount_minor")),
        )
        for row in closed
    }
    assert now == now | company.frozen
    company.frozen = now


def _what_is_paid_is_what_was_due() -> None:
    payable = Statement.objects.filter(period__status__in=Period.FROZEN).values_list("payee")
    owed = dict(payable.annotate(Sum("payable_minor")))
    taken = dict(Payout.objects.counting().values_list("payee").annotate(Sum("taken_minor")))
    due = {row.payee.pk: row.due_minor for row in due_rows(on=date(2026, 11, 25))}
    for payee in owed.keys() | taken.keys():
        assert owed.get(payee, 0) == taken.get(payee, 0) + due.get(payee, 0)


def _books_balance() -> None:
    """What the ledger owes is what is due, and what was made a batch of and has not been handed over."""
    journals = [period_journal(found) for found in Period.objects.filter(status__in=Period.FROZEN)]
    journals += [batch_journal(batch) for batch in posted_batches()]
    owed = sum(row.credit - row.debit for one in journals for row in one.postings if row.account.code == "2110")
    drafts = Payout.objects.counting().filter(batch__exported_at=None).aggregate(sum=Sum("taken_minor"))["sum"] or 0
    assert owed == drafts + sum(row.due_minor for row in due_rows(on=date(2026, 11, 25)))


def _comes_to_what_the_facts_are_worth(company: Company) -> None:
    """All lines of a rep, closed or not, add up to what one calculation of everything would pay."""
    quarters = (MONTHS[:3], MONTHS[3:])
    for rep in company.reps:
        sold = [deal for deal in company.deals if deal.owner_id == rep.pk]
        worth = 0
        for quarter in quarters:
            x = sum(deal.amount_minor for deal in sold if f"{deal.closed_on:%Y-%m}" in quarter)
            worth += min(x, 500_00) * 5 // 100 + max(x - 500_00, 0) * 10 // 100
        lines = EarningLine.objects.filter(statement__payee=rep).aggregate(sum=Sum("amount_minor"))["sum"] or 0
        assert lines == worth


def test_the_way_from_a_deal_to_a_voided_batch_and_its_true_up_is_one_that_is_walked(cast: Cast) -> None:
    """That the steps above do what they say: nothing here is refused."""
    company = _company(cast)
    walk: list[Step] = [
        (sell, (0, 0, 600)),
        (take_up, ()),
        *CLOSE,
        (change, (0, 800)),
        (take_up, ()),
        *PAY[:3],
        (void, (0,)),
        *PAY,
    ]
    for act, arguments in walk:
        act(company, *arguments)
        _hold(company)
    assert Snapshot.objects.exists()
    assert [period(label).status for label in MONTHS[:2]] == ["paid", "open"]
    assert list(EarningLine.objects.filter(about=period(MONTHS[0])).values_list("amount_minor", flat=True)) == [20_00]
    assert [(row.status, row.taken_minor) for row in Payout.objects.order_by("pk")] == [
        ("reversed", 28_00), ("paid", -28_00), ("paid", 28_00),
    ]  # fmt: skip
