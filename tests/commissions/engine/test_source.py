from datetime import date
from decimal import Decimal

import pytest

from commissions.engine.errors import PlanInvalid
from commissions.engine.source import read_yaml


def test_numbers_are_exact_and_dates_are_dates() -> None:
    found = read_yaml(
        "{a: 0.1, b: 12, c: -3.50, d: 5%, e: 2026-01-31, f: 2026-01, g: true, h: ~, i: .5, j: 010, k: 1:30}"
    )
    assert found == {
        "a": Decimal("0.1"),
        "b": 12,
        "c": Decimal("-3.50"),
        "d": "5%",
        "e": date(2026, 1, 31),
        "f": "2026-01",
        "g": True,
        "h": None,
        "i": Decimal("0.5"),
        "j": "010",
        "k": "1:30",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "Line 3, column 1: The key a stands here twice. Remove one."),
        ("on: 1", 'Line 1, column 1: YAML reads a bare on as true. Put it in quotes: "on".'),
        ("yes: 1", 'YAML reads a bare yes as true. Put it in quotes: "yes".'),
        ("country: NO", 'Line 1, column 10: YAML reads a bare NO as false. Put it in quotes: "NO".'),
        ("a: &x 1", "Anchors (&) and aliases (*) aren't allowed. Write the value again."),
        ("a: *x", "Anchors (&) and aliases (*) aren't allowed. Write the value again."),
        ("a: !!python/object:os.system x", "isn't allowed. Remove it."),
        ("[" * 21, "It nests deeper than 20 levels. A plan needs fewer."),
        ("[" * 20_000, "It nests deeper than 20 levels. A plan needs fewer."),
        ("a" * (256 * 1024 + 1), "The document has more than 256 KB. A plan needs less: is it one?"),
        ("a: 2026-02-30", "Line 1, column 4: 2026-02-30 is no day of the calendar. Write one such as 2026-01-31."),
        ("{[a]: 1}", "A key must be a word."),
        ("a: b: c", "Line 1, column 5: this is not YAML: a colon stands where none can."),
        ("a: 'b", "this is not YAML: a quote is opened and never closed. Correct the spacing or the quotes there."),
        ("a: 1\n---\nb: 2", "this is not YAML: a second document begins here."),
        (
            "\x00",
            "This is not YAML text: it holds the character #x0000. Remove it, or save it as UTF-8.",
        ),
    ],
)
def test_what_two_readers_could_read_in_two_ways_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(PlanInvalid) as refused:
        read_yaml(text)
    assert message in str(refused.value)
