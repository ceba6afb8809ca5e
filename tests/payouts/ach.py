"""A reader of NACHA files that knows nothing of our writer: positions as the rules print them, counted from 1."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    code: str
    routing: str
    account: str
    cents: int
    individual_id: str
    name: str
    trace: str


@dataclass(frozen=True)
class File:
    destination: str
    origin: str
    company: str
    company_id: str
    effective: str
    entries: list[Entry]


def at(record: str, first: int, last: int) -> str:
    return record[first - 1 : last]


def read(content: bytes) -> File:
    """Raises AssertionError for whatever the rules forbid."""
    text = content.decode("ascii")
    records = text.split("\n")
    assert records.pop() == ""
    assert {len(record) for record in records} == {94}
    assert len(records) % 10 == 0
    kinds = "".join(record[0] for record in records)
    entries = [entry(record) for record in records[2:] if record[0] == "6"]
    assert kinds.rstrip("9") == "15" + "6" * len(entries) + "8"
    header, batch, control = records[0], records[1], records[len(entries) + 2]
    end = records[len(entries) + 3]
    assert set(records[len(entries) + 4 :]) <= {"9" * 94}
    assert (at(header, 2, 3), at(header, 35, 37), at(header, 38, 39), at(header, 40, 40)) == ("01", "094", "10", "1")
    assert (at(batch, 2, 4), at(batch, 51, 53)) == ("220", "PPD")
    totals = len(entries), sum(int(one.routing[:8]) for one in entries) % 10**10, sum(one.cents for one in entries)
    assert (int(at(control, 5, 10)), int(at(control, 11, 20)), int(at(control, 33, 44))) == totals
    assert int(at(control, 21, 32)) == 0
    assert (int(at(end, 14, 21)), int(at(end, 22, 31)), int(at(end, 44, 55))) == totals
    assert (int(at(end, 2, 7)), int(at(end, 8, 13))) == (1, len(records) // 10)
    assert at(batch, 80, 94) == at(control, 80, 94)
    assert at(batch, 41, 50) == at(control, 45, 54)
    for number, one in enumerate(entries, start=1):
        assert one.trace == at(batch, 80, 87) + f"{number:07}"
        digits = [int(digit) for digit in one.routing]
        assert sum(w * d for w, d in zip((3, 7, 1) * 3, digits, strict=True)) % 10 == 0
    return File(
        at(header, 4, 13).strip(), at(header, 14, 23).strip(), at(batch, 5, 20).strip(), at(batch, 41, 50).strip(),
        at(batch, 70, 75), entries,
    )  # fmt: skip


def entry(record: str) -> Entry:
    assert at(record, 79, 79) == "0"
    return Entry(
        at(record, 2, 3), at(record, 4, 12), at(record, 13, 29).strip(), int(at(record, 30, 39)),
        at(record, 40, 54).strip(), at(record, 55, 76).strip(), at(record, 80, 94),
    )  # fmt: skip
