"""Who gets what at the addresses of payouts; test_access.py asks for all of them."""

from typing import Any

from accounts.models import Role
from payouts import services
from payouts.models import Answer, Batch, CompanyAccount
from tests.conftest import person
from tests.payouts.facts import IBANS, NOW, PAY_DAY, closed, company_account
from tests.world import World

# Batch 1 is paid to Ana and Ben, and Ana's arrived in another amount; batch 2 is a draft that Finn made, of Ana.
TABLE = """
GET  payouts:due                                   login  403   403   403   403   200   200   403
GET  payouts:batch-new                             405    405   405   405   405   405   405   405
POST payouts:batch-new                             login  403   403   403   403   302   302   403
POST payouts:batch-new           #empty            login  403   403   403   403   422   422   403
GET  payouts:batches                               login  403   403   403   403   200   200   403
GET  payouts:batch                                 login  403   403   403   403   200   200   403
GET  payouts:batch               #draft            login  403   403   403   403   200   200   403
GET  payouts:batch               #none             login  403   403   403   403   404   404   403
GET  payouts:batch-act                             405    405   405   405   405   405   405   405
POST payouts:batch-act                             login  403   403   403   403   302   302   403
POST payouts:batch-act           #empty            login  403   403   403   403   422   422   403
POST payouts:batch-act           #none             login  403   403   403   403   404   404   403
GET  payouts:batch-answer                          405    405   405   405   405   405   405   405
POST payouts:batch-answer        #empty            login  403   403   403   403   422   422   403
GET  payouts:batch-file                            login  403   403   403   403   200   200   403
GET  payouts:batch-file          #unknown          login  403   403   403   403   302   302   403
GET  payouts:batch-file          #none             login  403   403   403   403   404   404   403
GET  payouts:difference-book                       405    405   405   405   405   405   405   405
POST payouts:difference-book                       login  403   403   403   403   302   302   403
POST payouts:difference-book     #none             login  403   403   403   403   404   404   403
GET  payouts:payout-act                            405    405   405   405   405   405   405   405
POST payouts:payout-act                            login  403   403   403   403   302   302   403
POST payouts:payout-act          #none             login  403   403   403   403   404   404   403
GET  payouts:remittance                            login  200   404   404   404   200   200   404
GET  payouts:remittance          #draft            login  404   404   404   404   404   404   404
GET  payouts:person                                login  403   403   403   403   200   200   403
GET  payouts:person              #none             login  403   403   403   403   404   404   403
GET  payouts:profile                               405    405   405   405   405   405   405   405
POST payouts:profile                               login  403   403   403   403   302   302   403
POST payouts:profile             #empty            login  403   403   403   403   422   422   403
GET  payouts:hold-place                            405    405   405   405   405   405   405   405
POST payouts:hold-place                            login  403   403   403   403   302   302   403
POST payouts:hold-place          #empty            login  403   403   403   403   422   422   403
GET  payouts:hold-release                          405    405   405   405   405   405   405   405
POST payouts:hold-release                          login  403   403   403   403   302   302   403
POST payouts:hold-release        #none             login  403   403   403   403   404   404   403
GET  payouts:account-new-of                        login  200   404   404   404   200   200   404
POST payouts:account-new-of                        login  302   404   404   404   302   302   404
POST payouts:account-new-of      #empty            login  422   404   404   404   422   422   404
GET  payouts:accounts                              login  403   403   403   403   200   200   403
GET  payouts:account-act                           405    405   405   405   405   405   405   405
POST payouts:account-act                           login  302   404   404   404   302   302   404
POST payouts:account-act         #none             login  404   404   404   404   404   404   404
GET  payouts:mine                                  login  200   200   200   200   200   200   200
GET  payouts:account-new                           login  200   200   200   200   200   200   200
POST payouts:account-new                           login  302   302   302   302   302   302   302
POST payouts:account-new         #empty            login  422   422   422   422   422   422   422
GET  payouts:statement                             login  200   404   200   404   200   200   404
GET  payouts:statement           #none             login  404   404   404   404   404   404   404
GET  payouts:company                               login  403   403   403   403   403   200   403
GET  payouts:company-account                       login  403   403   403   403   403   200   403
POST payouts:company-account                       login  403   403   403   403   403   302   403
POST payouts:company-account     #empty            login  403   403   403   403   403   422   403
GET  payouts:company-account-end                   405    405   405   405   405   405   405   405
POST payouts:company-account-end                   login  403   403   403   403   403   302   403
GET  payouts:mapping-new                           login  403   403   403   403   403   200   403
POST payouts:mapping-new                           login  403   403   403   403   403   302   403
POST payouts:mapping-new         #empty            login  403   403   403   403   403   422   403
GET  payouts:mapping                               login  403   403   403   403   403   200   403
POST payouts:mapping                               login  403   403   403   403   403   302   403
POST payouts:mapping             #empty            login  403   403   403   403   403   422   403
GET  payouts:mapping-delete                        405    405   405   405   405   405   405   405
POST payouts:mapping-delete                        login  403   403   403   403   403   302   403
"""

