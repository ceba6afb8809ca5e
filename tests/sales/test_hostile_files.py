"""Criterion 6 of the foundation: bad input gets a clear error and changes nothing."""

import os
import tracemalloc
from collections.abc import Callable
from io import BytesIO

import pytest

from accounts.models import User
from sales.engine.convert import convert
from sales.engine.fields import Kind
from sales.engine.mapping import KindMapping
from sales.engine.problems import Unusable
from sales.engine.reading import read
from sales.models import Customer, Deal, DealShare, Product
from sales.selectors import reported_fatal, reported_problems
from tests.conftest import Cast
from tests.sales.conftest import Run

MB = 1_000_000
HEADER = b"external_id,name,status,owner,amount,closed_on\n"


def facts() -> list[object]:
    return [list(model.objects.order_by("pk").values()) for model in (User, Customer, Product, Deal, DealShare)]


def printable() -> bytes:
    return bytes(32 + byte % 95 if byte % 80 else 10 for byte in os.urandom(MB)) * 50


GARBAGE: dict[str, tuple[Callable[[], bytes], str]] = {
    "random bytes": (lambda: b"\0" + os.urandom(MB) * 50, "This is no text"),
    "random letters": (lambda: b"x\n" + printable(), "No column gives the external id"),
    "no line break": (lambda: b"x" * 50 * MB, "no line break"),
    "a good header, then letters": (lambda: HEADER + printable().replace(b'"', b"'"), "rows can't be used"),
    "a good header, then one endless quotation": (
        lambda: HEADER + b'"' + b"x" * 50 * MB,
        "(field larger than",
    ),
    "a good header, then bad values": (lambda: HEADER + b"a,b,c,d,e,f\n" * 4_200_000, "rows can't be used"),
    "a good header, then zeros": (lambda: HEADER + b"\0" * 50 * MB, "This is no text"),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_fifty_megabytes_of_garbage_are_refused_with_little_memory(name: str) -> None:
    make, says = GARBAGE[name]
    source = BytesIO(make())
    tracemalloc.start()
    with pytest.raises(Unusable) as caught:
        convert(read(source, KindMapping()), Kind.DEALS, KindMapping(), "USD")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert says in str(caught.value)
    assert len(str(caught.value)) < 600
    assert peak < 60 * MB


GOOD = "external_id,owner,amount,status,closed_on,splits\nD1,ana,5,won,2026-01-05,\n"


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("D2,ana,1e400,won,2026-01-05,", "The amount is too large: amounts stay below 1,000,000,000,000,000."),
        ("D2,ana,NaN,won,2026-01-05,", "This is no amount."),
        ("D2,ana,inf,won,2026-01-05,", "This is no amount."),
        ("D2,ana,0.001,won,2026-01-05,", "USD has 2 decimals, the amount more."),
        ("D2,ana,1000000000000000,won,2026-01-05,", "The amount is too large:"),
        ("D2,ana,5,won,2026-02-30,", "This is no date of the calendar"),
        ("D2,ana,5,won,,", "The deal is won but has no date of closing."),
        ("D2,ana,5,won,2026-01-05,ana:60%;ben:70%", "The shares of owner add up to 130 %, not to 100 %."),
        ("D2,zoe,5,won,2026-01-05,", "No person has this external id or e-mail address."),
        ("D1,ana,5,won,2026-01-05,", "Line 2 has the same external_id."),
        ("D2,ana", "The line has 2 cells where the header has 6."),
    ],
    ids=["1e400", "NaN", "inf", "decimals", "10^17", "30 February", "undated", "130 %", "unknown", "twice", "cut off"],
)
def test_one_bad_row_is_explained_and_nothing_changes(cast: Cast, run: Run, row: str, what: str) -> None:
    before = facts()
    done = run("deals", GOOD + row + "\n")
    assert done.status == "refused"
    (problem,) = reported_problems(done)
    assert (problem.line, str(problem.what).startswith(what), bool(str(problem.fix))) == (3, True, True), problem
    assert facts() == before


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("external_id,owner\nD1,Zoë\n".encode("windows-1252"), "Line 2 is not UTF-8 text. Save the file as CSV UTF-8"),
        ("external_id,owner\nD1,ana\n".encode("utf-16-le"), "say `encoding: utf-16-le` in the mapping"),
        (b"", "The file is empty"),
        (b"PK\x03\x04nonsense", "no readable XLSX workbook"),
    ],
    ids=["windows-1252", "UTF-16 without a mark", "empty", "broken workbook"],
)
def test_a_file_that_can_not_be_read_says_why_and_nothing_changes(
    cast: Cast, run: Run, content: bytes, says: str
) -> None:
    before = facts()
    done = run("deals", content)
    assert (done.status, says in str(reported_fatal(done)[0])) == ("refused", True), done.report
    assert facts() == before
