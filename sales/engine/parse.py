"""Columns of text as columns of values: null where a text can't be one; and then the reason, text by text."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from core.money import (
    LARGEST_MINOR,
    MoneyError,
    NotAnAmountError,
    TooLargeError,
    TooManyDecimalsError,
    exponent,
    to_major,
    to_minor,
)
from sales.engine.fields import REFERENCES, Field, Type
from sales.engine.problems import Told, quoted, told
from sales.engine.reading import NATIVE_DATE
from sales.engine.splits import ONE

ROLES = ("rep", "manager", "admin", "finance")
STATUSES = ("open", "won", "lost")
FIRST_YEAR, LAST_YEAR = 1900, 2200
LARGEST_INTEGER = 999_999_999
MOST_MONTHS = 1_200
MOST_RATE = 9_000_000
_YES = dict.fromkeys(("yes", "y", "ya", "true", "1", "x"), True) | dict.fromkeys(
    ("no", "n", "tidak", "false", "0"), False
)
EMAIL = r"^[^@\s,;<>\"']+@[^@\s,;<>\"']+\.[^@\s.,;<>\"']+$"
CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"

Reason = tuple[Told, Told]  # what is wrong, what to do


@dataclass(frozen=True, slots=True)
class Signs:
    """How this source writes numbers and dates."""

    date_formats: tuple[str, ...] = ("%Y-%m-%d",)
    decimal: str = "."
    thousands: str = ""
    exponents: dict[str, int] = field(default_factory=dict)  # of the currencies met so far


def to_text(text: pl.Series, longest: int) -> pl.Series:
    """Texts up to a length and without control characters.

    >>> to_text(pl.Series(["Ana", "Ana Maria", "A\\x00"]), 4).to_list()
    ['Ana', None, None]
    """
    fits = (text.str.len_chars() <= longest) & ~text.str.contains(CONTROL)
    return text.set(~fits.fill_null(value=True), None)


def to_email(text: pl.Series) -> pl.Series:
    """E-mail addresses in lower case.

    >>> to_email(pl.Series(["Ana@Example.com", "ana", "ana@example"])).to_list()
    ['ana@example.com', None, None]
    """
    lower = text.str.to_lowercase()
    return lower.set(~(lower.str.contains(EMAIL) & (lower.str.len_chars() <= 254)).fill_null(value=True), None)


def to_choice(text: pl.Series, choices: tuple[str, ...]) -> pl.Series:
    lower = text.str.to_lowercase()
    return lower.set(~lower.is_in(choices).fill_null(value=True), None)


def to_roles(text: pl.Series) -> pl.Series:
    """Roles parted by anything but letters, as our words in order.

    >>> to_roles(pl.Series(["Rep; Manager", "rep", "boss"])).to_list()
    ['manager;rep', 'rep', None]
    """
    words = text.str.to_lowercase().str.extract_all(r"[a-z]+").list.unique().list.sort()
    known = words.list.eval(pl.element().is_in(ROLES)).list.all()
    return words.list.join(";").set(~known.fill_null(value=True), None)


def to_dates(text: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    """Days, by the first format that fits; then as a workbook holds them, then as ISO 8601 writes them.

    >>> to_dates(pl.Series(["3/1/2017", "2/30/2017", "2017-03-01"]), ("%m/%d/%Y",)).to_list()
    [datetime.date(2017, 3, 1), None, datetime.date(2017, 3, 1)]
    """
    left, found = text, pl.Series(text.name, [None] * len(text), pl.Date)
    for form in (NATIVE_DATE, *formats, "%Y-%m-%d"):
        if left.null_count() == len(left):
            break
        days = (
            left.str.to_datetime(form, strict=False).dt.date() if "%H" in form else left.str.to_date(form, strict=False)
        )
        found = found.zip_with(found.is_not_null(), days)
        left = left.set(found.is_not_null(), None)
    years = found.dt.year()
    return found.set(((years < FIRST_YEAR) | (years >= LAST_YEAR)).fill_null(value=False), None)


def to_integer(text: pl.Series, signs: Signs) -> pl.Series:
    """Whole numbers of at most nine digits.

    >>> to_integer(pl.Series(["1,250", "-3", "1.5"]), Signs(thousands=",")).to_list()
    [1250, -3, None]
    """
    plain = _plain(text, signs)
    return plain.set(~plain.str.contains(r"^[+-]?[0-9]{1,9}$").fill_null(value=True), None).cast(pl.Int64, strict=False)


def to_months(text: pl.Series, signs: Signs) -> pl.Series:
    """Whole numbers of months, a century at most.

    >>> to_months(pl.Series(["24", "-1", "2400"]), Signs()).to_list()
    [24, None, None]
    """
    months = to_integer(text, signs)
    return months.set(~months.is_between(0, MOST_MONTHS).fill_null(value=True), None)


def to_percent(text: pl.Series, signs: Signs) -> pl.Series:
    """Percentages from 0 to 100, with or without their sign and with four decimals at most, as parts per million.

    >>> to_percent(pl.Series(["12.5%", "7", "0.00001", "101 %"]), Signs()).to_list()
    [125000, 70000, None, None]
    """
    plain = _plain(text.str.strip_chars_end("% "), signs).to_frame("text")
    whole, part = (pl.col("text").str.extract(r"^\+?0*([0-9]{1,3})(?:\.([0-9]{1,4})0*)?$", group) for group in (1, 2))
    digits = pl.concat_str(whole, part.fill_null("").str.pad_end(4, "0"))
    ppm = plain.select(digits.str.to_integer(strict=False, dtype=pl.Int64())).to_series()
    return ppm.set(~ppm.is_between(0, ONE).fill_null(value=True), None).rename(text.name)


def to_rates(text: pl.Series, signs: Signs) -> pl.Series:
    """Exchange rates above 0, with twelve decimals at most, times 10^12.

    >>> to_rates(pl.Series(["1.085", "0.0000613", "0", "-1", "9000000", "1e3"]), Signs()).to_list()
    [1085000000000, 61300000, None, None, None, None]
    """
    plain = _plain(text, signs).to_frame("text")
    shape = r"^\+?0*([0-9]{1,7})(?:\.([0-9]{1,12})0*)?$"
    whole, part = (pl.col("text").str.extract(shape, group) for group in (1, 2))
    digits = pl.concat_str(whole, part.fill_null("").str.pad_end(12, "0"))
    rates = plain.select(digits.str.to_integer(strict=False, dtype=pl.Int64())).to_series()
    return rates.set(~rates.is_between(1, MOST_RATE * 10**12 - 1).fill_null(value=True), None).rename(text.name)


def to_yes(text: pl.Series) -> pl.Series:
    """Yes and no, in either language.

    >>> to_yes(pl.Series(["Yes", "ya", "0", "perhaps", None])).to_list()
    [True, True, False, None, None]
    """
    lower = text.str.to_lowercase()
    return lower.replace_strict(_YES, default=None, return_dtype=pl.Boolean)


def to_currency(text: pl.Series, signs: Signs) -> pl.Series:
    """ISO 4217 codes in capitals; learns their exponents."""
    upper = text.str.to_uppercase()
    for code in upper.unique().drop_nulls().to_list():
        if code not in signs.exponents and _exponent(code) is not None:
            signs.exponents[code] = exponent(code)
    return upper.set(~upper.is_in(list(signs.exponents)).fill_null(value=True), None)


def _exponent(code: str) -> int | None:
    try:
        return exponent(code)
    except MoneyError:
        return None


def to_money(text: pl.Series, currency: pl.Series, signs: Signs) -> pl.Series:
    """Minor units; null where there are more decimals than the currency has, or too many digits.

    Texts in another shape (1e3) go through core.money one by one.

    >>> texts, dollars = pl.Series(["1054", "-0.5", "0.005", "1e3"]), pl.Series(["USD"] * 4)
    >>> to_money(texts, dollars, Signs(exponents={"USD": 2})).to_list()
    [105400, -50, None, 100000]
    """
    frame = pl.DataFrame({"text": _plain(text, signs), "currency": currency})
    parts = frame.with_columns(
        pl.col("text")
        .str.extract_groups(r"^([+-]?)0*([0-9]+)(?:\.([0-9]+))?$")
        .struct.rename_fields(["sign", "whole", "part"]),
        places=pl.col("currency").replace_strict(signs.exponents, default=None, return_dtype=pl.Int64),
        plain=pl.col("text"),
    ).unnest("text")
    part = pl.col("part").fill_null("").str.strip_chars_end("0")
    # Padded with the four zeros that the finest currency could need, then cut to the places of its own.
    digits = pl.concat_str("whole", (part + "0000").str.head(pl.col("places"))).str.strip_chars_start("0")
    fits = (part.str.len_chars() <= pl.col("places")) & (digits.str.len_chars() <= 17)
    number = pl.when(digits == "").then(pl.lit("0")).otherwise(digits).cast(pl.Int64, strict=False)
    signed = pl.when(pl.col("sign") == "-").then(-number).otherwise(number)
    values = parts.select(pl.when(fits).then(signed)).to_series()
    strange = parts.select(pl.col("whole").is_null() & pl.col("plain").is_not_null() & pl.col("places").is_not_null())
    for row in strange.to_series().arg_true().to_list():
        values[row] = _money_alone(frame["text"][row], frame["currency"][row])
    return values.rename(text.name)


def _money_alone(text: str, currency: str) -> int | None:
    try:
        return to_minor(text, currency)
    except MoneyError:
        return None


def _plain(text: pl.Series, signs: Signs) -> pl.Series:
    """Numbers as a program writes them; only digits grouped as people group them lose their thousands' signs."""
    if signs.thousands:
        sign, mark = re.escape(signs.thousands), re.escape(signs.decimal)
        grouped = text.str.contains(rf"^[+-]?[0-9]{{1,3}}(?:{sign}[0-9]{{2,3}})*{sign}[0-9]{{3}}(?:{mark}[0-9]*)?$")
        text = text.str.replace_all(signs.thousands, "", literal=True).zip_with(grouped.fill_null(value=False), text)
    if signs.decimal == ".":
        return text
    # A point that is no thousands' sign is left as a sign that no number has.
    return text.str.replace_all(".", "?", literal=True).str.replace_all(signs.decimal, ".", literal=True)