ACCOUNT = {"kind": "iban", "currency": "EUR", "holder": "Ana", "number": IBANS[0], "bank_name": "Bank", "bank_code": "",
           "holding": "checking"}  # fmt: skip
MAPPING = {"name": "New", "source": "payroll_id: Id\namount: Pay", "dates": "iso", "amounts": "point",
           "separator": "comma"}  # fmt: skip


def arguments(world: World) -> dict[str, list[object]]:
    cast = world.cast
    held = services.place_hold(user=person("Hal", Role.REP), reason="Left", acting_user=cast.finn, now=NOW)
    company_account(cast.ada, "iban", "EUR", IBANS[0], "")
    account = services.propose_account(user=cast.ana, **ACCOUNT, acting_user=cast.ana, now=NOW)
    document = {"columns": [{"field": "payroll_id", "heading": "Id"}]}
    mapping = services.save_mapping(mapping=None, name="Own", document=document, acting_user=cast.ada, now=NOW)
    paid, draft, answer = _batches(world)
    statement = paid.payouts.get(payee=cast.ana).statements.get().statement_id
    return {
        **{f"payouts:batch{act}": [paid.number] for act in ("", "-answer", "-answer empty")},
        **{f"payouts:batch-{what}": [draft.number] for what in ("act", "act empty")},
        "payouts:batch draft": [draft.number],
        "payouts:batch none": [0],
        "payouts:batch-act none": [0],
        "payouts:batch-file": [paid.number, "payroll-plain.csv"],
        "payouts:batch-file unknown": [paid.number, "payroll-none.csv"],
        "payouts:batch-file none": [0, "payroll-plain.csv"],
        "payouts:difference-book": [answer.pk],
        "payouts:payout-act": [draft.payouts.get().pk],
        "payouts:remittance": [paid.payouts.get(payee=cast.ana).pk],
        "payouts:remittance draft": [draft.payouts.get().pk],
        **{f"payouts:{name}": [cast.ana.pk] for name in ("person", "profile", "hold-place", "account-new-of")},
        "payouts:hold-release": [held.pk],
        "payouts:account-act": [account.pk],
        "payouts:statement": [statement],
        "payouts:company-account-end": [CompanyAccount.objects.get().pk],
        "payouts:mapping": [mapping.pk],
        "payouts:mapping-delete": [mapping.pk],
        **{
            f"payouts:{name} none": [0]
            for name in ("difference-book", "payout-act", "person", "hold-release", "account-act", "statement")
        },
    }


def _batches(world: World) -> tuple[Batch, Batch, Answer]:
    cast = world.cast
    closed("2026-08", (cast.ana, "USD", 10_00), (cast.ben, "USD", 20_00))
    made = _batch(world, "one")
    services.approve_batch(batch=made, acting_user=cast.ada, now=NOW)
    paid = services.hand_over(batch=made, acting_user=cast.finn, now=NOW)
    reference = paid.payouts.get(payee=cast.ana).reference
    content = f"reference,status,amount\n{reference},paid,9.00\n".encode()
    file = services.take_answer(batch=paid, name="a.csv", content=content, acting_user=cast.finn, now=NOW)
    closed("2026-07", (cast.ana, "EUR", 10_00))
    draft = _batch(world, "two")
    closed("2026-06", (cast.ben, "EUR", 10_00))  # for one more batch
    return paid, draft, file.answers.get()


def _batch(world: World, key: str) -> Batch:
    return services.create_batch(kind="regular", pay_on=PAY_DAY, key=key, acting_user=world.cast.finn, now=NOW)


def data(world: World) -> dict[str, dict[str, Any]]:
    company = {**ACCOUNT, "name": "Juara"}
    return {
        "payouts:batch-new": {"kind": "regular", "pay_on": "2026-11-25", "key": "three"},
        "payouts:batch-act": {"act": "approve"},
        "payouts:batch-act empty": {"act": "void"},
        "payouts:payout-act": {"act": "take_out", "reason": "Left"},
        "payouts:profile": {"method": "payroll"},
        "payouts:hold-place": {"reason": "Left"},
        "payouts:account-new": ACCOUNT,
        "payouts:account-new-of": ACCOUNT,
        "payouts:account-act": {"act": "end"},
        "payouts:company-account": company,
        "payouts:mapping": MAPPING,
        "payouts:mapping-new": {**MAPPING, "name": "Another"},
    }
