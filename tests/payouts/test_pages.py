"""The pages of payouts, as people use them."""

import csv
import io

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role, User
from payouts.models import BankAccount, Batch, Hold, PayrollMapping
from tests.conftest import Cast, person
from tests.payouts.facts import IBANS, batch, closed, company_account, due, handed_over, paid_by_bank, rate


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def queries(client: Client, address: str) -> int:
    client.get(address)  # what is looked up once a process
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_finance_pays_a_month_by_its_pages(cast: Cast) -> None:
    closed("2026-09", (cast.ana, "USD", 10_00), (cast.ben, "USD", 20_00))
    finn, ada = signed_in(cast.finn), signed_in(cast.ada)
    said = {"kind": "regular", "pay_on": "2026-11-25", "key": "k", "note": "September"}
    for _twice in range(2):
        assert finn.post(reverse("payouts:batch-new"), said)["Location"] == reverse("payouts:batch", args=[1])
    act, page = reverse("payouts:batch-act", args=[1]), reverse("payouts:batch", args=[1])
    finn.post(act, {"act": "approve"})
    assert "You made this batch" in finn.get(page).content.decode()
    assert Batch.objects.get().approved_at is None
    ada.post(act, {"act": "approve"})
    finn.post(act, {"act": "hand_over"})
    file = finn.get(reverse("payouts:batch-file", args=[1, "payroll-plain.csv"]))
    assert file["Content-Disposition"] == 'attachment; filename="00001-payroll-plain.csv"'
    assert file.content.decode().count("\r\n") == 3
    references = [row["reference"] for row in csv.DictReader(io.StringIO(file.content.decode()))]
    answer = f"reference,status,reason\n{references[0]},paid,\n{references[1]},rejected,Closed\n".encode()
    finn.post(reverse("payouts:batch-answer", args=[1]), {"file": SimpleUploadedFile("answer.csv", answer)})
    assert (Batch.objects.get(number=1).status, due()) == ("paid", {("ben", "USD"): 20_00})
    mine = signed_in(cast.ana).get(reverse("payouts:mine")).content.decode()
    assert "September 2026" in mine
    assert "$" in mine


def test_an_off_cycle_batch_needs_somebody_ticked(cast: Cast) -> None:
    closed("2026-09", (cast.ana, "USD", 10_00), (cast.ben, "USD", 20_00))
    finn, said = signed_in(cast.finn), {"kind": "off_cycle", "pay_on": "2026-11-25", "key": "k"}
    refused = finn.post(reverse("payouts:batch-new"), said)
    assert (refused.status_code, "Tick who is to be paid" in refused.content.decode()) == (422, True)
    finn.post(reverse("payouts:batch-new"), {**said, "payees": [cast.ben.pk]})
    assert due() == {("ana", "USD"): 10_00}


def test_the_list_of_what_is_due_says_why_and_can_be_filtered(cast: Cast) -> None:
    closed("2026-09", (cast.ana, "USD", 10_00), (cast.ben, "USD", -5_00))
    finn = signed_in(cast.finn)
    page = finn.get(reverse("payouts:due")).content.decode()
    assert "Carried until later statements make up for it." in page
    owing = finn.get(reverse("payouts:due"), {"reason": "negative"}, headers={"HX-Request": "true"}).content.decode()
    assert ("Ben" in owing, "Ana" in owing, "<html" in owing) == (True, False, False)


def test_a_person_proposes_an_account_and_finance_confirms_it(cast: Cast) -> None:
    said = {"kind": "iban", "currency": "eur", "holder": "Ana", "number": IBANS[0], "bank_name": "Bank",
            "holding": "checking"}  # fmt: skip
    ana, finn = signed_in(cast.ana), signed_in(cast.finn)
    wrong = ana.post(reverse("payouts:account-new"), {**said, "number": "DE00370400440532013000"})
    assert (wrong.status_code, "check digits" in wrong.content.decode()) == (422, True)
    assert ana.post(reverse("payouts:account-new"), said)["Location"] == reverse("payouts:mine")
    row = BankAccount.objects.get()
    ana.post(reverse("payouts:account-act", args=[row.pk]), {"act": "confirm"})
    row.refresh_from_db()
    assert row.status == "proposed"
    finn.post(reverse("payouts:account-act", args=[row.pk]), {"act": "confirm"})
    row.refresh_from_db()
    assert (row.status, row.currency) == ("confirmed", "EUR")


def test_a_hold_is_placed_and_released_on_the_persons_page(cast: Cast) -> None:
    closed("2026-09", (cast.ana, "USD", 10_00))
    finn, page = signed_in(cast.finn), reverse("payouts:person", args=[cast.ana.pk])
    finn.post(reverse("payouts:hold-place", args=[cast.ana.pk]), {"reason": "Agreement missing"})
    assert "Agreement missing" in finn.get(page).content.decode()
    finn.post(reverse("payouts:hold-release", args=[Hold.objects.get().pk]))
    assert "Payable now" in finn.get(page).content.decode()


def test_an_administrator_edits_a_payroll_file(cast: Cast) -> None:
    ada = signed_in(cast.ada)
    said = {"name": "ADP", "source": "text: Co Code = ABC\npayroll_id: File #\namount: Pay = net", "dates": "us",
            "amounts": "point", "separator": "comma"}  # fmt: skip
    ada.post(reverse("payouts:mapping-new"), said)
    row = PayrollMapping.objects.get()
    assert row.document["columns"][0] == {"field": "text", "heading": "Co Code", "text": "ABC"}
    page = ada.get(reverse("payouts:mapping", args=[row.pk])).content.decode()
    assert "text: Co Code = ABC\npayroll_id: File #\namount: Pay = net" in page.replace("&#x27;", "'")
    wrong = ada.post(reverse("payouts:mapping-new"), {**said, "name": "X", "source": "salary: Pay"})
    assert (wrong.status_code, "is no field" in wrong.content.decode()) == (422, True)


def test_queries_do_not_grow_with_people(cast: Cast) -> None:
    rate("EUR", "USD", "1.1")
    company_account(cast.ada, "iban", "EUR", IBANS[3], "")
    finn = signed_in(cast.finn)
    pages = [reverse(f"payouts:{name}") for name in ("due", "batches", "accounts")]
    _world_of(cast, ["Ana1", "Ben1"], "2026-01")
    pages.append(reverse("payouts:batch", args=[1]))
    few = [queries(finn, page) for page in pages]
    _world_of(cast, [f"Rep{number}" for number in range(8)], "2026-02")
    pages[-1] = reverse("payouts:batch", args=[3])
    assert [queries(finn, page) for page in pages] == few


def _world_of(cast: Cast, names: list[str], label: str) -> None:
    people = [person(name, Role.REP) for name in names]
    closed(label, *((one, "USD", 10_00) for one in people))
    handed_over(cast.finn, cast.ada)
    for one in people:
        paid_by_bank(one, one, cast.finn, currency="EUR", into="EUR")
    closed(label.replace("2026", "2025"), *((one, "EUR", 10_00) for one in people[1:]))
    made = batch(cast.finn)
    closed(label.replace("2026", "2024"), *((one, "EUR", 10_00) for one in people))
    assert made.payouts.count() == len(people) - 1
