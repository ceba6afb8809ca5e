"""A statement as a spreadsheet: LibreOffice computes from its formulas what the engine paid, to the last minor unit."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.utils.translation import override
from openpyxl import load_workbook

from accounts.models import User
from commissions import services
from commissions.models import EarningLine, Statement
from commissions.papers import Form, statement_paper
from tests.commissions.facts import JANUARY, NOW, assign, calculated, published, won
from tests.commissions.papers.recalculated import formulas, recalculated
from tests.conftest import Cast, person

pytestmark = pytest.mark.django_db
PLANS = {
    "flat": "components: [{key: a, name: A, rate: 7.25%}]",
    "half even": "rounding: half_even\ncomponents: [{key: a, name: A, rate: 50%}]",
    "marginal, exceeded": """components: [{key: a, name: A, window: quarter, against: quota, starts_when: exceeded,
        tiers: marginal, curve: [{from: 0%, rate: 3%}, {from: 33.3333%, rate: 5%}, {from: 100%, rate: 12.5%}]}]""",
    "retroactive with a bonus": """components: [{key: a, name: A, window: month, tiers: retroactive,
        curve: [{from: 0, rate: 3%}, {from: 5000, rate: 4%}, {from: 20000, rate: 5%, bonus: 250}]}]""",
    "interpolated": """components: [{key: a, name: A, window: month, against: quota, tiers: interpolated,
        curve: [{from: 0%, pay: 0}, {from: 70%, pay: 1000}, {from: 100%, pay: 3000}, {from: 150%, pay: 9999.99}]}]""",
    "steps": """components: [{key: a, name: A, window: month, tiers: stepped,
        curve: [{from: 0, pay: 0}, {from: 1000, pay: 10.01}, {from: 30000, pay: 500}]}]""",
    "a share of the target": """components: [{key: a, name: A, window: month, against: quota, pays: target,
        tiers: marginal, curve: [{from: 0%, rate: 60%}, {from: 100%, rate: 180%}]}]""",
    "units": "components: [{key: a, name: A, measure: quantity, window: month, tiers: marginal,\n"
    "  curve: [{from: 0, pay_per_unit: 1.11}, {from: 7, pay_per_unit: 2.22}]}]",
    "a cap": """components: [{key: a, name: A, window: month, rate: 10%, cap: {per: month, amount: 1000}},
        {key: b, name: B, rate: 1%}]""",
    "a table": """components: [{key: a, name: A, by: deal.name, columns: [{is: new}, {name: Rest}],
        rates: [9%, 1.5%]}]""",
}  # fmt: skip


@pytest.fixture
def books(cast: Cast) -> dict[str, bytes]:
    """A month of odd deals and refunds under each plan."""
    numbers = Random(4)
    for number, (name, rules) in enumerate(PLANS.items()):
        payee = person(f"P{number}")
        plan = published(f"plan: '{name}'\ncurrency: USD\nperiod: month\n{rules}").plan
        assign(plan, payee, quota_minor=7777_77 if "quota" in rules else None)
        if "target" in rules:
            services.set_quota(
                plan=plan, payees=[payee], from_date=JANUARY, until=None, quota_minor=1234_56, per="quarter",
                kind="target", acting_user=None, now=NOW,
            )  # fmt: skip
        for deal in range(30):
            amount = numbers.choice([numbers.randrange(1, 3000_00), 500_00, 1_01, -numbers.randrange(1, 900_00)])
            more: dict[str, Any] = {"quantity": 1 if amount > 0 else -1, "name": numbers.choice(["new", "old"])}
            won(payee, date(2026, 1, 1 + deal), amount, key=f"{number}-{deal:03}", **more)
    calculated("2026-01")
    return {statement.payee.name: book(statement) for statement in statements()}


def statements() -> list[Statement]:
    return list(Statement.objects.select_related("payee", "period").order_by("payee__name"))


def book(statement: Statement) -> bytes:
    return statement_paper(statement, Form.XLSX).content()


def test_libreoffice_computes_what_the_engine_paid(books: dict[str, bytes], tmp_path: Path) -> None:
    computed = recalculated(books, tmp_path)
    assert len(computed) == len(PLANS)
    wrong, lines = [], 0
    for name, content in books.items():
        for sheet, address, formula, said in formulas(content):
            found = computed[name][sheet][address].value
            if not isinstance(found, int | float) or abs(found - said) > max(1e-7, abs(said) * 1e-13):
                wrong.append((name, sheet, address, formula, said, found))
            lines += sheet == "Lines" and address.startswith("K")
    assert wrong == []
    assert lines == EarningLine.objects.count()
    for statement in statements():
        sheet = computed[statement.payee.name]["Statement"]
        payable = Decimal(str(sheet.cell(sheet.max_row, 2).value)).quantize(Decimal("0.01"))
        assert payable == Decimal(statement.payable_minor) / 100


def test_it_speaks_the_readers_language_and_its_formulas_still_find_their_sheets(
    books: dict[str, bytes], tmp_path: Path
) -> None:
    with override("id"):
        content = book(statements()[2])
    computed = recalculated({"id": content}, tmp_path)["id"]
    assert computed.sheetnames == ["Slip komisi", "Butir", "Tarif"]
    found = {(sheet, at): computed[sheet][at].value for sheet, at, _formula, _said in formulas(content)}
    assert found == {(sheet, at): pytest.approx(said, abs=1e-7) for sheet, at, _formula, said in formulas(content)}


def test_names_are_never_formulas(cast: Cast) -> None:
    payee: User = cast.ana
    User.objects.filter(pk=payee.pk).update(name="=1+1")
    source = "{plan: '=A1', currency: USD, period: month, components: [{key: a, name: '=2+2', rate: 10%}]}"
    assign(published(source).plan, payee)
    won(payee, date(2026, 1, 10), 100_00, name='=HYPERLINK("x")')
    calculated("2026-01")
    content = book(statements()[0])
    assert {
        formula for *_place, formula, _said in formulas(content) if "HYPERLINK" in formula or "2+2" in formula
    } == set()
    lines = load_workbook(BytesIO(content))["Lines"]
    assert [(cell.value, cell.data_type) for cell in lines[5][:2]] == [("=2+2", "s"), ('=HYPERLINK("x")', "s")]


def test_a_line_without_a_formula_says_why(cast: Cast) -> None:
    source = """{plan: Blocks, currency: USD, period: month, components: [
        {key: a, name: A, window: month, pay_per_block: 5, block: 1000}]}"""
    assign(published(source).plan, cast.ana)
    won(cast.ana, date(2026, 1, 10), 2500_00)
    calculated("2026-01")
    line = [cell.value for cell in load_workbook(BytesIO(book(statements()[0])))["Lines"][5]]
    why = "Paid by started blocks, or without a goal: no formula of this file says that."
    assert line[7:] == [None, None, None, None, None, 15, why]
