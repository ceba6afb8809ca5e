"""How amounts, shares, numbers and dates are written for a reader. Rounds exactly and half up; only then formats.

Every function takes a locale ("en", "id"); the currency writes its own sign, the locale its digits.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_time
from babel.numbers import format_decimal, get_currency_symbol

from core.money import exponent, round_half_up, to_major
from core.periods import Period, PeriodKind, period_of

MINUS = "\N{MINUS SIGN}"
NBSP = "\N{NO-BREAK SPACE}"

Exact = int | Decimal | Fraction


@dataclass(frozen=True, slots=True)
class WrittenMoney:
    sign: str  # "", "−" or "+"
    prefix: str  # the currency with the space it needs: "Rp ", "$"
    whole: str  # digits with grouping
    decimals: str  # with its separator: ",00"; empty for a currency without
    spare: bool  # the decimals are zeros that people of this currency leave out

    @property
    def text(self) -> str:
        return f"{self.sign}{self.prefix}{self.whole}{'' if self.spare else self.decimals}"


def written_money(minor: int, currency: str, locale: str, *, signed: bool = False) -> WrittenMoney:
    """An amount, to its last minor unit.

    >>> written_money(425_000_000, "IDR", "id").text.replace(NBSP, " ")
    'Rp 4.250.000'
    >>> written_money(-123_450, "USD", "en").text
    '−$1,234.50'
    """
    places = exponent(currency)
    text = format_decimal(abs(to_major(minor, currency)), format=_pattern(places), locale=locale)
    whole, decimals = (text[: -places - 1], text[-places - 1 :]) if places else (text, "")
    spare = places > 0 and minor % 10**places == 0 and _pays_whole(currency)
    return WrittenMoney(_sign(minor, signed=signed), _prefix(currency, locale), whole, decimals, spare)


def has_part(minor: int, currency: str) -> bool:
    """Whether an amount has a part that people of its currency usually don't have: Rp 12,50, but not $12.50.

    >>> has_part(12_50, "IDR"), has_part(12_00, "IDR"), has_part(12_50, "USD")
    (True, False, False)
    """
    return bool(minor % 10 ** exponent(currency)) and _pays_whole(currency)


def short_money(minor: int, currency: str, locale: str, *, signed: bool = False) -> str:
    """An amount in three figures, as in "Rp 12,4 jt" or "$12.4M"; amounts below 10,000 are written out.

    >>> short_money(1_240_000_000, "IDR", "id").replace(NBSP, " "), short_money(1_240_000_000, "USD", "en")
    ('Rp 12,4 jt', '$12.4M')
    """
    major = abs(Fraction(to_major(minor, currency)))
    sign = _sign(minor, signed=signed)
    return f"{sign}{_prefix(currency, locale)}{short_number(major, locale)}"


def short_number(value: Exact, locale: str) -> str:
    """A number in three figures with the locale's short unit; below 10,000 to the whole.

    >>> short_number(12_350_000, "en"), short_number(999_950, "en"), short_number(9_999, "id")
    ('12.4M', '1M', '9.999')
    """
    exact = abs(Fraction(value))
    minus = MINUS if value < 0 else ""
    if exact < 10_000:
        return minus + format_decimal(round_half_up(exact.numerator, exact.denominator), locale=locale)
    rounded = _three_figures(exact)
    power = min(3 * ((len(str(rounded)) - 1) // 3), 12)
    scaled = Decimal(rounded) / 10**power  # exact: three figures over a power of ten
    return minus + format_decimal(scaled, format="#,##0.##", locale=locale) + _unit(power, locale)


def percent(share: Exact, locale: str, *, places: int = 1, signed: bool = False) -> str:
    """A share of one. What is not yet reached is never written as 100 %: 99.96 % is 99.9 %.

    >>> percent(Fraction(1, 3), "id"), percent(Decimal("0.9996"), "en"), percent(1, "en")
    ('33,3%', '99.9%', '100%')
    """
    exact = abs(Fraction(share)) * 100 * 10**places
    tenths = round_half_up(exact.numerator, exact.denominator)
    if tenths >= 100 * 10**places > exact:
        tenths = 100 * 10**places - 1
    text = format_decimal(Decimal(tenths).scaleb(-places), format="#,##0." + "#" * places, locale=locale)
    return f"{_sign(share, signed=signed)}{text}%"


def number(value: Exact, locale: str, *, places: int = 0, signed: bool = False) -> str:
    """A count or measure, half up to at most so many decimals.

    >>> number(1234567, "id"), number(Fraction(5, 2), "en", places=1), number(-3, "en")
    ('1.234.567', '2.5', '−3')
    """
    scaled = abs(Fraction(value)) * 10**places
    rounded = Decimal(round_half_up(scaled.numerator, scaled.denominator)).scaleb(-places)
    return _sign(value, signed=signed) + format_decimal(rounded, format="#,##0." + "#" * places, locale=locale)


def day(on: date, locale: str, *, style: str = "medium") -> str:
    """A date as its reader writes it.

    >>> day(date(2026, 11, 23), "en"), day(date(2026, 11, 23), "id", style="long")
    ('23 Nov 2026', '23 November 2026')
    """
    pattern = {"short": "d MMM", "medium": "d MMM y", "long": "d MMMM y", "weekday": "EEEE, d MMMM y"}[style]
    return format_date(on, format=pattern, locale=locale)


def days(start: date, last: date, locale: str) -> str:
    """Two dates as people say them, what they share said once.

    >>> days(date(2026, 1, 1), date(2026, 3, 31), "en"), days(date(2026, 1, 1), date(2026, 1, 31), "en")
    ('1 Jan – 31 Mar 2026', '1 – 31 Jan 2026')
    """
    if start == last:
        return day(last, locale)
    if start.year != last.year:
        return f"{day(start, locale)} – {day(last, locale)}"
    first = str(start.day) if start.month == last.month else day(start, locale, style="short")
    return f"{first} – {day(last, locale)}"


def moment(at: datetime, locale: str) -> str:
    """A local instant, to the minute.

    >>> moment(datetime(2026, 11, 23, 14, 2), "en"), moment(datetime(2026, 11, 23, 14, 2), "id")
    ('23 Nov 2026, 14:02', '23 Nov 2026 14.02')
    """
    return f"{day(at, locale)}{' ' if locale == 'id' else ', '}{clock(at, locale)}"


def clock(at: datetime, locale: str) -> str:
    """A local time of day, to the minute.

    >>> clock(datetime(2026, 11, 23, 18, 4), "en"), clock(datetime(2026, 11, 23, 18, 4), "id")
    ('18:04', '18.04')
    """
    return format_time(at, format="HH.mm" if locale == "id" else "HH:mm", locale=locale)


def period(calendar: Period, locale: str) -> str:
    """A calendar period as its reader says it.

    >>> from core.periods import parse_period
    >>> [period(parse_period(label), "en") for label in ("2017-06", "2017-Q2", "2017-H1", "2017")]
    ['June 2017', 'Q2 2017', 'H1 2017', '2017']
    >>> period(parse_period("2017-Q2"), "id")
    'K2 2017'
    >>> [period(parse_period(label), "en") for label in ("FY2017-04-Q4", "FY2017-04-H1", "FY2017-04")]
    ['Q4 FY 2017/18 (Jan – Mar 2018)', 'H1 FY 2017/18 (Apr – Sept 2017)', 'FY 2017/18 (Apr 2017 – Mar 2018)']
    """
    if calendar.first_month != 1:
        return _fiscal(calendar, locale)
    if calendar.kind is PeriodKind.HALF:
        return f"{'S' if locale == 'id' else 'H'}{1 + (calendar.start.month > 6)} {calendar.start.year}"
    pattern = {PeriodKind.MONTH: "MMMM y", PeriodKind.QUARTER: "QQQ y", PeriodKind.YEAR: "y"}[calendar.kind]
    return format_date(calendar.start, format=pattern, locale=locale)


_PARTS = {PeriodKind.QUARTER: ("Q", "K"), PeriodKind.HALF: ("H", "S")}  # as English and Indonesian count them


def _fiscal(calendar: Period, locale: str) -> str:
    """Both calendar years that it touches, and the months: whoever calls it by the other year knows it too."""
    year = period_of(calendar.start, PeriodKind.YEAR, calendar.first_month).start.year
    part = _PARTS.get(calendar.kind)
    counted = f"{part[locale == 'id']}{calendar.number} " if part else ""
    last = calendar.end - timedelta(days=1)
    opened = format_date(calendar.start, format="MMM" if calendar.start.year == last.year else "MMM y", locale=locale)
    name = "TF" if locale == "id" else "FY"
    return (
        f"{counted}{name} {year}/{(year + 1) % 100:02} ({opened} – {format_date(last, format='MMM y', locale=locale)})"
    )


def month(number: int, locale: str) -> str:
    """The name of a month, from 1.

    >>> month(4, "en"), month(10, "id")
    ('April', 'Oktober')
    """
    return format_date(date(2000, number, 1), format="LLLL", locale=locale)


def _sign(value: Exact, *, signed: bool) -> str:
    return MINUS if value < 0 else "+" if signed and value > 0 else ""


@cache
def _pays_whole(currency: str) -> bool:
    _digits, _rounding, cash_digits, _cash_rounding = get_global("currency_fractions").get(currency, (2, 0, 2, 0))
    return bool(cash_digits == 0)


@cache
def _prefix(currency: str, locale: str) -> str:
    symbol = get_currency_symbol(currency, locale)
    return symbol + NBSP if symbol[-1].isalpha() else symbol


def _pattern(places: int) -> str:
    return "#,##0" + ("." + "0" * places if places else "")


def _three_figures(exact: Fraction) -> int:
    drop: int = 10 ** max(len(str(int(exact))) - 3, 0)
    return round_half_up(exact.numerator, exact.denominator * drop) * drop


@cache
def _unit(power: int, locale: str) -> str:
    patterns = Locale.parse(locale).compact_decimal_formats["short"]["other"]
    return str(patterns[str(10**power)].pattern).replace("0", "").replace(" ", NBSP)


def round_to(value: Exact, places: int) -> Decimal:
    """Half up, for geometry and for reading a share aloud.

    >>> round_to(Fraction(2, 3), 2)
    Decimal('0.67')
    """
    exact = Fraction(value)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
