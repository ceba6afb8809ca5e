"""A statement as a spreadsheet that computes: a payee follows her pay from the deals to the last minor unit.

Three sheets: the statement, the lines, and the rates they walk on. Formulas compute what each line pays by the curve,
the sums of the components, what was earned and what is payable. Values are what was put in (credits, rates, what draws
and holdbacks moved), and what no formula of reasonable length says; the line's note tells which and why.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from commissions.engine.curve import MILLION
from commissions.engine.schema import Component, Measure, PlanDocument, Rounding, StartsWhen
from commissions.models import EarningLine, Statement
from commissions.papers.curves import PayeesCurve, decimal
from commissions.papers.lines import lines_of, measured
from commissions.papers.wording import true_up_title
from commissions.selectors.documents import document_of
from commissions.selectors.explanations import event_of, title_of
from commissions.selectors.rate_tables import heading_of
from commissions.selectors.statements import StatementView
from commissions.selectors.taken_back import is_left
from core.money import Money, exponent
from core.sheets import Cell, Column, Formula, Kind, Table
from core.templatetags.juara import money_text
from core.templatetags.juara import period as period_name

LARGEST = 10**13  # minor units, or steps of x: beyond, a double could miss a half of the last decimal
_Key = tuple[int, str, int | None, int | None, int | None]  # version, component, column, quota, target


@dataclass(frozen=True, slots=True)
class _Line:
    line: EarningLine
    document: PlanDocument
    component: Component
    curve: PayeesCurve
    rates: tuple[int, int] | None  # first and last row of its curve in the sheet of rates; None: not computed here
    why_not: str


class StatementBook:
    """The tables of one statement; load it with `payee` and `period`. Two queries more than its view has."""

    def __init__(self, statement: Statement, view: StatementView) -> None:
        self._statement, self._view = statement, view
        lines, self._versions = lines_of(statement)
        order = {(group.plan_version_pk, group.key): place for place, group in enumerate(view.components)}
        lines.sort(key=lambda line: (order.get(_group(line), len(order)), _label(line), line.date, line.seq))
        self._curves: dict[_Key, tuple[PayeesCurve, int]] = {}
        self._next_rate = 5
        self._lines = [self._of(line) for line in lines]

    def tables(self) -> list[Table]:
        return [self._summary_table(), self._lines_table(), self._rates_table()]

    # --- what each line stands on

    def _of(self, line: EarningLine) -> _Line:
        document = document_of(self._versions[line.plan_version_id])
        component = document.component(line.component)
        curve = PayeesCurve(document, component.column(line.rate_column), line.quota_minor, line.target_minor)
        why_not = _why_not(line, curve)
        rates = None if why_not else self._rates_of(line, curve)
        return _Line(line, document, component, curve, rates, why_not)

    def _rates_of(self, line: EarningLine, curve: PayeesCurve) -> tuple[int, int]:
        key = (line.plan_version_id, line.component, line.rate_column, line.quota_minor, line.target_minor)
        rows = len(curve.curve.segments)
        if key not in self._curves:
            self._curves[key] = (curve, self._next_rate)
            self._next_rate += rows
        first = self._curves[key][1]
        return first, first + rows - 1

    # --- sheets

    def _summary_table(self) -> Table:
        columns = [Column("what", _("Part")), Column("amount", _("Amount"), Kind.MONEY)]
        label = period_name(self._view.label)
        title = _("%(payee)s: statement %(label)s") % {"payee": self._view.payee.name, "label": label}
        notes = [
            _("Amounts in %(currency)s. What is computed here is a formula: change a credit or a rate and look on.")
            % {"currency": self._view.currency}
        ]
        table = Table(_("Statement"), title, columns, [], notes)
        return Table(table.name, title, columns, self._summary_rows(table.first_row), notes)

    def _summary_rows(self, first: int) -> Iterator[Sequence[Cell]]:
        view, lines, row = self._view, self._places(), first
        parts = [((group.plan_version_pk, group.key), group.name, group.amount_minor) for group in view.components]
        parts += [((0, group.label), true_up_title(group), group.amount_minor) for group in view.true_ups]
        for key, name, minor in parts:
            top, end = lines[key]
            text = self._rounded(f"SUM({_quoted(_('Lines'))}!M{top}:M{end})")
            yield name, Formula(f"={text}", self._money(minor))
            row += 1
        earned = f"={self._rounded(f'SUM(B{first}:B{row - 1})')}" if parts else "=0"
        yield _("Earned"), Formula(earned, self._money(view.total_minor))
        steps = [step for settled in view.settlements for step in settled.steps]
        if self._statement.adjusted_minor:
            steps.append((_("Adjustments"), self._statement.adjusted_minor))
        yield from ((words, self._money(minor)) for words, minor in steps)
        yield (
            _("Payable"),
            Formula(f"={self._rounded(f'SUM(B{row}:B{row + len(steps)})')}", self._money(view.payable_minor)),
        )

    def _places(self) -> Mapping[tuple[int, str], tuple[int, int]]:
        """The first and last row of the lines of each component, and of each closed period that is made good."""
        found: dict[tuple[int, str], list[int]] = defaultdict(list)
        for row, each in enumerate(self._lines, self._first_line):
            found[_group(each.line)].append(row)
        return {key: (rows[0], rows[-1]) for key, rows in found.items()}

    _first_line = 5

    def _lines_table(self) -> Table:
        columns = [
            Column("component", _("Component")), Column("deal", _("Deal")), Column("date", _("Date"), Kind.DATE),
            Column("event", _("What happened")), Column("credited", _("Credited"), Kind.MONEY),
            Column("x0", _("Position before"), Kind.MONEY), Column("x1", _("Position after"), Kind.MONEY),
            Column("times", _("Multiplier"), Kind.DECIMAL), Column("pay0", _("Worth before"), Kind.DECIMAL),
            Column("pay1", _("Worth after"), Kind.DECIMAL), Column("curve", _("By the curve"), Kind.MONEY),
            Column("limits", _("Cap or floor"), Kind.MONEY), Column("pay", _("Pay"), Kind.MONEY),
            Column("note", _("Note"), width=60),
        ]  # fmt: skip
        note = _("A line pays what the position after it is worth, rounded, less what the one before it is worth.")
        return Table(_("Lines"), _("Lines"), columns, self._line_rows(), [note])

    def _line_rows(self) -> Iterator[Sequence[Cell]]:
        before: _Line | None = None
        for row, each in enumerate(self._lines, self._first_line):
            yield (*self._what(each.line, each.component), *self._way(each, before, row), *self._pays(each, row))
            before = each

    def _what(self, line: EarningLine, component: Component) -> Sequence[Cell]:
        return component.name, title_of(line), line.date, event_of(line)

    def _way(self, each: _Line, before: _Line | None, row: int) -> Sequence[Cell]:
        """Credited, x0 and x1: what follows from the line before, or from the credit, is computed."""
        line = each.line
        credited, x0, x1 = (
            measured(x, each.component, self._view.currency)
            for x in (line.credited_minor, line.x0_minor, line.x1_minor)
        )
        goes_on = before and before.line.x1_minor == line.x0_minor and _same_window(before.line, line)
        adds_up = line.x0_minor + line.credited_minor == line.x1_minor
        return (
            credited,
            Formula(f"=G{row - 1}", x0) if goes_on else x0,
            Formula(f"=ROUND(F{row}+E{row},{_places_of(each)})", x1) if adds_up else x1,
        )

    def _pays(self, each: _Line, row: int) -> Sequence[Cell]:
        line = each.line
        limited = line.amount_minor - line.uncapped_minor
        if each.rates is None:
            return None, None, None, None, None, self._money(line.amount_minor), each.why_not
        times = None if line.multiplier_ppm is None else Decimal(line.multiplier_ppm) / MILLION
        worth = [self._worth(each, cell, x) for cell, x in ((f"F{row}", line.x0_minor), (f"G{row}", line.x1_minor))]
        paid = " - ".join(_rounding(cell, each.document) for cell in (f"J{row}", f"I{row}"))
        return (
            times,
            *worth,
            Formula(f"={self._rounded(paid)}", self._money(line.uncapped_minor)),
            self._money(limited) if limited else None,
            Formula(f"={self._rounded(f'K{row}+L{row}')}", self._money(line.amount_minor)),
            _("Earns the rates of the column “%(column)s”.") % {"column": heading_of(each.component, line.rate_column)}
            if line.rate_column is not None
            else "",
        )

    def _worth(self, each: _Line, x: str, at: int) -> Formula:
        """F of a position, times the multiplier: the pay at the start of its row, and the rate for what is beyond."""
        assert each.rates  # noqa: S101 asked before
        first, last = each.rates
        starts, sheet = f"C${first}:C${last}", _quoted(_("Rates"))
        place = f"ABS({x})" if each.curve.curve.mirrored else x
        is_past = "<" if each.component.starts_when is StartsWhen.EXCEEDED else "<="
        # Less than any step of x: a start that a double misses by its last digit is still that start.
        least = "0.0000000000005" if each.component.measure is Measure.SCORE else "0.0000001"
        edge = f"{place}{'-' if is_past == '<' else '+'}{least}"
        row = f"MAX(1,SUMPRODUCT(--({sheet}!{starts}{is_past}{edge})))"
        start, pay, rate = (f"INDEX({sheet}!{name}${first}:{name}${last},{row})" for name in "CDE")
        text = f"{pay}+{rate}*({place}-{start})"
        if each.curve.curve.mirrored:
            text = f"SIGN({x})*({text})"
        times = Fraction(1)
        if each.line.multiplier_ppm is not None:
            text, times = f"({text})*H{x[1:]}", Fraction(each.line.multiplier_ppm, MILLION)
        return Formula(f"={text}", decimal(each.curve.pay(at) * times / 10 ** exponent(self._view.currency)))

    def _rates_table(self) -> Table:
        columns = [
            Column("component", _("Component")), Column("share", _("Share of quota"), Kind.SHARE),
            Column("start", _("From"), Kind.DECIMAL), Column("pay", _("Earned there"), Kind.DECIMAL),
            Column("rate", _("Rate of what is above"), Kind.DECIMAL), Column("quota", _("Quota"), Kind.MONEY),
            Column("target", _("Target"), Kind.MONEY),
        ]  # fmt: skip
        note = _("What a position is worth: what was earned where its row starts, and the rate for what lies above.")
        return Table(_("Rates"), _("Rates"), columns, self._rate_rows(), [note])

    def _rate_rows(self) -> Iterator[Sequence[Cell]]:
        for curve, first in self._curves.values():
            quota = None if curve.quota is None else measured(curve.quota, curve.component, self._view.currency)
            target = None if curve.target is None else self._money(curve.target)
            for row in curve.rows(first):
                yield curve.component.name, *row, quota, target

    def _money(self, minor: int) -> Money:
        return Money(minor, self._view.currency)

    def _rounded(self, text: str) -> str:
        """What is whole minor units already, without what doubles leave behind it."""
        return f"ROUND({text},{exponent(self._view.currency)})"


def _group(line: EarningLine) -> tuple[int, str]:
    """The component, or of a true-up the period that it is about."""
    return (line.plan_version_id, line.component) if line.about is None else (0, line.about.label)


def _label(line: EarningLine) -> str:
    return line.about.label if line.about else ""


def _same_window(before: EarningLine, line: EarningLine) -> bool:
    same = ("plan_version_id", "component", "window_start", "kind")
    return all(getattr(before, name) == getattr(line, name) for name in same)


def _places_of(each: _Line) -> int:
    """The decimals that a position can have."""
    found = measured(1, each.component, each.document.currency)
    value = found.major if isinstance(found, Money) else found
    return max(-value.normalize().adjusted(), 0)


def _quoted(sheet: str) -> str:
    return "'" + sheet.replace("'", "''") + "'"


def _rounding(cell: str, document: PlanDocument) -> str:
    """The one rounding of the plan. A half goes to the even neighbour: twice the rounded half of it."""
    places = exponent(document.currency)
    plain = f"ROUND({cell},{places})"
    if document.rounding is Rounding.HALF_UP:
        return plain
    minor = f"ROUND({cell}*{10**places},6)"
    return f"IF(ABS({minor}-INT({minor})-0.5)<0.000001,2*ROUND({minor}/2,0)/{10**places},{plain})"


def _why_not(line: EarningLine, curve: PayeesCurve) -> str:
    """Why no formula says what the line pays; empty where one does."""
    if line.pool is not None:
        return _("A part of what a team earned: what the others sold isn't in this file.")
    if line.deals_before is not None or line.paid_before_minor is not None:
        return _("Paid by its place among the deals of all: they aren't in this file.")
    if line.about:
        words = {"label": period_name(line.about.label), "was": money_text(line.was_minor, curve.document.currency)}
        return _("Of %(label)s, where it paid %(was)s: what it comes to now, less that.") % words
    if line.kind not in ("credit", "score"):
        return _("Carried over: what it follows from isn't in this file.")
    if is_left(line):
        return _("A part of what the deal had been paid is taken back: that isn't a step on the curve.")
    if not curve.is_straight:
        return _("Paid by started blocks, or without a goal: no formula of this file says that.")
    known = (line.x0_minor, line.x1_minor, line.uncapped_minor, line.quota_minor or 0, line.target_minor or 0)
    if max(map(abs, known)) >= LARGEST:
        return _("Too large for a spreadsheet, which keeps 15 digits.")
    return "" if _pays(line, curve) == line.uncapped_minor else _("Computed by rules that aren't in this file.")


def _pays(line: EarningLine, curve: PayeesCurve) -> int:
    times = Fraction(1) if line.multiplier_ppm is None else Fraction(line.multiplier_ppm, MILLION)
    y0, y1 = (curve.curve.rounded(curve.pay(x) * times) for x in (line.x0_minor, line.x1_minor))
    return y1 - y0
