"""Whatever happens in whatever order: what was paid and what is still due is what closed statements pay, exactly."""

from collections import defaultdict
from datetime import date
from typing import TypeVar

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from commissions.models import Statement
from payouts import services
from payouts.models import Answer, Batch, Hold, Payout, PayoutStatement
from payouts.selectors import due_rows
from tests.conftest import Cast
from tests.payouts.facts import NOW, PAY_DAY, closed, rate

PEOPLE = ("ana", "ben", "mia")
CURRENCIES = ("USD", "IDR")
_PERSON = st.sampled_from(PEOPLE)
_CHOICE = st.integers(0, 50)
_EVENT = st.one_of(
    st.tuples(st.just("close"), _PERSON, st.sampled_from(CURRENCIES), st.integers(-300_00, 1000_00)),
    st.tuples(st.just("batch"), st.sampled_from(["regular", "off_cycle"]), _PERSON),
    st.tuples(st.just("hold"), _PERSON),
    st.tuples(st.just("release"), _CHOICE),
    st.tuples(st.just("discard"), _CHOICE),
    st.tuples(st.just("take_out"), _CHOICE),
    st.tuples(st.just("void"), _CHOICE),
    st.tuples(st.just("send_back"), _CHOICE),
    st.tuples(st.just("answer"), _CHOICE, st.sampled_from(["paid", "rejected"]), st.integers(0, 2000)),
    st.tuples(st.just("book"), _CHOICE),
    st.tuples(st.just("paid"), _CHOICE),
)


class World:
    """The events as a person of finance would bring them about; what isn't allowed is refused, and nothing moves."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.months = cast, 0
        self.people = {"ana": cast.ana, "ben": cast.ben, "mia": cast.mia}

    def happens(self, name: str, *said: object) -> None:
        try:
            with transaction.atomic():
                getattr(self, name)(*said)
        except services.PayoutRefused:
            pass
        self.check()

    def close(self, who: str, currency: str, minor: int) -> None:
        self.months += 1
        closed(f"{2010 + self.months // 12}-{1 + self.months % 12:02}", (self.people[who], currency, minor))

    def batch(self, kind: str, who: str) -> None:
        made = services.create_batch(
            kind=kind, pay_on=PAY_DAY, key=f"{Batch.objects.count()}-{kind}", payees=[self.people[who].pk],
            acting_user=self.cast.finn, now=NOW,
        )  # fmt: skip
        if made.number % 3:  # others stay drafts for a while
            services.approve_batch(batch=made, acting_user=self.cast.ada, now=NOW)
            services.hand_over(batch=made, acting_user=self.cast.finn, now=NOW)

    def hold(self, who: str) -> None:
        services.place_hold(user=self.people[who], reason="x", acting_user=self.cast.finn, now=NOW)

    def release(self, choice: int) -> None:
        for row in _one(list(Hold.objects.order_by("pk")), choice):
            services.release_hold(hold=row, acting_user=self.cast.finn, now=NOW)

    def discard(self, choice: int) -> None:
        for row in _one(list(Batch.objects.order_by("pk")), choice):
            services.discard_batch(batch=row, acting_user=self.cast.finn, now=NOW)

    def take_out(self, choice: int) -> None:
        for row in _one(list(Payout.objects.order_by("pk")), choice):
            services.take_out(payout=row, reason="x", acting_user=self.cast.finn, now=NOW)

    def void(self, choice: int) -> None:
        for row in _one(list(Batch.objects.order_by("pk")), choice):
            services.void_batch(batch=row, reason="x", acting_user=self.cast.finn, now=NOW)

    def send_back(self, choice: int) -> None:
        for row in _one(list(Payout.objects.order_by("pk")), choice):
            services.send_back(payout=row, reason="x", acting_user=self.cast.finn, now=NOW)

    def answer(self, choice: int, status: str, amount: int) -> None:
        for row in _one(list(Payout.objects.select_related("batch").order_by("pk")), choice):
            said = f"reference,status,amount\n{row.reference},{status},{amount or ''}\n".encode()
            services.take_answer(batch=row.batch, name="a", content=said, acting_user=self.cast.finn, now=NOW)

    def book(self, choice: int) -> None:
        for row in _one(list(Answer.objects.order_by("pk")), choice):
            services.book_difference(answer=row, acting_user=self.cast.finn, now=NOW)

    def paid(self, choice: int) -> None:
        for row in _one(list(Batch.objects.order_by("pk")), choice):
            services.mark_paid(batch=row, acting_user=self.cast.finn, now=NOW)

    def check(self) -> None:
        payable = _sums(Statement.objects.values_list("payee", "currency").annotate(Sum("payable_minor")))
        taken = _sums(Payout.objects.counting().values_list("payee", "currency").annotate(Sum("taken_minor")))
        due = {(row.payee.pk, row.currency): row.due_minor for row in due_rows(on=PAY_DAY)}
        for key, minor in payable.items():
            assert taken[key] + due.get(key, 0) == minor
        _nobody_is_paid_twice()


def _nobody_is_paid_twice() -> None:
    """Of a payout that came back nothing stays, and no statement is named twice."""
    named = list(PayoutStatement.objects.filter(is_countered=False).values_list("statement", flat=True))
    assert len(named) == len(set(named))
    for row in Payout.objects.filter(counters__isnull=True).prefetch_related("countered_by"):
        back = sum(counter.taken_minor for counter in row.countered_by.all())
        came = sum(counter.paid_minor for counter in row.countered_by.all())
        if row.status in ("rejected", "reversed"):
            assert (row.taken_minor + back, row.paid_minor + came) == (0, 0)
        elif row.status in ("draft", "exported", "void"):
            assert (back, came) == (0, 0)
        else:
            assert row.paid_minor + came >= 0


def _sums(rows: object) -> defaultdict[tuple[int, str], int]:
    return defaultdict(int, {(payee, currency): int(minor) for payee, currency, minor in rows})  # type: ignore[attr-defined]


_Row = TypeVar("_Row")


def _one(rows: list[_Row], choice: int) -> list[_Row]:
    return [rows[choice % len(rows)]] if rows else []


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_EVENT, min_size=5, max_size=20))
def test_paid_and_still_due_are_what_closed_statements_pay(cast: Cast, events: list[tuple[object, ...]]) -> None:
    with transaction.atomic():
        rate("USD", "IDR", "16250.5", on=date(2020, 1, 1))
        services.save_profile(
            user=User.objects.get(pk=cast.ben.pk), method="payroll", currency="IDR", payroll_id="", minimum_minor=50_00,
            acting_user=cast.finn, now=NOW,
        )  # fmt: skip
        world = World(cast)
        for name, *said in events:
            world.happens(str(name), *said)
        transaction.set_rollback(True)
