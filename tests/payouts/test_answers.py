"""What banks and payroll answer, and that the books are right afterwards."""

import pytest
from django.db import DatabaseError, connection, transaction

from commissions.models import Period, PeriodMove
from payouts import services
from payouts.engine.answers import AnswerFileError
from payouts.models import Answer, AnswerFile, Batch
from tests.conftest import Cast
from tests.payouts.facts import NOW, batch, closed, due, handed_over


def answered(made: Batch, text: str, by: Cast) -> AnswerFile:
    content = f"reference,status,reason,amount\n{text}".encode()
    return services.take_answer(batch=made, name="a.csv", content=content, acting_user=by.finn, now=NOW)


def references(made: Batch) -> dict[str, str]:
    return {who or "": said for who, said in made.payouts.values_list("payee__external_id", "reference")}


def statuses(made: Batch) -> dict[str, str]:
    return {who or "": said for who, said in made.payouts.values_list("payee__external_id", "status")}


@pytest.fixture
def made(cast: Cast) -> Batch:
    closed("2026-09", (cast.ana, "USD", 10_00), (cast.ben, "USD", 20_00), (cast.mia, "USD", 30_00))
    return handed_over(cast.finn, cast.ada)


def test_an_answer_marks_what_was_paid_and_what_came_back(cast: Cast, made: Batch) -> None:
    refs = references(made)
    file = answered(made, f"{refs['ana']},paid,,\n{refs['ben']},rejected,AC04 closed,\nB9,paid,,\n", cast)
    assert list(file.answers.order_by("line").values_list("outcome", flat=True)) == ["paid", "rejected", "unknown"]
    assert statuses(made) == {"ana": "paid", "ben": "rejected", "mia": "exported"}
    assert due() == {("ben", "USD"): 20_00}
    made.refresh_from_db()
    assert made.status == "exported"
    answered(made, f"{refs['mia']},paid,,\n", cast)
    made.refresh_from_db()
    assert made.status == "paid"


def test_the_same_file_twice_changes_nothing(cast: Cast, made: Batch) -> None:
    text = f"{references(made)['ana']},rejected,,\n"
    assert answered(made, text, cast) == answered(made, text, cast)
    assert (Answer.objects.count(), due()) == (1, {("ana", "USD"): 10_00})
    again = answered(made, text + "\n", cast)  # other bytes, the same said
    assert again.answers.get().outcome == "repeated"
    assert due() == {("ana", "USD"): 10_00}


def test_a_line_twice_in_one_file_counts_once(cast: Cast, made: Batch) -> None:
    line = f"{references(made)['ana']},rejected,,\n"
    file = answered(made, line + line, cast)
    assert list(file.answers.order_by("line").values_list("outcome", flat=True)) == ["rejected", "repeated"]
    assert due() == {("ana", "USD"): 10_00}


def test_another_amount_waits_until_its_difference_is_booked(cast: Cast, made: Batch) -> None:
    refs = references(made)
    file = answered(made, f"{refs['ana']},paid,,9.50\n{refs['ben']},paid,,21.00\n", cast)
    assert due() == {}
    for answer in file.answers.all():
        for _twice in range(2):
            services.book_difference(answer=answer, acting_user=cast.finn, now=NOW)
    assert due() == {("ana", "USD"): 50, ("ben", "USD"): -1_00}
    # What is told once more is known; what arrives after all is booked from what was known.
    assert answered(made, f"{refs['ana']},paid,again,9.50\n", cast).answers.get().outcome == "repeated"
    late = answered(made, f"{refs['ana']},paid,late,10.00\n", cast).answers.get()
    services.book_difference(answer=late, acting_user=cast.finn, now=NOW)
    assert due() == {("ben", "USD"): -1_00}


def test_what_came_back_after_a_difference_is_due_whole(cast: Cast, made: Batch) -> None:
    ref = references(made)["ana"]
    short = answered(made, f"{ref},paid,,9.50\n", cast).answers.get()
    services.book_difference(answer=short, acting_user=cast.finn, now=NOW)
    answered(made, f"{ref},returned,,\n", cast)
    assert due() == {("ana", "USD"): 10_00}


def test_a_file_with_one_bad_line_takes_nothing(cast: Cast, made: Batch) -> None:
    with pytest.raises(AnswerFileError, match="Line 3"):
        answered(made, f"{references(made)['ana']},paid,,\nB1,perhaps,,\n", cast)
    assert (AnswerFile.objects.count(), set(statuses(made).values())) == (0, {"exported"})


def test_a_draft_expects_no_answer(cast: Cast) -> None:
    closed("2026-09", (cast.ana, "USD", 10_00))
    with pytest.raises(services.PayoutRefused, match="expects no answer"):
        answered(batch(cast.finn), "B1,paid,,\n", cast)


def test_answers_are_kept_as_they_came(cast: Cast, made: Batch) -> None:
    answered(made, "B9,paid,,\n", cast)
    for statement in ("UPDATE payouts_answer SET outcome = 'paid'", "DELETE FROM payouts_answer",
                      "UPDATE payouts_answerfile SET name = 'x'"):  # fmt: skip
        with pytest.raises(DatabaseError, match="kept as it came"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_period_is_paid_once_nothing_of_it_is_under_way_or_due(cast: Cast) -> None:
    period = closed("2026-09", (cast.ana, "USD", 10_00), (cast.ben, "USD", 20_00), (cast.mia, "USD", -5_00))
    made = handed_over(cast.finn, cast.ada)
    refs = references(made)
    answered(made, f"{refs['ana']},paid,,\n{refs['ben']},rejected,,\n", cast)
    assert Period.objects.get(pk=period.pk).status == "closed"
    again = handed_over(cast.finn, cast.ada)
    services.mark_paid(batch=again, acting_user=cast.finn, now=NOW)
    assert Period.objects.get(pk=period.pk).status == "paid"
    assert PeriodMove.objects.get(period=period, after="paid").note == f"By payout batch {again}."


def test_what_a_debt_made_up_for_leaves_a_period_paid(cast: Cast) -> None:
    earlier = closed("2026-08", (cast.ben, "USD", -50_00), (cast.ana, "USD", 1_00))
    period = closed("2026-09", (cast.ana, "USD", 10_00), (cast.ben, "USD", 20_00))
    services.mark_paid(batch=handed_over(cast.finn, cast.ada), acting_user=cast.finn, now=NOW)
    found = Period.objects.filter(pk__in=[earlier.pk, period.pk]).values_list("status", flat=True)
    assert set(found) == {"paid"}
    assert due() == {("ben", "USD"): -30_00}
