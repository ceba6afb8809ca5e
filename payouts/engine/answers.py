"""What a bank or payroll says became of a batch: reading its file, and what each line means for a payout."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.money import MoneyError, to_minor
from sales.engine.problems import Told, told

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_ROWS: Final = 100_000
_PAID: Final = frozenset(("paid", "ok", "success", "successful", "settled", "accepted", "done", "sukses", "berhasil"))
_REJECTED: Final = frozenset(
    ("rejected", "returned", "failed", "error", "refused", "bounced", "gagal", "ditolak", "rjct")
)
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "reference": ("reference", "end_to_end_id", "endtoendid", "individual_id", "referensi"),
    "status": ("status", "result", "hasil"),
    "reason": ("reason", "reason_code", "message", "alasan", "keterangan"),
    "amount": ("amount", "jumlah", "nominal"),
}


class AnswerFileError(ValueError):
    """A file that can't be read as an answer; nothing of it was taken. `told` is for pages, in their language."""

    def __init__(self, said: Told) -> None:
        super().__init__(str(said))
        self.told = said


@dataclass(frozen=True, slots=True)
class Answer:
    """A line of an answer."""

    line: int  # of the file, from 1
    reference: str
    is_paid: bool  # or sent back
    reason: str = ""
    amount: str = ""  # in major units, as written; empty: as ordered


class Outcome(StrEnum):
    """What an answer means for the payout that it is about."""

    PAID = "paid"
    REJECTED = "rejected"
    DIFFERENT = "different"  # another amount arrived
    UNKNOWN = "unknown"  # no payout of the batch has this reference
    REPEATED = "repeated"  # what it says is known already


@dataclass(frozen=True, slots=True)
class Ordered:
    """A payout as the answer finds it."""

    paid_minor: int
    currency: str
    is_paid: bool = False
    is_sent_back: bool = False
    arrived_minor: int | None = None  # where another amount than ordered is known to have arrived


def read_answers(content: bytes) -> list[Answer]:
    """The lines of a CSV with headings: reference and status, and if known reason and amount (decimal point).

    Raises AnswerFileError, and then takes nothing.

    >>> read_answers(b"reference,status,amount\\nB00001P00001,Paid,12.50\\n")
    [Answer(line=2, reference='B00001P00001', is_paid=True, reason='', amount='12.50')]
    """
    if len(content) > MOST_BYTES:
        raise AnswerFileError(told("The file is larger than 20 MB. Split it, or send only this batch's answer."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AnswerFileError(told("The file isn't text in UTF-8. Save it as CSV (UTF-8).")) from None
    if "\0" in text:
        raise AnswerFileError(told("The file isn't text in UTF-8. Save it as CSV (UTF-8)."))
    return list(_rows(text))


def _rows(text: str) -> Iterator[Answer]:
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        places = _places(next(reader, []))
        for number, row in enumerate(reader, start=1):
            if number > MOST_ROWS:
                raise AnswerFileError(told("The file has more than 100,000 lines. Send only this batch's answer."))
            if any(cell.strip() for cell in row):
                yield _answer(reader.line_num, row, places)
    except csv.Error:
        raise AnswerFileError(
            told("Line %(line)s isn't CSV. Save the file again.", line=str(reader.line_num))
        ) from None


def _places(headings: Iterable[str]) -> dict[str, int]:
    found = [heading.strip().lower().replace(" ", "_") for heading in headings]
    places = {name: found.index(one) for name, words in _NAMES.items() for one in words if one in found}
    missing = [name for name in ("reference", "status") if name not in places]
    if missing:
        raise AnswerFileError(
            told("The first line must name the columns; %(missing)s isn't among them.", missing=tuple(missing))
        )
    return places


def _answer(line: int, row: list[str], places: Mapping[str, int]) -> Answer:
    said = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
    status = said["status"].lower()
    if status not in _PAID | _REJECTED:
        raise AnswerFileError(
            told(
                'Line %(line)s: "%(status)s" is no status known here. Write paid or rejected.',
                line=str(line),
                status=said["status"][:40],
            )
        )
    return Answer(
        line, said["reference"][:50], status in _PAID, said.get("reason", "")[:200], said.get("amount", "")[:40]
    )


def outcome(answer: Answer, ordered: Ordered | None) -> tuple[Outcome, int]:
    """What an answer means, and what really arrived, in minor units of the payout's currency.

    Raises AnswerFileError for an amount that is none.

    >>> outcome(Answer(2, "B1P1", True, amount="90.00"), Ordered(100_00, "USD"))
    (<Outcome.DIFFERENT: 'different'>, 9000)
    """
    if ordered is None:
        return Outcome.UNKNOWN, 0
    if not answer.is_paid:
        return (Outcome.REPEATED if ordered.is_sent_back else Outcome.REJECTED), 0
    known = ordered.paid_minor if ordered.arrived_minor is None else ordered.arrived_minor
    arrived = _arrived(answer, ordered.currency) if answer.amount else known
    if ordered.is_sent_back or (ordered.is_paid and arrived == known):
        return Outcome.REPEATED, arrived
    return (Outcome.PAID if arrived == ordered.paid_minor == known else Outcome.DIFFERENT), arrived


def _arrived(answer: Answer, currency: str) -> int:
    try:
        arrived = to_minor(answer.amount, currency)
    except MoneyError:
        arrived = -1
    if arrived < 0:
        said = told(
            'Line %(line)s: "%(amount)s" is no amount in %(currency)s. Write digits and a decimal point.',
            line=str(answer.line),
            amount=answer.amount,
            currency=currency,
        )
        raise AnswerFileError(said)
    return arrived
