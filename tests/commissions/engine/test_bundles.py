"""A bundle holds all that a statement was computed from: the same lines come out of it again."""

from dataclasses import fields, replace
from datetime import date

import polars as pl
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from commissions.engine.bundles.contents import TABLES, frame_of
from commissions.engine.bundles.files import PARTS, Recorded, from_files, to_files
from commissions.engine.bundles.reduced import reduced
from commissions.engine.calculate import Inputs, Result, calculate
from commissions.engine.errors import AmountTooLarge
from commissions.engine.frames import BALANCES, GRANTED, GRANTED_DAYS, LINES, TRUE_UP_DEALS, empty
from commissions.engine.releases import as_earlier, carried_on
from commissions.engine.spiffs import Granted
from commissions.engine.true_ups import POSTED, TrueUps, true_ups
from tests.commissions.engine.facts import Ids, inputs_of
from tests.commissions.engine.oracle import Facts
from tests.commissions.engine.strategies import PAYEES, facts
from tests.commissions.engine.test_payout import leaving, with_leavers, year
from tests.commissions.engine.test_properties import RANGES

half = settings(max_examples=settings().max_examples // 2)
NO_FRAMES = {"plans", "beside"}


def test_every_field_of_the_inputs_is_in_the_bundle() -> None:
    """A new frame of `Inputs` is one entry of `bundles.contents.TABLES`."""
    names = {field.name for field in fields(Inputs)} - PARTS.keys()
    names |= {f"{name}.{field.name}" for name, part in PARTS.items() for field in fields(part)}
    assert {table.path for table in TABLES} == {name for name in names if not name.endswith("versions")} - NO_FRAMES


@st.composite
def statements(draw: st.DrawFn) -> tuple[Recorded, Ids]:
    """What was read for a month of a year, with what the months before it left; those of a spiff may be closed."""
    facts, month = draw(with_leavers()), draw(st.integers(1, 12))
    ids = Ids(facts, 0)
    inputs = inputs_of(facts, ids)
    known = {(ids.payees[payee], plan): day for (payee, plan), day in leaving(facts).items()}
    balances = [
        (payee, plan, draw(st.sampled_from([0, 12_345])), month - 1, known.get((payee, plan)))
        for payee in ids.payees.values()
        for plan in sorted(set(facts.plans.values()))
    ]
    inputs = replace(inputs, balances=pl.DataFrame(balances, schema=BALANCES, orient="row"))
    before: list[Result] = []
    for period in (each for each in year() if each.start.month < month):
        result = computed(inputs, period.start, period.end)
        before.append(result)
        owned = as_earlier(result.lines, inputs.deals)
        inputs = replace(inputs, earlier=carried_on(inputs.earlier, owned, result.releases, inputs.versions))
    if draw(st.booleans()):
        inputs = replace(inputs, granted=granted_in(before, inputs))
    if draw(st.booleans()) and before:
        inputs = replace(inputs, true_ups=late(before[-1], inputs))
    period = next(each for each in year() if each.start.month == month)
    return Recorded(inputs, period.start, period.end), ids


def late(before: Result, inputs: Inputs) -> TrueUps:
    """All that the month before pays, as if its statement had been closed without."""
    lines = true_ups(
        empty(POSTED), before.lines.with_columns(about=pl.lit(1, dtype=pl.Int64()), currency=pl.lit("USD"))
    )
    return TrueUps(lines, inputs.versions, inputs.deals.select(list(TRUE_UP_DEALS)))


def granted_in(results: list[Result], inputs: Inputs) -> Granted:
    lines = pl.concat([pl.DataFrame(schema=LINES), *(each.lines for each in results)])
    begun = {
        (pk, part.key): part.spiff.from_
        for pk, document in inputs.versions.items() for part in document.components
        if part.spiff and part.spiff.is_limited
    }  # fmt: skip
    rows = [
        {name: row.get(name) for name in GRANTED} | {"begun": day}
        for row in lines.iter_rows(named=True)
        if row["event"] == "booked" and (day := begun.get((row["plan_version"], row["component"])))
    ]
    plans = sorted({inputs.plans[pk] for pk, _key in begun})
    days = [
        {"plan": plan, "start": period.start, "end": period.end}
        for plan in plans for period in list(year())[: len(results)]
    ]  # fmt: skip
    return Granted(pl.DataFrame(rows, schema=GRANTED), pl.DataFrame(days, schema=GRANTED_DAYS))


@half
@given(statements())
def test_what_was_read_comes_back_exactly(statement: tuple[Recorded, Ids]) -> None:
    recorded, _ids = statement
    inputs, files = recorded.inputs, to_files(recorded)
    back = from_files(files)
    assert (back.start, back.end) == (recorded.start, recorded.end)
    assert to_files(back) == files
    assert (back.inputs.versions, back.inputs.plans) == (inputs.versions, inputs.plans)
    assert back.inputs.earlier.versions == inputs.earlier.versions
    for table in TABLES:
        before, after = frame_of(inputs, table), frame_of(back.inputs, table)
        if before is None or after is None:
            assert before is after
        else:
            columns = table.columns_of(before)
            assert_frame_equal(before.select(columns), after, check_row_order=False)


@half
@given(statements())
def test_the_same_is_computed_from_what_came_back(statement: tuple[Recorded, Ids]) -> None:
    recorded, _ids = statement
    back = from_files(to_files(recorded))
    same(computed(recorded.inputs, recorded.start, recorded.end), computed(back.inputs, back.start, back.end))


@half
@given(facts(), RANGES, st.sampled_from(PAYEES[:2]))
def test_a_payees_part_of_the_inputs_gives_the_same_lines(found: Facts, reach: tuple[date, date], name: str) -> None:
    ids = Ids(found, 0)
    inputs = inputs_of(found, ids)
    own = reduced(inputs, ids.payees[name]).inputs
    same(of_payee(computed(inputs, *reach), ids.payees[name]), computed(own, *reach))


@half
@given(statements(), st.sampled_from(PAYEES[:2]))
def test_a_payees_part_of_the_inputs_gives_the_same_statement(statement: tuple[Recorded, Ids], name: str) -> None:
    recorded, ids = statement
    payee, days = ids.payees[name], (recorded.start, recorded.end)
    own = reduced(recorded.inputs, payee).inputs
    same(of_payee(computed(recorded.inputs, *days), payee), computed(own, *days))


def computed(inputs: Inputs, start: date, end: date) -> Result:
    try:
        return calculate(inputs, start=start, end=end)
    except AmountTooLarge:
        reject()


FRAMES = [field.name for field in fields(Result)]


def of_payee(result: Result, payee: int) -> Result:
    return Result(*(getattr(result, name).filter(pl.col("payee") == payee) for name in FRAMES))


def same(one: Result, other: Result) -> None:
    for name in FRAMES:
        assert_frame_equal(getattr(one, name), getattr(other, name), check_row_order=False)


TEXTS = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
BIG = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1))
ANY_DAY = st.one_of(st.none(), st.dates())


@given(st.lists(st.tuples(BIG, TEXTS, ANY_DAY, TEXTS), max_size=5))
def test_any_text_number_and_day_comes_back_as_it_was(
    rows: list[tuple[int | None, str | None, date | None, str | None]],
) -> None:
    """Quotes, commas, line ends, nothing at all and an empty text, which isn't nothing."""
    table = TABLES[0]
    columns = {"deal": pl.Int64(), "name": pl.String(), "closed": pl.Date(), "custom.region": pl.String()}
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    back = table.from_csv(table.to_csv(frame))
    assert_frame_equal(back, frame.select(back.columns), check_row_order=False)


def test_a_deal_brings_what_the_plans_read_of_it_and_nothing_else() -> None:
    table = TABLES[0]
    frame = pl.DataFrame({"deal": [1], "owner": [2], "custom.BAD": ["x"], "custom.region": ["west"]})
    assert table.to_csv(frame) == b"deal,custom.region\n1,west\n"
