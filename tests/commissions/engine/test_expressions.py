from dataclasses import replace
from datetime import date
from fractions import Fraction

import polars as pl
import pytest

from commissions.engine.expressions import (
    FIELDS,
    ExpressionError,
    compile_base,
    compile_condition,
    parse_base,
    parse_condition,
)
from commissions.engine.expressions.nodes import Add, Both, Comparison, Major, Text, Times
from commissions.engine.frames import DEALS
from tests.commissions.engine import oracle
from tests.commissions.engine.oracle import Deal

DEAL = Deal("A", date(2026, 1, 10), 123_456, quantity=3, type="new", product_family="Focus")
KNOWN = replace(
    DEAL,
    cost=100_000,
    tax=3_456,
    discount=125_000,
    term=24,
    invoiced=date(2026, 2, 1),
    cancelled=date(2026, 5, 31),
    custom=(("region", "west"), ("seats", "12.50"), ("note", "about 12")),
)


def row(deal: Deal) -> pl.DataFrame:
    known = {name: getattr(deal, name) for name in DEALS if hasattr(deal, name)}
    custom = {f"custom.{slug}": value for slug, value in deal.custom}
    schema = DEALS | {f"custom.{slug}": pl.String() for slug in ("region", "seats", "note", "other")}
    return pl.DataFrame([known | custom | {"deal": 1}], schema=schema)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('deal.type = "new"', True),
        ('deal.type = "New"', False),
        ('deal.type != "new"', False),
        ("deal.amount >= 1234.56", True),
        ("deal.amount > 1234.56", False),
        ("1234.57 > deal.amount", True),
        ("deal.amount * 2 = 2469.12", True),
        ("deal.amount / 3 = 411.52", True),
        ("-deal.amount < 0", True),
        ("deal.amount - 34.56 in [1200, 1300]", True),
        ("deal.amount not in [1234.56]", False),
        ("deal.quantity = 3 and deal.quantity + 1 = 4", True),
        ("deal.quantity * 50% > 1.4", True),
        ("deal.closed = 2026-01-10 or deal.closed > 2027-01-01", True),
        ("deal.closed in [2026-01-09, 2026-01-10]", True),
        ("deal.closed < 2026-01-10", False),
        ("(deal.quantity = 1 or deal.quantity = 3) and not deal.quantity = 2", True),
        ("deal.quantity = 1 or deal.quantity = 3 and deal.quantity = 2", False),
        ('deal.currency = "USD"', True),
        ("deal.type = product.family", False),
    ],
)
def test_a_condition_holds_or_not_and_the_oracle_agrees(text: str, holds: bool) -> None:
    condition = parse_condition(text)
    assert row(DEAL).select(compile_condition(condition, 2)).item() is holds
    assert oracle.holds(condition, DEAL) is holds


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('customer.country = "ID"', False),
        ('customer.country != "ID"', False),
        ('customer.country in ["ID"]', False),
        ('customer.country not in ["ID"]', False),
        ('not customer.country = "ID"', True),
        ("deal.opened < 2026-01-01", False),
        ("deal.opened >= 2026-01-01", False),
        ("customer.country = customer.sector", False),
        ('customer.country = "ID" or deal.quantity = 3', True),
    ],
)
def test_a_missing_value_compares_false_whatever_the_comparison(text: str, holds: bool) -> None:
    condition = parse_condition(text)
    assert row(DEAL).select(compile_condition(condition, 2)).item() is holds
    assert oracle.holds(condition, DEAL) is holds


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("deal.margin = 234.56 and deal.cost < deal.amount", True),
        ("deal.amount - deal.tax = 1200", True),
        ("deal.discount = 12.5% and deal.discount > 10% and deal.discount < 0.13", True),
        ("deal.term >= 24 and deal.term / 12 = 2", True),
        ("deal.invoiced = 2026-02-01 and deal.cancelled > deal.invoiced", True),
        ('deal.custom.region = "west" and deal.custom.region in ["west", "east"]', True),
        ("deal.custom.seats = 12.5 and deal.custom.seats in [1, 12.500]", True),
        ('deal.custom.seats = "12.50" and deal.custom.seats != "12.5"', True),
        ("20 > deal.custom.seats and not deal.custom.seats < -1", True),
        ("deal.custom.note > 1 or deal.custom.note <= 1", False),
        ('deal.custom.other = "" or deal.custom.other != ""', False),
        ("deal.custom.region = deal.custom.note", False),
    ],
)
def test_what_is_known_beside_the_sale_can_be_asked_for(text: str, holds: bool) -> None:
    condition = parse_condition(text)
    assert row(KNOWN).select(compile_condition(condition, 2)).item() is holds
    assert oracle.holds(condition, KNOWN) is holds