def parse(spec: Field, text: pl.Series, currency: pl.Series, signs: Signs) -> pl.Series:
    """The values of a field's texts, as its type says. References and splits stay texts here."""
    if spec.type in REFERENCES:
        return to_text(text, 254)
    if spec.type == Type.MONEY:
        return to_money(text, currency, signs)
    simple: dict[Type, Callable[[], pl.Series]] = {
        Type.TEXT: lambda: to_text(text, spec.longest),
        Type.EMAIL: lambda: to_email(text),
        Type.STATUS: lambda: to_choice(text, STATUSES),
        Type.ROLES: lambda: to_roles(text),
        Type.DATE: lambda: to_dates(text, signs.date_formats),
        Type.INTEGER: lambda: to_integer(text, signs),
        Type.MONTHS: lambda: to_months(text, signs),
        Type.PERCENT: lambda: to_percent(text, signs),
        Type.CURRENCY: lambda: to_currency(text, signs),
        Type.CODE: lambda: to_currency(text, signs),
        Type.RATE: lambda: to_rates(text, signs),
        Type.YES: lambda: to_yes(text),
        Type.SPLITS: lambda: text,
    }
    return simple[spec.type]()


_REASONS: dict[Type, Reason] = {
    Type.EMAIL: (
        told("This is no e-mail address."),
        told("Write one such as %(example)s, or leave the cell empty.", example="ana@example.com"),
    ),
    Type.STATUS: (
        told("This is no status."),
        told("Write one of %(statuses)s, or replace the word in the mapping.", statuses=STATUSES),
    ),
    Type.ROLES: (
        told("This is no role."),
        told("Write one of %(roles)s, or several with semicolons between.", roles=ROLES),
    ),
    Type.INTEGER: (
        told("This is no whole number of at most nine digits."),
        told("Write digits only, such as 12."),
    ),
    Type.MONTHS: (
        told("This is no number of months from 0 to %(most)s.", most=MOST_MONTHS),
        told("Write digits only, such as 24."),
    ),
    Type.PERCENT: (
        told("This is no percentage from 0 to 100, with at most 4 decimals."),
        told("Write one such as 12.5."),
    ),
    Type.CURRENCY: (told("This is no currency."), told("Write its ISO 4217 code, such as USD or IDR.")),
    Type.CODE: (told("This is no currency."), told("Write its ISO 4217 code, such as USD or IDR.")),
    Type.RATE: (
        told("This is no rate above 0 and below %(most)s, with at most 12 decimals.", most="9,000,000"),
        told("Check its decimal sign, and which currency is worth the other."),
    ),
    Type.YES: (
        told("This is neither yes nor no."),
        told("Write yes where an unusual rate is meant, or leave it empty."),
    ),
}


