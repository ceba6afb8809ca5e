"""What an example expects, by period and component, beside what the plan pays: a table to fill in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from django.utils.translation import gettext as _

from commissions.engine.decimals import parse_decimal
from commissions.engine.example_checks import HELD, OWED, PAYABLE
from commissions.engine.schema.plan import first_month_of
from commissions.forms.keys import Around, Key
from commissions.forms.kinds import Kind
from commissions.forms.nodes import Button, Cell, Control, Grid, GridRow, Path, name_of, shown
from core.periods import LAST_YEAR, Period, PeriodError, PeriodKind, parse_period, period_of
from core.templatetags import formats
from core.templatetags.juara import locale

ExamplePay: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Decimal]]]  # payee, period label, key: major units
Errors: TypeAlias = Callable[[Path], tuple[str, ...]]
ONE = "payee"  # the name of an example's only payee
_MOST_PERIODS = 6


def grid(key: Key, path: Path, around: Around, pays: ExamplePay, at: Errors, below: Errors) -> Grid:
    """The table of one example. `around` begins with the example."""
    example, plan = around[0], around[-1]
    people = [str(name) for name in example.get("payees") or ()] if isinstance(example.get("payees"), dict) else []
    columns = dict(_columns(plan, example))
    rows = []
    for payee in people or [ONE]:
        expected = _expected(example, payee if people else "")
        where = (*path, payee) if people else path
        for label in sorted({*map(str, expected), *pays.get(payee, {})}, key=_order):
            amounts: Any = next((inner for name, inner in expected.items() if str(name) == label), {})
            paid = pays.get(payee, {}).get(label, {})
            cells = tuple(_cell((*where, label, name), amounts, paid, at) for name in columns)
            rows.append(GridRow(payee if people else "", label, cells))
    return Grid(
        path=path, label=key.label, columns=tuple(columns.values()), rows=tuple(rows),
        periods=tuple(_more_periods(path, plan, example, {row.period for row in rows})),
        fill=f"fill:{name_of(path[:-1])}", errors=below(path), has_payees=bool(people),
    )  # fmt: skip


def _columns(plan: Mapping[Any, Any], example: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    """Keys of components and what they are called, then the sum, then what is owed where something can be."""
    for part in plan.get("components") or ():
        if isinstance(part, dict) and part.get("key") is not None:
            yield str(part["key"]), shown(part.get("name")) or str(part["key"])
    yield PAYABLE, _("Payable")
    if "draw" in plan or "below_zero" in plan or OWED in str(example.get("expect")):
        yield OWED, _("Owed")
    if pays_in_parts(plan) or HELD in str(example.get("expect")):
        yield HELD, _("Held back")


def pays_in_parts(plan: Mapping[Any, Any]) -> bool:
    return any(isinstance(part, dict) and part.get("payout") for part in plan.get("components") or ())


def _expected(example: Mapping[Any, Any], payee: str) -> dict[Any, Any]:
    expect = example.get("expect")
    found = expect if isinstance(expect, dict) else {}
    inner = found.get(payee) if payee else found
    return inner if isinstance(inner, dict) else {}


def _cell(path: Path, amounts: Any, paid: Mapping[str, Decimal], at: Errors) -> Cell:  # noqa: ANN401 of YAML
    written = next((inner for name, inner in amounts.items() if str(name) == path[-1]), None) if amounts else None
    label = f"{path[-2]}, {path[-1]}"
    control = Control(path, Kind.MONEY, label, shown(written), errors=at(path))
    actual = paid.get(str(path[-1]))
    if actual is None:
        return Cell(control, "", "", "")
    expected = _amount(written)
    off = "" if expected is None or expected == actual else _number(actual - expected, signed=True)
    return Cell(control, _number(actual), off, "" if expected is None else "bad" if off else "good")


def _amount(written: object) -> Decimal | None:
    try:
        return None if written is None else parse_decimal(written)
    except ValueError:
        return None


def _number(value: Decimal, *, signed: bool = False) -> str:
    return formats.number(value, locale(), places=4, signed=signed)


def _order(label: str) -> tuple[date, date, str]:
    """By the day on which a period starts, months before the quarter that they end."""
    period = _period(label)
    return (period.end, period.start, label) if period else (date.max, date.max, label)


def _more_periods(path: Path, plan: Mapping[Any, Any], example: Mapping[Any, Any], there: set[str]) -> Iterator[Button]:
    """Buttons for periods of the deals that aren't in the table: the statement's own first, then longer ones."""
    days = [day for day in deal_days(example) if day.year < LAST_YEAR]
    kinds = [one for one in PeriodKind if one.value == plan.get("period")]
    kinds += [one for one in PeriodKind if one not in kinds]
    first = first_month_of(plan.get("fiscal_year_starts"))
    labels = dict.fromkeys(period_of(day, kind, first).label for kind in kinds for day in days)
    labels = {**dict.fromkeys(_following(there, str(plan.get("period")))), **labels}
    more = [(label, period) for label in labels if label not in there and (period := _period(label))]
    for label, period in more[:_MOST_PERIODS]:
        yield Button(f"expect:{name_of(path[:-1])}:{label}", formats.period(period, locale()))


def _following(there: set[str], kind: str) -> Iterator[str]:
    """The statement after the last one in the table: what is paid later is expected there."""
    periods = [period for label in there if (period := _period(label)) and period.kind.value == kind]
    if periods:
        yield max(periods).next().label


def _period(label: str) -> Period | None:
    try:
        return parse_period(label)
    except PeriodError:
        return None


def deal_days(example: Mapping[Any, Any]) -> Sequence[date]:
    """On which days the deals of an example closed, as far as they are days."""
    deals = example.get("deals")
    found = (deal.get("closed") for deal in deals if isinstance(deal, dict)) if isinstance(deals, list) else ()
    return sorted({day for day in found if isinstance(day, date)})