@pytest.mark.parametrize("field", ["cost", "margin", "tax", "discount", "term"])
def test_an_amount_that_is_not_known_is_not_nothing(field: str) -> None:
    for text in (f"deal.{field} = 0", f"deal.{field} >= 0", f"deal.{field} < 0"):
        assert row(DEAL).select(compile_condition(parse_condition(text), 2)).item() is False
        assert oracle.holds(parse_condition(text), DEAL) is False


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("deal.margin", Fraction(23_456)),
        ("deal.cost", Fraction(100_000)),
        ("deal.margin * 40% - deal.tax", Fraction(23_456 * 2, 5) - 3_456),
        ("(deal.amount - deal.tax) / 7 - 1", Fraction(120_000, 7) - 100),
    ],
)
def test_a_base_may_be_a_margin_or_a_net_amount(text: str, value: Fraction) -> None:
    base = parse_base(text)
    compiled = compile_base(base, 2)
    assert Fraction(row(KNOWN).select(compiled.numerator).item(), compiled.denominator) == value
    assert oracle.amount_of(base, KNOWN) == value
    assert row(DEAL).select(compiled.numerator).item() is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("deal.amount", Fraction(123_456)),
        ("deal.amount * 50%", Fraction(61_728)),
        ("deal.amount / 7", Fraction(123_456, 7)),
        ("2 * (deal.amount - 10.50) / 3", Fraction(2 * 122_406, 3)),
        ("deal.amount - -1", Fraction(123_556)),
        ("-(deal.amount)", Fraction(-123_456)),
        ("deal.amount + deal.amount - deal.amount", Fraction(123_456)),
    ],
)
def test_a_base_is_exact_and_the_oracle_agrees(text: str, value: Fraction) -> None:
    base = parse_base(text)
    compiled = compile_base(base, 2)
    assert Fraction(row(DEAL).select(compiled.numerator).item(), compiled.denominator) == value
    assert oracle.amount_of(base, DEAL) == value


def test_the_tree_says_what_was_written() -> None:
    assert parse_condition('deal.type = "new" and deal.amount - 5 >= 0.1') == Both(
        (
            Comparison("=", FIELDS["deal.type"], Text("new")),
            Comparison(">=", Add(FIELDS["deal.amount"], Major(Fraction(-5))), Major(Fraction(1, 10))),
        )
    )


def test_constants_are_folded_into_one_factor() -> None:
    assert parse_base("deal.amount * 2 / 3 * 50%") == Times(FIELDS["deal.amount"], Fraction(1, 3))


@pytest.mark.parametrize("text", ['deal.name = "a \\"', 'deal.name = "é ✓ and or not"', 'deal.name = ""'])
def test_a_text_is_any_text_between_double_quotes(text: str) -> None:
    assert parse_condition(text) == Comparison("=", FIELDS["deal.name"], Text(text.split('"', 1)[1][:-1]))


