"""Where people's money goes: who may say so, what is stored and shown, and who hears of it."""

import re
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core import mail
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from commissions.models import ApprovalException, Period
from commissions.signals import period_moved
from payouts import services
from payouts.models import BankAccount, Hold, unseal
from tests.conftest import Cast
from tests.payouts.facts import IBANS, NOW, batch, closed, company_account, handed_over, paid_by_bank, reasons


def proposed(cast: Cast, number: str = IBANS[0], **more: str) -> BankAccount:
    wanted = {"kind": "iban", "currency": "EUR", "holder": "Ana", "bank_name": "Bank"} | more
    return services.propose_account(user=cast.ana, number=number, acting_user=cast.ana, now=NOW, **wanted)


def test_an_account_is_used_once_somebody_else_has_confirmed_it(cast: Cast) -> None:
    services.save_profile(
        user=cast.ana, method="bank", currency="", payroll_id="", minimum_minor=None, acting_user=cast.finn, now=NOW
    )
    closed("2026-09", (cast.ana, "EUR", 10_00))
    row = proposed(cast)
    assert reasons() == {"ana": "no_account"}
    for nobody in (cast.ana, cast.mia, cast.ben):
        with pytest.raises(PermissionDenied):
            services.confirm_account(account=row, acting_user=nobody, now=NOW)
    services.confirm_account(account=row, acting_user=cast.finn, now=NOW)
    assert reasons() == {"ana": ""}
    with pytest.raises(services.PayoutRefused, match="quicker"):
        services.confirm_account(account=row, acting_user=cast.ada, now=NOW)


def test_finance_that_proposed_an_account_does_not_confirm_it(cast: Cast) -> None:
    row = services.propose_account(
        user=cast.ana, kind="us", currency="USD", holder="Ana", number="12345678", bank_code="021000021",
        acting_user=cast.finn, now=NOW,
    )  # fmt: skip
    with pytest.raises(PermissionDenied):
        services.confirm_account(account=row, acting_user=cast.finn, now=NOW)
    assert services.confirm_account(account=row, acting_user=cast.ada, now=NOW).status == "confirmed"


def test_a_new_account_takes_the_place_of_the_old_one(cast: Cast) -> None:
    first = services.confirm_account(account=proposed(cast), acting_user=cast.finn, now=NOW)
    replaced = proposed(cast, IBANS[1])
    last = services.confirm_account(account=proposed(cast, IBANS[2]), acting_user=cast.finn, now=NOW)
    found = {row.pk: row.status for row in BankAccount.objects.all()}
    assert found == {first.pk: "ended", replaced.pk: "ended", last.pk: "confirmed"}


def test_nobody_proposes_for_somebody_else(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        services.propose_account(
            user=cast.ana, kind="iban", currency="EUR", holder="Ben", number=IBANS[0], acting_user=cast.ben, now=NOW
        )
    with pytest.raises(ValidationError, match="check digits"):
        proposed(cast, "DE00370400440532013000")


def test_a_number_is_stored_sealed_and_shown_masked(cast: Cast) -> None:
    company_account(cast.ada, "iban", "EUR", IBANS[3], "")
    paid_by_bank(cast.ana, cast.ana, cast.finn, currency="EUR", number=IBANS[1])
    closed("2026-09", (cast.ana, "EUR", 10_00))
    made = handed_over(cast.finn, cast.ada)
    with connection.cursor() as cursor:
        for table in ("bankaccount", "payout", "companyaccount", "batchfile"):
            cursor.execute(f"SELECT row::text FROM payouts_{table} row")
            stored = str(cursor.fetchall())
            assert [number for number in IBANS if number in stored] == []
    client = Client()
    for person, names in ((cast.ana, ["mine"]), (cast.finn, ["accounts", "due"]), (cast.ada, ["company"])):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        pages = [reverse(f"payouts:{name}") for name in names]
        if person == cast.finn:
            pages += [reverse("payouts:batch", args=[made.number]), reverse("payouts:person", args=[cast.ana.pk])]
        for page in pages:
            text = client.get(page).content.decode()
            assert [number for number in IBANS if number in re.sub(r"\s", "", text)] == []
            assert "••••" in text or page == reverse("payouts:due")


def test_keys_are_changed_without_anything_else(cast: Cast, settings: Settings) -> None:
    company_account(cast.ada, "iban", "EUR", IBANS[3], "")
    paid_by_bank(cast.ana, cast.ana, cast.finn, currency="EUR", number=IBANS[1])
    closed("2026-09", (cast.ana, "EUR", 10_00))
    made = handed_over(cast.finn, cast.ada)
    before = services.batch_file(batch=made, name="transfers.csv", acting_user=cast.finn, now=NOW)
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [old]
    with pytest.raises(ImproperlyConfigured, match="Put that key back"):
        services.reseal_all()  # sealed with the key of SECRET_KEY, which isn't among them
    settings.FIELD_ENCRYPTION_KEYS = []
    derived = services.derived_key()
    settings.FIELD_ENCRYPTION_KEYS = [new, derived]
    out = StringIO()
    call_command("bank_keys", "rotate", stdout=out)
    assert out.getvalue().startswith("6 values")  # an account, the company's, a payout and three files
    settings.FIELD_ENCRYPTION_KEYS = [new]
    assert services.batch_file(batch=made, name="transfers.csv", acting_user=cast.finn, now=NOW) == before
    assert unseal(made.payouts.get().number_sealed) == IBANS[1]


def test_each_change_is_told_to_whose_money_it_is(cast: Cast) -> None:
    cast.ana.language = "id"
    cast.ana.save()
    row = proposed(cast)
    for what in ("proposed", "confirmed", "refused", "ended"):
        assert services.tell_of_account(account_id=row.pk, what=what) == 1
    assert {tuple(sent.to) for sent in mail.outbox} == {("ana@example.com",)}
    assert mail.outbox[1].subject == "Pembayaran Anda dikirim ke rekening lain"
    assert "•••• 3000" in mail.outbox[1].body
    assert not any(IBANS[0] in str(sent.message()) for sent in mail.outbox)


@pytest.mark.django_db(transaction=True)
def test_a_change_wakes_a_worker_after_the_commit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[int, str]] = []
    monkeypatch.setattr(
        "payouts.tasks.tell_of_account.apply_async",
        lambda _args=None, kwargs=None, **_: sent.append((kwargs["account_id"], kwargs["what"])),
    )
    row = proposed(cast)
    services.end_account(account=row, acting_user=cast.ana, now=NOW)
    services.end_account(account=row, acting_user=cast.ana, now=NOW)
    assert sent == [(row.pk, "proposed"), (row.pk, "ended")]


def test_whom_a_period_closed_without_an_approval_is_held(cast: Cast) -> None:
    period = closed("2026-09", (cast.ana, "USD", 10_00), (cast.ben, "USD", 20_00), status="approved")
    ApprovalException.objects.create(
        period=period, payee=cast.ana, currency="USD", reason="Mia is away", by=cast.finn, at=NOW
    )
    Period.objects.filter(pk=period.pk).update(status="closed")
    period_moved.send(Period, period_id=period.pk, before="approved", after="closed")
    assert reasons() == {"ana": "held", "ben": ""}
    assert Hold.objects.get().reason == "Closed without an approval: Mia is away"
    assert set(batch(cast.finn).payouts.values_list("payee", flat=True)) == {cast.ben.pk}
