"""docs/engine.md says what the engine does: its plans are run, and its tables compared with what comes out."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest

from commissions.engine import curve, items
from commissions.engine.accumulate import LARGEST_SUM
from commissions.engine.calculate import calculate
from commissions.engine.document import load_plan
from commissions.engine.examples import example_inputs, run_examples
from commissions.engine.explain import explain
from commissions.engine.frames import Notice
from commissions.engine.schema import Example, PlanDocument
from commissions.engine.schema.examples import ExampleDeal
from commissions.engine.true_ups import POSTED, true_ups
from commissions.selectors.quotas import QuotaRow, window_quota
from core.money import LARGEST_MINOR, to_major, to_minor
from core.periods import parse_period
from tests.commissions.engine.markdown import Block, Table, code, parts
from tests.commissions.engine.test_published_examples import PLANS, left_out, stated

PARTS = list(parts("engine.md"))
BLOCKS = [part for part in PARTS if isinstance(part, Block)]
TABLES = [part for part in PARTS if isinstance(part, Table)]
YEAR = date(2026, 1, 1), date(2027, 1, 1)
Line = dict[str, Any]


def plan_above(table: Table) -> PlanDocument:
    return load_plan([block.text for block in BLOCKS if block.line < table.line][-1])


def plan_called(name: str) -> PlanDocument:
    (found,) = [document for document in map(load_plan, (block.text for block in BLOCKS)) if document.plan == name]
    return document_with_one_example(found)


def document_with_one_example(document: PlanDocument) -> PlanDocument:
    assert len(document.examples) == 1
    return document


def lines_of(document: PlanDocument) -> list[Line]:
    """What the year's lines of the first example are, by payee in order of their credits."""
    example = document.examples[0]
    result = calculate(example_inputs(document, example, *YEAR), start=YEAR[0], end=YEAR[1])
    keys = [component.key for component in document.components]
    rows = result.lines.sort("payee", "date", "seq").iter_rows(named=True)
    people = dict(enumerate(example.people))
    named = [
        row | {"deal": _deal(example, row), "payee": people[row["payee"]], "via": people.get(row["via"], "")}
        for row in rows
    ]
    return sorted(named, key=lambda row: (row["payee"], row["date"], row["seq"], keys.index(row["component"])))


def _deal(example: Example, row: Line) -> str:
    return str(row["kind"]) if row["deal"] is None else example.deals[row["deal"]].id


def exact(row: Line, document: PlanDocument) -> str:
    found = explain(document, row["component"], quota=row["quota"], x0=row["x0"], x1=row["x1"])
    return str(Decimal(found.exact1.numerator) / Decimal(found.exact1.denominator) / 100)


def units(millionths: int) -> str:
    return f"{Decimal(millionths) / 1_000_000:f}"


def money(minor: int | Fraction) -> str:
    assert Fraction(minor).denominator == 1
    return f"{to_major(int(minor), 'USD'):,f}"


CELLS: dict[str, Callable[[Line, PlanDocument], str]] = {
    "component": lambda row, _: str(row["component"]),
    "deal": lambda row, _: str(row["deal"]),
    "payee": lambda row, _: str(row["payee"]),
    "via": lambda row, _: str(row["via"]),
    "credited": lambda row, _: money(row["credited"]),
    "x0": lambda row, _: money(row["x0"]),
    "x1": lambda row, _: money(row["x1"]),
    "units": lambda row, _: units(row["credited"]),
    "units before": lambda row, _: units(row["x0"]),
    "units after": lambda row, _: units(row["x1"]),
    "times": lambda row, _: f"{Decimal(row['multiplier']) / 1_000_000:f}",
    "exact pay at x1": exact,
    "pay at x0": lambda row, _: money(row["y0"]),
    "pay at x1": lambda row, _: money(row["y1"]),
    "before the cap": lambda row, _: money(row["uncapped"]),
    "line": lambda row, _: money(row["amount"]),
}
OF_LINES = [table for table in TABLES if table.header[-1] == "line"]


def table_of(first: str) -> Table:
    (table,) = [table for table in TABLES if table.header[0] == first]
    return table


@pytest.mark.parametrize("block", [pytest.param(block, id=f"line {block.line}") for block in BLOCKS])
def test_every_plan_pays_what_its_examples_say(block: Block) -> None:
    document = document_with_one_example(load_plan(block.text))
    assert [result.differences for result in run_examples(document)] == [()]


@pytest.mark.parametrize("table", [pytest.param(table, id=f"line {table.line}") for table in OF_LINES])
def test_every_table_of_lines_is_what_the_engine_computes(table: Table) -> None:
    document = plan_above(table)
    computed = [tuple(CELLS[column](row, document) for column in table.header) for row in lines_of(document)]
    assert list(table.rows) == computed


