"""Whatever happens to facts, periods, adjustments and payouts, in whatever order: nothing posted is lost, doubled or
altered, what is paid is what statements say, and everything together comes to what the facts are worth.
"""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from commissions.models import EarningLine, Snapshot
from payouts.models import Payout
from tests.commissions.facts import period
from tests.conftest import Cast
from tests.order.holds import Closed, closed_statements_are_recomputed, comes_to_what_the_facts_are_worth, hold
from tests.order.steps import MONTHS, REFUSED, Step, begin, take

pytestmark = pytest.mark.django_db
WHO, MONTH, WHICH = st.integers(0, 1), st.integers(0, len(MONTHS) - 1), st.integers(0, 9)
SIZE = st.integers(0, 60).map(lambda tens: tens * 20)


def step(name: str, *arguments: st.SearchStrategy[int]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(name), st.tuples(*arguments))


STEPS = st.one_of(
    step("sell", WHO, MONTH, SIZE), step("change", WHICH, SIZE), step("move_deal", WHICH, MONTH), step("take_up"),
    step("calculate", MONTH), step("forward", MONTH), step("forward", st.just(0)), step("forward", st.integers(0, 1)),
    step("back", MONTH), step("adjust", WHO, MONTH, st.integers(-30, 30)), step("make_batch"),
    step("advance_batch", WHICH), step("void", WHICH), step("send_back", WHICH),
)  # fmt: skip
CLOSE: list[Step] = [("forward", (0,))] * 3
PAY: list[Step] = [("make_batch", ()), *[("advance_batch", (-1,))] * 3]  # approve, hand over, mark paid
SOLD: list[Step] = [("sell", (0, 0, 600)), ("take_up", ())]
TRUE_UP: list[Step] = [("change", (0, 800)), ("take_up", ())]


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, max_size=25))
@example([*SOLD, *CLOSE, *TRUE_UP, *PAY[:3], ("void", (0,)), *PAY])
@example([*SOLD, *CLOSE, *PAY, ("move_deal", (0, 2)), ("adjust", (0, 1, -30)), ("take_up", ())])
def test_nothing_posted_is_lost_doubled_or_altered(cast: Cast, steps: list[Step]) -> None:
    with transaction.atomic():
        begin(cast)
        known: Closed = {}
        for number, each in enumerate([*steps, ("take_up", ())]):
            try:
                with transaction.atomic():
                    take(f"step-{number}", each)
            except REFUSED:
                pass
            known = hold(known)
        comes_to_what_the_facts_are_worth()
        closed_statements_are_recomputed()
        transaction.set_rollback(True)


def test_the_way_from_a_deal_to_a_voided_batch_and_its_true_up_is_one_that_is_walked(cast: Cast) -> None:
    """That the steps above do what they say: nothing here is refused."""
    begin(cast)
    known: Closed = {}
    for number, each in enumerate([*SOLD, *CLOSE, *TRUE_UP, *PAY[:3], ("void", (0,)), *PAY]):
        take(f"step-{number}", each)
        known = hold(known)
    assert Snapshot.objects.exists()
    assert [period(label).status for label in MONTHS[:2]] == ["paid", "open"]
    assert list(EarningLine.objects.filter(about=period(MONTHS[0])).values_list("amount_minor", flat=True)) == [20_00]
    assert [(row.status, row.taken_minor) for row in Payout.objects.order_by("pk")] == [
        ("reversed", 28_00), ("paid", -28_00), ("paid", 28_00),
    ]  # fmt: skip
