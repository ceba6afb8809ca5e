"""From what is due to a batch that is paid, and back."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from payouts import selectors, services
from payouts.models import Batch, Payout, PayoutProfile, PayoutStatement
from tests.conftest import Cast
from tests.payouts.facts import (
    NOW,
    PAY_DAY,
    amounts,
    batch,
    closed,
    company_account,
    due,
    handed_over,
    paid_by_bank,
    rate,
    reasons,
)

KEPT = r"never changes|kept as it is|cannot be emptied"


def test_only_closed_periods_are_due_and_negative_ones_are_carried(cast: Cast) -> None:
    closed("2026-09", (cast.ana, "USD", 100_00), (cast.ben, "USD", -30_00))
    closed("2026-10", (cast.ana, "USD", 50_00), (cast.ben, "USD", 20_00))
    closed("2026-11", (cast.ana, "USD", 7_00), status="approved")
    assert due() == {("ana", "USD"): 150_00, ("ben", "USD"): -10_00}
    assert reasons() == {"ana": "", "ben": "negative"}
    assert amounts(batch(cast.finn)) == {"ana": (150_00, 150_00)}
    assert due() == {("ben", "USD"): -10_00}


def test_what_a_bank_cannot_move_stays_due_and_is_paid_with_what_follows(cast: Cast) -> None:
    closed("2026-09", (cast.ana, "IDR", 1_000_060))
    assert amounts(batch(cast.finn)) == {"ana": (1_000_000, 1_000_000)}
    assert due() == {("ana", "IDR"): 60}
    assert reasons() == {"ana": "below_unit"}
    closed("2026-10", (cast.ana, "IDR", 40))
    assert amounts(batch(cast.finn)) == {"ana": (100, 100)}
    assert due() == {}


def test_the_minimum_is_the_companys_or_the_persons_and_off_cycle_pays_below_it(cast: Cast, settings: Settings) -> None:
    settings.PAYOUTS_MINIMUM = {"USD": "25"}
    PayoutProfile.objects.create(user=cast.ben, minimum_minor=0)
    closed("2026-09", (cast.ana, "USD", 24_99), (cast.ben, "USD", 1_00), (cast.mia, "USD", 25_00))
    assert reasons() == {"ana": "below_minimum", "ben": "", "mia": ""}
    assert amounts(batch(cast.finn)) == {"ben": (1_00, 1_00), "mia": (25_00, 25_00)}
    assert amounts(batch(cast.finn, kind="off_cycle", payees=[cast.ana.pk])) == {"ana": (24_99, 24_99)}


def test_a_payout_is_converted_at_the_rate_of_its_pay_date_and_keeps_it(cast: Cast) -> None:
    rate("USD", "IDR", "16250.5")
    rate("USD", "IDR", "99", on=date(2026, 11, 26))
    PayoutProfile.objects.create(user=cast.ana, currency="IDR")
    PayoutProfile.objects.create(user=cast.ben, currency="EUR")
    closed("2026-09", (cast.ana, "USD", 100_01), (cast.ben, "USD", 5_00))
    assert reasons() == {"ana": "", "ben": "no_rate"}
    row = batch(cast.finn).payouts.get()
    assert (row.paid_currency, row.rate_on, row.rate_e12) == ("IDR", date(2026, 1, 1), 16_250_500_000_000_000)
    assert (row.taken_minor, row.paid_minor) == (100_01, 162_521_300)  # 1,625,212.505 rupiah
    assert due() == {("ben", "USD"): 5_00}


def test_who_is_held_is_taken_out_of_drafts_and_paid_when_released(cast: Cast) -> None:
    closed("2026-09", (cast.ana, "USD", 10_00), (cast.ben, "USD", 20_00))
    made = services.approve_batch(batch=batch(cast.finn), acting_user=cast.ada, now=NOW)
    hold = services.place_hold(user=cast.ana, reason="Left on bad terms", acting_user=cast.finn, now=NOW)
    made.refresh_from_db()
    assert (amounts(made), made.approved_at) == ({"ben": (20_00, 20_00)}, None)
    assert reasons() == {"ana": "held"}
    services.release_hold(hold=hold, acting_user=cast.finn, now=NOW)
    assert amounts(batch(cast.finn)) == {"ana": (10_00, 10_00)}


def test_the_same_key_gives_the_same_batch(cast: Cast) -> None:
    closed("2026-09", (cast.ana, "USD", 10_00))
    first = batch(cast.finn, key="one")
    closed("2026-10", (cast.ana, "USD", 10_00))
    assert batch(cast.finn, key="one") == first
    with pytest.raises(services.PayoutRefused, match="other figures"):
        batch(cast.finn, key="one", pay_on=date(2026, 12, 1))
    assert amounts(first) == {"ana": (10_00, 10_00)}


def test_nothing_payable_makes_no_batch(cast: Cast) -> None:
    closed("2026-09", (cast.ana, "USD", -10_00))
    with pytest.raises(services.PayoutRefused, match="Nothing is payable"):
        batch(cast.finn)
    assert Batch.objects.count() == 0


def test_a_second_person_approves_and_nobody_her_own_pay(cast: Cast, settings: Settings) -> None:
    closed("2026-09", (cast.ana, "USD", 10_00), (cast.ada, "USD", 10_00))
    made = batch(cast.finn)
    with pytest.raises(PermissionDenied, match="You made this batch"):
        services.approve_batch(batch=made, acting_user=cast.finn, now=NOW)
    with pytest.raises(PermissionDenied, match="pays you too"):
        services.approve_batch(batch=made, acting_user=cast.ada, now=NOW)
    with pytest.raises(services.PayoutRefused, match="isn't approved"):
        services.hand_over(batch=made, acting_user=cast.finn, now=NOW)
    settings.PAYOUTS_NEED_SECOND_PERSON = False
    assert services.approve_batch(batch=made, acting_user=cast.finn, now=NOW).approved_by == cast.finn


def test_a_discarded_draft_leaves_all_due_and_names_nothing(cast: Cast) -> None:
    closed("2026-09", (cast.ana, "USD", 10_00))
    services.discard_batch(batch=batch(cast.finn), acting_user=cast.finn, now=NOW)
    assert due() == {("ana", "USD"): 10_00}
    assert amounts(batch(cast.finn)) == {"ana": (10_00, 10_00)}


def test_a_voided_batch_is_countered_once_and_all_of_it_is_due_again(cast: Cast) -> None:
    closed("2026-09", (cast.ana, "USD", 10_00), (cast.ben, "USD", 20_00))
    made = handed_over(cast.finn, cast.ada)
    counter = services.void_batch(batch=made, reason="Wrong account", acting_user=cast.finn, now=NOW)
    assert services.void_batch(batch=made, reason="Again", acting_user=cast.finn, now=NOW) == counter
    assert amounts(counter) == {"ana": (-10_00, -10_00), "ben": (-20_00, -20_00)}
    made.refresh_from_db()
    assert (made.status, counter.status, counter.counters) == ("void", "paid", made)
    assert due() == {("ana", "USD"): 10_00, ("ben", "USD"): 20_00}
    assert amounts(batch(cast.finn)) == {"ana": (10_00, 10_00), "ben": (20_00, 20_00)}


def test_one_payout_that_came_back_is_due_again_and_the_rest_is_paid(cast: Cast) -> None:
    closed("2026-09", (cast.ana, "USD", 10_00), (cast.ben, "USD", 20_00))
    made = handed_over(cast.finn, cast.ada)
    back = made.payouts.get(payee=cast.ana)
    for _twice in range(2):
        services.send_back(payout=back, reason="Closed account", acting_user=cast.finn, now=NOW)
    assert due() == {("ana", "USD"): 10_00}
    services.mark_paid(batch=made, acting_user=cast.finn, now=NOW)
    assert dict(made.payouts.values_list("payee__external_id", "status")) == {"ana": "rejected", "ben": "paid"}
    services.send_back(payout=made.payouts.get(payee=cast.ben), reason="Returned", acting_user=cast.finn, now=NOW)
    assert due() == {("ana", "USD"): 10_00, ("ben", "USD"): 20_00}


def test_an_account_that_changed_after_the_batch_was_made_stops_it(cast: Cast) -> None:
    company_account(cast.ada, "iban", "EUR", "DE89370400440532013000", "COBADEFFXXX")
    paid_by_bank(cast.ana, cast.ana, cast.finn, currency="EUR")
    closed("2026-09", (cast.ana, "EUR", 10_00))
    made = services.approve_batch(batch=batch(cast.finn), acting_user=cast.ada, now=NOW)
    paid_by_bank(cast.ana, cast.ana, cast.finn, currency="EUR", number="NL91ABNA0417164300")
    with pytest.raises(services.PayoutRefused, match="bank account of Ana has changed"):
        services.hand_over(batch=made, acting_user=cast.finn, now=NOW)


def test_a_file_that_cannot_be_made_stops_the_hand_over(cast: Cast) -> None:
    paid_by_bank(cast.ana, cast.ana, cast.finn, currency="EUR")
    closed("2026-09", (cast.ana, "EUR", 10_00))
    made = services.approve_batch(batch=batch(cast.finn), acting_user=cast.ada, now=NOW)
    with pytest.raises(services.PayoutRefused, match="account of the company in EUR"):
        services.hand_over(batch=made, acting_user=cast.finn, now=NOW)
    made.refresh_from_db()
    assert (made.status, set(made.payouts.values_list("status", flat=True))) == ("draft", {"draft"})


def test_who_is_not_finance_pays_nobody(cast: Cast) -> None:
    closed("2026-09", (cast.ana, "USD", 10_00))
    for outsider in (cast.ana, cast.mia):
        with pytest.raises(PermissionDenied):
            batch(outsider)
        with pytest.raises(PermissionDenied):
            services.place_hold(user=cast.ben, reason="", acting_user=outsider, now=NOW)


def test_no_statement_is_in_two_batches_whatever_writes_it(cast: Cast) -> None:
    closed("2026-09", (cast.ana, "USD", 10_00))
    part = PayoutStatement.objects.get(payout__batch=batch(cast.finn))
    other = batch_with_nothing(cast)
    with pytest.raises(DatabaseError, match="payouts_payoutstatement_once"), transaction.atomic():
        PayoutStatement.objects.create(payout=other, statement_id=part.statement_id)


def batch_with_nothing(cast: Cast) -> Payout:
    made = Batch.objects.create(number=999, kind="regular", pay_on=PAY_DAY, idempotency_key="x", created_at=NOW)
    return Payout.objects.create(
        batch=made, reference="X", payee=cast.ana, currency="USD", taken_minor=1, paid_currency="USD", paid_minor=1
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payouts_payout SET paid_minor = 1, taken_minor = 1",
        "UPDATE payouts_payout SET payee_id = (SELECT max(id) FROM accounts_user)",
        "UPDATE payouts_payout SET number_sealed = 'x'",
        "UPDATE payouts_payout SET status = 'draft'",
        "UPDATE payouts_payout SET status = 'void'",
        "DELETE FROM payouts_payoutstatement",
        "UPDATE payouts_payoutstatement SET statement_id = 0",
        (
            "INSERT INTO payouts_payout (batch_id, reference, payee_id, currency, taken_minor, paid_currency, "
            "paid_minor, status, reason, method, payroll_id, account_kind, account_holder, account_holding, bank_name, "
            "bank_code, number_sealed, mask) SELECT batch_id, 'X', payee_id, 'EUR', 1, 'EUR', 1, 'exported', '', "
            "'bank', '', '', '', '', '', '', '', '' FROM payouts_payout"
        ),
        "UPDATE payouts_batch SET status = 'draft'",
        "UPDATE payouts_batch SET pay_on = '2027-01-01'",
        "UPDATE payouts_batch SET content_hash = ''",
        "DELETE FROM payouts_batch",
        "UPDATE payouts_batchfile SET content_sealed = ''",
        "DELETE FROM payouts_batchfile",
        "SET LOCAL juara.may_truncate = 'off'; TRUNCATE payouts_payout CASCADE",
        "SET LOCAL juara.may_truncate = 'off'; TRUNCATE payouts_batchfile",
    ],
)
def test_what_was_handed_over_is_changed_by_nobody(cast: Cast, statement: str) -> None:
    closed("2026-09", (cast.ana, "USD", 10_00))
    made = handed_over(cast.finn, cast.ada)
    services.batch_file(batch=made, name="payroll-plain.csv", acting_user=cast.finn, now=NOW)
    with pytest.raises(DatabaseError, match=KEPT), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement)
    assert selectors.content_is_intact(made)
