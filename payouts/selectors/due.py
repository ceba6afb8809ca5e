"""What is due now, to whom, and why it isn't paid where it isn't. A fixed number of queries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, OuterRef, Q, Sum, Value

from accounts.models import User
from commissions.models import Period, Statement
from core.money import to_minor
from payouts.engine.paying import RATE_ONE, Decision, Reason, Terms, decide
from payouts.models import BankAccount, Hold, Payout, PayoutProfile, PayoutStatement
from sales.models import ExchangeRate


@dataclass(frozen=True, slots=True)
class DueRow:
    """What is due to one person in one currency, and what would be paid of it."""

    payee: User
    currency: str
    decision: Decision
    paid_currency: str
    statements: tuple[int, ...]  # closed ones that no payout takes care of yet
    method: str
    payroll_id: str
    account: BankAccount | None
    rate_on: date | None
    held_because: str

    @property
    def due_minor(self) -> int:
        return self.decision.due_minor

    @property
    def is_payable(self) -> bool:
        return self.decision.reason is None

    @property
    def key(self) -> str:
        return f"{self.payee.pk}-{self.currency}"


@dataclass(frozen=True, slots=True)
class DueTotal:
    """What is due in a currency: what of it would be paid now, what waits for whatever reason, and what is owed."""

    currency: str
    payable_minor: int
    people: int
    waiting_minor: int
    owed_minor: int


@dataclass(frozen=True, slots=True)
class _Rate:
    e12: int
    starts_on: date


@dataclass(frozen=True, slots=True)
class _Known:
    """What decides how people are paid, of all payees at once."""

    profiles: dict[int, PayoutProfile]
    holds: dict[int, str]
    accounts: dict[tuple[int, str], BankAccount]
    rates: dict[tuple[str, str], _Rate]
    minimums: dict[str, int]


_EXCLUDED: Final = (Reason.NOTHING,)


def due_rows(*, on: date, payees: Collection[int] | None = None, heeds_minimum: bool = True) -> list[DueRow]:
    """Of everybody, or of these people, to whom anything is due or who owes: by name, then by currency.

    `on` is the pay date: it chooses the exchange rate.
    """
    amounts = _amounts(payees)
    amounts = {key: found for key, found in amounts.items() if found[0]}
    people = User.objects.in_bulk({payee for payee, _ in amounts})
    known = _known(people, on)
    rows = [
        _row(people[payee], currency, due, statements, known, heeds_minimum=heeds_minimum)
        for (payee, currency), (due, statements) in amounts.items()
    ]
    shown = [row for row in rows if row.decision.reason not in _EXCLUDED]
    return sorted(shown, key=lambda row: (row.payee.name.casefold(), row.payee.pk, row.currency))


def due_totals(rows: Sequence[DueRow]) -> list[DueTotal]:
    """By currency."""
    found = []
    for currency in sorted({row.currency for row in rows}):
        own = [row for row in rows if row.currency == currency]
        payable = [row for row in own if row.is_payable]
        taken = sum(row.decision.taken_minor for row in payable)
        above = sum(row.due_minor for row in own if row.due_minor > 0)
        owed = sum(row.due_minor for row in own if row.due_minor < 0)
        found.append(DueTotal(currency, taken, len(payable), above - taken, owed))
    return found


def _amounts(payees: Collection[int] | None) -> dict[tuple[int, str], tuple[int, tuple[int, ...]]]:
    """By payee and currency: what is due in minor units, and which statements nothing takes care of yet.

    What is payable and what is named come of one query, so that a period which closes meanwhile is in both or in
    neither. Payouts and what they name change under lock_payouts alone.
    """
    payouts, closed = Payout.objects.counting(), Statement.objects.filter(period__status__in=Period.FROZEN)
    if payees is not None:
        payouts, closed = payouts.filter(payee__in=payees), closed.filter(payee__in=payees)
    named = PayoutStatement.objects.filter(statement=OuterRef("pk"), is_countered=False)
    sums = (
        closed.annotate(is_named=Exists(named))
        .order_by()
        .values("payee", "currency")
        .annotate(
            payable=Sum("payable_minor"),
            unnamed=ArrayAgg("pk", filter=Q(is_named=False), default=Value([]), order_by="pk"),
        )
        .values_list("payee", "currency", "payable", "unnamed")
    )
    taken = {
        (payee, currency): int(minor)
        for payee, currency, minor in payouts.order_by().values_list("payee", "currency").annotate(Sum("taken_minor"))
    }
    return {
        (payee, currency): (int(payable) - taken.get((payee, currency), 0), tuple(unnamed))
        for payee, currency, payable, unnamed in sums
    }


def _known(people: Collection[int], on: date) -> _Known:
    begun = ExchangeRate.objects.filter(starts_on__lte=on).order_by("source", "target", "-starts_on")
    rates = begun.distinct("source", "target")
    accounts = BankAccount.objects.usable().filter(user__in=people)
    return _Known(
        profiles=PayoutProfile.objects.in_bulk(people),
        holds=dict(Hold.objects.filter(user__in=people, released_at=None).values_list("user", "reason")),
        accounts={(row.user_id, row.currency): row for row in accounts},
        rates={(row.source, row.target): _Rate(int(row.rate * RATE_ONE), row.starts_on) for row in rates},
        minimums={code: to_minor(amount, code) for code, amount in settings.PAYOUTS_MINIMUM.items()},
    )


def _row(
    payee: User, currency: str, due: int, statements: tuple[int, ...], known: _Known, *, heeds_minimum: bool
) -> DueRow:
    profile = known.profiles.get(payee.pk) or PayoutProfile(user=payee, method=settings.PAYOUTS_METHOD)
    target = profile.currency or currency
    rate = known.rates.get((currency, target)) if target != currency else None
    by_bank = profile.method == PayoutProfile.Method.BANK
    account = known.accounts.get((payee.pk, target)) if by_bank else None
    terms = Terms(
        currency=target,
        minimum_minor=known.minimums.get(target, 0) if profile.minimum_minor is None else profile.minimum_minor,
        rate_e12=rate.e12 if rate else None,
        is_held=payee.pk in known.holds,
        has_account=account is not None or not by_bank,
    )
    decision = decide(due, currency, terms, heeds_minimum=heeds_minimum)
    return DueRow(
        payee=payee,
        currency=currency,
        decision=decision,
        paid_currency=target,
        statements=statements,
        method=profile.method,
        payroll_id=profile.payroll_id or payee.external_id or "",
        account=account,
        rate_on=rate.starts_on if rate and decision.rate_e12 else None,
        held_because=known.holds.get(payee.pk, ""),
    )
