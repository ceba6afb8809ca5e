"""The promises of docs/engine.md, over random plans, quotas, deals, splits and refunds."""

from collections import defaultdict
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from commissions.engine.explain import PieceKind, explain
from commissions.engine.schema import Attainment
from tests.commissions.engine import oracle
from tests.commissions.engine.facts import YEAR, engine_lines, in_order, result_of
from tests.commissions.engine.oracle import Facts, Line
from tests.commissions.engine.strategies import facts

_full = settings().max_examples
half, quarter = settings(max_examples=_full // 2), settings(max_examples=_full // 4)
RANGES = st.sampled_from([YEAR, (date(2026, 1, 1), date(2026, 2, 1)), (date(2026, 4, 1), date(2026, 7, 1))])


@given(facts(), RANGES)
def test_the_engine_agrees_with_the_oracle_on_every_line(facts: Facts, reach: tuple[date, date]) -> None:
    assert engine_lines(facts, start=reach[0], end=reach[1]) == in_order(oracle.lines_of(facts, *reach))


@quarter
@given(facts())
def test_statements_are_the_sums_of_their_lines(facts: Facts) -> None:
    result, _ = result_of(facts)
    totals: dict[tuple[int, int], int] = defaultdict(int)
    for row in result.lines.iter_rows(named=True):
        totals[row["payee"], row["plan_version"]] += row["amount"]
    for row in result.statements.iter_rows(named=True):
        assert row["total"] == row["payable"] == totals.pop((row["payee"], row["plan_version"]), 0)
    assert not totals


@quarter
@given(facts(versions=1))
def test_the_lines_of_a_window_add_up_to_the_rounded_pay_at_its_last_position(facts: Facts) -> None:
    windows: dict[tuple[str, int, str, date], list[Line]] = defaultdict(list)
    for line in engine_lines(facts):
        windows[line.payee, line.version, line.component, line.window_start].append(line)
    for (_, version, key, _), lines in windows.items():
        document = facts.versions[version]
        component = document.component(key)
        if component.window.value != "deal":
            if component.multiply or component.columns:
                continue  # each statement's pay is multiplied by itself; each deal's has the rates of its own column
            if document.clawback and document.clawback.attainment is Attainment.LEAVE:
                continue  # what was paid says what is taken back, floors included
            if component.pool:
                continue  # who joins a team in a window has no lines of what the team sold before
            end = oracle.pay(document, component, sum(line.credited for line in lines), lines[0].quota, lines[0].target)
            assert sum(line.uncapped for line in lines) == oracle.rounded(end, document)


@half
@given(facts(versions=1, reversible=True, most_deals=6), st.data())
def test_a_deal_and_its_reversal_leave_what_there_would_be_without_it(facts: Facts, data: st.DataObject) -> None:
    if not facts.deals:
        return
    deal = data.draw(st.sampled_from(facts.deals))
    items = tuple(replace(item, amount=-item.amount) for item in deal.items)
    reversal = replace(deal, key=f"{deal.key}-reversed", amount=-deal.amount, items=items)
    shares = tuple(replace(share, deal=reversal.key) for share in facts.shares if share.deal == deal.key)
    reversed_ = replace(facts, deals=(*facts.deals, reversal), shares=facts.shares + shares)
    without = replace(
        facts,
        deals=tuple(each for each in facts.deals if each != deal),
        shares=tuple(share for share in facts.shares if share.deal != deal.key),
    )
    # a cap over the whole plan may take from one component what it gives back to another
    together = any(document.cap for document in facts.versions.values())
    assert totals(engine_lines(reversed_), together=together) == totals(engine_lines(without), together=together)


def totals(lines: list[Line], *, together: bool) -> dict[tuple[str, str], int]:
    """By payee and component; or over all components."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for line in lines:
        found[line.payee, "" if together else line.component] += line.amount
    return {key: amount for key, amount in found.items() if amount}


@half
@given(facts(), st.integers(1, 1000))
def test_the_order_of_arrival_changes_nothing(facts: Facts, seed: int) -> None:
    assert engine_lines(facts, seed=seed) == engine_lines(facts)


@quarter
@given(facts())
def test_a_payee_alone_is_paid_what_the_same_payee_is_paid_among_all(facts: Facts) -> None:
    assert engine_lines(facts, only="ana") == [line for line in engine_lines(facts) if line.payee == "ana"]


@half
@given(facts())
def test_the_parts_of_all_members_add_up_to_what_the_team_earned(facts: Facts) -> None:
    pools: dict[tuple[object, ...], list[Line]] = defaultdict(list)
    for line in engine_lines(facts):
        if line.pool and not facts.versions[line.version].cap:
            owner = line.via or line.payee
            pools[line.version, line.component, line.deal, line.role, owner, line.event, line.date, line.x0].append(
                line
            )
    for lines in pools.values():
        before, after, members, *_rest = map(int, (lines[0].pool or "").split())
        assert sum(line.amount for line in lines) == after - before
        assert len(lines) % members == 0


@quarter
@given(facts())
def test_the_pieces_of_an_explanation_add_up_to_its_line(facts: Facts) -> None:
    moved = (line for line in engine_lines(facts) if line.credited or not line.uncapped)  # else `explain.unmoved`
    for line in (line for line in moved if line.kind != "carried"):
        found = explain(
            facts.versions[line.version], line.component, quota=line.quota, target=line.target, x0=line.x0, x1=line.x1,
            amount=line.amount, multiplier=line.multiplier, column=line.column,
        )  # fmt: skip
        assert sum(piece.pay for piece in found.pieces) == found.exact1 - found.exact0
        by_blocks = [piece for piece in found.pieces if piece.kind is PieceKind.BLOCKS]
        assert all(piece.pay == piece.slope * piece.blocks for piece in by_blocks)
        assert (found.y1 - found.y0, found.capped_away) == (line.uncapped, line.uncapped - line.amount)
        ends = [line.x0, *(place for piece in found.pieces for place in (piece.start, piece.end)), line.x1]
        assert all(one == other for one, other in zip(ends[::2], ends[1::2], strict=True))
