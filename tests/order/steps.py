"""Steps that people and machines take between a deal and its pay, each under a key: taken twice it counts once."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError

from accounts.models import Role, User
from commissions import services
from commissions.models import Period, Statement
from commissions.selectors.approvals.cases import cases
from commissions.selectors.approvals.refusals import Seen
from commissions.selectors.checklist import checklist
from commissions.services import MoveRefused, RunRefused, approvals
from commissions.services.adjustments import AdjustmentRefused, Source
from payouts import services as payouts
from payouts.models import Batch, Payout
from payouts.services import PayoutRefused
from sales import services as sales
from sales.models import Deal
from tests.commissions.adjusting import ask, limit, wanted
from tests.commissions.facts import assign, calculated, period, published
from tests.conftest import Cast, person

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PAY_DAY = date(2026, 11, 25)
MONTHS: Final = ("2026-07", "2026-08", "2026-09", "2026-10")
PLAN: Final = """
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
REPS: Final = ("ana", "ben")
REFUSED: Final = (MoveRefused, RunRefused, AdjustmentRefused, PayoutRefused, ValidationError)
Step = tuple[str, tuple[int, ...]]  # the name of a function below, and its arguments


def begin(cast: Cast) -> None:
    """Two reps on the same plan, whom two of finance pay; every month calculated, none checked."""
    person("Fay", Role.FINANCE)
    assign(published(PLAN).plan, cast.ana, cast.ben)
    for label in (*MONTHS, "2026-11"):
        calculated(label)
    limit(cast.ada, 1_000_00)


def take(key: str, step: Step) -> None:
    """Raises one of REFUSED where it can't be taken now."""
    name, arguments = step
    STEPS[name](key, *arguments)


def sell(key: str, who: int, month: int, size: int) -> None:
    _save(Deal(external_id=key, status="won", quantity=1, currency="USD"), None, who, month, size)


def change(key: str, which: int, size: int) -> None:
    if deal := _one(list(Deal.objects.order_by("pk")), which):
        _save(deal, deal, None, None, size)


def move_deal(key: str, which: int, month: int) -> None:
    if deal := _one(list(Deal.objects.order_by("pk")), which):
        _save(deal, deal, None, month, deal.amount_minor // 100)


def take_up(key: str) -> None:
    while services.recalculate_stale(now=NOW):
        pass


def calculate(key: str, month: int) -> None:
    calculated(MONTHS[month])


def forward(key: str, month: int) -> None:
    """The next step of a period, whatever it is, with all that it asks of people."""
    found = period(MONTHS[month])
    by: dict[str, Any] = {"acting_user": _user("finn"), "now": NOW}
    if found.status == Period.Status.OPEN:
        services.start_review(period=found, **by)
    elif found.status == Period.Status.REVIEW:
        _approve_all(found)
        items = checklist(found).items
        keys, figures = [item.key for item in items], [item.figure for item in items]
        services.tick_off(period=found, keys=keys, figures=figures, **by)
        services.approve_period(period=found, **by)
    elif found.status == Period.Status.APPROVED:
        run = services.unfinished_runs()
        pk = run[0] if run else services.start_closing(period=found, **by).pk
        services.work_on_run(run_id=pk, clock=lambda: NOW)


def back(key: str, month: int) -> None:
    services.reopen(period=period(MONTHS[month]), note="Look again", acting_user=_user("finn"), now=NOW)


def adjust(key: str, who: int, month: int, size: int) -> None:
    if size:
        ask(_user("finn"), wanted(_user(REPS[who]), size * 100, MONTHS[month]), source=Source(key))


def make_batch(key: str) -> None:
    payouts.create_batch(kind=Batch.Kind.REGULAR, pay_on=PAY_DAY, key=key, acting_user=_user("finn"), now=NOW)


def advance_batch(key: str, which: int) -> None:
    """Approve it, hand it over, or mark it paid: what comes next."""
    if not (batch := _one(list(Batch.objects.order_by("pk")), which)):
        return
    if batch.approved_at is None:
        payouts.approve_batch(batch=batch, acting_user=_user("fay"), now=NOW)
    elif batch.status == Batch.Status.EXPORTED:
        payouts.mark_paid(batch=batch, acting_user=_user("finn"), now=NOW)
    else:
        payouts.hand_over(batch=batch, acting_user=_user("finn"), now=NOW)


def void(key: str, which: int) -> None:
    if batch := _one(list(Batch.objects.order_by("pk")), which):
        payouts.void_batch(batch=batch, reason="Sent back", acting_user=_user("finn"), now=NOW)


def send_back(key: str, which: int) -> None:
    if payout := _one(list(Payout.objects.order_by("pk")), which):
        payouts.send_back(payout=payout, reason="No account", acting_user=_user("finn"), now=NOW)


STEPS: Final[dict[str, Callable[..., None]]] = {
    act.__name__: act
    for act in (
        sell, change, move_deal, take_up, calculate, forward, back, adjust, make_batch, advance_batch, void, send_back,
    )
}  # fmt: skip


def _save(facts: Deal, deal: Deal | None, who: int | None, month: int | None, size: int) -> None:
    kept = ("external_id", "name", "kind", "status", "stage", "owner", "customer", "product", "quantity", "currency",
            "opened_on", "closed_on")  # fmt: skip
    given: dict[str, Any] = {name: getattr(facts, name) for name in kept} | {"amount_minor": size * 100}
    if who is not None:
        given["owner"] = _user(REPS[who])
    if month is not None:
        given["closed_on"] = date.fromisoformat(f"{MONTHS[month]}-10")
    sales.save_deal(deal=deal, shares=[], seen_at=None, acting_user=None, now=NOW, **given)


def _approve_all(found: Period) -> None:
    statements = list(Statement.objects.filter(period=found).select_related("period", "payee"))
    seen = [
        Seen(case.statement.pk, case.statement.revision, case.progress.next_step, case.statement.payable_minor)
        for case in cases(found, statements)
        if case.progress.next_step is not None
    ]
    approvals.approve_many(seen=seen, acting_user=_user("finn"), now=NOW)


def _user(external_id: str) -> User:
    found: User = User.objects.get(external_id=external_id)
    return found


def _one(rows: list[Any], which: int) -> Any:
    return rows[which % len(rows)] if rows else None


def refused_or_taken(key: str, step: Step) -> None:
    with suppress(*REFUSED):
        take(key, step)
