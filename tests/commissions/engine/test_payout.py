"""Pay that waits: for the customer, for an invoice, or for a while. Statement after statement, against the oracle."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commissions.engine.calculate import Inputs, Result, calculate
from commissions.engine.document import from_json, load_plan, to_json
from commissions.engine.frames import BALANCES
from commissions.engine.releases import NOTHING_EARLIER, as_earlier, carried_on
from commissions.engine.schema import OnLeaving
from core.periods import Period, parse_period
from tests.commissions.engine.facts import Ids, inputs_of
from tests.commissions.engine.oracle import Facts, lines_of
from tests.commissions.engine.oracle.payout import paid_by
from tests.commissions.engine.strategies import facts
from tests.commissions.engine.test_plan_errors import errors_of

few = settings(max_examples=settings().max_examples // 5)
Left = dict[tuple[str, int], date]


def year() -> Iterator[Period]:
    period = parse_period("2026-01")
    while period.start.year == 2026:
        yield period
        period = period.next()


def chain(inputs: Inputs, left: dict[tuple[int, int], date]) -> Iterator[Result]:
    """The statements of a year, each starting with what the one before left."""
    rows = [{"payee": payee, "plan": plan, "owed": 0, "number": 0, "left": day} for (payee, plan), day in left.items()]
    balances = pl.DataFrame(rows, schema=BALANCES)
    earlier = NOTHING_EARLIER if inputs.payments is None else replace(NOTHING_EARLIER, payments=inputs.payments)
    for period in year():
        found = replace(inputs, balances=balances, earlier=earlier)
        result = calculate(found, start=period.start, end=period.end)
        yield result
        earlier = carried_on(earlier, as_earlier(result.lines, inputs.deals), result.releases, inputs.versions)


def leaving(found: Facts) -> Left:
    """By payee and plan, the first day no longer on it."""
    days: dict[tuple[str, int], list[date | None]] = defaultdict(list)
    for each in found.assignments:
        days[each.payee, found.plans[each.version]].append(each.end)
    return {key: max(day for day in ends if day) for key, ends in days.items() if None not in ends}


@st.composite
def with_leavers(draw: st.DrawFn) -> Facts:
    """Ben's time on the first plan ends, and its versions say what becomes of what waits."""
    found = draw(facts())
    until = draw(st.sampled_from([None, date(2026, 4, 1), date(2026, 6, 15)]))
    bens = [each for each in found.assignments if each.payee == "ben" and found.plans[each.version] == 7]
    kept = [each for each in found.assignments if each not in bens]
    if until:
        bens = [replace(each, end=min(each.end or until, until)) for each in bens if each.start < until]
    held = draw(st.sampled_from([None, "as_due", "pay", "forfeit"]))
    terms = None if held is None else OnLeaving(held=held)
    documents = {pk: document.model_copy(update={"on_leaving": terms}) for pk, document in found.versions.items()}
    return replace(found, assignments=(*kept, *bens), versions=documents)


@few
@given(with_leavers())
def test_the_engine_agrees_with_the_oracle_on_what_each_statement_pays(found: Facts) -> None:
    ids, left = Ids(found, 0), leaving(found)
    known = {(ids.payees[payee], plan): day for (payee, plan), day in left.items()}
    paid: dict[tuple[str, int], int] = defaultdict(int)
    lines = lines_of(found, date.min, date.max)
    names = {number: name for name, number in ids.payees.items()}
    for period, result in zip(year(), chain(inputs_of(found, ids), known), strict=True):
        for row in result.statements.iter_rows(named=True):
            paid[names[row["payee"]], row["plan"]] += row["payable"]
        held = {
            (names[row["payee"]], row["plan"]): row["held_after"] for row in result.settlements.iter_rows(named=True)
        }
        for payee, plan in {(each.payee, found.plans[each.version]) for each in found.assignments}:
            expected = paid_by(found, lines, payee, plan, period.end, left.get((payee, plan)))
            assert (paid[payee, plan], held.get((payee, plan), expected[1])) == expected, period.label


@few
@given(facts())
def test_what_was_paid_and_what_still_waits_is_what_was_earned(found: Facts) -> None:
    ids = Ids(found, 0)
    earned = paid = 0
    waiting: dict[tuple[int, int], int] = {}
    for result in chain(inputs_of(found, ids), {}):
        earned += sum(result.lines["amount"].to_list())
        paid += sum(result.statements["payable"].to_list())
        waiting |= {(row["payee"], row["plan"]): row["held_after"] for row in result.settlements.iter_rows(named=True)}
        for row in result.settlements.iter_rows(named=True):
            assert row["payable"] == row["earned"] - row["held"] + row["released"]
    assert earned == paid + sum(waiting.values())


HEAD = "plan: A, currency: USD, period: month"


def component(payout: str) -> str:
    return f"{{{HEAD}, components: [{{key: a, name: A, rate: 5%, payout: {payout}}}]}}"


@pytest.mark.parametrize(
    ("payout", "message"),
    [
        ("[{share: 50%, due: paid}]", "components[0].payout: The shares add up to 50%. Make it 100%."),
        ("[{share: 100%}]", "components[0].payout[0]: When is it paid?"),
        ("[{share: 100%, due: paid, after: 1 month}]", "components[0].payout[0].after: `due` already says when."),
        ("[{share: 100%, due: later}]", "components[0].payout[0].due: 'later' isn't known here."),
        ("[{share: 100%, after: soon}]", "components[0].payout[0].after: 'soon' is no stretch of time."),
        ("[{share: 100%, after: 0 days}]", "components[0].payout[0].after: '0 days' is no stretch of time."),
        ("[{share: 0, due: paid}, {share: 100%, due: paid}]", "components[0].payout[0].share: 0% is no share"),
        ("[{share: 100%, on_date: 2026-02-30}]", "2026-02-30 is no day of the calendar."),
    ],
)
def test_an_error_in_a_payout_names_its_path_its_reason_and_the_remedy(payout: str, message: str) -> None:
    assert any(message in error for error in errors_of(component(payout)))


def test_a_stored_payout_reads_as_it_was_written() -> None:
    plan = load_plan(component("[{share: 25%, after: 3 month}, {share: 0.75, due: paid}]"))
    assert from_json(to_json(plan)) == plan
    assert to_json(plan)["components"][0]["payout"] == [
        {"share": "0.25", "after": "3 months"}, {"share": "0.75", "due": "paid"}
    ]  # fmt: skip
    assert "payout" not in to_json(load_plan(component("[]")))["components"][0]
