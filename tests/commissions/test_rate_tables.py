"""Rate tables from the deal's own facts to the statement, the plan's page, the estimator and the form."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.utils import translation

from commissions import selectors
from commissions.engine.document import PlanInvalid, load_plan
from commissions.forms.tree import document_form
from commissions.models import EarningLine, PlanVersion, Statement
from commissions.selectors.estimate import Supposed, estimate
from tests.commissions.facts import assign, calculated, published, won
from tests.commissions.test_estimates import open_deal
from tests.commissions.test_estimator import ask
from tests.commissions.test_plan_forms import filled, pressed
from tests.commissions.test_targets import page
from tests.conftest import Cast

BY_DISCOUNT = """
plan: By discount
currency: USD
period: month
components:
  - key: sales
    name: Sales
    window: quarter
    tiers: marginal
    by: deal.discount
    columns: [from: 0%, from: 10%]
    curve:
      - {from: 0, rates: [8%, 6%]}
      - {from: 50000, rates: [10%, 7%]}
"""


@pytest.fixture
def version(cast: Cast) -> PlanVersion:
    made = published(BY_DISCOUNT)
    assign(made.plan, cast.ana)
    won(cast.ana, date(2026, 5, 4), 40_000_00, key="A", discount_ppm=0)
    won(cast.ana, date(2026, 5, 5), 20_000_00, key="B", discount_ppm=120_000)
    won(cast.ana, date(2026, 5, 6), 1_000_00, key="C")
    calculated("2026-05")
    return made


def line_of(deal: str) -> EarningLine:
    found = EarningLine.objects.select_related("statement__payee", "statement__period", "plan_version__plan", "via")
    return found.select_related("deal__customer").get(deal__external_id=deal)


def test_a_line_keeps_its_column(version: PlanVersion) -> None:
    rows = EarningLine.objects.order_by("seq").values_list("deal__external_id", "rate_column", "amount_minor")
    assert list(rows) == [("A", 0, 3_200_00), ("B", 1, 1_300_00)]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The rates go by deal.discount, and this deal is in the column “from 10%”."),
        ("id", "Tarif mengikuti deal.discount, dan transaksi ini masuk kolom “mulai 10%”."),
    ],
)
def test_a_line_says_which_column_and_walks_along_its_rates(
    version: PlanVersion, cast: Cast, language: str, sentence: str
) -> None:
    assert sentence in page(cast.ana, "commissions:line", line_of("B").pk, language=language)
    assert [str(step.rate) for step in selectors.line_explanation(line_of("B")).steps] == ["0.06", "0.07"]


def test_the_statement_names_the_column_and_why_a_deal_without_one_is_missing(version: PlanVersion, cast: Cast) -> None:
    statement = Statement.objects.get(payee=cast.ana)
    text = page(cast.ana, "commissions:statement", statement.pk)
    assert "6% → 7%from 10%" in text.replace("% from", "%from")
    assert [(row["code"], row["detail"]) for row in statement.notices] == [("column_missing", "sales deal.discount")]
    assert "its rates go by deal.discount, and no column of the table takes this deal." in text


def test_a_second_run_writes_nothing(version: PlanVersion) -> None:
    before = list(EarningLine.objects.order_by("pk").values())
    calculated("2026-05")
    assert list(EarningLine.objects.order_by("pk").values()) == before


def test_the_plans_page_has_rows_and_columns(version: PlanVersion, cast: Cast) -> None:
    text = page(cast.ana, "commissions:plan", version.pk)
    assert "A deal earns the rates of its column in the table: it goes by deal.discount." in text
    assert "From Up to from 0%from 10%" in text
    assert "8% 6%" in text
    assert "A deal that no column takes earns nothing." in text


def test_the_estimator_says_for_which_column_the_next_step_counts(version: PlanVersion, cast: Cast) -> None:
    deal = open_deal(cast.ana, "O", 10_000_00, date(2026, 5, 25), discount_ppm=150_000)
    found = estimate(payee=cast.ana, supposed=[Supposed(deal, 100)], today=date(2026, 5, 20))
    (place,) = found.places
    with translation.override("en"):
        assert (place.step_column, place.step_worth_minor) == ("from 10%", place.step_minor * 7 // 100)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("15", "These deals bring+$700.00"),
        ("0%", "These deals bring+$1,000.00"),
        ("", "no column of the table takes this deal"),
        ("101", "A discount is a number of per cent from 0 to 100"),
        ("1.00005", "A discount is a number of per cent from 0 to 100"),
        ("ten", "A discount is a number of per cent from 0 to 100"),
    ],
)
def test_the_estimator_asks_for_the_discount_where_the_rate_goes_by_it(
    version: PlanVersion, cast: Cast, typed: str, told: str
) -> None:
    with time_machine.travel(datetime(2026, 5, 20, tzinfo=UTC), tick=False):
        deal = open_deal(cast.ana, "O", 10_000_00, date(2026, 5, 25), discount_ppm=120_000)
        assert "Discount (%)" in ask(cast.ana)[1]
        assert "These deals bring+$700.00" in ask(cast.ana)[1]
        assert told in ask(cast.ana, {f"discount-{deal.pk}": typed})[1]


def test_a_rate_of_the_table_has_a_field_of_its_own() -> None:
    changed = filled(BY_DISCOUNT, {"components/0/curve/1/rates/0": "12%"})
    assert changed == BY_DISCOUNT.replace("[10%, 7%]", "[12%, 7%]")
    emptied = filled(BY_DISCOUNT, {"components/0/curve/1/rates/0": ""})
    with pytest.raises(PlanInvalid) as refused:
        load_plan(emptied)
    errors = {control.name: control.errors for control in document_form(emptied, refused.value.errors).controls()}
    assert errors["components/0/curve/1/rates/0"]


def test_a_column_comes_and_goes_with_its_rates() -> None:
    more = load_plan(pressed(BY_DISCOUNT, "add:components/0/columns")).component("sales")
    assert [str(column.from_) for column in more.columns] == ["0.00", "0.10", "0.20"]
    assert [[str(rate) for rate in step.rates] for step in more.curve] == [
        ["0.08", "0.06", "0.06"],
        ["0.10", "0.07", "0.07"],
    ]
    gone = load_plan(pressed(pressed(BY_DISCOUNT, "add:components/0/columns"), "remove:components/0/columns/0"))
    assert [str(step.rates[0]) for step in gone.component("sales").curve] == ["0.06", "0.07"]


def test_a_table_begins_with_the_rates_that_there_were_and_ends_with_those_of_its_first_column() -> None:
    flat = BY_DISCOUNT[: BY_DISCOUNT.index("    window")] + "    rate: 5%\n"
    begun = load_plan(pressed(flat, "add:components/0/columns")).component("sales")
    assert (begun.by, [str(rate) for rate in begun.rates]) == ("deal.discount", ["0.05", "0.05"])
    ended = load_plan(pressed(BY_DISCOUNT, "remove:components/0/columns")).component("sales")
    assert (ended.by, [str(step.rate) for step in ended.curve]) == (None, ["0.08", "0.10"])


def test_tiers_that_become_one_rate_keep_the_columns() -> None:
    flat = load_plan(filled(BY_DISCOUNT, {"components/0/tiers": "flat"})).component("sales")
    assert [str(rate) for rate in flat.rates] == ["0.08", "0.06"]
    points = load_plan(filled(BY_DISCOUNT, {"components/0/tiers": "stepped"})).component("sales")
    assert (points.by, points.columns) == (None, ())
