import pytest

from payouts.engine.answers import Answer, AnswerFileError, Ordered, Outcome, outcome, read_answers

ORDERED = Ordered(100_00, "USD")


def test_an_answer_is_read_whatever_its_columns_order_and_separator() -> None:
    content = "\ufeffStatus;Reason;Reference\nGagal;Rekening ditutup;B00001P00002\n\nok;;B00001P00003\n".encode()
    assert read_answers(content) == [
        Answer(2, "B00001P00002", False, "Rekening ditutup"),
        Answer(4, "B00001P00003", True),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "reference", id="empty"),
        pytest.param(b"reference,amount\nB1,2\n", "status isn't among them", id="no status"),
        pytest.param(b"reference,status\nB1,perhaps\n", 'Line 2: "perhaps"', id="unknown status"),
        pytest.param(b"\xff\xfe", "UTF-8", id="no text"),
        pytest.param(b"reference,status\nB1,pa\0id\n", "UTF-8", id="binary"),
    ],
)
def test_a_file_that_says_nothing_is_refused_whole(content: bytes, words: str) -> None:
    with pytest.raises(AnswerFileError, match=words):
        read_answers(content)


@pytest.mark.parametrize(
    ("answer", "ordered", "means"),
    [
        pytest.param(Answer(2, "B", True), ORDERED, (Outcome.PAID, 100_00), id="paid as ordered"),
        pytest.param(Answer(2, "B", True, amount="100.00"), ORDERED, (Outcome.PAID, 100_00), id="paid, amount said"),
        pytest.param(Answer(2, "B", True, amount="99.99"), ORDERED, (Outcome.DIFFERENT, 99_99), id="another amount"),
        pytest.param(Answer(2, "B", False), ORDERED, (Outcome.REJECTED, 0), id="sent back"),
        pytest.param(
            Answer(2, "B", False), Ordered(1, "USD", is_paid=True), (Outcome.REJECTED, 0), id="sent back days later"
        ),
        pytest.param(
            Answer(2, "B", True), Ordered(1, "USD", is_sent_back=True), (Outcome.REPEATED, 1), id="not paid after all"
        ),
        pytest.param(Answer(2, "B", True), Ordered(1, "USD", is_paid=True), (Outcome.REPEATED, 1), id="paid twice"),
        pytest.param(
            Answer(2, "B", True, amount="90"),
            Ordered(100_00, "USD", is_paid=True),
            (Outcome.DIFFERENT, 90_00),
            id="another amount than was thought",
        ),
        pytest.param(
            Answer(2, "B", True, amount="90"),
            Ordered(100_00, "USD", is_paid=True, arrived_minor=90_00),
            (Outcome.REPEATED, 90_00),
            id="another amount, reconciled",
        ),
        pytest.param(
            Answer(2, "B", True, amount="100"),
            Ordered(100_00, "USD", is_paid=True, arrived_minor=90_00),
            (Outcome.DIFFERENT, 100_00),
            id="all of it after all",
        ),
        pytest.param(
            Answer(2, "B", False), Ordered(1, "USD", is_sent_back=True), (Outcome.REPEATED, 0), id="sent back twice"
        ),
        pytest.param(Answer(2, "B", True), None, (Outcome.UNKNOWN, 0), id="of another batch"),
    ],
)
def test_what_an_answer_means(answer: Answer, ordered: Ordered | None, means: tuple[Outcome, int]) -> None:
    assert outcome(answer, ordered) == means


@pytest.mark.parametrize("amount", ["1,000.00", "-5", "1.005", "NaN", "1e400"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(AnswerFileError, match="Line 7"):
        outcome(Answer(7, "B", True, amount=amount), ORDERED)