def test_every_plan_has_a_table_of_its_lines() -> None:
    assert [plan_above(table).plan for table in OF_LINES] == [load_plan(block.text).plan for block in BLOCKS]


def test_the_pieces_of_the_explained_line_are_the_engines() -> None:
    document = plan_called("All at the rate reached")
    (row,) = [row for row in lines_of(document) if row["deal"] == "B"]
    found = explain(document, "sales", quota=None, x0=row["x0"], x1=row["x1"]).pieces
    assert [tuple(cells) for cells in table_of("piece").rows] == [
        (piece.kind, str(piece.tier), money(piece.start), money(piece.end), str(piece.rate), money(piece.pay))
        for piece in found
    ]


def quota_rows(text: str) -> Iterator[QuotaRow]:
    """`100,000 per quarter until 2026-02-15, 160,000 per quarter after`: the second begins where the first ends."""
    since = date(2020, 1, 1)
    for amount, per, word, day in re.findall(r"([\d,]+) per (\w+) (from|until|after)(?: ([\d-]+))?", text):
        start = date.fromisoformat(day) if word == "from" else since
        end = date.fromisoformat(day) if word == "until" else None
        since = end or since
        yield QuotaRow(per, to_minor(amount.replace(",", ""), "USD"), start, end)


@pytest.mark.parametrize(("written", "window", "counts"), table_of("quotas set").rows)
def test_the_quota_of_a_window_is_the_one_said(written: str, window: str, counts: str) -> None:
    found = window_quota(tuple(quota_rows(written)), parse_period(window))
    assert found == to_minor(counts.replace(",", ""), "USD")


def test_every_notice_is_described() -> None:
    assert [code(row[0]) for row in table_of("notice").rows] == [notice.value for notice in Notice]


def test_the_limits_are_those_of_the_program() -> None:
    words = {10**17: "10^17", 2**62: "2^62"}
    assert {what: limit.removeprefix("below ") for what, limit in table_of("what").rows} == {
        "an amount of a deal, a plan or a quota": words[LARGEST_MINOR],
        "the base of a deal": words[items.LARGEST_CREDIT],
        "what a payee adds up in a window": words[LARGEST_SUM],
        "the pay of a line and of a window": words[curve.LARGEST_PAY],
        "any intermediate value": "2^127",
    }


def test_the_published_examples_are_counted_right() -> None:
    counts = {
        path.name: len(load_plan(path.read_text()).examples) for path in PLANS.glob("*.yaml") if "left" not in path.stem
    }
    assert {code(row[0]): int(row[2]) for row in table_of("plans").rows} == counts
    text = (PLANS.parents[3] / "docs" / "engine.md").read_text()
    assert f"\n- {len(stated())} examples that others have published" in text
    assert f"\n- {len(left_out())} more are left out" in text


def test_the_true_ups_are_the_engines() -> None:
    """Before deal L was known, and after."""
    document = plan_called("Tiers of a quarter, and a deal found late")
    (example,) = document.examples
    known = replace_deals(document, [deal for deal in example.deals if deal.id != "L"])
    posted, now = (lines_about(each) for each in (known, document))
    closed = pl.col("about") < 3
    numbers = {deal.id: number for number, deal in enumerate(example.deals)}
    renumbered = {number: numbers[deal.id] for number, deal in enumerate(known.examples[0].deals)}
    was = posted.filter(closed).with_columns(pl.col("deal").replace(renumbered)).select(list(POSTED))
    ids = {number: key for key, number in numbers.items()}
    assert list(table_of("about").rows) == [
        (f"2026-0{about}", ids[deal], money(paid), money(paid + amount), money(amount))
        for about, deal, paid, amount in true_ups(was, now.filter(closed))
        .sort("about").select("about", "deal", "was", "amount").iter_rows()
    ]  # fmt: skip


def replace_deals(document: PlanDocument, deals: list[ExampleDeal]) -> PlanDocument:
    (example,) = document.examples
    return document.model_copy(update={"examples": (example.model_copy(update={"deals": tuple(deals)}),)})


def lines_about(document: PlanDocument) -> pl.DataFrame:
    """LINES of the first quarter, with the currency and the month that each is of."""
    start, end = date(2026, 1, 1), date(2026, 4, 1)
    inputs = example_inputs(document, document.examples[0], start, end)
    lines = calculate(inputs, start=start, end=end).lines
    return lines.with_columns(about=pl.col("date").dt.month().cast(pl.Int64), currency=pl.lit(document.currency))