REFUSED = [
    (
        "deal.amout > 1",
        "At character 1: Unknown field deal.amout. Did you mean deal.amount? Known fields: deal.amount,",
    ),
    ("new", "Unknown field new. A text goes in double quotes."),
    ("deal.type == 5", "At character 12: '=' doesn't fit here. Equality is a single =."),
    ("deal.type = 'new'", "At character 13: \"'\" doesn't fit here. Texts go in double quotes"),
    ('deal.type = "new', "Close the text with a second double quote."),
    ("deal.amount > 1 && deal.quantity > 2", "At character 17: '&' doesn't fit here. Write `and`."),
    ("deal.amount > 1 || deal.quantity > 2", "Write `or`."),
    ("!(deal.amount > 1)", "Write `not`"),
    ("deal.amount <> 1", "Write != for `not equal`."),
    ("deal.amount > 1,000", "Write numbers without thousands separators"),
    ("deal.amount >", "It ends too early"),
    ("", "It ends too early"),
    ("max(deal.amount, 1) > 2", "There are no functions here"),
    ("deal.amount > 1 deal.quantity > 2", "At character 17: 'deal.quantity' doesn't fit here. Join conditions"),
    ("deal.amount", "A condition is needed, but this is money."),
    ("deal.type > 5", "text can't be compared with a number. Compare values of one kind"),
    ('deal.type < "b"', "Texts have no order"),
    ('deal.closed > "2026-01-01"', "a date can't be compared with text. Dates go without quotes"),
    ("deal.closed = 2026-02-31", "At character 15: 2026-02-31 is no day of the calendar."),
    ("deal.amount > deal.quantity", "money can't be compared with a number."),
    ("deal.amount + deal.quantity > 5", "money + a number makes no sense."),
    ("deal.amount * deal.quantity > 5", "Two fields can't be multiplied."),
    ("1 / deal.amount > 5", "Only a number can divide"),
    ("deal.amount / (1 - 1) > 5", "Division by zero."),
    ("deal.type + 1 > 5", "+ needs money or numbers, but one side is text."),
    ("deal.amount and deal.quantity > 1", "`and` needs conditions, but one side is money."),
    ("not deal.amount", "`not` needs conditions, but one side is money."),
    ("(deal.amount > 1) = (deal.amount > 2)", "a condition can't be compared with a condition."),
    ("deal.type in [deal.name]", "The options of `in` must be written out"),
    ("deal.type in [1]", "text can't be compared with a number."),
    ('deal.custom.seats in [1, "many"]', "The options of `in` are numbers and texts. Write one of the two."),
    ("deal.custom.Seats = 1", "At character 1: deal.custom.Seats is no field: after deal.custom. stand small letters"),
    ("deal.custom = 1", "Unknown field deal.custom."),
    ("deal.custom.seats > deal.amount", "text can't be compared with money."),
    ("deal.custom.seats > 2026-01-01", "text can't be compared with a date."),
    ("deal.custom.seats + 1 > 5", "+ needs money or numbers, but one side is text."),
    ("deal.amount > 1 " + "x" * 2000, "It has 2,016 characters; 2,000 is the most."),
    ("(" * 51 + "deal.amount > 1" + ")" * 51, "It opens more than 50 parentheses inside one another."),
    ("(" * 1000, "It opens more than 50 parentheses inside one another."),
    ("not " * 51 + "deal.amount > 1", "It nests deeper than 50 levels."),
    ("deal.amount + " * 60 + "deal.amount > 1", "It nests deeper than 50 levels."),
    (f"deal.amount > {'9' * 31}", "999999999999… has too many digits; 30 is the most."),
    (f"deal.amount * 0.{'3' * 25} > 1", "Its numbers have too many digits to be computed exactly."),
    (f"deal.amount * 0.{'3' * 11} > deal.amount / 3{'3' * 11}", "Its numbers have too many digits"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[text[:30] for text, _ in REFUSED])
def test_what_is_no_condition_is_refused_with_place_and_remedy(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse_condition(text)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("deal.quantity * 100", "a number"),
        ("100", "a number"),
        ("deal.type", "text"),
        ("deal.amount > 1", "a condition"),
    ],
)
def test_a_base_must_be_money_of_the_deal(text: str, kind: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse_base(text)
    assert str(refused.value) == (
        f"At character 1: An amount of money of the deal is needed, but this is {kind}. Start from deal.amount."
    )


def test_the_largest_amounts_stay_exact() -> None:
    huge = Deal("A", date(2026, 1, 1), 10**17 - 1)
    compiled = compile_base(parse_base("deal.amount * 0.123456789012345678"), 2)
    found = row(huge).select(compiled.numerator).item()
    assert Fraction(found, compiled.denominator) == (10**17 - 1) * Fraction(123456789012345678, 10**18)