def reason(spec: Field, text: str, currency: str | None, signs: Signs) -> Reason:
    """Why this text is no value of the field, and what to do."""
    if spec.type in _REASONS:
        return _REASONS[spec.type]
    if spec.type == Type.MONEY:
        return _money_reason(text, currency, signs)
    if spec.type == Type.DATE:
        return (
            told("This is no date of the calendar written as %(formats)s.", formats=signs.date_formats),
            told("Correct it, or name the file's `date_formats` in the mapping."),
        )
    if re.search(CONTROL, text):
        return told("The text holds control characters."), told("Remove what can't be seen from the cell.")
    long = told("The text has %(length)s characters; %(most)s is the most.", length=len(text), most=spec.longest)
    return long, told("Shorten it.")


def _money_reason(text: str, currency: str | None, signs: Signs) -> Reason:
    if currency is None:
        return told("The amount has no currency."), told("Name a default `currency` in the mapping, or add a column.")
    plain = _plain(pl.Series([text]), signs).item()
    if "?" in plain:
        return told("This is no amount with the decimal sign %(sign)s.", sign=quoted(signs.decimal)), _SIGNS
    try:
        to_minor(plain, currency)
    except NotAnAmountError:
        return told("This is no amount."), _SIGNS
    except TooManyDecimalsError:
        places = exponent(currency)
        what = told("%(currency)s has %(places)s decimals, the amount more.", currency=currency, places=places)
        return what, told("Round it.")
    except TooLargeError:
        largest = int(to_major(LARGEST_MINOR, currency))
        what = told("The amount is too large: amounts stay below %(largest)s.", largest=largest)
        return what, told("Check its decimal sign.")
    return told("This is no amount."), _SIGNS


_SIGNS = told(
    "Write digits and a decimal point, such as 1250.00. If the file writes numbers in another way, name its `decimal` "
    "and `thousands` signs in the mapping."
)
